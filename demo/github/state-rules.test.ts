import { createSign } from 'node:crypto'
import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRepository } from './repositories.ts'
import type { GitHub } from './start.ts'
import {
  appKey,
  commitOnBranch,
  installationOctokit,
  octokitOfApp,
  octokitWith,
  repo,
  signInAs,
  startForTest,
  witness,
} from './test-world.ts'
import type { GitHubOptions } from './world.ts'

let github: GitHub & { options: GitHubOptions }
let bot: Octokit
let alice: Octokit
let main: string
let feature: string
let other: string
const seen = witness()
const file = 'infra/payments-prod/storagebucket-receipts.yaml'
const nothing = '1'.repeat(40)

beforeAll(async () => {
  github = await startForTest()
  await createRepository(github.options.directory, 'acme/playlists', { 'corbel.yaml': 'cluster: demo\n' })
  bot = await installationOctokit(github, seen.fetch)
  alice = octokitWith(github, (await signInAs(github, 'alice')).access_token, seen.fetch)
  main = (await bot.rest.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha
  feature = await commitOnBranch(bot, 'feature', file, 'location: US\n')
  other = await commitOnBranch(bot, 'other', file, 'location: ASIA\n')
  await bot.rest.git.createRef({ ...repo, ref: 'refs/heads/same', sha: main })
  // 1 open, 2 conflicting with main once 3 is merged, 3 merged.
  await bot.rest.pulls.create({ ...repo, title: 'One', head: 'feature', base: 'main' })
  await bot.rest.pulls.create({ ...repo, title: 'Two', head: 'other', base: 'main' })
  await commitOnBranch(bot, 'third', 'corbel.yaml', 'cluster: other\n')
  await bot.rest.pulls.create({ ...repo, title: 'Three', head: 'third', base: 'main' })
  await bot.rest.pulls.merge({ ...repo, pull_number: 3 })
  await bot.rest.pulls.create({ ...repo, title: 'Draft', head: 'feature', base: 'third', draft: true })
}, 60_000)

afterAll(() => github.close())

const pull = { ...repo, pull_number: 1 }

const refusals: [sentence: string, status: number, message: RegExp, call: () => Promise<unknown>][] = [
  [
    'a branch that exists',
    422,
    /Reference already exists/,
    () => bot.rest.git.createRef({ ...repo, ref: 'refs/heads/feature', sha: main }),
  ],
  ['a ref that is no full name', 422, /must start with "refs\/"/, () => bot.rest.git.createRef({ ...repo, ref: 'feature', sha: main })],
  ['a ref git would refuse', 422, /not a valid ref name/, () => bot.rest.git.createRef({ ...repo, ref: 'refs/heads/a..b', sha: main })],
  ['a branch from nowhere', 422, /Object does not exist/, () => bot.rest.git.createRef({ ...repo, ref: 'refs/heads/x', sha: nothing })],
  ['moving a branch sideways', 422, /not a fast forward/, () => bot.rest.git.updateRef({ ...repo, ref: 'heads/feature', sha: other })],
  ['moving a branch that is not there', 422, /does not exist/, () => bot.rest.git.updateRef({ ...repo, ref: 'heads/none', sha: other })],
  ['deleting a branch that is not there', 422, /does not exist/, () => bot.rest.git.deleteRef({ ...repo, ref: 'heads/none' })],
  ['deleting the default branch', 422, /default branch/, () => bot.rest.git.deleteRef({ ...repo, ref: 'heads/main' })],
  ['reading a branch that is not there', 404, /Not Found/, () => bot.rest.git.getRef({ ...repo, ref: 'heads/none' })],
  [
    'a second pull request for a branch',
    422,
    /Validation Failed.*already exists for acme:feature/,
    () => bot.rest.pulls.create({ ...repo, title: 'x', head: 'feature', base: 'main' }),
  ],
  [
    'a pull request without commits',
    422,
    /No commits between main and same/,
    () => bot.rest.pulls.create({ ...repo, title: 'x', head: 'same', base: 'main' }),
  ],
  [
    'a pull request from nowhere',
    422,
    /Validation Failed.*"field":"head"/,
    () => bot.rest.pulls.create({ ...repo, title: 'x', head: 'none', base: 'main' }),
  ],
  [
    'a pull request to nowhere',
    422,
    /Validation Failed.*"field":"base"/,
    () => bot.rest.pulls.create({ ...repo, title: 'x', head: 'feature', base: 'none' }),
  ],
  ['a pull request that is not there', 404, /Not Found/, () => bot.rest.pulls.get({ ...repo, pull_number: 99 })],
  ['merging another head than was seen', 409, /Head branch was modified/, () => bot.rest.pulls.merge({ ...pull, sha: other })],
  ['merging a merged pull request', 405, /not mergeable/, () => bot.rest.pulls.merge({ ...repo, pull_number: 3 })],
  ['merging a draft', 405, /not mergeable/, () => bot.rest.pulls.merge({ ...repo, pull_number: 4 })],
  ['a rebase', 405, /Rebase merges are not allowed/, () => bot.rest.pulls.merge({ ...pull, merge_method: 'rebase' })],
  ['reopening a merged pull request', 422, /has been merged/, () => bot.rest.pulls.update({ ...repo, pull_number: 3, state: 'open' })],
  [
    'a tree that leaves the repository',
    422,
    /malformed path/,
    () => bot.rest.git.createTree({ ...repo, tree: [{ path: '../x', mode: '100644', type: 'blob', content: '' }] }),
  ],
  [
    'a tree into .git',
    422,
    /malformed path/,
    () => bot.rest.git.createTree({ ...repo, tree: [{ path: '.git/config', mode: '100644', type: 'blob', content: '' }] }),
  ],
  [
    'a tree of nothing',
    422,
    /not a valid blob/,
    () => bot.rest.git.createTree({ ...repo, tree: [{ path: 'x', mode: '100644', type: 'blob', sha: nothing }] }),
  ],
  ['a commit of no tree', 422, /Tree SHA does not exist/, () => bot.rest.git.createCommit({ ...repo, message: 'x', tree: nothing })],
  [
    'a commit with a parent that is not there',
    422,
    /Parent SHA/,
    async () =>
      bot.rest.git.createCommit({
        ...repo,
        message: 'x',
        tree: (await bot.rest.git.getCommit({ ...repo, commit_sha: main })).data.tree.sha,
        parents: [nothing],
      }),
  ],
  [
    'a check on a commit that is not there',
    422,
    /No commit found/,
    () => bot.rest.checks.create({ ...repo, name: 'x', head_sha: nothing }),
  ],
  ['a check by a person', 403, /via a GitHub App/, () => alice.rest.checks.create({ ...repo, name: 'x', head_sha: main })],
  [
    'a check completed without conclusion',
    422,
    /conclusion/,
    () => bot.rest.checks.create({ ...repo, name: 'x', head_sha: main, status: 'completed' }),
  ],
  ['a file that is not there', 404, /Not Found/, () => alice.rest.repos.getContent({ ...repo, path: 'none.yaml' })],
  [
    'writing a file over one unseen',
    422,
    /"sha" wasn't supplied/,
    () => bot.rest.repos.createOrUpdateFileContents({ ...repo, path: file, message: 'x', content: '' }),
  ],
  [
    'writing a file over a newer one',
    409,
    /does not match/,
    () => bot.rest.repos.createOrUpdateFileContents({ ...repo, path: file, message: 'x', content: '', sha: nothing }),
  ],
  ['merging branches that conflict', 409, /Merge conflict/, () => bot.rest.repos.merge({ ...repo, base: 'feature', head: 'other' })],
  ['a repository that is not there', 404, /Not Found/, () => bot.rest.repos.get({ owner: 'acme', repo: 'none' })],
  ['a repository name that climbs', 404, /Not Found/, () => bot.rest.repos.get({ owner: 'acme', repo: '../acme/payments' })],
  ['a token nobody issued', 401, /Bad credentials/, () => octokitWith(github, 'ghs_nobody', seen.fetch).rest.repos.get(repo)],
  ['no token, reading a private repository', 404, /Not Found/, () => octokitWith(github, undefined, seen.fetch).rest.repos.get(repo)],
  [
    'no token, writing',
    401,
    /Requires authentication/,
    () => octokitWith(github, undefined, seen.fetch).rest.pulls.create({ ...repo, title: 'x', head: 'a', base: 'b' }),
  ],
  ['an installation token where a JWT belongs', 401, /JSON web token/, () => alice.rest.apps.getAuthenticated()],
  [
    'a token wider than the App',
    422,
    /permissions requested/,
    async () =>
      octokitOfApp(github, seen.fetch).rest.apps.createInstallationAccessToken({
        installation_id: await installation(),
        permissions: { administration: 'write' },
      }),
  ],
  [
    'a token for a repository that is not there',
    422,
    /does not exist or is not accessible/,
    async () =>
      octokitOfApp(github, seen.fetch).rest.apps.createInstallationAccessToken({
        installation_id: await installation(),
        repositories: ['none'],
      }),
  ],
]

const installation = async () => (await octokitOfApp(github).rest.apps.getRepoInstallation(repo)).data.id

describe('refused as GitHub refuses it:', () => {
  test.each(refusals)('%s (%i)', { timeout: 20_000 }, async (_, status, message, call) => {
    await expect(call()).rejects.toMatchObject({ status, message: expect.stringMatching(message) })
  })

  test('and every refusal reads as GitHub describes it', () => expect(seen.violations).toEqual([]))
})

test('a pull request that conflicts says so and cannot be merged', { timeout: 20_000 }, async () => {
  await bot.rest.git.createRef({ ...repo, ref: 'refs/heads/base', sha: feature })
  const { data: made } = await bot.rest.pulls.create({ ...repo, title: 'Conflict', head: 'other', base: 'base' })
  expect(made).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
  await expect(bot.rest.pulls.merge({ ...repo, pull_number: made.number })).rejects.toMatchObject({ status: 405 })
})

test('deleting the branch closes its pull request; bringing it back lets it reopen', { timeout: 20_000 }, async () => {
  const sha = await commitOnBranch(bot, 'fleeting', 'a.txt', 'a\n')
  const { data: made } = await bot.rest.pulls.create({ ...repo, title: 'Fleeting', head: 'fleeting', base: 'main' })
  const one = { ...repo, pull_number: made.number }
  await bot.rest.git.deleteRef({ ...repo, ref: 'heads/fleeting' })
  expect((await bot.rest.pulls.get(one)).data).toMatchObject({ state: 'closed', merged: false })
  await expect(bot.rest.pulls.update({ ...one, state: 'open' })).rejects.toMatchObject({ status: 422 })
  await bot.rest.git.createRef({ ...repo, ref: 'refs/heads/fleeting', sha })
  expect((await bot.rest.pulls.update({ ...one, state: 'open' })).data.state).toBe('open')
})

test('a squash keeps one parent and the trailers of the commit', { timeout: 20_000 }, async () => {
  await commitOnBranch(bot, 'squashed', 'b.txt', 'b\n')
  const head = (await bot.rest.git.getRef({ ...repo, ref: 'heads/squashed' })).data.object.sha
  const { tree } = (await bot.rest.git.getCommit({ ...repo, commit_sha: head })).data
  const parent = (await bot.rest.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha
  const commit = await bot.rest.git.createCommit({ ...repo, message: 'Add b\n\nCorbel-Proposal: 7', tree: tree.sha, parents: [parent] })
  await bot.rest.git.updateRef({ ...repo, ref: 'heads/squashed', sha: commit.data.sha, force: true })
  const { data: made } = await bot.rest.pulls.create({ ...repo, title: 'Add b', head: 'squashed', base: 'main' })
  const merged = await bot.rest.pulls.merge({ ...repo, pull_number: made.number, merge_method: 'squash' })
  const { data } = await bot.rest.git.getCommit({ ...repo, commit_sha: merged.data.sha })
  expect(data.message).toBe(`Add b (#${made.number})\n\nCorbel-Proposal: 7`)
  expect(data.parents).toHaveLength(1)
})

test('a token limited to one repository or to reading does no more', { timeout: 20_000 }, async () => {
  const app = octokitOfApp(github)
  const issue = async (limits: object) =>
    octokitWith(
      github,
      (await app.rest.apps.createInstallationAccessToken({ installation_id: await installation(), ...limits })).data.token,
    )
  const limited = await issue({ repositories: ['payments'] })
  await limited.rest.repos.get(repo)
  await expect(limited.rest.repos.get({ owner: 'acme', repo: 'playlists' })).rejects.toMatchObject({ status: 404 })
  const reading = await issue({ permissions: { contents: 'read' } })
  await reading.rest.git.getRef({ ...repo, ref: 'heads/main' })
  await expect(reading.rest.git.createRef({ ...repo, ref: 'refs/heads/y', sha: main })).rejects.toMatchObject({ status: 403 })
  await expect(reading.rest.pulls.list(repo)).rejects.toMatchObject({ status: 403 })
})

describe("the App's JSON web token", () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = (header: object, claims: object) => {
    const text = `${encode(header)}.${encode(claims)}`
    return `${text}.${createSign('RSA-SHA256').update(text).sign(appKey, 'base64url')}`
  }
  const now = Math.floor(Date.now() / 1000)
  const rs256 = { alg: 'RS256', typ: 'JWT' }
  const claims = { iss: '4711', iat: now - 30, exp: now + 570 }
  test.each([
    ['is accepted when right', signed(rs256, claims), 200],
    ['is refused when over', signed(rs256, { ...claims, exp: now - 1 }), 401],
    ['is refused when it lives too long', signed(rs256, { ...claims, exp: now + 3600 }), 401],
    ['is refused when from the future', signed(rs256, { ...claims, iat: now + 300 }), 401],
    ['is refused for another App', signed(rs256, { ...claims, iss: '1' }), 401],
    ['is refused with another algorithm', signed({ alg: 'none' }, claims), 401],
    ['is refused without signature', `${encode(rs256)}.${encode(claims)}.`, 401],
    ['is refused when it is nothing', 'a.b.c', 401],
  ])('%s', async (_, token, status) => {
    const response = await fetch(`${github.url}/api/v3/app`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(status)
  })
})

describe('failures switched on', () => {
  const simulate = (mode: string) =>
    fetch(`${github.url}/_simulate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode, seconds: 60 }),
    })
  test.each([
    ['down', 503],
    ['rate-limited', 429],
    ['forbidden', 403],
    ['none', 200],
  ])('%s answers %i', async (mode, status) => {
    await simulate(mode)
    const response = await fetch(`${github.url}/api/v3/rate_limit`)
    expect(response.status).toBe(status)
    expect(Number(response.headers.get('retry-after')) > 0).toBe(status === 429)
  })
})
