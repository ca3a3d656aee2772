import { clearFaults, makeFault } from './steps/cloud.ts'
import { scanProject } from './steps/imports.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const project = 'search-prod'
const scope = 'projects/search-prod-8812'

test.afterEach(() => clearFaults())

test('a scan the inventory refuses says why, and goes on where it stopped', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page, 'fay')
  await makeFault({ fault: 'disabled', scope })
  await page.goto('/import')
  await page.getByRole('button', { name: `Scan ${project}`, exact: true }).click()
  await expect(page.getByText(/^The scan stopped after/)).toBeVisible({ timeout: 60_000 })
  await expect(content(page).getByRole('alert')).toContainText(/Cloud Asset API/)
  await clearFaults()
  await page.getByRole('button', { name: 'Go on where it stopped' }).click()
  await expect(page.getByText(/^Done: [\d,]+ assets? read$/)).toBeVisible({ timeout: 90_000 })
  await expect(page.getByRole('link', { name: 'Choose what to import' })).toBeVisible()
})

test('types the inventory withholds are a gap with a reason; the rest is read', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page, 'fay')
  await makeFault({ fault: 'denied', assetTypes: ['storage.googleapis.com/Bucket'], scope })
  await scanProject(page, project)
  await expect(content(page).getByText(/could not be read; the rest is complete/)).toBeVisible()
  await expect(content(page).getByText('storage.googleapis.com/Bucket', { exact: true }).first()).toBeVisible()
})

test.describe('for another team', () => {
  test.use({ expectedOnConsole: failedRequests })
  test('an import of a project one may not read is not there', async ({ page, browser, watch }) => {
    test.setTimeout(240_000)
    await signIn(page, 'fay')
    const address = await scanProject(page, project)
    const other = await browser.newContext()
    watch(other)
    const hers = await other.newPage()
    await signIn(hers, 'carol', new URL(address).pathname)
    await expect(hers.getByRole('heading', { name: 'Cannot find this import' })).toBeVisible()
    await hers.goto('/import')
    await expect(hers.getByRole('button', { name: /^Scan / }).first()).toBeVisible()
    await expect(hers.getByRole('button', { name: `Scan ${project}`, exact: true })).toHaveCount(0)
    await expect(hers.getByText('Loading recent scans')).toHaveCount(0)
    await expect(hers.getByRole('main').getByText(project, { exact: true })).toHaveCount(0)
    await other.close()
  })
})
