/** The GitHub stand-in's pages, used as a person uses GitHub's. */
import { expect, type Locator, type Page } from '@playwright/test'
import { expectSignedIn, type PersonName } from './people.ts'

/** Follows the proposal's link and merges as a person; gives the pull request's address. */
export async function mergePullRequest(page: Page, person: PersonName): Promise<string> {
  await page.getByRole('link', { name: /^Pull request #\d+/ }).click()
  await expect(page.getByText('GitHub stand-in (simulated)')).toBeVisible()
  const address = page.url()
  const merge = page.getByRole('button', { name: 'Merge pull request' })
  if (await merge.isDisabled()) {
    const pick = page.getByRole('button', { name: new RegExp(`^Sign in as ${person}`) })
    await followFromPull(page.getByRole('main').getByRole('link', { name: 'Sign in' }), pick)
    await pick.click()
  }
  await merge.click()
  await expect(page.getByText('merged this')).toBeVisible()
  return address
}

/** Follows a link from a pull request's page. It reloads itself while checks run, which cuts off a way that has only begun: then once more. */
export async function followFromPull(link: Locator, there: Locator): Promise<void> {
  await expect(async () => {
    if (!(await there.isVisible())) await link.click({ timeout: 5000 })
    await expect(there).toBeVisible({ timeout: 5000 })
  }).toPass({ timeout: 30_000 })
}

/** Leaves a pull request's page, which reloads itself while checks run: going straight on could be cut off by that. */
export async function leaveGithub(page: Page): Promise<void> {
  await page.goto('about:blank')
}

/** Links the GitHub account from the person's menu, or leaves it as it is when it is linked. */
export async function linkGithubAccount(page: Page, person: PersonName): Promise<void> {
  await page
    .getByRole('banner')
    .getByRole('button', { name: /account and theme/i })
    .click()
  const menu = page.getByRole('menu', { name: 'You' }).filter({ visible: true })
  const link = menu.getByRole('menuitem', { name: 'Link GitHub account', exact: true })
  const linked = menu.getByText(`Pull requests are opened as ${person} on GitHub`)
  await expect(link.or(linked)).toBeVisible()
  if (await linked.isVisible()) return page.keyboard.press('Escape')
  await link.click()
  await page.getByRole('button', { name: new RegExp(`^Continue as ${person}`) }).click()
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' })).toBeVisible()
  await expectSignedIn(page)
}
