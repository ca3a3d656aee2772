/** Blueprints: a few answers become several manifests in one pull request, which are applied and get ready. */
import { expectAccessible } from './steps/accessibility.ts'
import { discardDraft } from './steps/editor.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test('a topic with dead letters, from six questions to ready', async ({ page }) => {
  test.slow()
  const topic = freshName('events')
  const questions = page.getByRole('form', { name: 'Questions of Pub/Sub topic with dead letters' })
  const made = page.getByRole('region', { name: 'What your answers make' })
  await signIn(page, 'alice')

  await test.step('she finds the blueprint before the kinds', async () => {
    await page.goto('/create?cluster=demo&namespace=payments-staging')
    await page.getByRole('searchbox', { name: 'What do you need?' }).fill('dead letter')
    const card = content(page).getByRole('link', { name: /^Pub\/Sub topic with dead letters/ })
    await expect(card).toBeVisible() // everything is there: from here on what does not fit goes
    await expect(content(page).getByRole('link', { name: /^Redis/ })).toHaveCount(0)
    await card.click()
    await expect(page.getByRole('heading', { level: 1, name: 'Pub/Sub topic with dead letters' })).toBeVisible()
  })

  await test.step('the manifests follow her answers, and the API server judges each', async () => {
    await expect(questions).toBeVisible()
    // of an earlier run that did not get to its end
    if (await page.getByRole('button', { name: 'Discard', exact: true }).isVisible()) await discardDraft(page)
    await expect(made.getByRole('group')).toHaveCount(7)
    await page.getByRole('button', { name: 'Review pull request' }).click()
    await expect(questions.getByText('Required.').first()).toBeVisible()
    await questions.getByLabel(/^Topic/).fill('Not a name')
    await expect(questions.getByText(/^Must match the pattern/).first()).toBeVisible()
    await questions.getByLabel(/^Topic/).fill(topic)
    await questions.getByLabel(/^Who reads it/).fill('ledger')
    await questions.getByLabel(/^Attempts/).fill('20')
    await questions
      .getByRole('group', { name: /^Keep messages/ })
      .getByRole('radio', { name: 'on', exact: true })
      .check()
    const subscription = made.getByRole('region', { name: 'Subscription as YAML', exact: true })
    for (const line of [`name: ${topic}-ledger`, 'maxDeliveryAttempts: 20', 'enableMessageOrdering: true', `name: ${topic}-dead`])
      await expect(subscription).toContainText(line)
    await expect(page.getByText(/^dry run accepted [67] manifests/)).toBeVisible({ timeout: 30_000 })
    await expectAccessible(page, 'a blueprint with its manifests')
  })

  await test.step('her answers are kept as a draft', async () => {
    await expect(page.getByText(/^draft saved/)).toBeVisible()
    await page.reload()
    await expect(questions.getByLabel(/^Topic/)).toHaveValue(topic)
    await expect(page.getByText(/^dry run accepted [67] manifests/)).toBeVisible({ timeout: 30_000 })
  })

  const proposal = await test.step('she opens one pull request with all of them', async () => {
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: 'Review pull request' })
    await dialog.getByText(/^[67] files change/).click()
    await expect(dialog.getByRole('figure', { name: `Changes of infra/payments-staging/pubsubtopic-${topic}-dead.yaml` })).toBeVisible()
    await expectAccessible(page, 'the review of several manifests')
    await dialog.getByRole('button', { name: 'Open pull request' }).click()
    await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
    return page.url()
  })

  await test.step('it is merged, applied and ready', async () => {
    await expect(page.getByText('The plan is accepted. It waits for a review and the merge.')).toBeVisible({ timeout: 60_000 })
    await mergePullRequest(page, 'alice')
    await leaveGithub(page)
    await page.goto(proposal)
    await expect(page.getByRole('list', { name: 'Progress' }).getByRole('listitem').last()).toContainText('Ready (done)', {
      timeout: 120_000,
    })
    for (const name of [topic, `${topic}-dead`, `${topic}-ledger`, `${topic}-dead-publisher`])
      await expect(content(page).getByRole('link', { name, exact: true })).toBeVisible()
  })

  await test.step('the same answers again are said to be taken', async () => {
    await page.goto('/create/blueprint/pubsub-dead-letter?cluster=demo&namespace=payments-staging')
    await questions.getByLabel(/^Topic/).fill(topic)
    await questions.getByLabel(/^Who reads it/).fill('ledger')
    await expect(page.getByText('6 names are taken')).toBeVisible({ timeout: 30_000 })
    await expect(made.getByText('The project has it already, and one is enough: it is left as it is.')).toBeVisible()
  })
})

test('a bucket by blueprint goes on in the form, with what was answered', async ({ page }) => {
  const name = freshName('acme-blueprint')
  await signIn(page, 'alice')
  await page.goto('/create/blueprint/storage-bucket?cluster=demo&namespace=payments-prod')
  const questions = page.getByRole('form', { name: 'Questions of Storage bucket' })
  await questions.getByLabel(/^Name/).fill(name)
  await questions.getByLabel(/^Days until objects are deleted/).fill('365')
  await expect(page.getByText('dry run accepted 1 manifest')).toBeVisible({ timeout: 30_000 })
  await questions
    .getByRole('group', { name: /^Keep old versions/ })
    .getByRole('radio', { name: 'off', exact: true })
    .check()
  await expect(questions.getByLabel(/^Days to keep old versions/)).toHaveCount(0)
  await page.getByRole('button', { name: 'Open as form' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Create StorageBucket' })).toBeVisible()
  await expect(page.getByRole('form', { name: /^Fields of/ }).getByLabel(/^Name/)).toHaveValue(name)
  await expect(page.getByRole('textbox', { name: 'Manifest as YAML' })).toContainText('publicAccessPrevention: enforced')
  await discardDraft(page)
})
