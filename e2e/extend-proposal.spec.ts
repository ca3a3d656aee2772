import { expectAccessible } from './steps/accessibility.ts'
import { emptyBasket } from './steps/basket.ts'
import { expectAccepted, form, openPullRequest, readYaml, writeYaml, yamlEditor } from './steps/editor.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, createPath, freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const topicText = (name: string, labels: string) => `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubTopic
metadata:
  name: ${name}
  namespace: payments-prod
  labels:
${labels}`

test('alice adds a commit to the pull request that bob has opened for the same resource', async ({ browser, page, watch }) => {
  test.setTimeout(240_000)
  const name = freshName('extend-topic')
  await signIn(page, 'bob')
  const proposal = await test.step('bob proposes a topic', async () => {
    await page.goto(createPath('payments-prod', 'PubSubTopic'))
    await writeYaml(page, topicText(name, '    owner: bob\n'))
    await expectAccepted(page)
    const address = await openPullRequest(page)
    await expect(page.getByRole('link', { name: /^Pull request #\d+/ })).toBeVisible()
    return address
  })

  const context = await browser.newContext()
  watch(context)
  const alices = await context.newPage()
  await signIn(alices, 'alice')

  await test.step('alice proposes the same one, and is told what she can do', async () => {
    await alices.goto(createPath('payments-prod', 'PubSubTopic'))
    await writeYaml(alices, topicText(name, '    owner: bob\n    tier: gold\n'))
    await expectAccepted(alices)
    await alices.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = alices.getByRole('dialog', { name: 'Review pull request' })
    const choice = dialog.getByRole('group', { name: 'This resource is in an open proposal' })
    await expect(choice.getByRole('radio')).toHaveCount(2)
    await expect(dialog.getByRole('button', { name: 'Open pull request' })).toBeDisabled()
    await expectAccessible(alices, 'the choice')
    await choice.getByRole('radio', { name: /^Start a second pull request beside it/ }).check()
    await expect(choice.getByText(/may conflict with the first/)).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Open pull request' })).toBeEnabled()
    await choice.getByRole('radio', { name: /^Add a commit to .* \(#\d+, by Bob/ }).check()
  })

  await test.step('she adds a commit on top of his version', async () => {
    const dialog = alices.getByRole('dialog', { name: 'Review pull request' })
    await expect(dialog.getByRole('figure')).toContainText('tier: gold')
    await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
    await dialog.getByRole('button', { name: 'Add commit' }).click()
    await expect(alices).toHaveURL(proposal)
    const commits = content(alices).getByRole('region', { name: 'Commits added later' }).or(content(alices))
    await expect(commits.getByText('Added', { exact: true })).toBeVisible({ timeout: 30_000 })
    await expectAccessible(alices, 'the choice')
  })

  await test.step('bob sees it without a reload; CI plans again', async () => {
    await expect(content(page).getByText(/^by Alice/)).toBeVisible({ timeout: 30_000 })
    await expect(content(page).getByRole('figure').last()).toContainText('tier: gold')
    await expect(page.getByRole('heading', { name: /^Plan.*Passed/ })).toBeVisible({ timeout: 60_000 })
  })

  await test.step('she edits the version of the proposal', async () => {
    await alices.getByRole('link', { name: `Edit ${name} in this proposal` }).click()
    await expect(alices.getByText(/Your change becomes a commit there/)).toBeVisible()
    await expect(yamlEditor(alices)).toContainText('tier: gold') // it is loaded after the words above it
    const text = await readYaml(alices)
    expect(text).toContain('tier: gold')
    await writeYaml(alices, `${text.replace('tier: gold', 'tier: silver')}\n`)
    await expectAccepted(alices)
    await alices.getByRole('button', { name: 'Review commit' }).click()
    const dialog = alices.getByRole('dialog', { name: /^Review commit for #\d+/ })
    await expect(dialog.getByRole('figure')).toContainText('tier: silver')
    await dialog.getByRole('button', { name: 'Add commit' }).click()
    await expect(alices).toHaveURL(proposal)
    await expect(content(alices).getByText('Added', { exact: true })).toHaveCount(2, { timeout: 30_000 })
    await context.close()
  })

  await test.step('merged once, everything in it becomes ready', async () => {
    await expect(page.getByRole('heading', { name: /^Plan.*Passed/ })).toBeVisible({ timeout: 60_000 })
    await mergePullRequest(page, 'bob')
    await leaveGithub(page)
    await page.goto(proposal)
    await expect(page.getByRole('list', { name: 'Progress' }).getByRole('listitem').last()).toContainText('Ready (done)', {
      timeout: 120_000,
    })
    await page.goto(`${resourcePath('payments-prod', 'PubSubTopic', name)}?tab=manifest`)
    await expect(content(page).getByText('silver').first()).toBeVisible()
  })
})

test('alice goes on with what her own proposal creates: nothing in it is fixed but the names, and its resources are known', async ({
  page,
}) => {
  test.setTimeout(240_000)
  const topic = freshName('onto-topic')
  const subscription = freshName('onto-pull')
  const put = async (kind: string, text: string) => {
    await page.goto(createPath('payments-prod', kind))
    await writeYaml(page, text)
    await expectAccepted(page)
    await page.getByRole('button', { name: 'Add to basket' }).click()
    await expect(page.getByRole('link', { name: /^Review .* in your basket$/ })).toBeVisible()
  }
  await signIn(page, 'alice')
  await emptyBasket(page)
  await put('PubSubTopic', topicText(topic, '    owner: alice\n'))
  await put(
    'PubSubSubscription',
    `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1
kind: PubSubSubscription
metadata:
  name: ${subscription}
  namespace: payments-prod
spec:
  filter: attributes.type = "payment"
  topicRef:
    name: ${topic}
`,
  )
  await page.goto('/basket')
  await page.getByRole('button', { name: 'Review and propose 2 changes' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Open pull request' }).click()
  await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
  await page.getByRole('link', { name: `Edit ${subscription} in this proposal` }).click({ timeout: 60_000 })
  const fields = form(page)
  await expect(fields.getByRole('textbox', { name: /^Name/ })).toBeDisabled()
  await expect(fields.getByText('The proposal creates it under this name.')).toBeVisible()
  const reference = fields.getByRole('group', { name: /^Topic/ })
  await expect(reference.getByText('in this proposal').filter({ visible: true })).toBeVisible()
  await reference.getByRole('combobox').fill(topic.slice(0, -1))
  await expect(page.getByRole('option', { name: new RegExp(topic) })).toContainText('in this proposal')
  await page.getByRole('option', { name: new RegExp(topic) }).click()
  const filter = fields.getByRole('textbox', { name: /^Filter/ })
  await expect(filter).toBeEnabled()
  await filter.fill('attributes.type = "refund"')
  await expectAccepted(page)
  await expectAccessible(page, 'a resource that a proposal creates')
})
