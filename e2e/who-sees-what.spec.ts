import { expectAccessible } from './steps/accessibility.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content, createPath, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test('carol sees her team and nothing of others, and is told why', async ({ page }) => {
  await signIn(page, 'carol')
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Projects' }).click()
  await expect(content(page).getByText('playlists-prod', { exact: true })).toBeVisible()
  await expect(content(page).getByText(/payments-(prod|staging)/)).toHaveCount(0)
  await expect(
    content(page)
      .getByText(/only|not shown|hidden/i)
      .filter({ hasText: /project/i })
      .first(),
  ).toBeVisible()

  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Resources' }).click()
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  await page.getByRole('button', { name: /^Project/ }).click()
  const choices = page.getByRole('menu', { name: 'Project' }).getByRole('menuitem')
  await expect(choices).toHaveCount(1)
  await expect(choices).toContainText('playlists-prod')
})

test('carol cannot open what belongs to payments, by page or by search', async ({ page }) => {
  await signIn(page, 'carol')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search resources/ }).fill('acme-payments-invoices')
  await expect(page.getByText(/Nothing you may see is called/)).toBeVisible()
})

test.describe('pages that refuse', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('carol is told in a sentence that a payments resource is not hers to see', async ({ page }) => {
    await signIn(page, 'carol', resourcePath('payments-prod', 'StorageBucket', 'acme-payments-invoices'))
    await expect(page.getByRole('heading', { name: /^(Cannot find|You may not see) StorageBucket acme-payments-invoices/ })).toBeVisible()
    await expect(content(page).getByText('acme/payments')).toHaveCount(0)
    await expectAccessible(page, 'a refusal')
    await page.goto(createPath('payments-prod', 'StorageBucket'))
    await expect(content(page).getByRole('heading').first()).toHaveText(/may not|Cannot find/i)
    await page.goto('/projects/payments-prod?cluster=demo')
    await expect(page.getByRole('heading', { name: 'You may see no project called payments-prod' })).toBeVisible()
  })
})

test('erin sees everything and may propose nothing', async ({ page }) => {
  await signIn(page, 'erin', '/projects')
  for (const project of ['payments-prod', 'payments-staging', 'playlists-prod', 'search-prod'])
    await expect(content(page).getByText(project, { exact: true })).toBeVisible()
  await page.goto('/create')
  await expect(page.getByRole('heading', { name: 'There is no project you may propose changes to' })).toBeVisible()
  await expect(content(page).getByText('corbel:propose')).toBeVisible()
  await expectAccessible(page, 'a catalogue without a project')
  await page.goto(createPath('payments-prod', 'StorageBucket'))
  await expect(page.getByRole('heading', { name: 'You may not propose changes to payments-prod' })).toBeVisible()
  await page.goto('/projects/payments-prod?cluster=demo')
  await expect(content(page).getByText('You may read this project. To propose changes, ask team payments to add you.')).toBeVisible()
})

test('dave of the platform team sees clusters and kinds; alice does not', async ({ page, browser, watch }) => {
  await signIn(page, 'dave')
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Admin' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Admin' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Clusters' }).getByText('Connected')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Kinds' }).getByRole('link', { name: 'StorageBucket' })).toBeVisible()
  await expectAccessible(page, 'the admin page')

  const other = await browser.newContext()
  watch(other)
  const hers = await other.newPage()
  await signIn(hers, 'alice')
  await expect(hers.getByRole('link', { name: 'Admin' })).toHaveCount(0)
  await hers.goto('/admin')
  await expect(hers.getByRole('heading', { name: 'This page is for the platform team' })).toBeVisible()
  await other.close()
})
