/** Working in the form and the YAML beside it, as a person does. */
import { expect, type Page } from '@playwright/test'

export const yamlEditor = (page: Page) => page.getByRole('textbox', { name: 'Manifest as YAML' })

export const form = (page: Page) => page.getByRole('form', { name: /^Fields of/ })

/**
 * Selects all and puts a text in its place at once, as pasting does. By the editor's own key: a selection made behind its back is undone
 * by whatever it draws before it has heard of it (the focus, complaints that come), and the text would stand beside the old one.
 */
export async function pasteYaml(page: Page, text: string): Promise<void> {
  await yamlEditor(page).focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

/** Replaces the whole manifest, and waits until it stands there; only for texts short enough to be on the screen whole. */
export async function writeYaml(page: Page, text: string): Promise<void> {
  await pasteYaml(page, text)
  await expect.poll(() => readYaml(page)).toBe(text.trimEnd())
}

/** The manifest as it stands in the editor; only for texts short enough to be on the screen whole. */
export async function readYaml(page: Page): Promise<string> {
  const lines = await yamlEditor(page).locator('.cm-line').allTextContents()
  return lines.join('\n').trimEnd()
}

/** Throws away what was typed, or restored; the server has no draft any more when the way to do so is gone. */
export async function discardDraft(page: Page): Promise<void> {
  const discard = page.getByRole('button', { name: 'Discard', exact: true })
  await discard.click()
  await expect(discard).toBeHidden()
}

/** Opens the search over all fields that are not shown and chooses one. */
export async function addField(page: Page, words: string, field: RegExp): Promise<void> {
  await form(page)
    .getByRole('button', { name: /^Add field/ })
    .last()
    .click()
  await page.getByRole('searchbox', { name: 'Search fields to add' }).fill(words)
  await form(page).getByRole('listitem').getByRole('button', { name: field }).first().click()
}

/** Adds a label by the form. */
export async function addLabel(page: Page, key: string, value: string): Promise<void> {
  const section = form(page).getByRole('button', { name: /^Labels and annotations/ })
  if ((await section.getAttribute('aria-expanded')) === 'false') await section.click()
  const box = page.getByRole('textbox', { name: 'New key for Labels' })
  await box.fill(key)
  await box.press('Enter')
  await form(page)
    .getByLabel(new RegExp(`^${key}`))
    .fill(value)
}

/** What the bar below says, once schema and API server have both accepted. */
export async function expectAccepted(page: Page): Promise<void> {
  await expect(page.getByText('valid', { exact: true })).toBeVisible()
  await expect(page.getByText(/dry run accepted/)).toBeVisible()
}

/** Reviews and opens the pull request; gives the proposal's address once its page is there. */
export async function openPullRequest(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Review pull request' }).click()
  const dialog = page.getByRole('dialog', { name: 'Review pull request' })
  await expect(dialog.getByText(/^The API server accepts this/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Open pull request' }).click()
  await expect(page).toHaveURL(/\/proposals\/[0-9a-f-]{36}$/)
  return page.url()
}
