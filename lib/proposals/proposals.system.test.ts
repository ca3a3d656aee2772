/** The whole life of a proposal on a real database and a real Git server: the GitHub stand-in, in this process. */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Octokit } from '@octokit/rest'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createRepository } from '#demo/github/repositories.ts'
import { type GitHub, startGitHub } from '#demo/github/start.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Conflict, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { type RunningJobs, startJobs } from '#lib/jobs/run-jobs.ts'
import { POST as postWebhook } from '../../app/api/webhooks/github/route.ts'
import type { ProposalRequest, ResourceChange } from './contract.ts'
import { pollProposals, settleProposals } from './follow-proposals.ts'
import { accountToken, beginLink, finishLink, unlink } from './github-account.ts'
import { observeProposal } from './observe-proposal.ts'
import { openProposal, recordStuck, type Step, steps } from './open-pull-request.ts'
import { prepareTogether } from './prepare-changes.ts'
import { previewChanges } from './preview-changes.ts'
import { readManifestSource } from './project-manifests.ts'
import { proposalJobs } from './proposal-jobs.ts'
import { listProposals, readProposal } from './read-proposals.ts'
import { handleWebhook, receiveWebhook } from './receive-webhook.ts'
import { retryProposal, withdrawProposal } from './stuck-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

const kind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
const repository = 'acme/payments'
const topic = (name: string, labels = ''): string =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: payments-prod\n${labels}`
const labelled = '  labels:\n    tier: gold\n'
const people = [
  { login: 'alice', name: 'Alice', email: 'alice@acme.test' },
  { login: 'bob', name: 'Bob', email: 'bob@acme.test' },
]
const secret = 'a webhook secret for tests'
/** A cluster nobody answers for: proposals need none. */
const unreachable = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'demo', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'portal', user: { token: 'none' } }],
  contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'portal' } }],
  'current-context': 'demo',
})

let github: GitHub
let fresh: FreshDatabase
let hooks: Server
const directory = mkdtempSync(join(tmpdir(), 'corbel-proposals-'))
/** Where deliveries of the stand-in end up; tests switch it off to lose them. */
const deliveries: { on: boolean; received: Request[] } = { on: true, received: [] }
let alice: Actor
let bob: Actor
let merger: Octokit

beforeAll(async () => {
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
  github = await startGitHub({
    directory,
    app: { id: '42', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), slug: 'corbel' },
    oauth: { clientId: 'Iv1.test', clientSecret: 'shh', redirectUris: ['http://corbel.test/api/github/callback'] },
    webhooks: [{ url: `http://127.0.0.1:${address.port}/`, secret }],
    people,
  })
  writeFileSync(join(directory, 'app.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(join(directory, 'kubeconfig'), unreachable)
  Object.assign(process.env, {
    CORBEL_URL: 'http://corbel.test',
    CORBEL_SECRET: 'a secret of more than thirty-two letters',
    CORBEL_LOG_LEVEL: 'error',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'http://127.0.0.1:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'corbel',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: join(directory, 'kubeconfig') }]),
    GITHUB_URL: github.url,
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_APP_ID: '42',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    GITHUB_WEBHOOK_SECRET: secret,
    GITHUB_CLIENT_ID: 'Iv1.test',
    GITHUB_CLIENT_SECRET: 'shh',
  })
  alice = await person('alice')
  bob = await person('bob')
  await database().project.create({
    data: {
      cluster: 'demo',
      namespace: 'payments-prod',
      team: 'payments',
      repository,
      path: 'infra/payments-prod',
      gcpProject: 'payments-prod-1',
    },
  })
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
}, 60_000)

afterAll(async () => {
  await closeJobQueue()
  await database().$disconnect()
  await fresh.drop()
  await github.close()
  await new Promise((resolve) => hooks.close(resolve))
  rmSync(directory, { recursive: true, force: true })
})

afterEach(() => simulate('none'))

