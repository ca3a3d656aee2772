/** Texts and systems that misbehave: the page stays alive, says what is wrong and what to do, and keeps what was typed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { demoRecord } from './steps/demo-world.ts'
import { discardDraft, form, pasteYaml, yamlEditor } from './steps/editor.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content, createPath, freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

const manifest = (name: string, rest = ''): string =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: payments-prod\n${rest}`

/** Nine aliases of nine aliases and so on: 300 bytes that say 3 billion things. */
const bomb = [
  'bomb:',
  '  a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 9 },
    (_, level) => `  a${level + 1}: &a${level + 1} [${Array.from({ length: 9 }, () => `*a${level}`).join(', ')}]`,
  ),
].join('\n')

test('texts that are wrong, huge or hostile get a sentence, lock the form and lose nothing', async ({ page }) => {
  await signIn(page, 'alice', createPath('payments-prod', 'PubSubTopic'))
  await expect(form(page)).toBeVisible()
  const texts: [string, RegExp][] = [
    [manifest('twice', 'spec: {}\nspec: {}\n'), /Line 7: .*"spec" stands twice/],
    [manifest('tabs', 'spec:\n\tlabels: {}\n'), /Line 7: .*[Tt]ab/],
    [`${manifest('bomb')}${bomb}\n`, /expands to more than/],
    [manifest('huge', `# ${'x'.repeat(1024 * 1024)}\n`), /\(1 MiB\)\. Split it into several files/],
    ['- a list\n', /something else/],
  ]
  for (const [text, sentence] of texts) {
    await pasteYaml(page, text)
    await expect(content(page).getByRole('alert').filter({ hasText: 'The YAML cannot be read' })).toContainText(sentence)
  }
  await pasteYaml(page, manifest('precise', 'spec:\n  messageRetentionDuration: 12345678901234567890\n'))
  await expect(content(page).getByRole('alert').filter({ hasText: 'The YAML cannot be read' })).toBeHidden()
  await expect(yamlEditor(page)).toContainText('12345678901234567890')

  const name = freshName('kept')
  await pasteYaml(page, manifest(name, 'spec: {}\nspec: {}\n'))
  await expect(page.getByText(/^draft saved/)).toBeVisible()
  await page.reload()
  await expect(yamlEditor(page)).toContainText(name)
  await discardDraft(page)
})

test.describe('a resource nobody has', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('a name as long as Kubernetes allows has a page that does not burst', async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 })
    await signIn(page, 'alice', resourcePath('payments-prod', 'PubSubTopic', 'n'.repeat(253)))
    await expect(content(page).getByRole('heading', { level: 1 })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
  })
})

test.describe('while the database is away', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('pages name it and go on by themselves; what is typed is kept', async ({ page, context }) => {
    test.setTimeout(180_000)
    await signIn(page, 'alice', createPath('payments-prod', 'PubSubTopic'))
    await expect(form(page)).toBeVisible()
    const other = await context.newPage()
    const name = freshName('away')
    const mend = await stopDatabase()
    try {
      await other.goto('/resources', { timeout: 60_000 })
      await expect(other.getByRole('heading', { name: 'Corbel waits for its database' })).toBeVisible()
      await expect(other.getByText(/goes on by itself when the database is back/)).toBeVisible()
      await pasteYaml(page, manifest(name))
      await expect(page.getByText(/kept in this tab; the server does not take the draft/)).toBeVisible({ timeout: 60_000 })
    } finally {
      mend()
    }
    await expect(other.getByRole('heading', { level: 1, name: 'Resources' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText(/^draft saved/)).toBeVisible({ timeout: 60_000 })
    await page.reload()
    await expect(yamlEditor(page)).toContainText(name)
    await discardDraft(page)
  })
})

/** Lets PostgreSQL take no connection, and ends those it has; what it gives lets it go on. */
async function stopDatabase(): Promise<() => void> {
  const client = new pg.Client({ connectionString: demoRecord().databaseUrl ?? '' })
  await client.connect()
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
  const pid = Number(readFileSync(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8').split('\n')[0])
  process.kill(pid, 'SIGSTOP')
  const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
  await client.query(end)
  await client.end()
  return () => void process.kill(pid, 'SIGCONT')
}
