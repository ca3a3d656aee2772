import type { Page } from '@playwright/test'
import { endLogins } from './steps/demo-world.ts'
import { discardDraft, form, yamlEditor } from './steps/editor.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content, createPath } from './steps/pages.ts'
import { pickPersonIfAsked, signIn } from './steps/people.ts'

const nameField = (page: Page) => form(page).getByLabel(/^Name/)

/** The form of a kind, without what an earlier journey left there. */
async function openFreshForm(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(nameField(page)).toBeVisible()
  const discard = page.getByRole('button', { name: 'Discard' })
  if (await discard.isVisible()) {
    await discard.click()
    await expect(discard).toBeHidden()
  }
  await expect(nameField(page)).toHaveValue('')
}

test('a reload in the middle loses nothing, and home leads back to the draft', async ({ page }) => {
  const path = createPath('payments-prod', 'PubSubTopic')
  await signIn(page, 'alice')
  await openFreshForm(page, path)
  await nameField(page).fill('half-typed')
  // at once: the server has not been told yet
  await page.reload()
  await expect(nameField(page)).toHaveValue('half-typed')
  await expect(page.getByText(/What you typed here before is back|Your draft of .* is back/)).toBeVisible()
  await nameField(page).fill('half-typed-topic')
  await expect(page.getByText(/draft saved/)).toBeVisible()

  await page.goto('/')
  await page.getByRole('link', { name: /half-typed-topic/ }).click()
  await expect(nameField(page)).toHaveValue('half-typed-topic')
  await expect(page.getByText(/Your draft of .* is back/)).toBeVisible()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(nameField(page)).toHaveValue('')
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Drafts' })).toBeVisible()
  await expect(content(page).getByText('half-typed-topic')).toHaveCount(0)
})

test.describe('where a request must fail', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('two tabs on one draft: the second is asked, and may take either text', async ({ page, context }) => {
    const path = createPath('payments-prod', 'PubSubTopic')
    await signIn(page, 'alice')
    await openFreshForm(page, path)
    await nameField(page).fill('from-the-start')
    await expect(page.getByText(/draft saved/)).toBeVisible()
    const other = await context.newPage()
    await other.goto(path)
    await expect(nameField(other)).toHaveValue('from-the-start')

    await nameField(page).fill('from-tab-one')
    await expect(page.getByText('saving draft…')).toHaveCount(0)
    await expect(page.getByText(/draft saved/)).toBeVisible()
    await nameField(other).fill('from-tab-two')
    await expect(other.getByText(/^Another tab saved this draft/)).toBeVisible()
    await expect(nameField(other)).toHaveValue('from-tab-two')
    await other.getByRole('button', { name: 'Compare' }).click()
    const dialog = other.getByRole('dialog', { name: 'Two texts' })
    await expect(dialog).toContainText('from-tab-one')
    await expect(dialog).toContainText('from-tab-two')
    await dialog.getByRole('button', { name: "Take the other tab's text" }).click()
    await expect(nameField(other)).toHaveValue('from-tab-one')

    await nameField(other).fill('second-thoughts')
    await expect(other.getByText(/draft saved/)).toBeVisible()
    await nameField(page).fill('stubborn')
    await expect(page.getByText(/^Another tab saved this draft/)).toBeVisible()
    await page.getByRole('button', { name: 'Keep my text' }).first().click()
    await expect(page.getByText(/^Another tab saved this draft/)).toHaveCount(0)
    await page.reload()
    await expect(nameField(page)).toHaveValue('stubborn')
    await discardDraft(page)
    await other.close()
  })

  test('a login that ends while typing: one is told, signs in again, and everything is there', async ({ page }) => {
    const path = createPath('payments-staging', 'PubSubTopic')
    await signIn(page, 'bob')
    await openFreshForm(page, path)
    await nameField(page).fill('typed-before')
    await expect(page.getByText(/draft saved/)).toBeVisible()
    expect(await endLogins('bob@acme.test')).toBeGreaterThan(0)
    await nameField(page).fill('typed-after-the-login-ended')
    const notice = page.getByText(/^You are signed out/)
    await expect(notice).toBeVisible()
    await expect(nameField(page)).toHaveValue('typed-after-the-login-ended')
    await notice.getByRole('link', { name: 'Sign in again' }).click()
    await page.getByRole('button', { name: 'Sign in with your company account' }).click()
    await pickPersonIfAsked(page, 'bob', nameField(page))
    await expect(nameField(page)).toHaveValue('typed-after-the-login-ended')
    await expect(yamlEditor(page)).toContainText('typed-after-the-login-ended')
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect(nameField(page)).toHaveValue('')
  })
})
