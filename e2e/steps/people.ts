/** Signing in and out as a person does. */
import { expect, type Locator, type Page } from '@playwright/test'

export type PersonName = 'alice' | 'bob' | 'carol' | 'dave' | 'erin' | 'fay'

/** Signs in through the identity provider, wherever the portal asks for it, and waits for the frame of the portal. */
export async function signIn(page: Page, person: PersonName, path = '/'): Promise<void> {
  await page.goto(path)
  await expect(page.getByRole('heading', { name: 'Sign in to Corbel' })).toBeVisible()
  await page.getByRole('button', { name: 'Sign in with your company account' }).click()
  await pickPersonIfAsked(page, person, page.getByRole('navigation', { name: 'Breadcrumbs' }))
  await expectSignedIn(page)
}

/** The frame has the person's letters once the page is alive: from then on keys and clicks do something. */
export async function expectSignedIn(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: /account and theme/i }).filter({ visible: true, hasText: /[A-Z]{2}/ })).toBeVisible()
}

/** After "Sign in": a browser the identity provider remembers is sent back at once, to where `there` is. */
export async function pickPersonIfAsked(page: Page, person: PersonName, there: Locator): Promise<void> {
  const pick = page.getByRole('button', { name: new RegExp(`^Sign in as ${person}\\b`, 'i') })
  await pick.or(there).first().waitFor()
  if (await pick.isVisible()) await pick.click()
  await there.waitFor()
}

export async function signOut(page: Page): Promise<void> {
  await openPersonMenu(page)
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Corbel' })).toBeVisible()
}

/** The menu of the signed-in person, on wide screens. */
export async function openPersonMenu(page: Page): Promise<void> {
  await page
    .getByRole('banner')
    .getByRole('button', { name: /account and theme/i })
    .click()
  await expect(page.getByRole('menu', { name: 'You' }).filter({ visible: true })).toBeVisible()
}