async function person(name: string): Promise<Actor> {
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
async function link(actor: Actor, login: string): Promise<Response> {
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

const simulate = async (mode: string, seconds = 60): Promise<void> => {
  await fetch(`${github.url}/_simulate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode, seconds }),
  })
}

const create = (name: string): ResourceChange => ({
  cluster: 'demo',
  namespace: 'payments-prod',
  kind,
  action: 'create',
  text: topic(name),
  baseBlob: null,
})
const requestFor = (change: ResourceChange): ProposalRequest => ({
  changes: [change],
  title: `Change ${change.name ?? 'it'}`,
  message: 'Because @bob asked.',
  idempotencyKey: newId(),
})
const submit = (change: ResourceChange, actor = alice) => submitProposal(requestFor(change), actor, 'test')
const stored = (id: string) => database().proposal.findUniqueOrThrow({ where: { id } })
const pullsOf = async (branch: string) =>
  (await merger.rest.pulls.list({ owner: 'acme', repo: 'payments', state: 'all', head: `acme:${branch}`, per_page: 100 })).data.filter(
    (pull) => pull.head.ref === branch,
  )
async function merge(pullNumber: number | null): Promise<string> {
  const { data } = await merger.rest.pulls.merge({ owner: 'acme', repo: 'payments', pull_number: pullNumber ?? 0 })
  return data.sha
}
const putFile = async (path: string, text: string): Promise<void> => {
  const there = await merger.rest.repos.getContent({ owner: 'acme', repo: 'payments', path }).catch(() => undefined)
  const sha = there && !Array.isArray(there.data) ? there.data.sha : undefined
  const { data: ref } = await merger.rest.git.getRef({ owner: 'acme', repo: 'payments', ref: 'heads/main' })
  const { data: tree } = await merger.rest.git.createTree({
    owner: 'acme',
    repo: 'payments',
    base_tree: ref.object.sha,
    tree: [{ path, mode: '100644', type: 'blob', content: text }],
  })
  const { data: commit } = await merger.rest.git.createCommit({
    owner: 'acme',
    repo: 'payments',
    message: `touch ${path} ${sha ?? ''}`,
    tree: tree.sha,
    parents: [ref.object.sha],
  })
  await merger.rest.git.updateRef({ owner: 'acme', repo: 'payments', ref: 'heads/main', sha: commit.sha })
}
async function index(name: string, state: string, commit: string | null): Promise<void> {
  const id = newId()
  const now = new Date()
  const row = { state, headline: state, commit, generation: 1, observedGeneration: 1, updatedAt: now, deletedAt: null }
  await database().resource.upsert({
    where: { cluster_kind_namespace_name: { cluster: 'demo', kind, namespace: 'payments-prod', name } },
    create: {
      id,
      cluster: 'demo',
      namespace: 'payments-prod',
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

describe('linking a GitHub account', () => {
  test('goes to GitHub and back, and keeps the tokens sealed', async () => {
    const carol = await person('carol')
    const back = await link(carol, 'alice')
    expect(back.status).toBe(303)
    expect(back.headers.get('location')).toBe('/projects')
    const row = await database().githubLink.findUniqueOrThrow({ where: { userId: carol.userId } })
    expect(row.login).toBe('alice')
    const token = await accountToken(carol.userId)
    expect(token).toBeTruthy()
    expect(JSON.stringify(row)).not.toContain(token)
    await unlink(carol, 'test')
    expect(await accountToken(carol.userId)).toBeUndefined()
  })

  test('two requests at once refresh an ending token once', async () => {
    const dave = await person('dave')
    await link(dave, 'alice')
    await database().githubLink.update({ where: { userId: dave.userId }, data: { accessExpiresAt: new Date() } })
    const tokens = await Promise.all([accountToken(dave.userId), accountToken(dave.userId)])
    expect(tokens[0]).toBeTruthy()
    expect(tokens[1]).toBe(tokens[0])
  })

  test('an answer with another state is refused', async () => {
    const leave = beginLink(alice, 'https://evil.test/')
    const cookie = leave.headers.get('set-cookie')?.split(';')[0] ?? ''
    const forged = new Request('http://corbel.test/api/github/callback?code=1&state=x', { headers: { cookie } })
    await expect(finishLink(alice, forged, 'test')).rejects.toThrow(Invalid)
  })
})

describe('preparing a change', () => {
  test('a new resource gets a file by the layout', async () => {
    const [prepared] = (await prepareTogether([create('fresh')])).files
    expect(prepared).toMatchObject({ path: 'infra/payments-prod/pubsubtopic-fresh.yaml', before: null, after: topic('fresh') })
  })

  test('a resource is found in whatever file it stands, and only its document changes', async () => {
    const source = await readManifestSource('demo', { namespace: 'payments-prod', kind, name: 'second' })
    expect(source).toMatchObject({ path: 'infra/payments-prod/several.yaml', document: 1 })
    const { files } = await prepareTogether([
      { ...create('second'), action: 'update', name: 'second', text: topic('second', labelled), baseBlob: source.blob },
    ])
    expect(files[0]?.after).toBe(`# ours\n${topic('first')}---\n${topic('second', labelled)}`)
  })

  test.each<[string, Partial<ResourceChange>, RegExp]>([
    ['another namespace', { text: topic('x').replace('payments-prod', 'other') }, /namespace other/],
    ['another kind', { text: topic('x').replace('PubSubTopic', 'PubSubSchema') }, /is a PubSubSchema/],
    [
      'a kind that is not offered',
      { kind: 'Secret.', text: 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n  namespace: payments-prod\n' },
      /not offered/,
    ],
    [
      'a binding of roles',
      {
        kind: 'RoleBinding.rbac.authorization.k8s.io',
        text: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: x\n  namespace: payments-prod\n',
      },
      /not offered/,
    ],
    [
      'a kind of the whole cluster',
      {
        kind: 'Folder.resourcemanager.cnrm.cloud.google.com',
        text: 'apiVersion: resourcemanager.cnrm.cloud.google.com/v1beta1\nkind: Folder\nmetadata:\n  name: x\n  namespace: payments-prod\n',
      },
      /whole cluster/,
    ],
    ['a name generated by the server', { text: topic('x').replace('name: x', 'generateName: x-') }, /metadata.name/],
    ['a name that leads to another folder', { text: topic('../../playlists-prod/x') }, /cannot be the name/],
    ['a name with a trailer in it', { text: topic('"x\\nCorbel-Requested-By: dave"') }, /cannot be the name/],
    ['a name with dots that lead up', { text: topic('a..b') }, /cannot be the name/],
    ['deleting by a path', { action: 'delete', name: '../payments-prod/old', text: null }, /cannot be the name/],
    [
      "another proposal's note",
      { text: topic('x', '  annotations:\n    corbel.dev/proposal: 01890a5d-ac96-774b-bcce-b302099a8057\n') },
      /corbel.dev\/proposal/,
    ],
    ['two documents', { text: `${topic('x')}---\n${topic('y')}` }, /2 documents/],
    ['broken YAML', { text: 'a: [' }, /line 1/],
    ['nothing new', { action: 'update', name: 'old', text: topic('old') }, /Nothing changes/],
    ['another name', { action: 'update', name: 'old', text: topic('new') }, /cannot be renamed/],
    ['a resource that exists', { text: topic('old') }, /exists already/],
    ['a resource that does not exist', { action: 'delete', name: 'nobody', text: null }, /No file/],
    [
      'a file that changed since',
      { action: 'update', name: 'old', text: topic('old', labelled), baseBlob: '0'.repeat(40) },
      /changed since/,
    ],
  ])('%s is refused with a sentence', async (_, change, sentence) => {
    await expect(prepareTogether([{ ...create('x'), ...change }])).rejects.toThrow(sentence)
  })
})

/** Opens a proposal in a process of its own, which kills itself with -9 after a step. Gives what ended it. */
async function openAndDie(id: string, step: Step): Promise<string | number | null> {
  const program = `
    import { openProposal } from '#lib/proposals/open-pull-request.ts'
    await openProposal('${id}', { afterStep: (done) => done === '${step}' && process.kill(process.pid, 'SIGKILL') })`
  const flags = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, flags, { cwd: join(import.meta.dirname, '..', '..'), env: process.env, stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
}

describe('reading a manifest from Git', () => {
  const topicAt = (name: string) => readManifestSource('demo', { namespace: 'payments-prod', kind, name })

  test('a note on the live object does not lead out of the folder of the project', async () => {
    // without namespace: such a document counts for any, by the folder it is in
    await putFile('infra/playlists-prod/private.yaml', topic('private').replace('  namespace: payments-prod\n', ''))
    await index('private', 'ready', null)
    const where = { cluster_kind_namespace_name: { cluster: 'demo', kind, namespace: 'payments-prod', name: 'private' } }
    for (const path of ['infra/playlists-prod/private.yaml', 'infra/payments-prod/../playlists-prod/private.yaml']) {
      await database().resource.update({ where, data: { repository, path } })
      await expect(topicAt('private')).rejects.toThrow(/No file/)
    }
  })

  test('kinds that are not offered are not read, whatever the repository holds', async () => {
    await putFile('infra/payments-prod/secret.yaml', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n')
    await expect(readManifestSource('demo', { namespace: 'payments-prod', kind: 'Secret.', name: 'x' })).rejects.toThrow(/not offered/)
  })
})

describe('previewing a change', () => {
  test('shows file, difference and words; a cluster that is away is said, and stops nothing', async () => {
    const preview = await previewChanges(
      { changes: [{ ...create('old'), action: 'update', name: 'old', text: topic('old', labelled) }] },
      alice,
    )
    const path = 'infra/payments-prod/pubsubtopic-old.yaml'
    expect(preview.groups).toMatchObject([
      {
        repository,
        files: [{ path, existsBefore: true, existsAfter: true, changes: [0] }],
        title: 'Change PubSubTopic old in payments-prod',
        openedAs: 'github-app',
        changes: [0],
      },
    ])
    expect(preview.changes).toMatchObject([
      { name: 'old', path, problem: null, openProposals: [], dryRun: { accepted: false, unavailable: expect.stringMatching(/demo/) } },
    ])
    expect(preview.groups[0]?.files[0]?.diff).toContain('+    tier: gold')
  })

  test('names the open proposal for the resource', async () => {
    const open = await submit(create('shown'))
    expect((await previewChanges({ changes: [create('shown')] }, bob)).changes[0]?.openProposals).toMatchObject([
      { id: open.id, requestedBy: 'alice' },
    ])
  })
})

describe('opening a pull request', () => {
  test('the same request sent twice at once is one proposal with one pull request', async () => {
    const request = requestFor(create('twice'))
    const [first, second] = await Promise.all([submitProposal(request, alice, 'a'), submitProposal(request, alice, 'b')])
    expect(second.id).toBe(first.id)
    await Promise.all([openProposal(first.id), openProposal(first.id)])
    expect(await pullsOf(first.branch)).toHaveLength(1)
    expect((await stored(first.id)).state).toBe('open')
  })

  test.each(steps)('killed after the step "%s" and run again, exactly one pull request and commit exist', async (step: Step) => {
    const proposal = await submit(create(`crash-${step.replace(' ', '-')}`))
    expect(await openAndDie(proposal.id, step)).toBe('SIGKILL')
    await openProposal(proposal.id)
    const [pull, ...more] = await pullsOf(proposal.branch)
    expect(more).toEqual([])
    const row = await stored(proposal.id)
    expect(row).toMatchObject({ state: 'open', pullNumber: pull?.number, headSha: pull?.head.sha })
    const commits = await merger.rest.pulls.listCommits({ owner: 'acme', repo: 'payments', pull_number: row.pullNumber ?? 0 })
    expect(commits.data.map(({ commit }) => commit.author?.email)).toEqual(['alice@acme.test'])
    expect(commits.data[0]?.commit.message).toContain(`Corbel-Proposal: ${proposal.id}`)
  })

  test("is the person's own where their account is linked, and the App's otherwise", async () => {
    const [own, apps] = [await submit(create('own'), bob), await submit(create('apps'), alice)]
    await openProposal(own.id)
    await openProposal(apps.id)
    expect((await pullsOf(own.branch))[0]).toMatchObject({ user: { login: 'bob' } })
    const [pull] = await pullsOf(apps.branch)
    expect(pull?.user?.login).toBe('corbel[bot]')
    expect(pull?.body).toContain('asked for this change')
    expect(pull?.body).not.toContain('@bob')
    expect((await stored(own.id)).openedAs).toBe('github-user')
    expect((await stored(apps.id)).openedAs).toBe('github-app')
  })

  test('a linked account that GitHub no longer accepts costs nothing but the name: the App opens it', async () => {
    const erin = await person('erin')
    await link(erin, 'alice')
    const revoked = seal(process.env.CORBEL_SECRET ?? '', `github ${erin.userId}`, 'ghu_revoked')
    await database().githubLink.update({ where: { userId: erin.userId }, data: { accessToken: revoked } })
    const proposal = await submit(create('revoked'), erin)
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', openedAs: 'github-app' })
  })

  test('a second proposal for the resource is refused, naming the first', async () => {
    const first = await submit(create('held'))
    const refused = await submit(create('held'), bob).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Conflict)
    expect(refused).toMatchObject({ details: { proposal: { id: first.id } } })
  })

  test('two people at once: one proposal, one refusal', async () => {
    const outcomes = await Promise.allSettled([submit(create('race'), alice), submit(create('race'), bob)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a base that moved elsewhere is built upon', async () => {
    const proposal = await submit(create('moved'))
    await putFile('README.md', 'payments, moved\n')
    await openProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('open')
  })

  test('a file that changed meanwhile makes the proposal stuck with a sentence; withdrawn, the resource is free', async () => {
    const proposal = await submit({ ...create('old'), action: 'update', name: 'old', text: topic('old', labelled) })
    await putFile('infra/payments-prod/pubsubtopic-old.yaml', topic('old', '  labels:\n    other: yes-please\n'))
    await openProposal(proposal.id)
    const row = await stored(proposal.id)
    expect(row.state).toBe('stuck')
    expect(row.problem).toContain('changed on main meanwhile')
    expect(await pullsOf(proposal.branch)).toEqual([])
    expect((await retryProposal(proposal.id, alice, 'test')).state).toBe('submitted')
    await openProposal(proposal.id)
    expect((await withdrawProposal(proposal.id, alice, 'test')).state).toBe('closed')
    await expect(submit({ ...create('old'), action: 'update', name: 'old', text: topic('old', labelled) })).resolves.toMatchObject({
      state: 'submitted',
    })
  })

  test('withdrawn, a pull request that an earlier try opened is closed; a merged one is not given up', async () => {
    const killed = (step: string) => {
      if (step === 'pull request') throw new Error('killed')
    }
    const leftOver = async (name: string) => {
      const proposal = await submit(create(name))
      await expect(openProposal(proposal.id, { afterStep: killed })).rejects.toThrow('killed')
      await recordStuck(proposal.id, 'It was tried often enough.')
      const [pull] = await pullsOf(proposal.branch)
      return { proposal, number: pull?.number ?? 0 }
    }
    const open = await leftOver('left-over')
    expect((await withdrawProposal(open.proposal.id, alice, 'test')).state).toBe('closed')
    expect((await pullsOf(open.proposal.branch)).map(({ state }) => state)).toEqual(['closed'])

    const merged = await leftOver('left-merged')
    await merge(merged.number)
    await expect(withdrawProposal(merged.proposal.id, alice, 'test')).rejects.toThrow(/merged already/)
    expect((await stored(merged.proposal.id)).state).toBe('stuck')
  })

  test("somebody else's branch of that name is not touched", async () => {
    const proposal = await submit(create('squatted'))
    const { data } = await merger.rest.git.getRef({ owner: 'acme', repo: 'payments', ref: 'heads/main' })
    await merger.rest.git.createRef({ owner: 'acme', repo: 'payments', ref: `refs/heads/${proposal.branch}`, sha: data.object.sha })
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'stuck', problem: expect.stringContaining('did not make') })
  })

  test.each<[string, new (...args: never[]) => Error]>([
    ['down', Unavailable],
    ['rate-limited', RateLimited],
  ])('GitHub %s: the job is tried again and then succeeds', async (mode, expected) => {
    const proposal = await submit(create(`github-${mode}`))
    await simulate(mode)
    await expect(openProposal(proposal.id)).rejects.toThrow(expected)
    expect((await stored(proposal.id)).state).toBe('submitted')
    await simulate('none')
    await openProposal(proposal.id)
    expect(await pullsOf(proposal.branch)).toHaveLength(1)
  })

  test('GitHub refusing for good makes it stuck, with a sentence that says who can help', async () => {
    const proposal = await submit(create('refused'))
    await simulate('forbidden')
    await openProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'stuck', problem: expect.stringMatching(/may not|owner/) })
  })
})

