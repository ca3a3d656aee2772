import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { gitEnvironment } from './git.ts'
import { commitOnBranch, installationOctokit, octokitOfApp, repo, signInAs, startReceiver, testOptions } from './test-world.ts'
import type { GitHubOptions } from './world.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function runMain(options: GitHubOptions) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, CORBEL_PART_OPTIONS: JSON.stringify(options) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const url = /^ready (http:\/\/127\.0\.0\.1:\d+)$/.exec(String(line))?.[1]
  if (!url) throw new Error(`The stand-in said: ${line}`)
  return { url, child, options, close: async () => {} }
}

function git(args: string[], cwd?: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const env = gitEnvironment({
      GIT_AUTHOR_NAME: 'Alice',
      GIT_AUTHOR_EMAIL: 'alice@acme.test',
      GIT_COMMITTER_NAME: 'Alice',
      GIT_COMMITTER_EMAIL: 'alice@acme.test',
    })
    const child = spawn('git', args, { cwd, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, output }))
  })
}

test('everything survives kill -9, and waiting webhooks are delivered after the restart', { timeout: 60_000 }, async () => {
  // A receiver that is gone: its port answers nobody until it comes back.
  const gone = await startReceiver('s')
  await gone.close()
  const options = { ...(await testOptions([{ url: gone.url, secret: 's' }])) }
  cleanups.push(() => rmSync(options.directory, { recursive: true, force: true }))
  const first = await runMain(options)
  const bot = await installationOctokit(first)
  const sha = await commitOnBranch(bot, 'kept', 'kept.txt', 'kept\n')
  await bot.rest.pulls.create({ ...repo, title: 'Kept', head: 'kept', base: 'main' })
  await bot.rest.issues.createComment({ ...repo, issue_number: 1, body: 'still here' })
  await bot.rest.issues.addLabels({ ...repo, issue_number: 1, labels: ['corbel'] })
  await bot.rest.checks.create({ ...repo, name: 'corbel/plan', head_sha: sha, status: 'in_progress' })
  await bot.rest.repos.createCommitStatus({ ...repo, sha, state: 'success' })
  const { token } = (
    await octokitOfApp(first).rest.apps.createInstallationAccessToken({
      installation_id: (await octokitOfApp(first).rest.apps.getRepoInstallation(repo)).data.id,
    })
  ).data
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const receiver = await startReceiver('s', gone.port)
  cleanups.push(() => receiver.close())
  const second = await runMain(options)
  const response = await fetch(`${second.url}/api/v3/repos/acme/payments/pulls/1`, { headers: { authorization: `token ${token}` } })
  expect(await response.json()).toMatchObject({ title: 'Kept', state: 'open', comments: 1, labels: [{ name: 'corbel' }], head: { sha } })
  const again = await installationOctokit(second)
  expect((await again.rest.issues.listComments({ ...repo, issue_number: 1 })).data[0]?.body).toBe('still here')
  expect((await again.rest.checks.listForRef({ ...repo, ref: sha })).data.check_runs[0]?.status).toBe('in_progress')
  expect((await again.rest.repos.getCombinedStatusForRef({ ...repo, ref: sha })).data.state).toBe('success')
  await receiver.until(({ event, body }) => event === 'pull_request' && body.action === 'opened')
  await receiver.until(({ event }) => event === 'issue_comment')
  const ended = once(second.child, 'exit')
  second.child.stdin.end()
  expect((await ended)[0]).toBe(0)
})

test('git clones and pushes over HTTP with a token, and a push is told and moves its pull request', { timeout: 60_000 }, async () => {
  const receiver = await startReceiver('s')
  cleanups.push(() => receiver.close())
  const options = await testOptions([{ url: receiver.url, secret: 's' }])
  const github = await runMain(options)
  const folder = mkdtempSync(join(tmpdir(), 'github-clone-'))
  cleanups.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => rmSync(options.directory, { recursive: true, force: true }),
  )
  const { access_token } = await signInAs(github, 'alice')
  const address = (secret: string) => `${github.url.replace('://', `://x-access-token:${secret}@`)}/acme/payments.git`

  expect((await git(['clone', '--quiet', `${github.url}/acme/payments.git`, join(folder, 'nobody')])).code).not.toBe(0)
  expect((await git(['clone', '--quiet', address('ghu_wrong'), join(folder, 'wrong')])).code).not.toBe(0)
  const clone = join(folder, 'clone')
  expect(await git(['clone', '--quiet', address(access_token), clone])).toEqual({ code: 0, output: '' })
  expect(readFileSync(join(clone, 'corbel.yaml'), 'utf8')).toContain('cluster: demo')

  const change = async (text: string) => {
    writeFileSync(join(clone, 'big.txt'), text)
    await git(['add', '.'], clone)
    await git(['commit', '--quiet', '-m', 'Write much'], clone)
    expect((await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/work'], clone)).code).toBe(0)
    return (await git(['rev-parse', 'HEAD'], clone)).output.trim()
  }
  // More than git's postBuffer, so that it comes in chunks.
  const first = await change(Array.from({ length: 60_000 }, () => Math.random().toString(36)).join('\n'))
  const pushed = await receiver.until(({ event, body }) => event === 'push' && body.ref === 'refs/heads/work')
  expect(pushed.body).toMatchObject({ after: first, created: true, pusher: { name: 'alice' } })
  const bot = await installationOctokit(github)
  const { data: pull } = await bot.rest.pulls.create({ ...repo, title: 'Work', head: 'work', base: 'main' })
  expect(pull.head.sha).toBe(first)
  const second = await change('less\n')
  const moved = await receiver.until(({ event, body }) => event === 'pull_request' && body.action === 'synchronize')
  expect(moved.body).toMatchObject({ before: first, after: second, number: pull.number })
  expect((await git(['ls-remote', 'origin', 'refs/pull/1/head'], clone)).output).toContain(second)

  // Pushing the pull request's commits to its base merges it.
  expect((await git(['push', '--quiet', 'origin', 'HEAD:refs/heads/main'], clone)).code).toBe(0)
  expect((await bot.rest.pulls.get({ ...repo, pull_number: pull.number })).data).toMatchObject({ merged: true, merge_commit_sha: second })

  const { data: reading } = await octokitOfApp(github).rest.apps.createInstallationAccessToken({
    installation_id: (await octokitOfApp(github).rest.apps.getRepoInstallation(repo)).data.id,
    permissions: { contents: 'read' },
  })
  expect((await git(['push', '--quiet', address(reading.token), 'HEAD:refs/heads/denied'], clone)).code).not.toBe(0)
  expect((await git(['fsck', '--strict'], join(options.directory, 'acme', 'payments.git'))).code).toBe(0)
})
