/**
 * Everything a test of proposals needs, real but for the cloud: a database of its own, the GitHub stand-in in this process, people with
 * logins, one of them with a GitHub account, and a cluster that nobody answers for.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Octokit } from '@octokit/rest'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import type { ProposalRequest, ResourceChange } from '#lib/proposals/contract.ts'
import { accountToken, beginLink, finishLink } from '#lib/proposals/github-account.ts'
import { submitProposal } from '#lib/proposals/submit-proposal.ts'
import { createRepository } from './repositories.ts'
import { type GitHub, startGitHub } from './start.ts'

export const kind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
export const repository = 'acme/payments'
export const topic = (name: string, labels = ''): string =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: payments-prod\n${labels}`
export const labelled = '  labels:\n    tier: gold\n'
const people = [
  { login: 'alice', name: 'Alice', email: 'alice@acme.test' },
  { login: 'bob', name: 'Bob', email: 'bob@acme.test' },
]
export const secret = 'a webhook secret for tests'
/** A cluster nobody answers for: proposals need none. */
const unreachable = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'demo', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'portal', user: { token: 'none' } }],
  contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'portal' } }],
  'current-context': 'demo',
})

export let github: GitHub
export let fresh: FreshDatabase
let hooks: Server
const directory = mkdtempSync(join(tmpdir(), 'corbel-proposals-'))
/** Where deliveries of the stand-in end up; tests switch it off to lose them. */
export const deliveries: { on: boolean; received: Request[] } = { on: true, received: [] }
export let alice: Actor
export let bob: Actor
export let merger: Octokit

/** Starts the world before a file's tests and ends it after them. */
export function withProposalWorld(): void {
  beforeAll(start, 60_000)
  afterAll(stop)
  afterEach(() => simulate('none'))
}

async function start(): Promise<void> {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  hooks = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as [string, string]] : [],
      )
      if (deliveries.on)
        deliveries.received.push(
          new Request('http://corbel.test/api/webhooks/github', { method: 'POST', headers, body: Buffer.concat(chunks) }),
        )
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve))
  const address = hooks.address()
  if (address === null || typeof address === 'string') throw new Error('The webhook receiver has no port.')
  await createRepository(directory, repository, {
    'infra/payments-prod/pubsubtopic-old.yaml': topic('old'),
    'infra/payments-prod/several.yaml': `# ours\n${topic('first')}---\n${topic('second')}`,
    'README.md': 'payments\n',
  })
  await createRepository(directory, 'acme/playlists', { 'README.md': 'playlists\n' })
  github = await startGitHub({
    directory,
    app: { id: '42', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), slug: 'corbel' },
    oauth: { clientId: 'Iv1.test', clientSecret: 'shh', redirectUris: ['http://corbel.test/api/github/callback'] },
    webhooks: [{ url: `http://127.0.0.1:${address.port}/`, secret }],
    people,
  })
  writeFileSync(join(directory, 'app.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(directory, 'kubeconfig'), unreachable)
  const own = {
    CORBEL_URL: 'http://corbel.test',
    DATABASE_URL: fresh.url,
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: join(directory, 'kubeconfig') }]),
    GITHUB_URL: github.url,
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_APP_ID: '42',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    GITHUB_WEBHOOK_SECRET: secret,
    GITHUB_CLIENT_ID: 'Iv1.test',
    GITHUB_CLIENT_SECRET: 'shh',
  }
  Object.assign(process.env, settingsForTests(own))
  alice = await person('alice')
  bob = await person('bob')
  for (const [namespace, into] of [
    ['payments-prod', repository],
    ['payments-dev', repository],
    ['playlists-prod', 'acme/playlists'],
    ['no-repository', null],
  ] as const) {
    const path = `infra/${namespace}`
    await database().project.create({ data: { cluster: 'demo', namespace, team: 'payments', repository: into, path } })
  }
  for (const [key, plural, namespaced] of [
    [kind, 'pubsubtopics', true],
    ['Folder.resourcemanager.cnrm.cloud.google.com', 'folders', false],
  ] as const) {
    const [kindName = '', ...group] = key.split('.')
    await database().kind.create({
      data: {
        cluster: 'demo',
        key,
        group: group.join('.'),
        kind: kindName,
        plural,
        version: 'v1beta1',
        namespaced,
        definition: {},
        hash: key,
      },
    })
  }
  await link(bob, 'bob')
  merger = new Octokit({
    baseUrl: `${github.url}/api/v3`,
    auth: await accountToken(bob.userId),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
}

async function stop(): Promise<void> {
  await closeJobQueue()
  await database().$disconnect()
  await fresh.drop()
  await github.close()
  await new Promise((resolve) => hooks.close(resolve))
  rmSync(directory, { recursive: true, force: true })
}

export async function person(name: string): Promise<Actor> {
  const userId = newId()
  const username = `${name}@acme.test`
  await database().user.create({ data: { id: userId, username, name, email: username, groups: ['payments'] } })
  const loginId = newId()
  const later = new Date(Date.now() + 3_600_000)
  const idToken = seal(process.env.CORBEL_SECRET ?? '', `login ${loginId}`, 'a token')
  await database().login.create({ data: { id: loginId, tokenHash: loginId, userId, idToken, idTokenExpiresAt: later, expiresAt: later } })
  return { userId, loginId, username, name, email: username, groups: ['payments'], admin: false, auditor: false }
}

/** Goes the way of a browser: to GitHub, through its form, and back. */
export async function link(actor: Actor, login: string): Promise<Response> {
  const leave = beginLink(actor, '/projects')
  const cookie = leave.headers.get('set-cookie')?.split(';')[0] ?? ''
  const asked = new URL(leave.headers.get('location') ?? '')
  const answer = await fetch(`${github.url}/login/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: github.url, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams([...asked.searchParams, ['login', login]]),
  })
  return finishLink(actor, new Request(answer.headers.get('location') ?? 'http://corbel.test/none', { headers: { cookie } }), 'test')
}

export const simulate = async (mode: string, seconds = 60): Promise<void> => {
  await fetch(`${github.url}/_simulate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode, seconds }),
  })
}