describe('following a pull request', () => {
  test('a lost webhook is found by looking; merged, applied, ready in the index', async () => {
    const proposal = await submit(create('whole'))
    await openProposal(proposal.id)
    const { pullNumber, headSha } = await stored(proposal.id)
    const app = await asApp(repository).octokit()
    const plan = { name: 'corbel/plan', head_sha: headSha ?? '', status: 'completed', conclusion: 'success' } as const
    await app.rest.checks.create({ owner: 'acme', repo: 'payments', ...plan, output: { title: 'Plan', summary: '1 to add' } })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', plan: { conclusion: 'success', summary: '1 to add' } })
    const mergeSha = await merge(pullNumber)
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'merged', mergeSha })
    await index('whole', 'progressing', mergeSha)
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('merged')
    await index('whole', 'ready', mergeSha)
    await settleProposals()
    const row = await stored(proposal.id)
    expect(row.state).toBe('ready')
    expect(row.finishedAt).not.toBeNull()
    expect(await database().proposalResource.count({ where: { proposalId: proposal.id, open: true } })).toBe(0)
    const told = await database().auditEntry.findMany({ where: { action: { startsWith: 'proposal.' } }, orderBy: { seq: 'asc' } })
    const actions = told.filter(({ target }) => JSON.stringify(target).includes(proposal.id)).map(({ action }) => action)
    expect(actions).toEqual(['proposal.submitted', 'proposal.opened', 'proposal.merged', 'proposal.ready'])
  })

  test('a push by hand makes the plan of the commit before it void; deleting the branch closes the proposal', async () => {
    const proposal = await submit(create('by-hand'))
    await openProposal(proposal.id)
    const { branch } = proposal
    const { headSha } = await stored(proposal.id)
    const { rest } = await asApp(repository).octokit()
    const at = { owner: 'acme', repo: 'payments' }
    await rest.checks.create({ ...at, name: 'corbel/plan', head_sha: headSha ?? '', status: 'completed', conclusion: 'success' })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ plan: { conclusion: 'success' } })
    const { data: head } = await rest.git.getCommit({ ...at, commit_sha: headSha ?? '' })
    const { data: pushed } = await rest.git.createCommit({
      ...at,
      message: 'By hand',
      tree: head.tree.sha,
      parents: [head.parents[0]?.sha ?? ''],
    })
    await rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: pushed.sha, force: true })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'open', headSha: pushed.sha, plan: null })
    await rest.git.deleteRef({ ...at, ref: `heads/${branch}` })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('closed')
    await expect(submit(create('by-hand'))).resolves.toMatchObject({ state: 'submitted' })
  })

  test('a resource that fails fails the proposal, and mends it when it recovers', async () => {
    const proposal = await submit(create('quota'))
    await openProposal(proposal.id)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    await index('quota', 'failed', mergeSha)
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('failed')
    await index('quota', 'ready', mergeSha)
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('ready')
  })

  test('a proposal that is ready before CI has its last word still hears that word', async () => {
    const proposal = await submit(create('quick'))
    await openProposal(proposal.id)
    const mergeSha = await merge((await stored(proposal.id)).pullNumber)
    const { rest } = await asApp(repository).octokit()
    const at = { owner: 'acme', repo: 'payments' }
    const { data: check } = await rest.checks.create({ ...at, name: 'corbel/apply', head_sha: mergeSha, status: 'in_progress' })
    await index('quick', 'ready', mergeSha)
    await observeProposal(proposal.id)
    await settleProposals()
    expect(await stored(proposal.id)).toMatchObject({ state: 'ready', apply: { status: 'in_progress' } })
    const looked = await pollProposals()
    await rest.checks.update({ ...at, check_run_id: check.id, status: 'completed', conclusion: 'success' })
    await observeProposal(proposal.id)
    expect(await stored(proposal.id)).toMatchObject({ state: 'ready', apply: { status: 'completed', conclusion: 'success' } })
    expect(await pollProposals()).toBe(looked - 1)
  })

  test('a deletion is ready when the resource is gone', async () => {
    await index('first', 'ready', null)
    const proposal = await submit({ ...create('first'), action: 'delete', name: 'first', text: null })
    await openProposal(proposal.id)
    await merge((await stored(proposal.id)).pullNumber)
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('merged')
    await database().resource.updateMany({ where: { name: 'first' }, data: { deletedAt: new Date() } })
    await settleProposals()
    expect((await stored(proposal.id)).state).toBe('ready')
  })

  test('closed without merging, the resource is free again', async () => {
    const proposal = await submit(create('closed'))
    await openProposal(proposal.id)
    await merger.rest.pulls.update({
      owner: 'acme',
      repo: 'payments',
      pull_number: (await stored(proposal.id)).pullNumber ?? 0,
      state: 'closed',
    })
    await observeProposal(proposal.id)
    expect((await stored(proposal.id)).state).toBe('closed')
    await expect(submit(create('closed'))).resolves.toMatchObject({ state: 'submitted' })
  })

  test('a proposal whose job was lost is taken up again', async () => {
    const proposal = await submit(create('lost'))
    await database().$executeRaw`UPDATE proposal SET "updatedAt" = now() - interval '5 minutes' WHERE id = ${proposal.id}::uuid`
    await database().$executeRaw`DELETE FROM jobs.job WHERE singleton_key = ${proposal.id}`
    await pollProposals()
    const [found] = await database().$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM jobs.job WHERE singleton_key = ${proposal.id}`
    expect(Number(found?.count)).toBe(1)
  })
})

describe('webhooks', () => {
  async function delivered(event: string, action: string): Promise<Request> {
    for (let waited = 0; waited < 100; waited++) {
      for (const request of deliveries.received) {
        if (request.headers.get('x-github-event') !== event) continue
        const payload: unknown = JSON.parse(await request.clone().text())
        if (typeof payload === 'object' && payload !== null && 'action' in payload && payload.action === action) return request
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`GitHub delivered no ${event} ${action}.`)
  }

  test('one delivered twice is handled once', async () => {
    const proposal = await submit(create('hooked'))
    await openProposal(proposal.id)
    deliveries.received = []
    await merge((await stored(proposal.id)).pullNumber)
    const request = await delivered('pull_request', 'closed')
    expect((await postWebhook(request.clone(), { params: Promise.resolve({}) })).status).toBe(202)
    expect((await postWebhook(request.clone(), { params: Promise.resolve({}) })).status).toBe(202)
    const id = request.headers.get('x-github-delivery') ?? ''
    expect(await database().webhookDelivery.count({ where: { id } })).toBe(1)
    await handleWebhook(id)
    await handleWebhook(id)
    const [queued] = await database().$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM jobs.job WHERE name = 'observe-proposal' AND singleton_key = ${proposal.id}`
    expect(Number(queued?.count)).toBe(1)
    expect((await database().webhookDelivery.findUniqueOrThrow({ where: { id } })).handledAt).not.toBeNull()
  })

  test('one with a wrong signature is refused, and nothing is kept', async () => {
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'forged', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
    const forged = new Request('http://corbel.test/api/webhooks/github', { method: 'POST', headers, body: '{}' })
    await expect(receiveWebhook(forged.clone())).rejects.toThrow(Forbidden)
    expect((await postWebhook(forged, { params: Promise.resolve({}) })).status).toBe(403)
    expect(await database().webhookDelivery.count({ where: { id: 'forged' } })).toBe(0)
  })
})

