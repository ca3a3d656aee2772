import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patchLines } from './pages/diff.ts'
import { html } from './pages/html.ts'
import { markdown } from './pages/markdown.ts'
import type { GitHub } from './start.ts'
import { commitOnBranch, installationOctokit, repo, signInAs, startForTest } from './test-world.ts'
import type { GitHubOptions } from './world.ts'

let github: GitHub & { options: GitHubOptions }
let bot: Octokit
let cookie: string
const evil = '<script>alert(1)</script>'

beforeAll(async () => {
  github = await startForTest()
  bot = await installationOctokit(github)
  cookie = (await signInAs(github, 'alice')).cookie
}, 30_000)
afterAll(() => github.close())

const page = (path: string, signed = true) => fetch(github.url + path, { headers: signed ? { cookie } : {} })
const press = (path: string, fields: Record<string, string> = {}, headers: Record<string, string> = { cookie, origin: github.url }) =>
  fetch(github.url + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) })

async function openPull(branch: string, path = `${branch}.txt`, content = `${branch}\n`) {
  const sha = await commitOnBranch(bot, branch, path, content)
  const { data } = await bot.rest.pulls.create({
    ...repo,
    title: `Add ${branch} ${evil}`,
    head: branch,
    base: 'main',
    body: `<!-- Corbel-Proposal: 7 -->\n${evil}`,
  })
  return { number: data.number, sha, path: `/acme/payments/pull/${data.number}` }
}

test('every page answers, runs no script and shows what people wrote as text', { timeout: 30_000 }, async () => {
  const pull = await openPull('show', 'show.txt', `${evil}\n`)
  const check = await bot.rest.checks.create({
    ...repo,
    name: 'corbel/plan',
    head_sha: pull.sha,
    conclusion: 'failure',
    output: { title: 'Quota', summary: `| kind | result |\n|---|---|\n| ${evil} | refused |`, text: `log ${evil}` },
  })
  await bot.rest.issues.createComment({ ...repo, issue_number: pull.number, body: `<!-- corbel:plan -->\n${evil}` })
  const paths = [
    '/',
    '/acme/payments',
    '/acme/payments/tree/main/infra',
    '/acme/payments/blob/show/show.txt',
    '/acme/payments/commits/main',
    `/acme/payments/commit/${pull.sha}`,
    '/acme/payments/pulls',
    pull.path,
    `/acme/payments/runs/${check.data.id}`,
    '/_deliveries',
    '/login',
  ]
  for (const path of paths) {
    const response = await page(path)
    const text = await response.text()
    expect([path, response.status]).toEqual([path, 200])
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'")
    expect(text).toContain('GitHub stand-in (simulated)')
    expect(text).not.toContain('<script')
    expect(text).not.toContain(' style=')
  }
  const text = await (await page(pull.path)).text()
  expect(text).toContain('<th>result</th>')
  expect(text).toContain('&lt;script&gt;')
  expect(text).not.toContain('Corbel-Proposal')
  expect(text).not.toContain('corbel:plan')
  expect(text).toContain('✗ corbel/plan: failure')
  expect(await (await page(`/acme/payments/runs/${check.data.id}`)).text()).toContain('log &lt;script&gt;')
})

test('a page follows its checks by itself while they are awaited or run, and stops then', { timeout: 30_000 }, async () => {
  const pull = await openPull('waiting')
  const refresh = '<meta http-equiv="refresh" content="3">'
  expect(await (await page(pull.path)).text()).toContain(refresh)
  const { data: check } = await bot.rest.checks.create({ ...repo, name: 'corbel/plan', head_sha: pull.sha, status: 'in_progress' })
  expect(await (await page(pull.path)).text()).toContain(refresh)
  expect(await (await page(`/acme/payments/runs/${check.id}`)).text()).toContain(refresh)
  await bot.rest.checks.update({ ...repo, check_run_id: check.id, conclusion: 'success' })
  expect(await (await page(pull.path)).text()).not.toContain(refresh)
})

test('merging needs a signed-in person and a form of our own page, and says who merged', { timeout: 30_000 }, async () => {
  const pull = await openPull('merge-me')
  expect(await (await page(pull.path, false)).text()).toMatch(/disabled>Merge pull request.*Sign in to merge/s)
  expect((await press(`${pull.path}/merge`, {}, { origin: github.url })).status).toBe(403)
  expect((await press(`${pull.path}/merge`, {}, { cookie })).status).toBe(403)
  expect((await press(`${pull.path}/merge`, {}, { cookie, origin: 'https://evil.example' })).status).toBe(403)
  expect((await bot.rest.pulls.get({ ...repo, pull_number: pull.number })).data.merged).toBe(false)
  expect((await press(`${pull.path}/merge`, { sha: pull.sha })).status).toBe(303)
  expect((await bot.rest.pulls.get({ ...repo, pull_number: pull.number })).data).toMatchObject({
    merged: true,
    merged_by: { login: 'alice' },
  })
  expect(await (await page(pull.path)).text()).toContain('alice merged this')
})

