import { expectAccessible } from './steps/accessibility.ts'
import { expect, test } from './steps/journey.ts'
import { content } from './steps/pages.ts'
import { openPersonMenu, signIn, signOut } from './steps/people.ts'

test('alice signs in where she wanted to go, finds her team, and signs out', async ({ page, context }) => {
  await page.goto('/resources?team=payments')
  await expect(page).toHaveURL(/\/sign-in\?returnTo=/)
  await expect(page.getByText('Sign in to go on where you were')).toBeVisible()
  await expectAccessible(page, 'the sign-in page')
  await page.getByRole('button', { name: 'Sign in with your company account' }).click()
  await expectAccessible(page, "the identity provider's page")
  await page.getByRole('button', { name: /^Sign in as Alice/ }).click()
  await expect(page).toHaveURL(/\/resources\?team=payments$/)
  await expect(content(page).getByRole('heading', { level: 1, name: 'Resources' })).toBeVisible()

  await openPersonMenu(page)
  await expect(page.getByText('alice@acme.test').filter({ visible: true })).toBeVisible()
  await page.keyboard.press('Escape')
  await signOut(page)
  const cookies = await context.cookies(new URL(page.url()).origin)
  expect(cookies.filter(({ name }) => /corbel.*login/i.test(name))).toEqual([])
  await page.goto('/')
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Sign in to Corbel' })).toBeVisible()
})

test('home shows what needs alice, her projects and what to try', async ({ page }) => {
  await signIn(page, 'alice')
  await expect(page.getByRole('heading', { level: 1, name: 'Hello, Alice Andersen' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'What to try in this demo' })).toBeVisible()
  await expect(page.getByText(/Simulated here:.*GitHub: a stand-in/)).toBeVisible()
  const projects = page.getByRole('region', { name: 'My projects' }).or(page.locator('section', { hasText: 'My projects' }))
  await expect(projects.getByRole('link', { name: /payments-prod/ }).first()).toBeVisible()
  await expect(projects.getByRole('link', { name: /payments-staging/ }).first()).toBeVisible()
  await expect(projects.getByText('playlists-prod')).toHaveCount(0)
  await expect(page.getByRole('link', { name: /load-test/ }).first()).toContainText('Failed')
  await expectAccessible(page, 'home')

  await page
    .getByRole('link', { name: /load-test/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { level: 1, name: 'load-test' })).toBeVisible()
})

test('the chosen theme stays, without a flash of the other one', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page, 'alice')
  await openPersonMenu(page)
  await page.getByRole('menuitemradio', { name: 'Dark' }).filter({ visible: true }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  // the server already sends the choice: nothing is painted light first
  const html = await (await page.request.get('/')).text()
  expect(html).toMatch(/<html[^>]*data-theme="dark"/)
  await page.reload()
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(dark)
  await openPersonMenu(page)
  await page.getByRole('menuitemradio', { name: 'As the system' }).filter({ visible: true }).click()
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', 'dark')
})

test('search finds resources, kinds, projects and pages from anywhere, by keyboard alone', async ({ page }) => {
  await signIn(page, 'alice')
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox', { name: /^Search resources/ })
  await expect(box).toBeFocused()
  await expectAccessible(page, 'search')
  await box.fill('ledger')
  await expect(page.getByRole('option', { name: /^ledger\b/ }).first()).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await box.fill('payments-staging')
  const project = page.getByRole('option', { name: /payments-staging.*project/i })
  await expect(project.first()).toBeVisible()
  await box.fill('acme-payments-invoices')
  await expect(page.getByRole('option', { name: /acme-payments-invoices/ })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'acme-payments-invoices' })).toBeVisible()

  await page.keyboard.press('Control+k')
  await box.fill('no-such-thing-anywhere')
  await expect(page.getByText('Nothing you may see is called “no-such-thing-anywhere”.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(box).toBeHidden()
  await page.keyboard.press('Control+k')
  await box.fill('StorageBucket')
  await page
    .getByRole('option', { name: /^StorageBucket/ })
    .first()
    .click()
  await expect(page).toHaveURL(/StorageBucket/)
})

test('on a phone everything can be read, and the bar at the bottom leads on', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await signIn(page, 'alice')
  const bar = page.getByRole('navigation', { name: 'Main, small screen' })
  await bar.getByRole('link', { name: 'Resources' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Resources' })).toBeVisible()
  await page.getByRole('link', { name: 'acme-payments-invoices', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'acme-payments-invoices' })).toBeVisible()
  await bar.getByRole('link', { name: 'Projects' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible()
  await page
    .getByRole('button', { name: /account and theme/i })
    .filter({ visible: true })
    .click()
  await expect(page.getByRole('menuitem', { name: 'Sign out' }).filter({ visible: true })).toBeVisible()
})

test('an address that leads nowhere says so and leads home', async ({ page, baseURL }) => {
  await signIn(page, 'alice')
  const reply = await page.request.get(`${baseURL}/no/such/page`)
  expect(reply.status()).toBe(404)
  expect(await reply.text()).toContain('There is nothing at this address')
})
