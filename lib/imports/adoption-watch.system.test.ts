/** From the merge to the proof, and what is left to import, on a real database, a real Git server and the inventory stand-in. */
import { describe, expect, test } from 'vitest'
import {
  addSubscription,
  addTopic,
  adoptionOf,
  indexed,
  merged,
  namespace,
  openAndClose,
  patch,
  propose,
  runWith,
  search,
  simulate,
  topicKind,
  topicName,
  whole,
  withImportWorld,
} from '#demo/asset-inventory/import-world.ts'
import { alice, merge, person, stored } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { observeProposal } from '#lib/proposals/observe-proposal.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'
import { lookAgain, readAdoption } from './adoption-report.ts'
import { lookAtAdoption, runsToWatch } from './adoption-watch.ts'
import { chooseRows } from './choose-rows.ts'
import { saveManifest } from './edit-manifest.ts'
import { planImport } from './plan-import.ts'
import { readImport } from './read-imports.ts'
import { readRow } from './read-row.ts'
import { scanInventory } from './scan-inventory.ts'
import { removePassedScans, scanDueProjects } from './unmanaged-scan.ts'
import { unmanagedView } from './unmanaged-view.ts'

withImportWorld()

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

  test('nobody waits for ever: two weeks after the merge what still waits is not known', async () => {
    const { run } = await runWith(await addTopic('forgotten'))
    await merged(run)
    await lookAtAdoption(run)
    await database().$executeRaw`UPDATE "proposal" SET "mergedAt" = now() - interval '15 days'
      WHERE "id" IN (SELECT "proposalId" FROM "import_asset" WHERE "runId" = ${run}::uuid)`
    expect(await runsToWatch()).toContain(run)
    await lookAtAdoption(run)
    expect(await adoptionOf(run, topicName('forgotten'))).toMatchObject({
      adoption: 'unknown',
      message: expect.stringMatching(/14 days .* CI has not applied it yet/),
    })
    expect(await runsToWatch()).not.toContain(run)
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
    expect(await readImport(run, alice)).toMatchObject({ counts: { chosen: 1 }, proposed: 1 })
    await openAndClose(id)
    expect(await readImport(run, alice)).toMatchObject({ counts: { chosen: 1 }, proposed: 0 })
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
