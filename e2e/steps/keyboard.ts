/** A keyboard and no mouse. */
import type { Page } from '@playwright/test'

/** Presses Tab until the focus is where a person wants it; fails when it never comes there. */
export async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
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
