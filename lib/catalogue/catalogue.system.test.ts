/**
 * The catalogue against a real API server, a real database and a real Git server, as the portal's own account: where
 * blueprints come from, who sees which, and what is said of broken ones.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createRepository } from '#demo/github/repositories.ts'
import { type GitHub, startGitHub } from '#demo/github/start.ts'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Forbidden, NotFound } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { commitFiles, defaultBranch, headOf } from '#lib/forge/repository-content.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { blueprintNamespace } from './blueprint-sources.ts'
import { blueprintsPushed, hiddenKinds, listBlueprints, readBlueprint, readKindHints, refreshCatalogue } from './catalogue.ts'

const root = join(import.meta.dirname, '..', '..')
const directory = mkdtempSync(join(tmpdir(), 'corbel-catalogue-'))
const repository = 'acme/platform'
const mapName = `catalogue-${randomBytes(3).toString('hex')}`
const actor = (groups: string[], admin = false): Actor => ({
  userId: 'u',
  loginId: 'l',
  username: 'somebody',
  name: 'Somebody',
  email: null,
  groups,
  admin,
  auditor: false,
})
const [alice, carol, dave] = [actor(['payments']), actor(['playlists']), actor(['platform'], true)]
let fresh: FreshDatabase
let github: GitHub
let admin: Cluster

const bucket = (name: string, more = '', path = '[spec, location]'): string => `apiVersion: corbel.dev/v1
kind: Blueprint
metadata: { name: ${name} }
spec:
  title: ${name}
  description: Made in a test.
${more}  questions:
    - { name: location, title: Location, schema: { type: string } }
  manifests:
    - kind: StorageBucket.storage.cnrm.cloud.google.com
      name: { value: fixed }
      values:
        - { path: ${path}, from: location }
  tests:
    - { name: one, answers: { location: EU } }
`

async function commit(path: string, text: string | null): Promise<void> {
  const connection = asApp(repository)
  const branch = await defaultBranch(connection)
  const parent = (await headOf(connection, branch)) ?? ''
  const sha = await commitFiles(connection, {
    parent,
    files: [{ path, text }],
    message: 'Change a blueprint',
    author: { name: 'Test', email: 't@acme.test', at: new Date() },
  })
  const { rest } = await connection.octokit()
  await rest.git.updateRef({ owner: connection.owner, repo: connection.name, ref: `heads/${branch}`, sha })
}

const names = async (who: Actor) => (await listBlueprints(who)).items.map(({ name }) => name)

beforeAll(async () => {
  const kubeconfig = testKubeconfig()
  await seedCluster({ kubeconfig })
  admin = openCluster({ name: 'admin', kubeconfigFile: kubeconfig })
  const portal = join(directory, 'portal.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'corbel', file: portal, expirationSeconds: 3600 })
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await createRepository(directory, repository, {
    'blueprints/team.yaml': bucket('team-bucket', '  team: payments\n  allowedGroups: [payments]\n'),
    'blueprints/redis.yaml': bucket('redis'),
    'blueprints/broken.yaml': bucket('broken-bucket', '  team: playlists\n', '[spec, locaton]'),
    'blueprints/hints.yaml':
      'apiVersion: corbel.dev/v1\nkind: KindHints\nspec:\n  kind: DNSManagedZone.dns.cnrm.cloud.google.com\n  curated: true\n  fields: [{ path: [spec, dnsName], help: Ends with a dot., recommended: acme.example. }]\n',
    'other/ignored.yaml': bucket('ignored'),
    'README.md': 'platform\n',
  })
  github = await startGitHub({
    directory,
    app: { id: '42', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), slug: 'corbel' },
    oauth: { clientId: 'x', clientSecret: 'x', redirectUris: [] },
    webhooks: [],
    people: [],
  })
  writeFileSync(join(directory, 'app.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  Object.assign(process.env, {
    CORBEL_URL: 'http://corbel.test',
    CORBEL_SECRET: 'a secret of more than thirty-two letters',
    CORBEL_LOG_LEVEL: 'error',
    CORBEL_BLUEPRINTS: `shipped,${repository}:blueprints`,
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'http://127.0.0.1:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'corbel',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: portal }]),
    GITHUB_URL: github.url,
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_APP_ID: '42',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
  })
  for (const file of readdirSync(join(root, 'demo', 'crds')).filter((name) => name.endsWith('.yaml'))) {
    const definition = parse(readFileSync(join(root, 'demo', 'crds', file), 'utf8'))
    const { group, names: named, versions, scope } = definition.spec
    for (const cluster of named.kind === 'StorageBucket' ? ['demo', 'elsewhere'] : ['demo'])
      await database().kind.create({
        data: {
          cluster,
          key: `${named.kind}.${group}`,
          group,
          kind: named.kind,
          plural: named.plural,
          version: versions[0].name,
          namespaced: scope === 'Namespaced',
          definition,
          hash: file,
        },
      })
  }
  await refreshCatalogue()
}, 120_000)

afterAll(async () => {
  await admin
    .asPortal()
    .delete({ apiVersion: 'v1', kind: 'ConfigMap', name: mapName, namespace: blueprintNamespace })
    .catch((error: unknown) => {
      if (!(error instanceof NotFound)) throw error
    })
  await Promise.all([admin, ...clusters()].map((cluster) => cluster.close()))
  await database().$disconnect()
  await fresh.drop()
  await github.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('what is offered', () => {
  test('the shipped blueprints, on the clusters that have their kinds', async () => {
    const { items, troubles } = await listBlueprints(dave)
    expect(troubles).toEqual([])
    expect(items.find(({ name }) => name === 'pubsub-dead-letter')).toMatchObject({
      source: 'shipped with Corbel',
      clusters: ['demo'],
      kinds: [
        'PubSubTopic.pubsub.cnrm.cloud.google.com',
        'PubSubSubscription.pubsub.cnrm.cloud.google.com',
        'ServiceIdentity.serviceusage.cnrm.cloud.google.com',
        'IAMPolicyMember.iam.cnrm.cloud.google.com',
      ],
    })
    const detail = await readBlueprint('demo', 'pubsub-dead-letter', alice)
    expect(detail.apiVersions['PubSubTopic.pubsub.cnrm.cloud.google.com']).toBe('pubsub.cnrm.cloud.google.com/v1beta1')
    await expect(readBlueprint('elsewhere', 'pubsub-dead-letter', alice)).rejects.toThrow(/does not offer/)
  })

  test('those of a repository, of its folder alone; one with the name of a shipped one stands in its place', async () => {
    const { items } = await listBlueprints(alice)
    expect(items.find(({ name }) => name === 'redis')).toMatchObject({
      source: repository,
      url: expect.stringContaining('/blob/main/blueprints/redis.yaml'),
    })
    expect(items.map(({ name }) => name)).not.toContain('ignored')
  })

  test('a restricted one only to its groups and its authors', async () => {
    expect(await names(alice)).toContain('team-bucket')
    expect(await names(dave)).toContain('team-bucket')
    expect(await names(carol)).not.toContain('team-bucket')
    await expect(readBlueprint('demo', 'team-bucket', carol)).rejects.toThrow(NotFound)
  })

  test('hints, with which kinds are curated', async () => {
    expect(await readKindHints('demo', 'DNSManagedZone.dns.cnrm.cloud.google.com')).toMatchObject({
      curated: true,
      fields: [{ recommended: 'acme.example.' }],
    })
    expect(await readKindHints('demo', 'ComputeDisk.compute.cnrm.cloud.google.com')).toEqual({
      kind: 'ComputeDisk.compute.cnrm.cloud.google.com',
      curated: false,
      fields: [],
    })
    const curated = (await listBlueprints(carol)).kinds.filter((each) => each.curated).map(({ cluster, kind }) => `${cluster} ${kind}`)
    expect(curated).toContain('demo DNSManagedZone.dns.cnrm.cloud.google.com')
    expect(curated).toContain('demo StorageBucket.storage.cnrm.cloud.google.com')
    expect(curated).toContain('elsewhere StorageBucket.storage.cnrm.cloud.google.com')
  })
})

describe('a broken one', () => {
  test('is hidden, and shown with its line to the team it names and to the platform team', async () => {
    for (const who of [alice, carol, dave]) expect(await names(who)).not.toContain('broken-bucket')
    const expected = [
      {
        name: 'broken-bucket',
        source: repository,
        path: 'blueprints/broken.yaml',
        problems: [{ line: 14, severity: 'error', message: 'StorageBucket has no field spec.locaton. Did you mean "location"?' }],
      },
    ]
    expect((await listBlueprints(carol)).broken).toMatchObject(expected)
    expect((await listBlueprints(dave)).broken).toMatchObject(expected)
    expect((await listBlueprints(alice)).broken).toEqual([])
  })

  test('is offered once a commit mends it, and gone once it is deleted', async () => {
    await commit('blueprints/broken.yaml', bucket('broken-bucket', '  team: playlists\n'))
    await refreshCatalogue()
    expect(await names(alice)).toContain('broken-bucket')
    expect((await listBlueprints(dave)).broken).toEqual([])
    await commit('blueprints/broken.yaml', null)
    await refreshCatalogue()
    expect(await names(alice)).not.toContain('broken-bucket')
  })

  test('that is no YAML is the business of the platform team', async () => {
    await commit('blueprints/noise.yaml', 'a: [\n')
    await refreshCatalogue()
    expect((await listBlueprints(dave)).broken.map(({ path }) => path)).toEqual(['blueprints/noise.yaml'])
    expect((await listBlueprints(carol)).broken).toEqual([])
    await commit('blueprints/noise.yaml', null)
    await refreshCatalogue()
  })
})

describe('one that stands in the place of another', () => {
  const place = (who: Actor) => listBlueprints(who).then(({ items }) => items.find(({ name }) => name === 'storage-bucket')?.source)
  const own = bucket('storage-bucket', '  team: payments\n  allowedGroups: [payments]\n')

  test('restricts it; broken, nobody gets the one that everybody could use', async () => {
    expect(await place(carol)).toBe('shipped with Corbel')
    await commit('blueprints/own.yaml', own)
    await refreshCatalogue()
    expect([await place(alice), await place(carol)]).toEqual([repository, undefined])
    for (const broken of [
      own.replace('[spec, location]', '[spec, locaton]'),
      own.replace('schema: {', 'schema: ['),
      own.replace('kind: Blueprint', 'kind: Bluprint'),
    ]) {
      await commit('blueprints/own.yaml', broken)
      await refreshCatalogue()
      for (const who of [alice, carol, dave]) expect(await place(who)).toBeUndefined()
      await expect(readBlueprint('demo', 'storage-bucket', carol)).rejects.toThrow(NotFound)
      const [entry] = (await listBlueprints(dave)).broken
      expect(entry?.problems.map(({ message }) => message).join()).toContain(
        'of the source "shipped with Corbel" is not offered in its place',
      )
    }
    await commit('blueprints/own.yaml', null)
    await refreshCatalogue()
    expect(await place(carol)).toBe('shipped with Corbel')
  })

  test('is seen at once after a push to its repository', async () => {
    await commit('blueprints/own.yaml', own)
    blueprintsPushed('acme/other')
    blueprintsPushed(repository.toUpperCase())
    await expect.poll(() => place(alice)).toBe(repository)
    await commit('blueprints/own.yaml', null)
    blueprintsPushed(repository)
    await expect.poll(() => place(alice)).toBe('shipped with Corbel')
  })
})

test('while GitHub does not answer, what was read last is offered, and the platform team is told', async () => {
  const simulate = (mode: string) =>
    fetch(`${github.url}/_simulate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode, seconds: 60 }),
    })
  await simulate('down')
  try {
    await refreshCatalogue()
    expect(await names(alice)).toContain('team-bucket')
    expect((await listBlueprints(alice)).troubles).toEqual([])
    expect((await listBlueprints(dave)).troubles).toMatchObject([
      { source: repository, message: expect.stringContaining('What was read last is still offered.') },
    ])
  } finally {
    await simulate('none')
  }
})

describe('ConfigMaps', () => {
  test('labelled so are read, for their own cluster', async () => {
    await admin.asPortal().create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: mapName, namespace: blueprintNamespace, labels: { 'corbel.dev/blueprint': 'true' } },
      data: {
        'one.yaml': bucket(mapName),
        'storage.yaml': bucket('storage-bucket'),
        'hints.yaml':
          'apiVersion: corbel.dev/v1\nkind: KindHints\nspec: { kind: StorageBucket.storage.cnrm.cloud.google.com, hidden: Ask first. }\n',
        'notes.txt': 'no blueprint',
      },
    })
    await refreshCatalogue()
    const { items, kinds, broken } = await listBlueprints(alice)
    expect(broken).toEqual([])
    expect(items.find(({ name }) => name === mapName)).toMatchObject({
      source: `ConfigMap ${mapName} on demo`,
      url: null,
      clusters: ['demo'],
    })
    expect(items.filter(({ name }) => name === 'storage-bucket').map(({ source, clusters }) => [source, clusters])).toEqual([
      [`ConfigMap ${mapName} on demo`, ['demo']],
      ['shipped with Corbel', ['elsewhere']],
    ])
    const bucketKind = 'StorageBucket.storage.cnrm.cloud.google.com'
    const hints = kinds.filter(({ kind }) => kind === bucketKind).sort((a, b) => a.cluster.localeCompare(b.cluster))
    expect(hints).toEqual([
      { cluster: 'demo', kind: bucketKind, curated: false, hidden: { reason: 'Ask first.' } },
      { cluster: 'elsewhere', kind: bucketKind, curated: true, hidden: null },
    ])
    expect(await readKindHints('demo', bucketKind)).toMatchObject({ hidden: { reason: 'Ask first.' } })
    expect(await readKindHints('elsewhere', bucketKind)).not.toHaveProperty('hidden')
    expect(await hiddenKinds(alice)).toEqual([{ cluster: 'demo', kind: bucketKind }])
    expect(await hiddenKinds(dave)).toEqual([])
  })

  test('are all the portal may list there, and nowhere else', async () => {
    const [cluster] = clusters()
    const calls = cluster?.asPortal()
    await expect(calls?.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'payments-prod' })).rejects.toThrow(Forbidden)
    await expect(calls?.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: blueprintNamespace })).rejects.toThrow(Forbidden)
    await expect(calls?.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: mapName, namespace: blueprintNamespace })).rejects.toThrow(
      Forbidden,
    )
  })
})