test('a merge of a head the person did not see is refused with the reason', { timeout: 30_000 }, async () => {
  const pull = await openPull('moved')
  const response = await press(`${pull.path}/merge`, { sha: '1'.repeat(40) })
  expect(response.status).toBe(409)
  expect(await response.text()).toContain('Head branch was modified')
})

test('a conflict disables the merge button and names the file', { timeout: 30_000 }, async () => {
  const one = await openPull('left', 'corbel.yaml', 'cluster: left\n')
  const two = await openPull('right', 'corbel.yaml', 'cluster: right\n')
  await press(`${one.path}/merge`, { sha: one.sha })
  expect(await (await page(two.path)).text()).toMatch(/disabled>Merge pull request.*conflicts with main in corbel\.yaml/s)
})

test('a pull request closes and reopens by its buttons', { timeout: 30_000 }, async () => {
  const pull = await openPull('back-and-forth')
  await press(`${pull.path}/close`)
  expect((await bot.rest.pulls.get({ ...repo, pull_number: pull.number })).data.state).toBe('closed')
  await press(`${pull.path}/reopen`)
  expect((await bot.rest.pulls.get({ ...repo, pull_number: pull.number })).data.state).toBe('open')
})

describe('what is not there', () => {
  test.each([
    '/acme/none',
    '/acme/payments/pull/999',
    '/acme/payments/pull/x',
    '/acme/payments/blob/main/none',
    '/acme/payments/commits/--all',
    '/%E0%A4%A',
    '/x',
  ])('%s answers 404', async (path) => expect((await page(path)).status).toBe(404))
  test('another name for this machine is not answered', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((resolve) =>
      request(github.url, { headers: { host: 'evil.example' } }, (response) => resolve(response.statusCode)).end(),
    )
    expect(status).toBe(421)
  })
})

test('values in templates are escaped once', () => {
  expect(html`<a title="${'"&<'}">${html`<b>${"'"}</b>`}${[1, null, 'x']}${false}</a>`.text).toBe(
    '<a title="&quot;&amp;&lt;"><b>&#39;</b>1x</a>',
  )
})

describe('markdown', () => {
  test.each([
    ['hides a comment block', '<!--\nCorbel-Proposal: 1\n-->\nseen', '<p>seen</p>\n'],
    ['hides a comment in a line', 'a <!-- b --> c', '<p>a  c</p>\n'],
    ['shows tags as text', '<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    ['shows tags with attributes as text', 'a <b onclick="x()">b</b>', '<p>a &lt;b onclick=&quot;x()&quot;&gt;b</b></p>\n'],
    [
      'folds what is written to be folded',
      '<details><summary>a <b>b</b></summary>\n\ntext\n\n</details>',
      '<details><summary>a <b>b</b></summary>\n<p>text</p>\n</details>',
    ],
    ['takes no attribute but open', '<details open ontoggle="x()">', '&lt;details open ontoggle=&quot;x()&quot;&gt;'],
    [
      'aligns the cells of a table without inline styles',
      '| a |\n| -: |\n| 1 |',
      '<table>\n<thead>\n<tr>\n<th align="right">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align="right">1</td>\n</tr>\n</tbody>\n</table>\n',
    ],
    ['makes no script links', '[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>\n'],
    ['colours a diff', '```diff\n+<b>\n```', '<pre class="diff" tabindex="0"><code><span class="added">+&lt;b&gt;</span></code></pre>\n'],
    ['keeps comments in code', '```\n<!-- a -->\n```', '<pre><code>&lt;!-- a --&gt;\n</code></pre>\n'],
  ])('%s', (_, text, wanted) => expect(markdown(text).text).toBe(wanted))
})

test('lines of a patch carry the numbers of both sides', () => {
  const lines = patchLines('@@ -3,3 +3,3 @@ x\n same\n-old\n+new\n\\ No newline at end of file')
  expect(lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
    ['hunk', undefined, undefined],
    ['same', 3, 3],
    ['removed', 4, undefined],
    ['added', undefined, 4],
    ['same', undefined, undefined],
  ])
})
