import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './steps/accessibility.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const corbel = join(import.meta.dirname, '..', 'bin', 'corbel.mjs')

test('erin sees what everybody did, up to where it was verified, and proves it without the portal', async ({ page }, info) => {
  await signIn(page, 'erin', '/')
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Audit' }).click()
  await expect(page.getByRole('heading', { name: 'Audit', level: 1 })).toBeVisible()
  await expect(content(page).getByText(/^Verified to entry [\d,]+ at \d\d:\d\d/)).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('columnheader', { name: 'Person' })).toBeVisible()
  await expectAccessible(page, 'the audit log')

  // the proof first: a checkpoint that is kept vouches for what is exported after it, and not the other way round
  await page.getByRole('button', { name: 'Proof…' }).click()
  const proof = page.getByRole('dialog', { name: 'Proof' })
  const key = (await proof.getByText(/^localhost\/audit\+[0-9a-f]{8}\+\S+$/).textContent()) ?? ''
  const note = (await proof.getByText(/— localhost\/audit /).textContent()) ?? ''
  await expectAccessible(page, 'the proof')
  await page.keyboard.press('Escape')
  await expect(proof).toBeHidden()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Export ▾' })
      .click()
      .then(() => page.getByRole('menuitem', { name: 'JSON lines, verifiable' }).click()),
  ])
  const file = info.outputPath('audit.jsonl')
  await download.saveAs(file)
  const kept = info.outputPath('checkpoint.txt')
  writeFileSync(kept, note)
  const told = execFileSync(process.execPath, [corbel, 'audit', 'verify', file, '--key', key, '--from-checkpoint', kept], {
    encoding: 'utf8',
  })
  expect(told).toMatch(/^Intact\./)
})

test('filters stand in the address, an entry opens by keyboard, and nothing found says what to do', async ({ page }) => {
  await signIn(page, 'erin', '/audit')
  const table = page.getByRole('region', { name: 'Entries of the audit log' })
  await expect(table).toBeVisible()
  await page.getByRole('button', { name: /^Action/ }).click()
  await page.getByRole('menuitem', { name: 'Signed in' }).click()
  await expect(page).toHaveURL(/action=login\.started/)
  await expect(table.getByRole('button').first()).toHaveText('Signed in')
  await page.getByRole('combobox', { name: 'Person' }).fill('erin@acme.test')
  await page.getByRole('combobox', { name: 'Person' }).press('Enter')
  await expect(page).toHaveURL(/actor=erin%40acme\.test/)
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0) // the rows of the filter are there
  await table.focus()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const entry = page.getByRole('dialog', { name: /^Signed in, entry/ })
  await expect(entry.getByText('erin@acme.test')).toBeVisible()
  await expect(entry.getByText(/^[0-9a-f]{64}$/)).toHaveCount(2)
  await expectAccessible(page, 'an entry')
  await page.keyboard.press('Escape')

  await page.getByRole('searchbox', { name: 'Resource or proposal' }).fill('there is no such thing')
  await page.getByRole('searchbox', { name: 'Resource or proposal' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'No entry here' })).toBeVisible()
  await expectAccessible(page, 'no entry')
  await page.getByRole('link', { name: 'Show everything' }).click()
  await expect(page).toHaveURL(/\/audit$/)
})

test('carol sees her own acts and no others, on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await signIn(page, 'carol', '/audit')
  await expect(content(page).getByText(/What you did in Corbel/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Signed in' }).first()).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'Person' })).toHaveCount(0)
  await expect(page.getByRole('combobox', { name: 'Person' })).toHaveCount(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  await expectAccessible(page, 'own acts on a phone')
})

test.describe('when something is away', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('somebody else’s acts are refused in a sentence', async ({ page }) => {
    await signIn(page, 'carol', '/audit?actor=alice%40acme.test')
    await expect(page.getByRole('heading', { name: 'You may not see the audit log' })).toBeVisible()
    await expect(content(page).getByText(/You see your own acts/)).toBeVisible()
    await expectAccessible(page, 'a refusal')
  })
})
