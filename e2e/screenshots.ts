/**
 * Pictures of the main pages for README and docs, made by hand against a running demo:
 *
 *   E2E_URL=http://localhost:3000 CHROMIUM=/usr/bin/chromium node e2e/screenshots.ts [name…]
 *
 * Signs in as alice, opens one pull request for a bucket nobody has, and leaves it open; opens a break-glass session and ends it. Then as fay, who imports as far as the review, and
 * as erin, who reads the audit log.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { askForBreakGlass, endMySessions, expectEditor, step } from './steps/break-glass.ts'
import { addField, addLabel, expectAccepted, form, openPullRequest } from './steps/editor.ts'
import { chooseImportable, openStep, scanProject } from './steps/imports.ts'
import { content, createPath, freshName, resourcePath } from './steps/pages.ts'
import { signIn, signOut } from './steps/people.ts'

const directory = join(import.meta.dirname, '..', 'docs', 'screenshots')
const desktop = { width: 1280, height: 800 }
const phone = { width: 360, height: 740 }
const wanted = process.argv.slice(2)

mkdirSync(directory, { recursive: true })
const browser = await chromium.launch({
  ...(process.env.CHROMIUM && { executablePath: process.env.CHROMIUM }),
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage({ baseURL: process.env.E2E_URL ?? 'http://localhost:3000', viewport: desktop, colorScheme: 'light' })
page.setDefaultTimeout(30_000)

/** One page in light and dark on a desktop, and in light on a phone. */
async function picture(name: string): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return
  const looks = [
    { suffix: 'light', viewport: desktop, colorScheme: 'light' },
    { suffix: 'dark', viewport: desktop, colorScheme: 'dark' },
    { suffix: 'phone', viewport: phone, colorScheme: 'light' },
  ] as const
  for (const { suffix, viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(() => window.scrollTo(0, 0))
    await page.screenshot({ path: join(directory, `${name}-${suffix}.png`), animations: 'disabled' })
  }
  await page.setViewportSize(desktop)
  await page.emulateMedia({ colorScheme: 'light' })
  console.log(name)
}

async function fillBucket(at: Page, name: string): Promise<void> {
  await form(at).getByLabel(/^Name/).fill(name)
  await form(at)
    .getByLabel(/^Location/)
    .fill('EU')
  await addField(at, 'age', /lifecycleRule\.condition\.age/)
  await form(at).getByLabel(/^Age/).fill('30')
  await form(at)
    .getByRole('group', { name: /^Lifecycle rule/ })
    .getByLabel(/^Type/)
    .first()
    .fill('Delete')
  await addLabel(at, 'purpose', 'archive')
  await expectAccepted(at)
}

await page.goto('/sign-in')
await picture('sign-in')
await signIn(page, 'alice')
await page.getByRole('heading', { name: 'Hello, Alice Andersen' }).waitFor()
await page
  .getByRole('link', { name: /load-test/ })
  .first()
  .waitFor()
await picture('home')
await page.goto('/resources')
await content(page).getByRole('table').waitFor()
await picture('resources')
await page.goto(resourcePath('payments-staging', 'SQLInstance', 'load-test'))
await page.getByRole('region', { name: 'State' }).waitFor()
await picture('resource')
await page.goto('/projects/payments-prod?cluster=demo')
await content(page).getByRole('table').waitFor()
await picture('project')
await page.goto('/create?cluster=demo&namespace=payments-prod')
await content(page)
  .getByRole('link', { name: /^StorageBucket/ })
  .waitFor()
await picture('catalogue')
await page.goto('/create/blueprint/pubsub-dead-letter?cluster=demo&namespace=payments-prod')
await page
  .getByLabel(/^Topic/)
  .first()
  .fill(freshName('payment-events'))
await page
  .getByLabel(/^Who reads it/)
  .first()
  .fill('ledger')
await page.getByText('accepted', { exact: true }).first().waitFor()
await picture('blueprint')
await page.goto(`${resourcePath('payments-prod', 'StorageBucket', 'acme-payments-invoices')}/clone`)
await page.getByRole('heading', { level: 1, name: /^Clone/ }).waitFor()
await page.getByRole('combobox', { name: /^Project/ }).click()
await page.getByRole('option', { name: /^payments-staging/ }).click()
await page.getByRole('textbox', { name: /^Name/ }).fill('acme-payments-invoices-staging')
await page.getByText(/payments-staging has none of this name/).waitFor()
await picture('clone')
await page.goto(createPath('payments-prod', 'PubSubTopic'))
await form(page).waitFor()
await form(page).getByLabel(/^Name/).fill(freshName('refunds'))
await expectAccepted(page)
await page.getByRole('button', { name: 'Add to basket' }).click()
await page.getByRole('link', { name: /^Review .* in your basket$/ }).click()
await page.getByRole('heading', { level: 1, name: 'Basket', exact: true }).waitFor()
await content(page).getByText('Accepted').first().waitFor()
await picture('basket')
await page
  .getByRole('button', { name: /^Remove .* from the basket/ })
  .first()
  .click()
await page.goto(createPath('payments-prod', 'StorageBucket'))
await form(page).waitFor()
const discard = page.getByRole('button', { name: 'Discard' })
if (await discard.isVisible()) {
  await discard.click()
  await discard.waitFor({ state: 'hidden' })
}
await fillBucket(page, freshName('acme-orders-archive'))
await picture('create')
await page.getByRole('button', { name: 'Review pull request' }).click()
await page
  .getByRole('dialog')
  .getByText(/^The API server accepts this/)
  .waitFor()
await picture('review')
await page.getByRole('dialog').getByRole('button', { name: 'Back to the form' }).click()
await openPullRequest(page)
await page.getByRole('heading', { name: /^Plan.*Passed/ }).waitFor({ timeout: 90_000 })
await picture('proposal')
await page.goto('/proposals')
await content(page).getByRole('link').first().waitFor()
await picture('proposals')
await endMySessions(page)
await askForBreakGlass(page, 'payments-prod', 'PubSubTopic', 'payment-events-dead')
await page.getByRole('textbox', { name: 'Why' }).fill('Dead letters expire before anybody has read them')
await page.getByRole('button', { name: 'Open break-glass' }).click()
await expectEditor(page)
await form(page)
  .getByLabel(/^Message retention duration/)
  .first()
  .fill('1209600s')
await page.keyboard.press('Control+Enter')
await step(page, 'Difference').getByRole('cell', { name: '1209600s' }).waitFor()
await picture('break-glass')
await endMySessions(page)
await signOut(page)
await signIn(page, 'fay')
await scanProject(page, 'search-prod')
await page.getByRole('link', { name: 'Choose what to import' }).click()
await page.getByRole('region', { name: 'Assets', exact: true }).getByRole('link').first().waitFor()
await picture('import-choose')
await chooseImportable(page, ['Adds one label', 'Nothing changes'])
await openStep(page, 'Review')
await page.getByRole('listbox', { name: 'Fields of the asset' }).waitFor()
await picture('import-review')
await signOut(page)
await signIn(page, 'erin', '/audit')
await content(page).getByRole('table').waitFor()
await picture('audit')
await browser.close()
