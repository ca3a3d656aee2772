/** From chosen rows to pull requests and to the proof, on a real database, a real Git server and the inventory stand-in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import { indexDemoKinds } from '#demo/crds/index-demo-kinds.ts'
import { alice, bob, merge, merger, person, putFile, stored, withProposalWorld } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Invalid, NotFound } from '#lib/errors.ts'
import { newId } from '#lib/ids.ts'
import type { Json } from '#lib/json.ts'
import { observeProposal } from '#lib/proposals/observe-proposal.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'
import { lookAgain, readAdoption } from './adoption-report.ts'
import { lookAtAdoption, runsToWatch } from './adoption-watch.ts'
import { chooseRows } from './choose-rows.ts'
import type { AdoptionRow, ImportPlan, ImportPlanRequest } from './contract.ts'
import { dryRunRow } from './dry-run-row.ts'
import { restoreManifest, saveManifest } from './edit-manifest.ts'
import { planImport } from './plan-import.ts'
import { changeSettings } from './plan-settings.ts'
import { proposeImport } from './propose-import.ts'
import { readRow } from './read-row.ts'
import { scanInventory } from './scan-inventory.ts'
import { removePassedScans, scanDueProjects } from './unmanaged-scan.ts'
import { unmanagedView } from './unmanaged-view.ts'

const search = 'search-prod-8812'
const namespace = 'search-prod'
const topicKind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
let inventory: AssetInventory

// before the world reads the configuration
beforeAll(async () => {
  inventory = await startAssetInventory({ port: 0, projects: [search] })
  Object.assign(process.env, {
    CORBEL_ASSET_INVENTORY: 'google',
    CORBEL_ASSET_INVENTORY_URL: inventory.url,
    CORBEL_ASSET_LISTS_PER_MINUTE: '1000',
    CORBEL_ASSET_HISTORIES_PER_MINUTE: '1000',
  })
}, 30_000)
withProposalWorld()
beforeAll(async () => {
  await database().kind.deleteMany({})
  await indexDemoKinds(database(), 'demo')
  await database().project.create({
    data: { cluster: 'demo', namespace, team: 'payments', repository: 'acme/payments', path: `infra/${namespace}`, gcpProject: search },
  })
}, 30_000)
afterAll(() => inventory.close())

async function simulate(path: string, body?: Json, method = 'POST'): Promise<void> {
  const answer = await fetch(`${inventory.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  expect(answer.status, await answer.text()).toBe(200)
}
const patch = (name: string, data: Json): Promise<void> => simulate('/simulated/assets', { name, data }, 'PATCH')
const topicName = (name: string): string => `//pubsub.googleapis.com/projects/${search}/topics/${name}`
/** A topic of its own, so that tests do not meet. */
async function addTopic(name: string, data: { [key: string]: Json } = {}): Promise<string> {
  const full = topicName(name)
  const resource = { version: 'v1', data: { name: `projects/${search}/topics/${name}`, labels: { tier: 'gold' }, ...data } }
  const asset = {
    name: full,
    assetType: 'pubsub.googleapis.com/Topic',
    updateTime: '2024-01-02T03:04:05Z',
    ancestors: ['projects/488120000004'],
    resource,
  }
  await simulate('/simulated/assets', { project: search, asset }, 'PUT')
  return full
}
async function addSubscription(name: string, topic: string): Promise<string> {
  const full = `//pubsub.googleapis.com/projects/${search}/subscriptions/${name}`
  const data = { name: `projects/${search}/subscriptions/${name}`, topic: `projects/${search}/topics/${topic}`, ackDeadlineSeconds: 20 }
  const asset = {
    name: full,
    assetType: 'pubsub.googleapis.com/Subscription',
    updateTime: '2024-01-02T03:04:05Z',
    ancestors: ['projects/488120000004'],
    resource: { version: 'v1', data },
  }
  await simulate('/simulated/assets', { project: search, asset }, 'PUT')
  return full
}

