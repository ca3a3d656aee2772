/** From chosen rows to pull requests, on a real database, a real Git server and the inventory stand-in. */
import { describe, expect, test } from 'vitest'
import {
  addSubscription,
  addTopic,
  namespace,
  patch,
  propose,
  rowOf,
  runWith,
  simulate,
  topicKind,
  topicName,
  whole,
  withImportWorld,
} from '#demo/asset-inventory/import-world.ts'
import { alice, bob, merger, person, putFile, stored } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Invalid, NotFound } from '#lib/errors.ts'
import { newId } from '#lib/ids.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'
import { chooseRows } from './choose-rows.ts'
import type { ImportPlanRequest } from './contract.ts'
import { restoreManifest, saveManifest } from './edit-manifest.ts'
import { planImport } from './plan-import.ts'
import { changeSettings } from './plan-settings.ts'
import { readRow } from './read-row.ts'

withImportWorld()

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
