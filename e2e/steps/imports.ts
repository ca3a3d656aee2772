/** Leading an import through its steps, as a person does. */
import { expect, type Page } from '@playwright/test'
import { content } from './pages.ts'

/** Scans a project from the import page and waits for the end; gives the address of the run. */
export async function scanProject(page: Page, project: string): Promise<string> {
  await page.goto('/import')
  await page.getByRole('button', { name: `Scan ${project}`, exact: true }).click()
  await expect(page).toHaveURL(/\/import\/[0-9a-f-]{36}\?step=scan$/)
  await expect(page.getByText(/^Done: [\d,]+ assets? read$/)).toBeVisible({ timeout: 90_000 })
  return page.url()
}

/** Goes to a step by the list of steps. */
export async function openStep(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Steps of the import' }).getByRole('link', { name: title }).click()
}

/** Chooses every importable asset with one of these verdicts; gives how many are chosen. */
export async function chooseImportable(page: Page, verdicts: readonly string[]): Promise<number> {
  await content(page)
    .getByRole('navigation', { name: 'What becomes of the assets' })
    .getByRole('link', { name: /Importable/ })
    .click()
  await expect(page.getByRole('link', { name: 'Remove Importable' })).toBeVisible()
  for (const verdict of verdicts) {
    await page.getByRole('button', { name: /^Verdict/ }).click()
    await page.getByRole('menuitem', { name: verdict }).click()
    await expect(page.getByRole('link', { name: `Remove ${verdict}` })).toBeVisible()
  }
  await content(page).getByRole('button', { name: 'Choose all shown' }).click()
  const status = content(page).getByText(/^[1-9]\d* of \d+ importable chosen$/)
  await expect(status).toBeVisible()
  return Number(/^\d+/.exec((await status.textContent()) ?? '')?.[0])
}

/** Opens what the step proposes, however often the cloud changes meanwhile; gives the addresses of the proposals. */
export async function openTheirPullRequest(page: Page): Promise<string[]> {
  const opened = content(page).getByText(/^\d+ pull requests? opened by this import$/)
  await expect(async () => {
    const open = page.getByRole('button', { name: /^Open \d+ pull requests?$/ })
    if (await open.isVisible()) await open.click()
    await expect(opened).toBeVisible({ timeout: 30_000 })
  }).toPass({ timeout: 120_000 })
  const links = content(page).locator('a[href^="/proposals/"]')
  return links.evaluateAll((found) => [...new Set(found.map((link) => link.getAttribute('href') ?? ''))])
}

/** Waits until nothing waits any more; gives the numbers of the headline. */
export async function watchAdoption(page: Page): Promise<{ adopted: number; total: number }> {
  await openStep(page, 'After the merge')
  const headline = page.getByRole('region', { name: 'Outcome' }).getByRole('heading')
  await expect(async () => {
    await expect(page.getByRole('list', { name: 'Resources by outcome' })).not.toContainText('Waiting', { timeout: 1000 })
    await expect(headline).toHaveText(/^[\d,]+ of [\d,]+ adopted,/, { timeout: 1000 })
  }).toPass({ timeout: 180_000 })
  const [adopted, total] = ((await headline.textContent()) ?? '').replaceAll(',', '').match(/\d+/g) ?? []
  return { adopted: Number(adopted), total: Number(total) }
}