async function scanned(): Promise<string> {
  const id = newId()
  await database().importRun.create({
    data: { id, cluster: 'demo', scope: `projects/${search}`, namespace, state: 'waiting', requestedById: alice.userId },
  })
  for (let turn = 0; turn < 20; turn++) {
    await scanInventory(id, { signal: new AbortController().signal, last: true })
    const { state, problem } = await database().importRun.findUniqueOrThrow({ where: { id } })
    if (state === 'ready') return id
    expect([state, problem]).toEqual(['scanning', null])
  }
  throw new Error('The scan did not end.')
}
const rowOf = (runId: string, name: string) => database().importAsset.findUniqueOrThrow({ where: { runId_name: { runId, name } } })
/** A run in which just these assets are chosen. */
async function runWith(...names: string[]): Promise<{ run: string; rows: string[] }> {
  const run = await scanned()
  const rows = await Promise.all(names.map(async (name) => (await rowOf(run, name)).id))
  await chooseRows(run, { chosen: true, rows }, alice)
  return { run, rows }
}
const whole: ImportPlanRequest = { by: 'repository', atMost: 50 }
const propose = (run: string, plan: ImportPlan, idempotencyKey = newId(), request = whole, actor = alice) =>
  proposeImport(run, { ...request, groups: plan.groups.map(({ key }) => key), idempotencyKey }, actor, 'test')
/** Opens the pull request of a proposal, and closes it without merging it. */
async function openAndClose(id: string): Promise<void> {
  await openProposal(id)
  await merger.rest.pulls.update({ owner: 'acme', repo: 'payments', pull_number: (await stored(id)).pullNumber ?? 0, state: 'closed' })
  await observeProposal(id)
}
/** Proposes what is chosen, opens it and merges it. */
async function merged(run: string): Promise<{ id: string; mergeSha: string }> {
  const { proposals, problems } = await propose(run, await planImport(run, whole, alice))
  expect(problems).toEqual([])
  const id = proposals[0]?.id ?? ''
  await openProposal(id)
  const mergeSha = await merge((await stored(id)).pullNumber)
  await observeProposal(id)
  return { id, mergeSha }
}
async function indexed(
  name: string,
  state: string,
  more: { reason?: string; message?: string; resourceID?: string; namespace?: string; project?: string } = {},
): Promise<void> {
  const id = newId()
  const where = { cluster: 'demo', kind: topicKind, namespace: more.namespace ?? namespace, name }
  await database().resource.deleteMany({ where })
  const now = new Date()
  const row = {
    id,
    ...where,
    kindName: 'PubSubTopic',
    uid: id,
    resourceVersion: '1',
    state,
    headline: `${name} is ${state}.`,
    reason: more.reason ?? null,
  }
  await database().resource.create({ data: { ...row, generation: 1, observedGeneration: 1, createdAt: now, updatedAt: now } })
  const conditions = [{ type: 'Ready', status: 'False', message: more.message ?? '' }]
  const spec = { resourceID: more.resourceID ?? name }
  await database().resourceObject.create({
    data: {
      resourceId: id,
      object: {
        kind: 'PubSubTopic',
        apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
        metadata: { annotations: { 'cnrm.cloud.google.com/project-id': more.project ?? search } },
        spec,
        status: { conditions },
      },
    },
  })
}
const adoptionOf = async (run: string, name: string): Promise<AdoptionRow | undefined> =>
  (await readAdoption(run, undefined, alice)).items.find((item) => item.name === name)

