/** Manifests of an import that people change, on a real database, a real Git server and the inventory stand-in. */
import { describe, expect, test } from 'vitest'
import { addSubscription, addTopic, namespace, runWith, search, whole, withImportWorld } from '#demo/asset-inventory/import-world.ts'
import { alice } from '#demo/github/proposal-world.ts'
import { dryRunRow } from './dry-run-row.ts'
import { restoreManifest, saveManifest } from './edit-manifest.ts'
import { planImport } from './plan-import.ts'
import { readRow } from './read-row.ts'

withImportWorld()

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