export const create = (name: string): ResourceChange => ({
  cluster: 'demo',
  namespace: 'payments-prod',
  kind,
  action: 'create',
  text: topic(name),
  baseBlob: null,
})
export const update = (name: string, labels = labelled): ResourceChange => ({
  ...create(name),
  action: 'update',
  name,
  text: topic(name, labels),
})
export const remove = (name: string): ResourceChange => ({ ...create(name), action: 'delete', name, text: null })
/** A new topic in another project. */
export const elsewhere = (namespace: string, name: string): ResourceChange => ({
  ...create(name),
  namespace,
  text: topic(name).replace('payments-prod', namespace),
})
export const requestFor = (...changes: ResourceChange[]): ProposalRequest => ({
  changes,
  title: `Change ${changes[0]?.name ?? 'it'}`,
  message: 'Because @bob asked.',
  idempotencyKey: newId(),
})
export const submit = (change: ResourceChange, actor = alice) => submitProposal(requestFor(change), actor, 'test')
export const stored = (id: string) => database().proposal.findUniqueOrThrow({ where: { id } })
export const pullsOf = async (branch: string) =>
  (await merger.rest.pulls.list({ owner: 'acme', repo: 'payments', state: 'all', head: `acme:${branch}`, per_page: 100 })).data.filter(
    (pull) => pull.head.ref === branch,
  )
export async function merge(pullNumber: number | null): Promise<string> {
  const { data } = await merger.rest.pulls.merge({ owner: 'acme', repo: 'payments', pull_number: pullNumber ?? 0 })
  return data.sha
}
/** Commits a file by hand, as people do beside Corbel. */
export const putFile = async (path: string, text: string, branch = 'main'): Promise<void> => {
  const { data: ref } = await merger.rest.git.getRef({ owner: 'acme', repo: 'payments', ref: `heads/${branch}` })
  const { data: tree } = await merger.rest.git.createTree({
    owner: 'acme',
    repo: 'payments',
    base_tree: ref.object.sha,
    tree: [{ path, mode: '100644', type: 'blob', content: text }],
  })
  const { data: commit } = await merger.rest.git.createCommit({
    owner: 'acme',
    repo: 'payments',
    message: `Touch ${path} by hand`,
    tree: tree.sha,
    parents: [ref.object.sha],
  })
  await merger.rest.git.updateRef({ owner: 'acme', repo: 'payments', ref: `heads/${branch}`, sha: commit.sha })
}
export async function index(name: string, state: string, commit: string | null, namespace = 'payments-prod'): Promise<void> {
  const id = newId()
  const now = new Date()
  const row = { state, headline: state, commit, generation: 1, observedGeneration: 1, updatedAt: now, deletedAt: null }
  await database().resource.upsert({
    where: { cluster_kind_namespace_name: { cluster: 'demo', kind, namespace, name } },
    create: {
      id,
      cluster: 'demo',
      namespace,
      kind,
      kindName: 'PubSubTopic',
      name,
      uid: id,
      resourceVersion: '1',
      createdAt: now,
      ...row,
    },
    update: row,
  })
}

/**
 * Calls a function that works in steps in a process of its own, which kills itself with -9 after a step. Gives what ended it. `module` is
 * where the function is exported, with `#lib/` in front.
 */
export async function runAndDie(module: string, call: string, id: string, step: string): Promise<string | number | null> {
  const program = `
    import { ${call} } from '${module}'
    await ${call}('${id}', { afterStep: (done) => done === '${step}' && process.kill(process.pid, 'SIGKILL') })`
  const flags = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, flags, { cwd: join(import.meta.dirname, '..', '..'), env: process.env, stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
}
