/** No page may have a violation that axe finds, in light and dark, on a desktop and on a phone, and none may scroll sideways. */
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } }

/** Looks at the page as it stands in all four ways, and puts it back as it was. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const before = page.viewportSize() ?? sizes.desktop
  // what is about to be replaced is drawn pale, and says so
  await expect(page.locator('main [aria-busy="true"]:not(button)')).toHaveCount(0)
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // axe reads what is painted: changes of colour on their way have ended (in a window behind another they never do), and the next
      // frame has the new colours
      await page.evaluate(async () => {
        const ending = document
          .getAnimations()
          .filter((animation) => animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        await Promise.race([
          Promise.allSettled(ending.map((animation) => animation.finished)),
          new Promise((enough) => setTimeout(enough, 1000)),
        ])
        await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))
      })
      const axe = new AxeBuilder({ page })
      // the scheme changes colours and nothing else
      const { violations } = await (colorScheme === 'dark' ? axe.withRules('color-contrast') : axe).analyze()
      const found = violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help} – ${node.html} – ${node.failureSummary}`),
      )
      expect.soft(found, `${what}, ${size}, ${colorScheme}`).toEqual([])
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect.soft(wider, `${what}, ${size}: pixels the page is wider than the screen`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
}
