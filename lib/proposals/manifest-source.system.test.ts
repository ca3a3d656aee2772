/** Where a resource's manifest is found in Git, what that costs, and which files are not edited. */
import { describe, expect, test } from 'vitest'
import { alice, index, kind, labelled, putFile, repository, topic, withProposalWorld } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { readManifestSource } from './manifest-source.ts'
import { readManifestVersion } from './manifest-version.ts'
import { previewChanges } from './preview-changes.ts'

withProposalWorld()

const folder = 'infra/payments-prod'
const at = (name: string) => ({ namespace: 'payments-prod', kind, name })
const source = (name: string) => readManifestSource('demo', at(name))
const update = (name: string) => ({
  cluster: 'demo',
  ...at(name),
  action: 'update' as const,
  text: topic(name, labelled),
  baseBlob: null,
})

/** How many times GitHub is asked. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  const before = globalThis.fetch
  let count = 0
  globalThis.fetch = (...words: Parameters<typeof fetch>) => {
    if (String(words[0] instanceof Request ? words[0].url : words[0]).includes('/api/v3/repos/')) count += 1
    return before(...words)
  }
  try {
    await work()
    return count
  } finally {
    globalThis.fetch = before
  }
}

describe('finding a manifest', () => {
  test('where the layout puts it, and where the live object says it came from, it takes few requests', async () => {
    await source('old')
    const byLayout = await asked(() => source('old'))
    const bySearch = await asked(() => source('second'))
    await index('second', 'ready', null)
    await database().resource.updateMany({ where: { kind, name: 'second' }, data: { repository, path: `${folder}/several.yaml` } })
    const byNote = await asked(() => source('second'))
    console.log(`requests to GitHub for a manifest: ${byLayout} by layout, ${byNote} by the note of the live object, ${bySearch} by search`)
    expect(byLayout).toBe(3)
    // the folder was listed and the blob read by the search: only the branch is asked for
    expect(byNote).toBe(2)
    expect(bySearch).toBeLessThanOrEqual(10)
  })

  test('an earlier version is read by its id, and only where it describes the resource', async () => {
    const before = await source('old')
    await putFile(before.path, topic('old', labelled))
    expect(await readManifestVersion('demo', at('old'), before.blob)).toEqual({ blob: before.blob, text: topic('old'), document: 0 })
    expect((await source('old')).blob).not.toBe(before.blob)
    await expect(readManifestVersion('demo', at('first'), before.blob)).rejects.toThrow(/does not describe PubSubTopic/)
    await expect(readManifestVersion('demo', at('old'), '0'.repeat(40))).rejects.toThrow()
  })
})

describe('files of other tools', () => {
  test('a patch is passed over for the base it patches', async () => {
    await putFile(`${folder}/pubsubtopic-patched.yaml`, topic('patched', labelled))
    await putFile(`${folder}/kustomization.yaml`, 'resources: [../base]\npatches:\n  - path: pubsubtopic-patched.yaml\n')
    await expect(source('patched')).resolves.toMatchObject({
      path: `${folder}/pubsubtopic-patched.yaml`,
      notes: [{ severity: 'refused', url: expect.stringContaining(`${folder}/kustomization.yaml`) }],
    })
    const refused = await previewChanges({ changes: [update('patched')] }, alice)
    expect(refused.changes[0]?.problem).toMatchObject({ code: 'invalid', message: expect.stringMatching(/is a Kustomize patch/) })

    await putFile(`${folder}/base/topics.yaml`, topic('patched'))
    await expect(source('patched')).resolves.toMatchObject({ path: `${folder}/base/topics.yaml`, notes: [] })
    const accepted = await previewChanges({ changes: [update('patched')] }, alice)
    expect(accepted.changes[0]).toMatchObject({ problem: null, path: `${folder}/base/topics.yaml` })
  })

  test('an overlay of another folder that patches it is told with its field', async () => {
    await putFile(`${folder}/base/kustomization.yaml`, 'resources: [overlaid.yaml]\n')
    await putFile(`${folder}/base/overlaid.yaml`, topic('overlaid', labelled))
    await expect(source('overlaid')).resolves.toMatchObject({ notes: [] })
    await putFile(`${folder}/eu/kustomization.yaml`, 'resources: [../base]\npatches: [{ path: tier.yaml }]\n')
    await putFile(`${folder}/eu/tier.yaml`, 'kind: PubSubTopic\nmetadata: { name: overlaid, labels: { tier: silver } }\n')
    await expect(source('overlaid')).resolves.toMatchObject({
      path: `${folder}/base/overlaid.yaml`,
      notes: [
        { severity: 'warning', path: ['metadata', 'labels', 'tier'], url: expect.stringContaining(`${folder}/eu/kustomization.yaml`) },
      ],
    })
  })

  test('a setter is told with its field', async () => {
    const text = topic('set', labelled.replace('gold', 'gold # kpt-set: $' + '{tier}'))
    await putFile(`${folder}/pubsubtopic-set.yaml`, text)
    expect((await source('set')).notes).toMatchObject([{ severity: 'warning', path: ['metadata', 'labels', 'tier'] }])
  })

  test('a template and an item of a List are told as the reason', async () => {
    await putFile(`${folder}/pubsubtopic-filled.yaml`, topic('filled', '  labels: {{ .Values.labels }}\n'))
    expect((await source('filled')).notes).toMatchObject([{ severity: 'refused', message: expect.stringMatching(/is a template/) }])
    await putFile(
      `${folder}/all.json`,
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'PubSubTopic', metadata: { name: 'listed' } }] }),
    )
    await expect(source('listed')).rejects.toThrow(/all\.json holds it as an item of a List/)
  })

  test('a JSON file is edited like any other', async () => {
    const manifest = {
      apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
      kind: 'PubSubTopic',
      metadata: { name: 'json', namespace: 'payments-prod' },
    }
    await putFile(`${folder}/topic.json`, `${JSON.stringify(manifest, null, 2)}\n`)
    expect(await source('json')).toMatchObject({ path: `${folder}/topic.json`, document: 0, notes: [] })
  })
})
