import { expectAccessible } from './steps/accessibility.ts'
import { emptyBasket } from './steps/basket.ts'
import { expectAccepted, readYaml, writeYaml, yamlEditor } from './steps/editor.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, createPath, freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const topicText = (name: string) => `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubTopic
metadata:
  name: ${name}
  namespace: payments-prod
`
const subscriptionText = (name: string, topic: string) => `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubSubscription
metadata:
  name: ${name}
  namespace: payments-prod
spec:
  topicRef:
    name: ${topic}
`

test('bob puts a topic and its subscription into the basket and proposes them together', async ({ page }) => {
  test.setTimeout(360_000)
  const topic = freshName('basket-topic')
  const subscription = freshName('basket-pull')
  const tooMany = freshName('basket-spare')
  await signIn(page, 'bob')
  await emptyBasket(page)
  await expectAccessible(page, 'the basket')

  const put = async (text: string, inBasket: string) => {
    await writeYaml(page, text)
    await expectAccepted(page)
    await page.getByRole('button', { name: 'Add to basket' }).click()
    await expect(page.getByRole('link', { name: `Review ${inBasket} in your basket` })).toBeVisible()
  }

  await test.step('he adds three resources, one of which references another', async () => {
    await page.goto(createPath('payments-prod', 'PubSubSubscription'))
    await put(subscriptionText(subscription, topic), '1 change')
    await page.goto(createPath('payments-prod', 'PubSubTopic'))
    await put(topicText(topic), '2 changes')
    await expectAccessible(page, 'the form after adding')
    await page.getByRole('button', { name: 'create another one' }).click()
    await expect(page.getByText(/This is in your basket/)).toHaveCount(0)
    await expect(yamlEditor(page)).toContainText('kind: PubSubTopic') // phones have no editor beside the form: after that look it is loaded anew
    await expect.poll(() => readYaml(page)).not.toContain(topic)
    await put(topicText(tooMany), '3 changes')
    await page.getByRole('link', { name: 'Review 3 changes in your basket' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Basket', exact: true })).toBeVisible()
    await expect(page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: /^Basket/ })).toContainText('3')
    for (const name of [topic, subscription, tooMany]) {
      await expect(content(page).getByRole('listitem', { name: new RegExp(`${name}$`) })).toContainText('Accepted')
    }
    await expectAccessible(page, 'the basket')
  })

  await test.step('he takes one out, and edits another again', async () => {
    await page.getByRole('button', { name: `Remove ${tooMany} from the basket` }).click()
    await expect(content(page).getByText(tooMany)).toHaveCount(0)
    await page.getByRole('link', { name: `Edit ${subscription}` }).click()
    await expect(page.getByText(/This is in your basket/)).toBeVisible()
    await writeYaml(page, `${subscriptionText(subscription, topic)}  ackDeadlineSeconds: 30\n`)
    await expectAccepted(page)
    await page.getByRole('button', { name: 'Update basket' }).click()
    await page.getByRole('link', { name: 'Review 2 changes in your basket' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Basket', exact: true })).toBeVisible()
    const item = content(page).getByRole('listitem', { name: `PubSubSubscription ${subscription}` })
    await item.getByText(/^What changes in/).click()
    await expect(item.getByRole('figure')).toContainText('ackDeadlineSeconds: 30')
  })

  await test.step('he reviews them together and opens one pull request', async () => {
    await page.getByRole('button', { name: 'Review and propose 2 changes' }).click()
    const dialog = page.getByRole('dialog', { name: 'Review 2 changes as one pull request' })
    await expect(dialog.getByText('The API server accepts this')).toHaveCount(2)
    await expect(dialog.getByRole('figure')).toHaveCount(2)
    await expectAccessible(page, 'the basket')
    await dialog.getByRole('textbox', { name: /^Title/ }).fill(`Add ${topic} with its subscription`)
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await expect(page.getByRole('heading', { name: '2 resources' })).toBeVisible()
  })

  await test.step('the basket is empty again, and the plan names both', async () => {
    await expect(
      page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Basket', exact: true }),
    ).toBeVisible()
    await expect(page.getByRole('heading', { name: /^Plan.*Passed/ })).toBeVisible({ timeout: 60_000 })
    await expect(content(page).getByText('2 to add').first()).toBeVisible()
    await expectAccessible(page, 'the basket')
  })

  await test.step('merged, both become ready, and so does the proposal', async () => {
    const proposal = page.url()
    await mergePullRequest(page, 'bob')
    await leaveGithub(page)
    await page.goto(proposal)
    await expect(content(page).getByText('2 of 2 ready')).toBeVisible({ timeout: 120_000 })
    await expect(page.getByRole('list', { name: 'Progress' }).getByText('Ready', { exact: false }).last()).toBeVisible()
    for (const [kind, name] of [
      ['PubSubTopic', topic],
      ['PubSubSubscription', subscription],
    ] as const) {
      await page.goto(resourcePath('payments-prod', kind, name))
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
      await expect(content(page).getByText('Ready', { exact: true }).first()).toBeVisible()
    }
  })

  await test.step('he deletes the subscription by the basket', async () => {
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete by pull request' }).click()
    await page.getByRole('button', { name: 'Put it into the basket instead' }).click()
    const dialog = page.getByRole('dialog', { name: `Put the deletion of ${subscription} into the basket` })
    const add = dialog.getByRole('button', { name: 'Add to basket' })
    await expect(add).toBeDisabled()
    await dialog.getByRole('textbox', { name: `Type ${subscription} to confirm` }).fill(subscription)
    await expectAccessible(page, 'putting a deletion into the basket')
    await add.click()
    await page.getByRole('link', { name: 'Go to the basket' }).click()
    const item = content(page).getByRole('listitem', { name: `PubSubSubscription ${subscription}` })
    await expect(item.getByText('Delete', { exact: true })).toBeVisible()
    await expect(item).toContainText('Accepted')
    await page.getByRole('button', { name: 'Review and propose 1 change' }).click()
    await page.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    await mergePullRequest(page, 'bob')
    await leaveGithub(page)
    await page.goto(resourcePath('payments-prod', 'PubSubSubscription', subscription))
    await expect(page.getByText(/was deleted/).first()).toBeVisible({ timeout: 120_000 })
  })
})
