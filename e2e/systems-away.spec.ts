import { freeze, simulateGithub } from './steps/demo-world.ts'
import { expectAccepted, form, yamlEditor } from './steps/editor.ts'
import { expect, test } from './steps/journey.ts'
import { content, createPath, freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test.use({ expectedOnConsole: /Failed to load resource|net::ERR_|EventSource/ })

const undo: (() => unknown)[] = []
test.afterEach(async () => {
  for (const each of undo.splice(0)) await each()
})

for (const [mode, words] of [
  ['down', /GitHub (failed \(status 503\)|does not answer).*[Tt]ry again/],
  ['rate-limited', /GitHub asks Corbel to slow down\..*again in \d+ seconds/],
  ['forbidden', /GitHub.*(refuse|permission|may not|not allow)/i],
] as const) {
  test(`GitHub ${mode}: a sentence names it, other parts go on, nothing typed is lost, and it goes on after`, async ({ page }) => {
    const name = freshName(`journey-${mode}`)
    await signIn(page, 'alice', createPath('payments-staging', 'StorageBucket'))
    const discard = page.getByRole('button', { name: 'Discard' })
    await expect(form(page)).toBeVisible()
    if (await discard.isVisible()) await discard.click()
    await expect(discard).toBeHidden() // what is typed before would go with it
    await form(page).getByLabel(/^Name/).fill(name)
    await expectAccepted(page)
    undo.push(() => simulateGithub('none'))
    await simulateGithub(mode, 120)
    await page.getByRole('button', { name: 'Review pull request' }).click()
    const dialog = page.getByRole('dialog', { name: 'Review pull request' })
    await expect(dialog.getByText(words).first()).toBeVisible()
    await dialog.getByRole('button', { name: 'Back to the form' }).click()
    await expect(yamlEditor(page)).toContainText(name)

    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Resources' }).click()
    await expect(page.getByText(/^\d+ resources/)).toBeVisible()
    await page.goBack()
    await expect(form(page).getByLabel(/^Name/)).toHaveValue(name)

    await simulateGithub('none')
    const accepted = dialog.getByText(/^The API server accepts this/)
    await expect(async () => {
      // an open review lets nobody press the button behind it
      if (!(await dialog.isVisible())) await page.getByRole('button', { name: 'Review pull request' }).click()
      await expect(accepted.or(dialog.getByText(words)).first()).toBeVisible()
      const isAccepted = await accepted.isVisible()
      if (!isAccepted) await dialog.getByRole('button', { name: 'Back to the form' }).click()
      expect(isAccepted).toBe(true)
    }).toPass()
    await dialog.getByRole('button', { name: 'Back to the form' }).click()
    await page.getByRole('button', { name: 'Discard' }).first().click()
  })
}

test('GitHub goes down between review and click: it is said, the text stays, and the same click opens one pull request later', async ({
  page,
}) => {
  const name = freshName('journey-late')
  await signIn(page, 'alice', createPath('payments-staging', 'PubSubTopic'))
  await expect(form(page)).toBeVisible()
  const discard = page.getByRole('button', { name: 'Discard' })
  if (await discard.isVisible()) await discard.click()
  await expect(discard).toBeHidden() // as above
  await form(page).getByLabel(/^Name/).fill(name)
  await expectAccepted(page)
  await page.getByRole('button', { name: 'Review pull request' }).click()
  const dialog = page.getByRole('dialog', { name: 'Review pull request' })
  await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
  undo.push(() => simulateGithub('none'))
  await simulateGithub('down', 120)
  await dialog.getByRole('button', { name: 'Open pull request' }).click()
  await expect(dialog.getByText(/GitHub (failed \(status 503\)|does not answer).*[Tt]ry again/).first()).toBeVisible()
  await simulateGithub('none')
  await dialog.getByRole('button', { name: 'Open pull request' }).click()
  await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
  await expect(page.getByRole('link', { name: /^Pull request #\d+/ })).toBeVisible({ timeout: 60_000 })
})

test('the identity provider hangs: signing in says so, those who are signed in go on', async ({ page, browser, watch }) => {
  await signIn(page, 'alice', '/resources')
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  undo.push(freeze('identity'))
  const stranger = await browser.newContext()
  watch(stranger)
  const newcomer = await stranger.newPage()
  await newcomer.goto('/sign-in')
  await newcomer.getByRole('button', { name: 'Sign in with your company account' }).click({ noWaitAfter: true })
  await expect(newcomer.getByText(/The identity provider does not answer/)).toBeVisible({ timeout: 40_000 })
  await expect(newcomer.getByRole('button', { name: 'Sign in with your company account' })).toBeVisible()
  await page.getByRole('link', { name: 'acme-payments-invoices', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'acme-payments-invoices' })).toBeVisible()
  for (const each of undo.splice(0)) await each()
  await signIn(newcomer, 'carol')
  await stranger.close()
})

test('the cluster hangs: lists stay, say how old they are, and go on by themselves', async ({ page }) => {
  test.setTimeout(180_000)
  await signIn(page, 'alice', '/resources')
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  undo.push(freeze('control-plane'))
  await page.goto(resourcePath('payments-prod', 'StorageBucket', 'acme-payments-invoices'))
  await expect(page.getByRole('heading', { level: 1, name: 'acme-payments-invoices' })).toBeVisible({ timeout: 45_000 })
  await expect(content(page).getByText(/What you see is from Corbel's index/)).toBeVisible()
  await page.goto(createPath('payments-prod', 'PubSubTopic'))
  await expect(form(page)).toBeVisible({ timeout: 45_000 })
  await form(page).getByLabel(/^Name/).fill('typed-in-the-dark')
  await expect(page.getByText(/draft saved/)).toBeVisible()
  await expect(page.getByText(/no dry run:/)).toBeVisible({ timeout: 45_000 })
  for (const each of undo.splice(0)) await each()
  await expect(async () => {
    const again = page.getByRole('button', { name: 'Ask again' })
    if (await again.isVisible()) await again.click()
    await expect(page.getByText(/dry run accepted/)).toBeVisible({ timeout: 5000 })
  }).toPass()
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Resources' }).click()
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  await page.goBack()
  await page.getByRole('button', { name: 'Discard' }).first().click()
})
