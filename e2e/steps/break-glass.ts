/** Break-glass as a person uses it. */
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test'
import pg from 'pg'
import { demoRecord } from './demo-world.ts'
import { content, resourcePath } from './pages.ts'
import { type PersonName, signIn } from './people.ts'

/** Ends what an earlier journey left open, as each person has one session at a time in a project; and lets go on what it held back. */
export async function endMySessions(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const api = '/api/v1/break-glass'
    const read = async (path: string) => (await fetch(`${api}${path}`)).json()
    const act = (path: string) => fetch(`${api}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    const open: { items: { id: string }[] } = await read('?who=mine&state=requested&state=approved&state=open&state=applying')
    for (const { id } of open.items) await act(`${id}/end`)
    const over: { items: { id: string }[] } = await read('?who=mine&state=handing-back&limit=10')
    for (const { id } of over.items) {
      const { pauses }: { pauses: { id: string; state: string }[] } = await read(`/${id}`)
      for (const pause of pauses) if (pause.state === 'paused') await act(`${id}/pauses/${pause.id}/resume`)
    }
  })
}

/** A second person in a window of their own. */
export async function secondPerson(
  browser: Browser,
  watch: (context: BrowserContext) => void,
  person: PersonName,
  path = '/',
): Promise<Page> {
  const context = await browser.newContext({ baseURL: process.env.E2E_URL ?? 'http://localhost:3000' })
  watch(context)
  const page = await context.newPage()
  await signIn(page, person, path)
  return page
}

/** From a resource's page to the form that asks why, by one click. */
export async function askForBreakGlass(page: Page, namespace: string, kind: string, name: string): Promise<void> {
  await page.goto(resourcePath(namespace, kind, name))
  await content(page).getByRole('link', { name: 'Break-glass', exact: true }).click()
  await expect(page.getByRole('textbox', { name: 'Why' })).toBeFocused({ timeout: 60_000 })
}

/** Counts the clicks of this tab from here on, over all its pages. */
export async function countClicks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const count = () => sessionStorage.setItem('clicks', String(Number(sessionStorage.getItem('clicks')) + 1))
    addEventListener('click', count, { capture: true })
  })
}

/** How many there were. */
export const clicksOn = (page: Page): Promise<number> => page.evaluate(() => Number(sessionStorage.getItem('clicks')))

/** One of the seven steps. */
export const step = (page: Page, title: string) => page.getByRole('region', { name: new RegExp(`^${title} \\(step`) })

/** The page of a session that is open, with the editor there. */
export async function expectEditor(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/break-glass\/[0-9a-f-]{36}/, { timeout: 60_000 })
  await expect(step(page, 'Edit').getByRole('button', { name: 'Show the difference' })).toBeVisible({ timeout: 60_000 })
}

/** The proof of who somebody is, as if it were an hour old. */
export async function ageProof(email: string): Promise<void> {
  const client = new pg.Client({ connectionString: demoRecord().databaseUrl })
  await client.connect()
  try {
    await client.query(
      `UPDATE login SET "authenticatedAt" = now() - interval '1 hour' WHERE "userId" IN (SELECT id FROM "user" WHERE email = $1)`,
      [email],
    )
  } finally {
    await client.end()
  }
}
