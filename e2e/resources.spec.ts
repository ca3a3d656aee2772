import { expectAccessible } from './steps/accessibility.ts'
import { cluster } from './steps/demo-world.ts'
import { expect, failedRequests, test } from './steps/journey.ts'
import { content, freshName, resourcePath } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

test('the address holds the filter: text, facets, sort, and the way back', async ({ page }) => {
  await signIn(page, 'alice', '/resources')
  const table = page.getByRole('region', { name: 'Resources' }).getByRole('table')
  const rows = table.locator('tbody').getByRole('row')
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  await expectAccessible(page, 'the resource list')

  await page.getByRole('searchbox', { name: 'Find by name, kind, project or team' }).fill('ledger')
  await expect(page).toHaveURL(/[?&]q=ledger/)
  await expect(table.getByRole('link', { name: 'ledger', exact: true }).first()).toBeVisible()
  await expect(table.getByText('load-test')).toHaveCount(0)

  await page.getByRole('button', { name: /^Kind/ }).click()
  const menu = page.getByRole('menu', { name: 'Kind' })
  // by its cell, as a headline may name the instance that something waits for; other journeys may have made some more
  const found = await rows.filter({ has: page.getByRole('cell', { name: 'SQLInstance', exact: true }) }).count()
  expect(found).toBeGreaterThan(0)
  await menu.getByRole('menuitem', { name: `SQLInstance ${found}`, exact: true }).click()
  await expect(page).toHaveURL(/kind=SQLInstance\.sql/)
  await expect(rows).toHaveCount(found)
  for (const row of await rows.all()) await expect(row).toContainText('ledger')

  await page.reload()
  await expect(rows).toHaveCount(found)
  await page.getByRole('link', { name: 'Remove Kind: SQLInstance' }).click()
  await expect(page).not.toHaveURL(/kind=/)
  await page.getByRole('link', { name: 'Clear all' }).click()
  await expect(page).toHaveURL(/\/resources$/)
  await expect(page.getByRole('searchbox', { name: 'Find by name, kind, project or team' })).toHaveValue('')

  await page.getByRole('button', { name: /^State/ }).click()
  await page
    .getByRole('menu', { name: 'State' })
    .getByRole('menuitem', { name: /^Failed/ })
    .click()
  await expect(page).toHaveURL(/state=failed/)
  await expect(table.getByRole('link', { name: 'load-test', exact: true }).first()).toBeVisible()
  await expect.poll(async () => (await rows.allTextContents()).filter((text) => !text.includes('Failed'))).toEqual([])
})

test('a click on a title sorts, and a second one turns it round', async ({ page }) => {
  await signIn(page, 'alice', '/resources?namespace=payments-prod')
  const rows = page.getByRole('region', { name: 'Resources' }).locator('tbody').getByRole('row')
  // all at once: rows read one after the other may be those of two answers
  const names = () => rows.locator('td:first-child a').allTextContents()
  await expect(rows.first()).toBeVisible()
  const rising = await names()
  expect(rising).toEqual([...rising].sort())
  const title = page.getByRole('columnheader', { name: 'Name' })
  await title.getByRole('link').click()
  await expect(page).toHaveURL(/sort=-name/)
  await expect(title).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(names).toEqual([...rising].sort().reverse())
  await page.getByRole('columnheader', { name: 'Kind' }).getByRole('link').click()
  await expect(page).toHaveURL(/sort=kind/)
})

test('erin pages through everything, forth and back', async ({ page }) => {
  await signIn(page, 'erin', '/resources')
  const rows = page.getByRole('region', { name: 'Resources' }).locator('tbody').getByRole('row')
  await expect(page.getByText(/^\d+ resources/)).toBeVisible()
  const total = Number(/^(\d+) resources/.exec((await page.getByText(/^\d+ resources/).textContent()) ?? '')?.[1])
  const size = await rows.count()
  if (total <= size) return
  // its address, as "12 min ago" in it goes on by itself
  const addressOfFirst = () => rows.first().getByRole('link').first().getAttribute('href')
  const first = await addressOfFirst()
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page).toHaveURL(/page=/)
  await expect(page.getByText(/page 2/)).toBeVisible()
  await expect.poll(addressOfFirst).not.toBe(first)
  await page.getByRole('link', { name: 'Previous' }).click()
  await expect(page).not.toHaveURL(/page=/)
  await expect.poll(addressOfFirst).toBe(first)
})

