/** The simulated CI between the GitHub stand-in and a real control plane: pull request → plan, merge → apply, killed and started again. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRepository } from '#demo/github/repositories.ts'
import { type GitHub, startGitHub } from '#demo/github/start.ts'
import { freePort } from '#demo/supervisor/ports.ts'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { NotFound } from '#lib/errors.ts'
import { appConnections } from '#lib/forge/connect-github.ts'
import { textAt, valueAt } from '#lib/json.ts'
import { type Ci, type CiOptions, startCi } from './start.ts'

const kubeconfig = process.env.TEST_KUBECONFIG ?? ''
const at = { owner: 'acme', repo: 'payments' }
const name = `ci-${Math.random().toString(36).slice(2, 8)}`
const bucket = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket', namespace: 'payments-prod', name }
const manifest = `apiVersion: ${bucket.apiVersion}\nkind: StorageBucket\nmetadata:\n  name: ${name}\n  namespace: payments-prod\nspec:\n  location: EU\n`

let directory: string
let cluster: Cluster
let github: GitHub
let options: CiOptions
let ci: Ci
let octokit: Octokit

beforeAll(async () => {
  if (!kubeconfig) throw new Error('TEST_KUBECONFIG names no control plane. Run these tests with npm test.')
  await seedCluster({ kubeconfig })
  cluster = openCluster({ name: 'test', kubeconfigFile: kubeconfig })
  directory = mkdtempSync(join(tmpdir(), 'corbel-ci-'))
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const privateKeyFile = join(directory, 'app.pem')
  writeFileSync(privateKeyFile, keys.privateKey, { mode: 0o600 })
  const port = await freePort()
  await createRepository(join(directory, 'github'), 'acme/payments', { 'corbel.yaml': 'cluster: demo\nmanifests: [infra]\n' })
  github = await startGitHub({
    directory: join(directory, 'github'),
    app: { id: '4711', publicKeyPem: keys.publicKey, slug: 'corbel' },
    oauth: { clientId: 'x', clientSecret: 'y' },
    webhooks: [{ url: `http://127.0.0.1:${port}/webhook`, secret: 'hook' }],
    people: [],
  })
  options = {
    port,
    directory: join(directory, 'ci'),
    webhookSecret: 'hook',
    github: { url: github.url, apiUrl: `${github.url}/api/v3`, appId: '4711', privateKeyFile },
    kubeconfig,
    applyArguments: ['--settle', '1s', '--poll', '300ms'],
  }
  octokit = await appConnections({ apiUrl: options.github.apiUrl, appId: '4711', privateKey: keys.privateKey })('acme/payments').octokit()
  ci = await startCi(options)
})
afterAll(async () => {
  await ci?.close()
  await github?.close()
  await cluster
    ?.asPortal()
    .delete(bucket)
    .catch((error: unknown) => {
      if (!(error instanceof NotFound)) throw error
    })
  await cluster?.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Asks until there is an answer; the test's own time limit ends a wait in vain. */
async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const finishedCheck = (commit: string, check: string) =>
  until(async () => {
    const { data } = await octokit.rest.checks.listForRef({ ...at, ref: commit, check_name: check })
    expect(data.check_runs.length).toBeLessThanOrEqual(1)
    return data.check_runs.find((run) => run.status === 'completed')
  })

const commentsOf = async (pull: number) =>
  (await octokit.rest.issues.listComments({ ...at, issue_number: pull })).data.map(({ body }) => body ?? '')

async function openPull(branch: string, path: string, text: string): Promise<{ number: number; sha: string }> {
  const base = await octokit.rest.git.getRef({ ...at, ref: 'heads/main' })
  const tree = await octokit.rest.git.createTree({
    ...at,
    base_tree: base.data.object.sha,
    tree: [{ path, mode: '100644', type: 'blob', content: text }],
  })
  const commit = await octokit.rest.git.createCommit({
    ...at,
    message: `Add ${path}`,
    tree: tree.data.sha,
    parents: [base.data.object.sha],
  })
  await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: commit.data.sha })
  const { data } = await octokit.rest.pulls.create({ ...at, title: `Add ${path}`, head: branch, base: 'main' })
  return { number: data.number, sha: commit.data.sha }
}

test('a pull request gets a plan, its merge is applied and reported until ready', async () => {
  const pull = await openPull('add-bucket', `infra/payments-prod/${name}.yaml`, manifest)
  const plan = await finishedCheck(pull.sha, 'corbel/plan')
  expect(plan.conclusion).toBe('success')
  expect(plan.output.title).toContain('1 to add')
  const planned = (await commentsOf(pull.number)).filter((body) => body.startsWith('<!-- corbel:plan -->'))
  expect(planned).toHaveLength(1)
  expect(planned[0]).toContain('✓ accepted')

  const { data: merge } = await octokit.rest.pulls.merge({ ...at, pull_number: pull.number })
  const live = await until(async () => {
    try {
      return (await cluster.asPortal().get(bucket)).value
    } catch (error) {
      if (error instanceof NotFound) return undefined
      throw error
    }
  })
  expect(textAt(live, 'metadata', 'annotations', 'corbel.dev/commit')).toBe(merge.sha)
  const running = await octokit.rest.checks.listForRef({ ...at, ref: merge.sha, check_name: 'corbel/apply' })
  expect(running.data.check_runs[0]?.status).toBe('in_progress')
  const status = {
    observedGeneration: valueAt(live, ['metadata', 'generation']) ?? 1,
    conditions: [{ type: 'Ready', status: 'True', reason: 'UpToDate' }],
  }
  await cluster.asPortal().patchMerge(bucket, { status }, { subresource: 'status' })

  const apply = await finishedCheck(merge.sha, 'corbel/apply')
  expect(apply).toMatchObject({ conclusion: 'success', output: { title: '1 ready' } })
  expect((await commentsOf(pull.number)).filter((body) => body.startsWith('<!-- corbel:apply -->'))).toHaveLength(1)
  const log = await fetch(apply.details_url ?? '')
  expect(await log.text()).toContain(`StorageBucket payments-prod/${name}  ready: UpToDate`)
})

test('a plan the API server refuses fails the check', async () => {
  const pull = await openPull('bad', 'infra/payments-prod/bad.yaml', `${manifest}  nonsense: 1\n`.replace(name, `${name}-bad`))
  const plan = await finishedCheck(pull.sha, 'corbel/plan')
  expect(plan.conclusion).toBe('failure')
  expect(plan.output.summary).toContain('spec.nonsense')
})

test('work noted before a stop runs after the next start, once', async () => {
  await ci.close()
  const pull = await openPull('after', 'infra/payments-prod/after.yaml', manifest.replace(name, `${name}-after`))
  ci = await startCi(options)
  const plan = await finishedCheck(pull.sha, 'corbel/plan')
  expect(plan.conclusion).toBe('success')
  expect((await commentsOf(pull.number)).filter((body) => body.startsWith('<!-- corbel:plan -->'))).toHaveLength(1)
})

test('a webhook with a wrong signature is refused', async () => {
  const reply = await fetch(`${ci.url}/webhook`, {
    method: 'POST',
    body: '{}',
    headers: { 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=00' },
  })
  expect(reply.status).toBe(401)
})
