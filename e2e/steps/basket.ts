/** What waits in the basket. */
import { expect, type Page } from '@playwright/test'

/** Takes everything out that an earlier journey left. */
export async function emptyBasket(page: Page): Promise<void> {
  await page.goto('/basket')
  await expect(page.getByRole('heading', { level: 1, name: /basket/i })).toBeVisible()
  const leftOver = page.getByRole('button', { name: /^Remove .* from the basket$/ })
  while ((await leftOver.count()) > 0) {
    const before = await leftOver.count()
    await leftOver.first().click()
    await expect(leftOver).toHaveCount(before - 1)
  }
  await expect(page.getByText('Your basket is empty')).toBeVisible()
}