test('rows follow the cluster without a reload, and a new resource comes by itself', async ({ page }) => {
  const name = freshName('journey-topic')
  const object = {
    apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
    kind: 'PubSubTopic',
    metadata: { name, namespace: 'payments-staging' },
    spec: { messageRetentionDuration: '86400s' },
  }
  await signIn(page, 'alice', `/resources?q=${name}`)
  await expect(page.getByRole('heading', { name: 'No resource matches' })).toBeVisible()
  await expectAccessible(page, 'a list without a match')
  try {
    await cluster().create(object)
    const row = page.getByRole('row', { name: new RegExp(name) })
    await expect(row).toBeVisible()
    await expect(row).toContainText('Ready')
    await row.getByRole('link', { name, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
    await expect(content(page).getByText('Not in Git')).toBeVisible()

    await cluster().patch({ ...object, spec: { messageRetentionDuration: '172800s' } })
    await expect(content(page).getByText('172800s')).toBeVisible()
    await page.getByRole('link', { name: 'Timeline' }).click()
    await expect(content(page).getByText('spec.messageRetentionDuration')).toBeVisible()
    await expect(content(page).getByText('86400s')).toBeVisible()
  } finally {
    await cluster().delete({ ...object, spec: undefined })
  }
  await page.goto(`/resources?q=${name}`)
  await expect(page.getByRole('heading', { name: 'No resource matches' })).toBeVisible()
})

test("a resource's page says what it is, why it is not ready and what to do", async ({ page }) => {
  await signIn(page, 'alice', resourcePath('payments-staging', 'SQLInstance', 'load-test'))
  const verdict = page.getByRole('region', { name: 'State' })
  await expect(verdict).toContainText(/quota/i)
  await expect(verdict).toContainText(/Failed since/)
  await expect(verdict.getByRole('listitem').first()).toBeVisible()
  await expect(content(page).getByText(/condition.* as the controller wrote/)).toBeVisible()
  await expect(content(page).getByText('acme/payments', { exact: true })).toBeVisible()
  await expect(content(page).getByRole('link', { name: 'infra/payments-staging/sqlinstance-load-test.yaml' })).toBeVisible()
  await expectAccessible(page, 'a failed resource')
  await page.getByRole('link', { name: 'Manifest', exact: true }).click()
  await expect(page).toHaveURL(/tab=manifest/)
  await expect(page.getByText('As it lives in demo')).toBeVisible()
  await expectAccessible(page, 'the manifest of a resource')
  await page.getByRole('link', { name: 'Timeline' }).click()
  await expect(page).toHaveURL(/tab=timeline/)
  await expectAccessible(page, 'the timeline of a resource')
})

test.describe('a resource that is not there', () => {
  test.use({ expectedOnConsole: failedRequests })

  test('is said to be missing, with a way on', async ({ page }) => {
    await signIn(page, 'alice', resourcePath('payments-staging', 'StorageBucket', 'never-was'))
    await expect(page.getByRole('heading', { name: 'Cannot find StorageBucket never-was in payments-staging' })).toBeVisible()
    await page.getByRole('link', { name: 'Resources of payments-staging' }).click()
    await expect(page).toHaveURL(/namespace=payments-staging/)
  })
})

test('projects say whose they are and lead to what is theirs', async ({ page }) => {
  await signIn(page, 'alice', '/projects')
  await expect(page.getByRole('heading', { level: 1, name: 'Projects' })).toBeVisible()
  await expect(content(page).getByText('payments-staging', { exact: true })).toBeVisible()
  await expectAccessible(page, 'the projects')
  await page.getByRole('searchbox', { name: /Find a project/ }).fill('nothing like this')
  await expect(page.getByRole('heading', { name: 'No project matches' })).toBeVisible()
  await page.getByRole('searchbox', { name: /Find a project/ }).fill('prod')
  await content(page)
    .getByRole('link', { name: /payments-prod/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { level: 1, name: 'payments-prod' })).toBeVisible()
  await expect(page.getByText('infra/payments-prod')).toBeVisible()
  await expect(page.getByText('payments-prod-4711')).toBeVisible()
  await expectAccessible(page, 'a project')
})