describe('a plan', () => {
  test('says which files and pull requests the chosen rows make, and changes nothing', async () => {
    const { run, rows } = await runWith(await addTopic('plan-b'), await addTopic('plan-a'))
    const plan = await planImport(run, whole, alice)
    expect(plan.problems).toEqual([])
    expect(plan.groups).toMatchObject([
      {
        repository: 'acme/payments',
        title: `Adopt 2 resources of ${namespace}`,
        resources: 2,
        files: [
          { path: 'infra/search-prod/pubsubtopic-plan-a.yaml', exists: false, resources: 1 },
          { path: 'infra/search-prod/pubsubtopic-plan-b.yaml', exists: false, resources: 1 },
        ],
      },
    ])
    expect(plan.groups[0]?.rows).toEqual([rows[1], rows[0]])
    expect(plan.groups[0]?.message).toContain('| `PubSubTopic` | `plan-a` | `search-prod` | the label `managed-by-cnrm: true` is added |')
    expect(plan.groups[0]?.message).toMatch(/Left out of this pull request:\*\* \d+ assets/)
    expect(await planImport(run, whole, alice)).toEqual(plan)
    expect(await database().importAsset.count({ where: { runId: run, NOT: { proposalId: null } } })).toBe(0)
  })

  test('splits by kind and by number, parents before what stands below them', async () => {
    const { run } = await runWith(await addTopic('split-a'), await addTopic('split-b'), await addSubscription('split-s', 'split-a'))
    const titles = async (request: ImportPlanRequest) => (await planImport(run, request, alice)).groups.map(({ title }) => title)
    expect(await titles({ by: 'kind', atMost: 50 })).toEqual([
      'Adopt PubSubSubscription split-s of search-prod',
      'Adopt 2 PubSubTopic resources of search-prod',
    ])
    expect(await titles({ by: 'service', atMost: 2 })).toEqual([
      'Adopt 2 pubsub resources of search-prod (1 of 2)',
      'Adopt PubSubTopic split-b of search-prod (2 of 2)',
    ])
  })

  test('is one pull request per repository', async () => {
    const { run, rows } = await runWith(await addTopic('repo-a'), await addTopic('repo-b'))
    await database().importAsset.update({ where: { id: rows[1] ?? '' }, data: { namespace: 'playlists-prod' } })
    const { groups } = await planImport(run, whole, alice)
    expect(groups.map(({ repository, files }) => [repository, files[0]?.path])).toEqual([
      ['acme/payments', 'infra/search-prod/pubsubtopic-repo-a.yaml'],
      ['acme/playlists', 'infra/playlists-prod/pubsubtopic-repo-b.yaml'],
    ])
    // whoever reads a pull request of a folder's import need not know of other cloud projects
    await database().importRun.update({ where: { id: run }, data: { namespace: null, scope: 'folders/1' } })
    await database().importAsset.updateMany({ where: { runId: run, NOT: { id: { in: rows } } }, data: { cloudProject: 'secret-project' } })
    const [group] = (await planImport(run, whole, { ...alice, admin: true })).groups
    expect(group?.message).toContain('Left out of this pull request:** 1 asset.')
  })

  test('respects files that exist, and layouts', async () => {
    await putFile('infra/search-prod/PubSub.yaml', '# ours\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n')
    const { run } = await runWith(await addTopic('into-file'))
    await changeSettings(run, { layout: 'service' }, alice)
    const plan = await planImport(run, whole, alice)
    expect(plan.groups[0]?.files).toEqual([{ path: 'infra/search-prod/PubSub.yaml', exists: true, resources: 1 }])
    await putFile('infra/search-prod/PubSub.yaml', 'kind: [')
    expect((await planImport(run, whole, alice)).problems).toMatchObject([
      { message: expect.stringContaining('PubSub.yaml cannot be added to: line 1') },
    ])
  })

  test.each<[string, (run: string, row: string) => Promise<unknown>, RegExp]>([
    ['no project', (_, id) => database().importAsset.update({ where: { id }, data: { namespace: null } }), /No project of the cluster/],
    [
      'a project without a repository',
      (_, id) => database().importAsset.update({ where: { id }, data: { namespace: 'no-repository' } }),
      /names no repository/,
    ],
    [
      "somebody else's project",
      (_, id) => database().importAsset.update({ where: { id }, data: { namespace: 'secret-prod' } }),
      /You may not propose PubSubTopic in secret-prod/,
    ],
    ['a name that is a path', (_, id) => setName(id, '../../etc/passwd'), /cannot be the name/],
    [
      'a resource that stands in Git',
      async (_, id) => setName(id, 'stands'),
      /PubSubTopic stands exists already in infra\/search-prod\/other.yaml/,
    ],
  ])('%s is told at the row, and the others go on', async (_, spoil, words) => {
    await putFile(
      'infra/search-prod/other.yaml',
      `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: stands\n  namespace: ${namespace}\n`,
    )
    const { run, rows } = await runWith(await addTopic('spoilt'), await addTopic('sound'))
    await spoil(run, rows[0] ?? '')
    const plan = await planImport(run, whole, alice)
    expect(plan.problems).toMatchObject([{ row: rows[0], message: expect.stringMatching(words) }])
    expect(plan.groups.map((group) => group.rows)).toEqual([[rows[1]]])
  })

  test('a reference by name to what is not chosen is told, until that is chosen too', async () => {
    const topic = await addTopic('referred')
    const { run, rows } = await runWith(await addSubscription('refers', 'referred'))
    const needs = [(await rowOf(run, topic)).id]
    expect((await planImport(run, whole, alice)).problems).toMatchObject([
      { row: rows[0], message: expect.stringContaining('refers to referred by name'), needs },
    ])
    await chooseRows(run, { chosen: true, rows: needs }, alice)
    expect((await planImport(run, whole, alice)).problems).toEqual([])
  })
})

