import type { Page } from '@playwright/test'
import { expect, test } from './steps/journey.ts'
import { content, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

/** Presses Tab until the focus is where a person wants it; fails when it never comes there. */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab')
    const here = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return ''
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent) : []
      return element.getAttribute('aria-label') ?? (labels.join(' ') || element.textContent || '')
    })
    if (name.test(here.trim())) return
  }
  throw new Error(`The focus never reached ${name}.`)
}

test('a bucket is proposed without touching the mouse', async ({ page }) => {
  const name = freshName('acme-journey-keys')
  await signIn(page, 'alice')
  await expect(page.getByRole('heading', { name: 'Hello, Alice Andersen' })).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeInViewport()
  await page.keyboard.press('Enter')
  await tabTo(page, /^Create a resource$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox', { name: 'What do you need?' })).toBeVisible()
  await tabTo(page, /^What do you need\?/)
  await page.keyboard.type('bucket')
  await expect(page).toHaveURL(/q=bucket/)
  const kind = content(page).getByRole('link', { name: /^StorageBucket/ })
  await expect(kind).toBeVisible()
  await expect(async () => {
    await page.keyboard.press('ArrowDown') // blueprints come first
    await expect(kind).toBeFocused({ timeout: 200 })
  }).toPass({ intervals: [0] })
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Create StorageBucket' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: /^Name/ })).toBeFocused()
  await page.keyboard.press('Control+a')
  await page.keyboard.type(name)
  await tabTo(page, /^Add field/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('searchbox', { name: 'Search fields to add' })).toBeFocused()
  await page.keyboard.type('main page')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: /^Main page suffix/ })).toBeFocused()
  await page.keyboard.type('index.html')
  const editor = page.getByRole('textbox', { name: 'Manifest as YAML' })
  await expect(editor).toContainText('mainPageSuffix: index.html')

  await test.step('the editor is no trap', async () => {
    await tabTo(page, /^Manifest as YAML$/)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    await expect(editor).not.toBeFocused()
    await page.keyboard.press('Shift+Tab')
  })
  await expect(page.getByText(/dry run accepted/)).toBeVisible()
  await page.keyboard.press('Escape')
  await tabTo(page, /^Review pull request/)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Review pull request' })
  await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Review pull request' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
  await tabTo(page, /^Open pull request$/)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
  await expect(page.getByRole('link', { name: /^Pull request #\d+/ })).toBeVisible({ timeout: 30_000 })
})
