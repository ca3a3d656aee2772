import { expectAccessible } from './steps/accessibility.ts'
import { cluster, freeze } from './steps/demo-world.ts'
import { expectAccepted, openPullRequest, writeYaml } from './steps/editor.ts'
import { leaveGithub, mergePullRequest } from './steps/github.ts'
import { expect, test } from './steps/journey.ts'
import { content, createPath, freshName } from './steps/pages.ts'
import { signIn } from './steps/people.ts'

let thaw: (() => void) | undefined
test.afterEach(() => thaw?.())

test('a quota that is used up: page, pull request and job log say what, since when and what to do', async ({ page }) => {
  test.setTimeout(240_000)
  const name = freshName('big-ledger')
  await signIn(page, 'bob', createPath('payments-staging', 'SQLInstance'))
  await expect(page.getByRole('heading', { level: 1, name: 'Create SQLInstance' })).toBeVisible()
  await writeYaml(
    page,
    [
      'apiVersion: sql.cnrm.cloud.google.com/v1beta1',
      'kind: SQLInstance',
      'metadata:',
      `  name: ${name}`,
      '  namespace: payments-staging',
      'spec:',
      '  databaseVersion: POSTGRES_16',
      '  region: europe-west1',
      '  settings:',
      '    tier: db-n1-highmem-96',
      '',
    ].join('\n'),
  )
  await expectAccepted(page)
  const proposal = await openPullRequest(page)
  await expect(page.getByRole('heading', { name: /^Plan.*Passed/ })).toBeVisible({ timeout: 60_000 })
  const pull = await mergePullRequest(page, 'bob')
  await leaveGithub(page)

  // The cloud takes eight seconds to refuse it. It rests in the middle of its work until the page has shown that, however late that is.
  const instance = {
    apiVersion: 'sql.cnrm.cloud.google.com/v1beta1',
    kind: 'SQLInstance',
    metadata: { name, namespace: 'payments-staging' },
  }
  await expect.poll(() => cluster().readyReason(instance), { timeout: 60_000, intervals: [200] }).toBe('Creating')
  thaw = freeze('cloud')

  await page.goto(proposal)
  const resource = content(page).getByRole('link', { name, exact: true })
  await expect(resource).toBeVisible({ timeout: 60_000 })
  await resource.click()
  const state = page.getByRole('region', { name: 'State' })
  await test.step('the page shows progress, then the failure, without a reload', async () => {
    await expect(state).toContainText(/In progress since/)
    thaw?.()
    await expect(state).toContainText(/Failed since/, { timeout: 45_000 })
    await expect(state).toContainText(/quota/i)
    await expect(state).toContainText('UpdateFailed')
    await expect(state.getByRole('listitem').first()).toContainText('Ask for more of the quota')
    await expect(
      content(page)
        .getByText(/Quota 'CPUS' exceeded/)
        .first(),
    ).toBeVisible()
    await expectAccessible(page, 'a failed resource')
  })

  await test.step('the proposal has failed, and says so', async () => {
    await page.goto(proposal)
    await expect(page.getByRole('heading', { name: /^Apply.*Failed/ })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('list', { name: 'Progress' }).getByRole('listitem').filter({ hasText: 'Apply' })).toContainText('failed')
    await expect(content(page).getByText(/quota/i).first()).toBeVisible()
    await expectAccessible(page, 'a failed proposal')
  })

  await test.step("so do the pull request's comment and the job's log", async () => {
    await page.goto(pull)
    const comment = page.getByRole('main').locator('section').filter({ hasText: 'Apply: 1 failed' }).first()
    await expect(comment).toContainText(name)
    await expect(comment).toContainText('UpdateFailed')
    await expect(comment).toContainText(/since/)
    await expect(comment).toContainText('What to do:')
    await page.getByRole('link', { name: 'Log of corbel/apply' }).click()
    await expect(page.getByRole('main')).toContainText(name)
    await expect(page.getByRole('main')).toContainText(/Quota 'CPUS' exceeded/)
  })

  await test.step('home names it among what is not ready', async () => {
    await page.goto(new URL('/', proposal).href)
    await expect(page.getByRole('link', { name: new RegExp(name) }).first()).toContainText('Failed')
  })
})
