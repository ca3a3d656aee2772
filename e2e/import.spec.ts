import { expectAccessible } from './steps/accessibility.ts'
import { changeAsset, cloudCalls, makeBucket } from './steps/cloud.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { chooseImportable, openStep, openTheirPullRequest, scanProject, watchAdoption } from './steps/imports.ts'
import { expect, test } from './steps/journey.ts'
import { content, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const project = 'search-prod'
const cloudProject = 'search-prod-8812'

test('fay imports her project, and nothing in the cloud changes: scan, choose, review, pull request, merge, adopted', async ({ page }) => {
  test.setTimeout(600_000)
  const began = new Date()
  // something new each time: what earlier runs adopted is managed now
  const bucket = freshName('made-by-hand')
  const asset = await makeBucket(cloudProject, bucket, { team: 'search' })
  await signIn(page, 'fay')

  const run = await test.step('she scans her project', async () => {
    await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Import' }).click()
    await expect(page.getByText('Nothing in the cloud changes')).toBeVisible()
    await expect(content(page).getByText(cloudProject, { exact: true })).toBeVisible()
    await expectAccessible(page, 'where to import to')
    const address = await scanProject(page, project)
    await expect(
      content(page)
        .getByText(/number \d+/)
        .first(),
    ).toBeVisible()
    await expectAccessible(page, 'a finished scan')
    return address
  })

  const chosen = await test.step('she chooses what changes nothing', async () => {
    await page.getByRole('link', { name: 'Choose what to import' }).click()
    await expect(page.getByRole('region', { name: 'Assets', exact: true })).toBeVisible()
    await expect(page.getByRole('region', { name: 'By service and kind' })).toBeVisible()
    await expectAccessible(page, 'the table to choose from')
    await page.getByRole('link', { name: 'Tree' }).click()
    await expect(page.getByRole('region', { name: 'Assets below their parents' })).toBeVisible()
    await page.getByRole('link', { name: 'List' }).click()
    await expect(page.getByRole('region', { name: 'Assets', exact: true })).toBeVisible()
    return chooseImportable(page, ['Adds one label', 'Nothing changes'])
  })
  expect(chosen).toBeGreaterThan(0)

  await test.step('what she chose survives a reload', async () => {
    await page.reload()
    await expect(content(page).getByText(new RegExp(`^${chosen} of \\d+ importable chosen`))).toBeVisible()
  })

  await test.step('she reviews the asset beside its manifest, leaf by leaf', async () => {
    await openStep(page, 'Review')
    const list = page.getByRole('navigation', { name: 'Chosen resources' })
    await expect(list.getByRole('link').first()).toBeVisible()
    await expect(page.getByText(new RegExp(`^1 of ${chosen}$`))).toBeVisible()
    if (chosen > 1) {
      await page.keyboard.press('j')
      await expect(page.getByText(new RegExp(`^2 of ${chosen}$`))).toBeVisible()
      await page.keyboard.press('k')
      await expect(page.getByText(new RegExp(`^1 of ${chosen}$`))).toBeVisible()
    }
    await findInReview(page, run, bucket)
    await expect(content(page).getByRole('heading', { level: 2, name: bucket })).toBeVisible()
    const fields = page.getByRole('listbox', { name: 'Fields of the asset' })
    await fields.getByRole('option', { name: /^storageClass STANDARD/ }).hover()
    const manifest = page.getByRole('listbox', { name: new RegExp(`^Manifest of ${bucket}`) })
    await expect(manifest.locator('[data-lit]')).toHaveText(/storageClass: STANDARD/)
    await manifest.getByRole('option', { name: /^\s*location: EU/ }).hover()
    await expect(fields.locator('[data-lit]').filter({ hasText: /^location EU/ })).toBeVisible()
    await expectAccessible(page, 'the review of an asset')
  })

  await test.step('the API server is asked about all of them', async () => {
    await page.getByRole('button', { name: 'Dry run all' }).click()
    await expect(page.getByText(/dry runs? made, all accepted|was asked about all of them/)).toBeVisible({ timeout: 120_000 })
  })

  await test.step('she edits one in the form, and takes it back', async () => {
    await content(page).getByRole('button', { name: 'Edit', exact: true }).click()
    await expect(page.getByRole('form', { name: /^Fields of/ })).toBeVisible()
    await expect(page.getByText('valid', { exact: true })).toBeVisible()
    await page
      .getByRole('form', { name: /^Fields of/ })
      .getByLabel(/^Storage class/)
      .first()
      .fill('NEARLINE')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('listbox', { name: new RegExp(`^Manifest of ${bucket}`) })).toContainText('storageClass: NEARLINE')
    await page.getByRole('button', { name: 'Back to the original' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drop my changes' }).click()
    await expect(page.getByRole('listbox', { name: new RegExp(`^Manifest of ${bucket}`) })).toContainText('storageClass: STANDARD')
  })

  await test.step('she sees the files of each layout', async () => {
    await page.getByRole('link', { name: 'Names and files' }).click()
    const files = content(page).getByRole('listitem')
    const ofBucket = files.filter({ hasText: `storagebucket-${bucket}.yaml` })
    await expect(ofBucket).toBeVisible()
    await page.getByRole('radio', { name: /^One file per service/ }).check()
    await expect(files.filter({ hasText: '/storage.yaml' })).toBeVisible()
    await expect(ofBucket).toHaveCount(0)
    await expectAccessible(page, 'the layout of the files')
    await page.getByRole('radio', { name: /^One file per resource/ }).check()
    await expect(ofBucket).toBeVisible()
  })

  const proposals = await test.step('what changed in the cloud since the scan is shown before anything opens', async () => {
    await changeAsset(asset, { labels: { team: 'search', tier: 'hot' }, metageneration: '2' })
    await openStep(page, 'Pull requests')
    await expect(content(page).getByText('What its text says').first()).toBeVisible()
    await expectAccessible(page, 'the pull requests to be')
    await page.getByRole('button', { name: /^Open \d+ pull requests?$/ }).click()
    await expect(page.getByText(/The cloud changed since the snapshot, so nothing was opened/)).toBeVisible({ timeout: 60_000 })
    await expect(
      content(page)
        .getByRole('link', { name: new RegExp(bucket) })
        .first(),
    ).toBeVisible()
    return openTheirPullRequest(page)
  })

  await test.step('she merges at GitHub, and CI applies', async () => {
    for (const proposal of proposals) {
      await page.goto(proposal)
      await expect(page.getByRole('heading', { name: /^Plan.*Passed/ })).toBeVisible({ timeout: 120_000 })
      await mergePullRequest(page, 'fay')
      await leaveGithub(page)
    }
  })

  await test.step('every resource is adopted, and the page proves it', async () => {
    await page.goto(run)
    const { adopted, total } = await watchAdoption(page)
    expect(adopted).toBe(total)
    await expect(page.getByRole('region', { name: 'Outcome' })).toContainText('0 changes in the cloud except the label managed-by-cnrm')
    await expectAccessible(page, 'the proof')
  })

  await test.step("the simulated cloud's own record holds no call but the label", async () => {
    const calls = await cloudCalls(cloudProject, began)
    const others = calls.filter(({ fields, method }) => method !== 'PATCH' || fields.some((field) => field !== 'labels.managed-by-cnrm'))
    expect(others).toEqual([])
    expect(calls.some(({ resource }) => resource === asset)).toBe(true)
  })

  await test.step('a second scan finds nothing new of it', async () => {
    await scanProject(page, project)
    await page.getByRole('link', { name: 'Choose what to import' }).click()
    await page.getByRole('searchbox', { name: 'Find by name' }).fill(bucket)
    const rows = page.getByRole('region', { name: 'Assets', exact: true }).getByRole('row')
    await expect(rows.filter({ hasText: bucket }).first()).toContainText('Managed by')
  })
})

/** Goes to an asset of the review by the search of the step before, as its name says where it stands. */
async function findInReview(page: import('@playwright/test').Page, run: string, name: string): Promise<void> {
  await page.goto(`${run.split('?')[0]}?step=choose&q=${encodeURIComponent(name)}`)
  await content(page).getByRole('region', { name: 'Assets', exact: true }).getByRole('link', { name }).first().click()
}
