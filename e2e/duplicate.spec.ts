import { expectAccepted, form, openPullRequest, writeYaml } from './steps/editor.ts'
import { followFromPull } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { createPath, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const topic = (name: string) =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: payments-staging\n`

test('a second proposal for the same resource shows the open one', async ({ page, browser, watch }) => {
  const name = freshName('journey-twice')
  await signIn(page, 'alice', createPath('payments-staging', 'PubSubTopic'))
  await expect(form(page)).toBeVisible()
  await writeYaml(page, topic(name))
  await expectAccepted(page)
  const proposal = await openPullRequest(page)

  const context = await browser.newContext()
  watch(context)
  const second = await context.newPage()
  await signIn(second, 'bob', createPath('payments-staging', 'PubSubTopic'))
  await expect(form(second)).toBeVisible()
  await writeYaml(second, topic(name))
  await expectAccepted(second)
  await second.getByRole('button', { name: 'Review pull request' }).click()
  const dialog = second.getByRole('dialog', { name: 'Review pull request' })
  await expect(dialog.getByRole('group', { name: 'This resource is in an open proposal' })).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Open pull request' })).toBeDisabled()
  await dialog.getByRole('link').first().click()
  await expect(second).toHaveURL(proposal)
  await context.close()
})

test('a double click opens one pull request', async ({ page }) => {
  const name = freshName('journey-double')
  await signIn(page, 'alice', createPath('payments-staging', 'PubSubTopic'))
  await expect(form(page)).toBeVisible()
  await writeYaml(page, topic(name))
  await expectAccepted(page)
  await page.getByRole('button', { name: 'Review pull request' }).click()
  const dialog = page.getByRole('dialog', { name: 'Review pull request' })
  await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Open pull request' }).dblclick()
  await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
  await page.getByRole('link', { name: /^Pull request #\d+/ }).click()
  await followFromPull(page.getByRole('link', { name: 'Pull requests' }), page.getByRole('heading', { name: 'Pull requests', level: 1 }))
  await expect(page.getByRole('main').getByRole('link', { name: new RegExp(name) })).toHaveCount(1)
})