describe('with the worker running', () => {
  let jobs: RunningJobs
  beforeAll(async () => {
    await closeJobQueue()
    jobs = await startJobs({ databaseUrl: fresh.url, jobs: proposalJobs })
  })
  afterAll(() => jobs.stop())

  const until = async (id: string, state: string): Promise<void> => {
    for (let waited = 0; waited < 150; waited++) {
      if ((await stored(id)).state === state) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect((await stored(id)).state).toBe(state)
  }

  test('a submitted proposal becomes a pull request by itself, and a webhook tells of its merge', async () => {
    const proposal = await submit(create('by-itself'))
    await until(proposal.id, 'open')
    deliveries.received = []
    await merge((await stored(proposal.id)).pullNumber)
    for (let waited = 0; waited < 100 && (await stored(proposal.id)).state === 'open'; waited++) {
      for (const request of deliveries.received.splice(0)) await receiveWebhook(request)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect((await stored(proposal.id)).state).toBe('merged')
  })
})

describe('reading proposals', () => {
  test('pages hold every proposal once, newest first', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listProposals({ who: 'mine', state: [], limit: 3, ...(cursor === undefined ? {} : { cursor }) }, alice)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toHaveLength(await database().proposal.count({ where: { requestedById: alice.userId } }))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('one shows its difference and what the index knows', async () => {
    const row = await database().proposal.findFirstOrThrow({
      where: { state: 'ready', requestedById: alice.userId, resources: { some: { name: 'whole' } } },
    })
    const detail = await readProposal(row.id, alice)
    expect(detail.files[0]?.diff).toContain('+kind: PubSubTopic')
    expect(detail.resources[0]).toMatchObject({ name: 'whole', kindName: 'PubSubTopic', state: 'ready' })
    await expect(readProposal(newId(), alice)).rejects.toThrow(NotFound)
  })
})
