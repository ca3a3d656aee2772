import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectNumber } from '#demo/asset-inventory/cloud-projects.ts'
import { seedAssets } from '#demo/asset-inventory/seed-assets.ts'
import { readDefinitions } from '#demo/world/definitions.ts'
import { projects } from '#demo/world/projects.ts'
import { projectManifests } from '#demo/world/seed-resources.ts'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { catalogueOf } from '#lib/mapping/catalogue.ts'
import { convertAsset } from '#lib/mapping/convert-asset.ts'
import { assetIdentity, liveIdentity } from '#lib/mapping/live-identity.ts'
import { managementConflict, takeover } from './adoption.ts'
import { madeAsset, place } from './made-asset.ts'

const definitions = [...readDefinitions([join(import.meta.dirname, '..', 'crds')]).values()]
const kindOf = (definition: JsonObject): string => textAt(definition, 'spec', 'names', 'kind') ?? ''
const catalogue = catalogueOf(
  definitions.map((definition) => ({ kind: kindOf(definition), group: textAt(definition, 'spec', 'group') ?? '' })),
  ({ kind }) => definitions.find((definition) => kindOf(definition) === kind) ?? {},
)
const projectIds = new Map(projects.map(({ googleProject }) => [projectNumber(googleProject), googleProject]))
const context = { catalogue, projectIds, idsNamed: (_: string, name: string) => [name] }
const identityContext = {
  projectIds,
  projectOfNamespace: (namespace: string) => projects.find((one) => one.namespace === namespace)?.googleProject,
}

const assets = seedAssets(projects.map(({ googleProject }) => googleProject)).map(({ asset }) => asset)
const named = (part: string): JsonObject => {
  const found = assets.find(({ name }) => String(name).endsWith(part))
  if (!found) throw new Error(`The world has no asset ${part}.`)
  return found
}
const manifestOf = (asset: JsonObject): JsonObject => {
  const [manifest] = convertAsset(asset, catalogue, { projectIds }).manifests
  if (!manifest) throw new Error(`${asset.name} was not converted.`)
  return { ...manifest, metadata: { ...(isObject(manifest.metadata) ? manifest.metadata : {}), namespace: 'search-prod' } }
}
const withSpec = (manifest: JsonObject, spec: JsonObject): JsonObject => ({
  ...manifest,
  spec: { ...(isObject(manifest.spec) ? manifest.spec : {}), ...spec },
})

describe('what acquiring changes', () => {
  const importable = assets.filter((asset) => convertAsset(asset, catalogue, { projectIds }).manifests.length > 0)

  test.each(importable.map((asset) => [String(asset.name), asset] as const))('%s: the label at most, and the same resource', (_, asset) => {
    const manifest = manifestOf(asset)
    expect(['', 'labels.managed-by-cnrm']).toContain(takeover(manifest, asset, context).fields.join())
    expect(liveIdentity(manifest, identityContext)).toBe(assetIdentity(asset, catalogue, { projectIds }))
  })

  test.each<[string, string, (manifest: JsonObject) => JsonObject, string[], Json]>([
    [
      'a changed number',
      '/subscriptions/crawl-results-indexer',
      (manifest) => withSpec(manifest, { ackDeadlineSeconds: 121 }),
      ['ackDeadlineSeconds', 'labels.managed-by-cnrm'],
      { ackDeadlineSeconds: 121, labels: { 'managed-by-cnrm': 'true' } },
    ],
    [
      'a field that the resource does not have',
      '/subscriptions/crawl-dead-inspect',
      (manifest) => withSpec(manifest, { filter: 'attributes.a = "b"' }),
      ['filter', 'labels.managed-by-cnrm'],
      { labels: { 'managed-by-cnrm': 'true' } },
    ],
    [
      'labels that the manifest leaves out or adds',
      '/topics/crawl-dead',
      (manifest) => ({ ...manifest, metadata: { name: 'x', labels: { stage: 'crawl', owner: 'fay', 'corbel.dev/x': 'y' } } }),
      ['labels.team', 'labels.owner', 'labels.managed-by-cnrm'],
      { labels: { team: null, owner: 'fay', 'managed-by-cnrm': 'true' } },
    ],
    [
      'another topic',
      '/subscriptions/crawl-dead-inspect',
      (manifest) => withSpec(manifest, { topicRef: { name: 'crawl-results' } }),
      ['topicRef', 'labels.managed-by-cnrm'],
      { labels: { 'managed-by-cnrm': 'true' } },
    ],
    [
      'the same topic by its name in the cluster',
      '/subscriptions/crawl-dead-inspect',
      (manifest) => withSpec(manifest, { topicRef: { name: 'crawl-dead' } }),
      ['labels.managed-by-cnrm'],
      { labels: { 'managed-by-cnrm': 'true' } },
    ],
    [
      'labels of databases stand elsewhere',
      '/instances/search-metadata',
      (manifest) => manifest,
      ['labels.managed-by-cnrm'],
      { settings: { userLabels: { 'managed-by-cnrm': 'true' } } },
    ],
    ['a password', '/users/documents', (manifest) => withSpec(manifest, { password: { value: 'x' } }), ['password.value'], {}],
  ])('%s', (_, name, change, fields, data) => {
    const asset = named(name)
    expect(takeover(change(manifestOf(asset)), asset, context)).toEqual({ fields, data })
  })
})

test('a resource that another Config Connector leases is a conflict until the lease ends', () => {
  const asset = named('/topics/suggest-legacy')
  const object = { kind: 'PubSubTopic', metadata: { namespace: 'search-prod', name: 'suggest-legacy' } }
  expect(managementConflict(object, asset, Date.parse('2026-11-23T00:00:00Z'))).toMatch(
    /^Management conflict: .* leased to "7d3c51e0-infra-us" until 2030/,
  )
  expect(managementConflict(object, asset, Date.parse('2031-01-01T00:00:00Z'))).toBeUndefined()
  expect(managementConflict(object, named('/topics/crawl-dead'), 0)).toBeUndefined()
})

describe('assets of resources that the cloud made', () => {
  const seeded = projects.flatMap((project) =>
    projectManifests(project).map(({ manifest }) => ({ manifest, project: project.googleProject })),
  )
  const listed = seeded.filter(({ manifest }) => /cnrm/.test(String(manifest.apiVersion)) && !/^IAM.*Policy/.test(String(manifest.kind)))

  test.each(
    listed.map(({ manifest, project }) => [`${manifest.kind} ${textAt(manifest, 'metadata', 'name')}`, manifest, project] as const),
  )('%s is found again by its object', (_, manifest, project) => {
    const named = (kind: string | undefined, name: string | undefined): JsonObject | undefined =>
      seeded.find((one) => one.project === project && one.manifest.kind === kind && textAt(one.manifest, 'metadata', 'name') === name)
        ?.manifest
    const target = (reference: Json | undefined) => {
      const name = textAt(reference, 'name')
      return { id: name ?? '', place: place(named('KMSKeyRing', name)?.spec ?? {}) }
    }
    const asset = madeAsset(manifest, project, target, new Date(0))
    const inCluster = {
      ...identityContext,
      manifestNamed: (kind: string | undefined, _: string | undefined, name: string) => named(kind, name),
    }
    expect(assetIdentity(asset ?? null, catalogue, { projectIds })).toBe(liveIdentity(manifest, inCluster))
  })
})