async function setName(assetId: string, name: string): Promise<void> {
  await database()
    .$executeRaw`UPDATE "import_asset_detail" SET "manifests" = jsonb_set("manifests", '{0,name}', to_jsonb(${name}::text)) WHERE "assetId" = ${assetId}::uuid`
}

describe('proposing', () => {
  test('is one proposal per group, sent twice or by two clicks at once; rows know it', async () => {
    const { run, rows } = await runWith(await addTopic('once'))
    const plan = await planImport(run, whole, alice)
    const key = newId()
    const [one, two] = await Promise.all([propose(run, plan, key), propose(run, plan, key)])
    expect(one.proposals).toEqual(two.proposals)
    expect((await propose(run, plan, key)).proposals).toEqual(one.proposals)
    expect((await rowOf(run, topicName('once'))).proposalId).toBe(one.proposals[0]?.id)
    expect(await planImport(run, whole, alice)).toMatchObject({ groups: [], problems: [] })
    expect((await propose(run, plan)).problems).toMatchObject([{ message: expect.stringContaining('changed since this plan') }])
    const audit = await database().auditEntry.findFirst({ where: { action: 'import.proposed' }, orderBy: { seq: 'desc' } })
    expect(audit).toMatchObject({ actor: alice.username, target: { import: run, proposal: one.proposals[0]?.id } })
    await expect(saveManifest(run, rows[0] ?? '', { manifest: 0, text: 'x: y' }, alice)).rejects.toThrow(Invalid)
    await expect(restoreManifest(run, rows[0] ?? '', 0, alice)).rejects.toThrow(Conflict)
  })

  test('a pull request holds the manifests and the report, and CI finds its trailers', async () => {
    const { run } = await runWith(await addTopic('opened'))
    const { proposals } = await propose(run, await planImport(run, whole, alice))
    await openProposal(proposals[0]?.id ?? '')
    const { pullNumber } = await stored(proposals[0]?.id ?? '')
    const pull = { owner: 'acme', repo: 'payments', pull_number: pullNumber ?? 0 }
    const [{ data }, { data: files }] = await Promise.all([merger.rest.pulls.get(pull), merger.rest.pulls.listFiles(pull)])
    expect(data.title).toBe('Adopt PubSubTopic opened of search-prod')
    expect(data.body).toContain('| `PubSubTopic` | `opened` | `search-prod` | the label `managed-by-cnrm: true` is added |')
    expect(data.body).toContain(`Corbel-Resource: demo/${namespace}/${topicKind}/opened`)
    expect(files.map(({ filename }) => filename)).toEqual(['infra/search-prod/pubsubtopic-opened.yaml'])
    expect(files[0]?.patch).toContain('cnrm.cloud.google.com/deletion-policy: abandon')
  })

  test('what changed in the cloud meanwhile is converted anew and told, and nothing opens; the second time it does', async () => {
    const { run, rows } = await runWith(await addTopic('moves'), await addTopic('stays'))
    const plan = await planImport(run, whole, alice)
    await patch(topicName('moves'), { messageRetentionDuration: '86400s' })
    const before = await database().proposal.count()
    const first = await propose(run, plan)
    expect(first).toMatchObject({
      proposals: [],
      problems: [],
      freshness: { gone: [], changed: [{ row: rows[0], message: expect.stringContaining('messageRetentionDuration') }] },
    })
    expect(await database().proposal.count()).toBe(before)
    expect((await readRow(run, rows[0] ?? '', alice)).manifests[0]?.text).toContain('messageRetentionDuration: 86400s')
    expect((await propose(run, plan)).proposals).toHaveLength(1)
  })

  test('what was deleted meanwhile is left out and told', async () => {
    const { run, rows } = await runWith(await addTopic('goes'), await addTopic('lasts'))
    const plan = await planImport(run, whole, alice)
    await simulate(`/simulated/assets?name=${encodeURIComponent(topicName('goes'))}`, undefined, 'DELETE')
    expect((await propose(run, plan)).freshness).toMatchObject({ gone: [{ row: rows[0] }], changed: [] })
    expect(await rowOf(run, topicName('goes'))).toMatchObject({ chosen: false, category: 'unsupported', reason: 'gone' })
    const again = await planImport(run, whole, alice)
    expect(again.groups[0]?.rows).toEqual([rows[1]])
    expect((await propose(run, again)).proposals).toHaveLength(1)
  })

  test('what a person changed is kept on top of what changed in the cloud; the cloud wins a field that both changed', async () => {
    const { run, rows } = await runWith(await addTopic('merges', { messageRetentionDuration: '600s' }))
    const { manifests } = await readRow(run, rows[0] ?? '', alice)
    await saveManifest(run, rows[0] ?? '', { manifest: 0, text: `# mine\n${manifests[0]?.text}` }, alice)
    await patch(topicName('merges'), { messageRetentionDuration: '700s' })
    await propose(run, await planImport(run, whole, alice))
    expect((await readRow(run, rows[0] ?? '', alice)).manifests[0]?.text).toMatch(/^# mine\n[\s\S]*messageRetentionDuration: 700s/)
    await saveManifest(run, rows[0] ?? '', { manifest: 0, text: manifests[0]?.text.replace('600s', '800s') ?? '' }, alice)
    await patch(topicName('merges'), { messageRetentionDuration: '900s' })
    const { freshness } = await propose(run, await planImport(run, whole, alice))
    expect(freshness?.changed[0]?.message).toContain('as in the cloud again')
    expect((await readRow(run, rows[0] ?? '', alice)).manifests[0]?.text).toContain('900s')
  })

  test('what is wrong with one group keeps no other back', async () => {
    const { run } = await runWith(await addTopic('group-a'), await addTopic('group-b'))
    const request: ImportPlanRequest = { by: 'repository', atMost: 1 }
    const plan = await planImport(run, request, alice)
    // somebody proposes the same resource in the meantime
    await database().proposal.create({
      data: {
        id: newId(),
        state: 'open',
        repository: 'acme/payments',
        baseBranch: 'main',
        branch: 'other',
        title: 'Mine',
        message: '',
        files: [],
        requestedById: bob.userId,
        resources: { create: { id: newId(), cluster: 'demo', namespace, kind: topicKind, name: 'group-b', action: 'create' } },
      },
    })
    const answer = await propose(run, plan, newId(), request)
    expect(answer.proposals.map(({ key }) => key)).toEqual([plan.groups[0]?.key])
    expect(answer.problems.map(({ key }) => key)).toEqual([plan.groups[1]?.key])
    expect((await planImport(run, request, alice)).problems).toMatchObject([
      { message: expect.stringContaining('open proposal for PubSubTopic group-b already: “Mine”') },
    ])
  })

  test('nothing opens while the inventory cannot be read again', async () => {
    const { run } = await runWith(await addTopic('unreadable'))
    const plan = await planImport(run, whole, alice)
    await simulate('/simulated/faults', { fault: 'disabled' })
    const before = await database().proposal.count()
    await expect(propose(run, plan)).rejects.toThrow(CorbelError)
    await simulate('/simulated/faults', undefined, 'DELETE')
    expect(await database().proposal.count()).toBe(before)
  })

  test('a run that is not read to its end, or is not the person’s, is refused', async () => {
    const { run } = await runWith(await addTopic('refused'))
    const stranger = { ...(await person('mallory')), groups: ['playlists'] }
    await expect(planImport(run, whole, stranger)).rejects.toThrow(NotFound)
    await database().importRun.update({ where: { id: run }, data: { state: 'cancelled' } })
    await expect(planImport(run, whole, alice)).rejects.toThrow(Conflict)
    await database().importRun.update({ where: { id: run }, data: { namespace: null } })
    await expect(planImport(run, whole, alice)).rejects.toThrow(NotFound)
  })
})

describe('editing a manifest', () => {
  test('keeps the text, judges it and can be taken back', async () => {
    const { run, rows } = await runWith(await addTopic('edited'))
    const id = rows[0] ?? ''
    const before = await readRow(run, id, alice)
    const text = `${before.manifests[0]?.text.replace('tier: gold', 'tier: silver')}`
    const after = await saveManifest(run, id, { manifest: 0, text }, alice)
    expect(after.row).toMatchObject({ edited: true, verdict: 'would-change', accepted: null })
    expect(after.verdict).toMatchObject({ verdict: 'would-change', fields: [['metadata', 'labels', 'tier']] })
    expect(after.manifests[0]).toMatchObject({ text, original: before.manifests[0]?.original })
    expect((await planImport(run, whole, alice)).groups[0]?.message).toContain('its manifest was changed by hand')
    const restored = await restoreManifest(run, id, 0, alice)
    expect({ ...restored, row: { ...restored.row, accepted: null } }).toEqual(before)
  })

  test('another name is followed by the references of the run, and back', async () => {
    const topic = await addTopic('renamed')
    const { run, rows } = await runWith(topic, await addSubscription('follows', 'renamed'))
    const [id = '', subscription = ''] = rows
    const { manifests } = await readRow(run, id, alice)
    await saveManifest(run, id, { manifest: 0, text: manifests[0]?.text.replace('name: renamed', 'name: orders') ?? '' }, alice)
    const follower = await readRow(run, subscription, alice)
    expect(follower.manifests[0]?.text).toContain('topicRef:\n    name: orders')
    expect(follower.row.edited).toBe(false)
    expect((await readRow(run, id, alice)).row).toMatchObject({ edited: true, verdict: 'adds-label' })
    const plan = await planImport(run, whole, alice)
    expect(plan.groups[0]?.files.map(({ path }) => path)).toContain('infra/search-prod/pubsubtopic-orders.yaml')
    expect(plan.problems).toEqual([])
    await restoreManifest(run, id, 0, alice)
    expect((await readRow(run, subscription, alice)).manifests[0]?.text).toContain('topicRef:\n    name: renamed')
  })

  test.each<[string, (text: string) => string, RegExp]>([
    ['another kind', (text) => text.replace('kind: PubSubTopic', 'kind: PubSubSchema'), /page is for PubSubTopic/],
    ['another project', (text) => text.replace(`namespace: ${namespace}`, 'namespace: payments-prod'), /the project is search-prod/],
    ['another resource in the cloud', (text) => text.replace('resourceID: guarded', 'resourceID: other'), /another resource in the cloud/],
    ['another cloud project', (text) => text.replaceAll(search, 'other-project'), /another resource in the cloud/],
    ['a name that is a path', (text) => text.replace('name: guarded', 'name: ../x'), /cannot be the name/],
    ['a field the kind has not', (text) => `${text}  colour: red\n`, /does not fit PubSubTopic: spec.colour/],
    ['provenance', (text) => text.replace('  annotations:\n', '  annotations:\n    corbel.dev/path: x\n'), /Corbel writes/],
    [
      'a name that another one has',
      (text) => text.replace('name: guarded', 'name: taken'),
      /name of another resource of this import \(taken\)/,
    ],
    ['no YAML', () => 'kind: [', /not right in line/],
  ])('%s is refused', async (_, change, words) => {
    const { run, rows } = await runWith(await addTopic('guarded'), await addTopic('taken'))
    const text = (await readRow(run, rows[0] ?? '', alice)).manifests[0]?.text ?? ''
    expect(change(text)).not.toBe(text)
    await expect(saveManifest(run, rows[0] ?? '', { manifest: 0, text: change(text) }, alice)).rejects.toThrow(words)
    expect((await readRow(run, rows[0] ?? '', alice)).row.edited).toBe(false)
  })

  test('a dry run that the cluster cannot answer is kept as such', async () => {
    const { run, rows } = await runWith(await addTopic('judged'))
    const { row, manifests } = await dryRunRow(run, rows[0] ?? '', alice)
    expect(row.accepted).toBeNull()
    expect(manifests[0]?.dryRun).toMatchObject({ accepted: false, unavailable: expect.any(String) })
  })
})

describe('after the merge', () => {
  test('a row waits, is acquired when the cluster is ready, and the label is the only difference', async () => {
    const { run } = await runWith(await addTopic('adopts'))
    const { proposals } = await propose(run, await planImport(run, whole, alice))
    expect(await adoptionOf(run, topicName('adopts'))).toMatchObject({
      adoption: 'waiting',
      message: expect.stringContaining('not merged'),
      checkedAt: null,
    })
    await openProposal(proposals[0]?.id ?? '')
    await merge((await stored(proposals[0]?.id ?? '')).pullNumber)
    await observeProposal(proposals[0]?.id ?? '')
    expect(await runsToWatch()).toContain(run)
    await lookAtAdoption(run)
    expect(await adoptionOf(run, topicName('adopts'))).toMatchObject({ adoption: 'waiting', message: 'Merged; CI has not applied it yet.' })
    await indexed('adopts', 'ready')
    await patch(topicName('adopts'), { labels: { tier: 'gold', 'managed-by-cnrm': 'true' } })
    await lookAtAdoption(run)
    expect(await adoptionOf(run, topicName('adopts'))).toMatchObject({
      adoption: 'acquired',
      kind: topicKind,
      resource: 'adopts',
      message: 'Acquired: Config Connector added its label, and every other field is as it was at the snapshot.',
      differences: [{ path: ['labels', 'managed-by-cnrm'], before: null, after: 'true', expected: true }],
      checkedAt: expect.any(String),
    })
    const report = await readAdoption(run, undefined, alice)
    expect(report.counts).toMatchObject({ acquired: 1, waiting: 0 })
    // the inventory may show later what happened: it is looked at again for a while
    expect(await runsToWatch()).toContain(run)
    await patch(topicName('adopts'), { kmsKeyName: 'projects/x/locations/y/keyRings/z/cryptoKeys/k' })
    expect((await lookAgain(run, alice)).items).toMatchObject([{ adoption: 'changed', message: expect.stringContaining('kmsKeyName') }])
    expect(await runsToWatch()).not.toContain(run)
  })

  test('conflicts name who manages it; failures and what the inventory cannot tell are told', async () => {
    const { run } = await runWith(await addTopic('claimed'), await addTopic('breaks'), await addTopic('dark'))
    await merged(run)
    await indexed('rival', 'ready', { resourceID: 'claimed', namespace: 'payments-prod' })
    // the same id in another project is another resource
    await indexed('unconcerned', 'ready', { resourceID: 'claimed', namespace: 'playlists-prod', project: 'playlists-prod-1' })
    await indexed('claimed', 'failed', { reason: 'ManagementConflict', message: 'the lease is held by cluster "old"' })
    await indexed('breaks', 'failed', { message: 'Permission denied. token: Bearer abcdefghijklmnopqrstuvwxyz' })
    await indexed('dark', 'ready')
    await simulate('/simulated/faults', { fault: 'disabled' })
    await lookAtAdoption(run)
    await simulate('/simulated/faults', undefined, 'DELETE')
    const conflict = await adoptionOf(run, topicName('claimed'))
    expect(conflict).toMatchObject({ adoption: 'conflict', message: expect.stringContaining('PubSubTopic rival in payments-prod') })
    expect(conflict?.message).toContain('the lease is held by cluster "old"')
    const failed = await adoptionOf(run, topicName('breaks'))
    expect(failed).toMatchObject({ adoption: 'failed', message: expect.stringContaining('Permission denied') })
    expect(failed?.message).not.toContain('abcdefghijklmnop')
    expect(await adoptionOf(run, topicName('dark'))).toMatchObject({
      adoption: 'unknown',
      message: expect.stringContaining('cannot be told'),
    })
    await lookAtAdoption(run)
    expect(await adoptionOf(run, topicName('dark'))).toMatchObject({ adoption: 'acquired' })
    // an outage takes no proof away
    await simulate('/simulated/faults', { fault: 'disabled' })
    await lookAtAdoption(run, { all: true })
    await simulate('/simulated/faults', undefined, 'DELETE')
    expect(await adoptionOf(run, topicName('dark'))).toMatchObject({ adoption: 'acquired' })
  })

  test('a closed pull request adopts nothing, and its rows may be proposed again', async () => {
    const { run } = await runWith(await addTopic('closed'))
    const { proposals } = await propose(run, await planImport(run, whole, alice))
    const id = proposals[0]?.id ?? ''
    await openAndClose(id)
    expect(await adoptionOf(run, topicName('closed'))).toMatchObject({ message: expect.stringContaining('closed without being merged') })
    const again = await propose(run, await planImport(run, whole, alice))
    expect(again.proposals).toHaveLength(1)
    expect(again.proposals[0]?.id).not.toBe(id)
  })

  test('what stands in a pull request is not left out; once that is closed, it can be, and chosen again', async () => {
    const { run, rows } = await runWith(await addTopic('left-out'))
    const { proposals } = await propose(run, await planImport(run, whole, alice))
    const id = proposals[0]?.id ?? ''
    const shown = async () => (await readRow(run, rows[0] ?? '', alice)).row
    const choose = (chosen: boolean) => chooseRows(run, { chosen, rows }, alice)
    await choose(false)
    expect(await shown()).toMatchObject({ chosen: true, proposalId: id })
    await openAndClose(id)
    await choose(false)
    expect(await shown()).toMatchObject({ chosen: false, proposalId: null })
    expect(await planImport(run, whole, alice)).toMatchObject({ groups: [] })
    await choose(true)
    expect(await planImport(run, whole, alice)).toMatchObject({ problems: [], groups: [{ rows }] })
  })

  test('a new name is followed by what refers to it also where its pull request was closed', async () => {
    const { run, rows } = await runWith(await addTopic('reopened'), await addSubscription('reader', 'reopened'))
    const { proposals } = await propose(run, await planImport(run, whole, alice))
    await openAndClose(proposals[0]?.id ?? '')
    const textOf = async (row: string | undefined) => (await readRow(run, row ?? '', alice)).manifests[0]?.text ?? ''
    const text = (await textOf(rows[0])).replace('name: reopened', 'name: orders')
    await saveManifest(run, rows[0] ?? '', { manifest: 0, text }, alice)
    expect(await textOf(rows[1])).toContain('name: orders')
  })
})

describe('what is not in Git yet', () => {
  test('counts by project, the newest scan, with the oldest first; adopted is no longer in it', async () => {
    const { run } = await runWith(await addTopic('view'))
    const before = await unmanagedView(alice)
    const project = before.projects.find((one) => one.namespace === namespace)
    expect(project).toMatchObject({
      cloudProjectId: search,
      runId: run,
      scannedAt: expect.any(String),
      trend: [{ unmanaged: project?.unmanaged }],
    })
    const times = before.oldest.map(({ updatedAt }) => updatedAt ?? '9')
    expect(times).toEqual([...times].sort())
    expect(before.oldest.length).toBeLessThanOrEqual(100)
    await database().importAsset.update({ where: { runId_name: { runId: run, name: topicName('view') } }, data: { adoption: 'acquired' } })
    const after = (await unmanagedView(alice)).projects.find((one) => one.namespace === namespace)
    expect(after).toMatchObject({ unmanaged: (project?.unmanaged ?? 0) - 1, managed: (project?.managed ?? 0) + 1 })
    expect(before.projects.find((one) => one.namespace === 'payments-dev')).toMatchObject({ unmanaged: null, runId: null, trend: [] })
  })

  test('is read anew by Corbel itself when it grew old; only the newest of such readings is kept', async () => {
    await database().importRun.updateMany({ data: { createdAt: new Date(Date.now() - 3 * 3_600_000) } })
    expect(await scanDueProjects(4)).toBe(0)
    expect(await scanDueProjects(2)).toBe(1)
    expect(await scanDueProjects(2)).toBe(0)
    const ours = () =>
      database().importRun.findMany({ where: { requestedBy: { username: 'system:imports' } }, orderBy: { createdAt: 'asc' } })
    const [first] = await ours()
    expect(first).toMatchObject({ namespace, scope: `projects/${search}`, state: 'waiting' })
    await scanInventory(first?.id ?? '', { signal: new AbortController().signal, last: true })
    expect((await unmanagedView(alice)).projects.find((one) => one.namespace === namespace)).toMatchObject({ runId: first?.id })
    expect(await removePassedScans(database())).toBe(0)
    await database().importRun.updateMany({ data: { createdAt: new Date(Date.now() - 3 * 3_600_000) } })
    await scanDueProjects(2)
    const [, second] = await ours()
    expect(await removePassedScans(database())).toBe(0)
    await scanInventory(second?.id ?? '', { signal: new AbortController().signal, last: true })
    expect(await removePassedScans(database())).toBe(1)
    expect((await ours()).map(({ id }) => id)).toEqual([second?.id])
    expect(await database().auditEntry.count({ where: { actor: 'system:imports', action: 'import.started' } })).toBe(2)
  })

  test('shows nobody the projects of others', async () => {
    const stranger = { ...(await person('nobody')), groups: ['nobody'] }
    expect(await unmanagedView(stranger)).toEqual({ projects: [], oldest: [] })
  })
})
