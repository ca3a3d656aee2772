import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthorizationV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleManifest } from '#demo/crds/sample-manifest.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { type JsonObject, textAt } from '#lib/json.ts'
import { callAs, type Somebody } from './as-person.ts'
import { readDefinitions } from './definitions.ts'
import { seedCluster } from './seed-cluster.ts'
import { serviceAccountKubeconfig } from './service-account-kubeconfig.ts'
import { testKubeconfig } from './test-cluster.ts'

const kubeconfig = testKubeconfig()
const definitions = readDefinitions([join(import.meta.dirname, '..', 'crds')])
const folder = mkdtempSync(join(tmpdir(), 'corbel-world-'))
let cluster: Cluster

beforeAll(async () => {
  await seedCluster({ kubeconfig })
  cluster = openCluster({ name: 'test', kubeconfigFile: kubeconfig })
})
afterAll(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

const person = (name: string, ...groups: string[]): Somebody => ({
  user: `oidc:${name}@acme.test`,
  groups: groups.map((group) => `oidc:${group}`),
})
const account = (namespace: string, name: string): Somebody => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
})
const alice = person('alice', 'payments')

test('a second run applies no definition again', async () => {
  expect(await seedCluster({ kubeconfig })).toMatchObject({ applied: 0 })
})

describe('who may do what', () => {
  const buckets = { group: 'storage.cnrm.cloud.google.com', resource: 'storagebuckets' }
  const loci = { group: 'caching.corbel.dev', resource: 'loci' }
  const secrets = { group: '', resource: 'secrets' }
  const crds = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }
  const spaces = { group: '', resource: 'namespaces' }
  const roles = { group: 'rbac.authorization.k8s.io', resource: 'rolebindings' }
  const tokens = { group: '', resource: 'serviceaccounts', subresource: 'token' }
  const itself = { group: 'authentication.k8s.io', resource: 'serviceaccounts', name: 'break-glass' }
  const policies = { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' }
  const table: [
    string,
    Somebody,
    string,
    { group: string; resource: string; subresource?: string; name?: string },
    string | undefined,
    boolean,
  ][] = [
    ['alice reads her project', alice, 'list', buckets, 'payments-prod', true],
    ['alice reads platform kinds of her project', alice, 'watch', loci, 'payments-prod', true],
    ['alice may ask for dry runs in her project', alice, 'patch', buckets, 'payments-prod', true],
    ['alice does not read another team', alice, 'list', buckets, 'playlists-prod', false],
    ['alice does not list the cluster', alice, 'list', buckets, undefined, false],
    ['alice sees the namespace of her project', alice, 'get', spaces, 'payments-prod', true],
    ['alice does not list namespaces', alice, 'list', spaces, undefined, false],
    ['alice reads no secrets', alice, 'get', secrets, 'payments-prod', false],
    ['alice writes no status', alice, 'patch', { ...buckets, subresource: 'status' }, 'payments-prod', false],
    ['carol reads her project', person('carol', 'playlists'), 'list', buckets, 'playlists-prod', true],
    ['carol does not read payments', person('carol', 'playlists'), 'list', buckets, 'payments-prod', false],
    ['dave reads everything', person('dave', 'platform'), 'list', buckets, undefined, true],
    ['dave may propose anywhere', person('dave', 'platform'), 'create', buckets, 'search-prod', true],
    ['dave reads no secrets', person('dave', 'platform'), 'get', secrets, 'payments-prod', false],
    ['erin reads everything', person('erin', 'auditors'), 'list', buckets, undefined, true],
    ['erin proposes nothing', person('erin', 'auditors'), 'patch', buckets, 'payments-prod', false],
    ['somebody without a team sees nothing', person('zoe'), 'list', buckets, 'payments-prod', false],
    ['the portal watches resources', account('corbel-system', 'corbel'), 'watch', buckets, undefined, true],
    ['the portal watches definitions', account('corbel-system', 'corbel'), 'watch', crds, undefined, true],
    ['the portal lists namespaces', account('corbel-system', 'corbel'), 'list', spaces, undefined, true],
    ['the portal writes nothing', account('corbel-system', 'corbel'), 'patch', buckets, 'payments-prod', false],
    ['the portal reads no secrets', account('corbel-system', 'corbel'), 'list', secrets, undefined, false],
    ["payments' CI applies in its project", account('corbel-ci', 'repo-acme-payments'), 'patch', buckets, 'payments-prod', true],
    ["payments' CI deletes in its project", account('corbel-ci', 'repo-acme-payments'), 'delete', loci, 'payments-staging', true],
    ["payments' CI does not touch playlists", account('corbel-ci', 'repo-acme-payments'), 'patch', buckets, 'playlists-prod', false],
    ["payments' CI reads definitions", account('corbel-ci', 'repo-acme-payments'), 'list', crds, undefined, true],
    [
      "payments' CI writes no status",
      account('corbel-ci', 'repo-acme-payments'),
      'patch',
      { ...buckets, subresource: 'status' },
      'payments-prod',
      false,
    ],
    ["search's CI applies in its project", account('corbel-ci', 'repo-acme-search'), 'patch', buckets, 'search-prod', true],
    ["search's CI does not touch payments", account('corbel-ci', 'repo-acme-search'), 'patch', buckets, 'payments-prod', false],
    ['the portal opens break-glass sessions', account('corbel-system', 'corbel'), 'patch', spaces, undefined, true],
    ['the portal replaces no namespaces', account('corbel-system', 'corbel'), 'update', spaces, undefined, false],
    ['the portal makes no roles', account('corbel-system', 'corbel'), 'create', roles, 'payments-prod', false],
    ['the portal is nobody else', account('corbel-system', 'corbel'), 'impersonate', { group: '', resource: 'users' }, undefined, false],
    ['the portal hands out no tokens', account('corbel-system', 'corbel'), 'create', tokens, 'corbel-ci', false],
    ['the portal deletes no collections', account('corbel-system', 'corbel'), 'deletecollection', buckets, 'payments-prod', false],
    ['alice deletes no collections', alice, 'deletecollection', buckets, 'payments-prod', false],
    ['alice scales nothing', alice, 'update', { ...buckets, subresource: 'scale' }, 'payments-prod', false],
    ['alice makes no roles', alice, 'create', roles, 'payments-prod', false],
    ['alice is nobody else', alice, 'impersonate', { group: '', resource: 'users' }, undefined, false],
    ['alice hands out no tokens', alice, 'create', tokens, 'corbel-ci', false],
    ['dave makes no roles', person('dave', 'platform'), 'create', roles, 'payments-prod', false],
    ['dave changes no policies', person('dave', 'platform'), 'delete', policies, undefined, false],
    ["payments' CI makes no roles", account('corbel-ci', 'repo-acme-payments'), 'create', roles, 'payments-prod', false],
    ["payments' CI reads no secrets", account('corbel-ci', 'repo-acme-payments'), 'get', secrets, 'payments-prod', false],
    ['alice may act as her project’s break-glass account', alice, 'impersonate:serviceaccount', itself, 'payments-prod', true],
    ['alice may change resources as it', alice, 'impersonate-on:serviceaccount:patch', buckets, 'payments-prod', true],
    ['alice may create nothing as it', alice, 'impersonate-on:serviceaccount:create', buckets, 'payments-prod', false],
    ['alice may read no secrets as it', alice, 'impersonate-on:serviceaccount:get', secrets, 'payments-prod', false],
    [
      'alice is not it without constraints',
      alice,
      'impersonate',
      { group: '', resource: 'serviceaccounts', name: 'break-glass' },
      'payments-prod',
      false,
    ],
    ['alice is no other account', alice, 'impersonate:serviceaccount', { ...itself, name: 'default' }, 'payments-prod', false],
    ['alice is not that of another team', alice, 'impersonate:serviceaccount', itself, 'playlists-prod', false],
    ['erin acts as none', person('erin', 'auditors'), 'impersonate:serviceaccount', itself, 'payments-prod', false],
    ['the portal acts as none', account('corbel-system', 'corbel'), 'impersonate:serviceaccount', itself, 'payments-prod', false],
    ['a break-glass account changes resources', account('payments-prod', 'break-glass'), 'patch', buckets, 'payments-prod', true],
    ['it changes nothing elsewhere', account('payments-prod', 'break-glass'), 'patch', buckets, 'playlists-prod', false],
    ['it creates nothing', account('payments-prod', 'break-glass'), 'create', buckets, 'payments-prod', false],
    ['it reads no secrets', account('payments-prod', 'break-glass'), 'get', secrets, 'payments-prod', false],
    ['it makes no tokens', account('payments-prod', 'break-glass'), 'create', tokens, 'payments-prod', false],
    ['it makes no roles', account('payments-prod', 'break-glass'), 'create', roles, 'payments-prod', false],
    ['the cloud writes status', account('corbel-system', 'cloud'), 'patch', { ...buckets, subresource: 'status' }, 'search-prod', true],
    ['the cloud creates nothing', account('corbel-system', 'cloud'), 'create', buckets, 'search-prod', false],
  ]
  test.each(table)('%s', async (_, { user, groups }, verb, resource, namespace, allowed) => {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const review = await config.makeApiClient(AuthorizationV1Api).createSubjectAccessReview({
      body: {
        spec: {
          user,
          groups,
          resourceAttributes: {
            verb,
            ...resource,
            ...(namespace ? { namespace } : {}),
            ...(resource === spaces && namespace ? { name: namespace } : {}),
          },
        },
      },
    })
    expect(review.status?.allowed).toBe(allowed)
  })
})

describe('people', () => {
  const bucket = {
    apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
    kind: 'StorageBucket',
    metadata: { name: 'dry-run-only', namespace: 'payments-prod' },
    spec: { location: 'EU' },
  }
  const path = '/apis/storage.cnrm.cloud.google.com/v1beta1/namespaces/payments-prod/storagebuckets'
  const asAlice = callAs(kubeconfig, alice)
  const asAdministrator = callAs(kubeconfig, { user: 'administrator', groups: ['system:masters'] })

  test('may dry-run a change', async () => {
    expect((await asAlice('POST', `${path}?dryRun=All`, bucket)).status).toBe(201)
    const apply = await asAlice(
      'PATCH',
      `${path}/dry-run-only?dryRun=All&fieldManager=corbel&force=true`,
      bucket,
      'application/apply-patch+yaml',
    )
    expect(apply.status).toBe(201)
  })

  test('may not make one, and read why', async () => {
    const { status, body } = await asAlice('POST', path, bucket)
    expect(status).toBe(403)
    expect(textAt(body, 'message')).toMatch(/People change storagebuckets through a pull request/)
  })

  // Whoever gave a person more rights than corbel:propose has: the policy still holds.
  const asMaster = callAs(kubeconfig, { user: 'oidc:dave@acme.test', groups: ['system:masters'] })
  const core = '/api/v1/namespaces/payments-prod'
  const another = { ...bucket, metadata: { ...bucket.metadata, name: 'another' } }
  const status = { status: { conditions: [] } }
  const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [], expirationSeconds: 600 } }
  const writes: [string, string, string, JsonObject | JsonObject[] | undefined, string?][] = [
    ['create', 'POST', path, another],
    ['server-side apply', 'PATCH', `${path}/dry-run-only?fieldManager=x&force=true`, bucket, 'application/apply-patch+yaml'],
    ['server-side apply of a new one', 'PATCH', `${path}/another?fieldManager=x`, another, 'application/apply-patch+yaml'],
    [
      'JSON patch',
      'PATCH',
      `${path}/dry-run-only`,
      [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }],
      'application/json-patch+json',
    ],
    ['merge patch', 'PATCH', `${path}/dry-run-only`, { metadata: { labels: { a: 'b' } } }, 'application/merge-patch+json'],
    ['patch of the status', 'PATCH', `${path}/dry-run-only/status`, status, 'application/merge-patch+json'],
    ['delete', 'DELETE', `${path}/dry-run-only`, undefined],
    ['delete of a collection', 'DELETE', path, undefined],
    ['token of an account', 'POST', '/api/v1/namespaces/corbel-ci/serviceaccounts/repo-acme-payments/token', token],
    ['ConfigMap', 'POST', `${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
    ['change of a project', 'PATCH', core, { metadata: { annotations: { 'corbel.dev/team': 'dave' } } }, 'application/merge-patch+json'],
    [
      'finalizing a namespace',
      'PUT',
      `${core}/finalize`,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments-prod' }, spec: {} },
    ],
  ]
  test.each(writes)('make no real write with any rights: %s', async (_, method, at, body, contentType) => {
    const object = await asAdministrator('POST', path, bucket)
    expect([201, 409]).toContain(object.status)
    try {
      const answer = await asMaster(method, at, body, contentType)
      expect(answer).toMatchObject({ status: 403, body: { message: expect.stringContaining('corbel-people-dry-run-only') } })
    } finally {
      await asAdministrator('DELETE', `${path}/dry-run-only`)
    }
  })

  test('may still ask what they may do', async () => {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'payments-prod' } }
    expect((await asAlice('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review)).status).toBe(201)
  })
})

describe('manifests', () => {
  const platformSamples: Record<string, { smallest: JsonObject; rich: JsonObject }> = {
    Locus: {
      smallest: { engine: 'valkey', region: 'europe-west1', memory: 1073741824 },
      rich: {
        engine: 'redis',
        version: '7.2',
        region: 'europe-west1',
        memory: '2Gi',
        replicas: 4,
        minReplicas: 2,
        evictionPolicy: 'random',
        targetHitRatio: 0.9,
        transitEncryption: false,
        defaultTimeToLive: null,
        networkRef: { external: 'projects/p/global/networks/n' },
        encryptionKeyRef: { name: 'card-data', namespace: 'payments-prod' },
        persistence: { snapshot: { every: '1h', keep: 3, bucketRef: { name: 'b' } } },
        users: [{ name: 'a', access: 'read', keyPatterns: ['x:*'], password: { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } } }],
        maintenance: { day: 'sunday', start: '03:30', notBefore: null },
        labels: { team: 'payments' },
        limitsByClient: { api: { connections: 10, bandwidth: '50Mi' }, batch: { bandwidth: 1000 } },
        engineSettings: { 'maxmemory-samples': 10, nested: { any: ['thing', null] } },
      },
    },
    DataEndpoint: {
      smallest: {
        host: 'a.data.acme.test',
        source: { cacheRef: { name: 'c' } },
        routes: [{ path: '/', query: 'q' }],
        access: { mode: 'company' },
      },
      rich: {
        host: 'a.data.acme.test',
        source: { tableRef: { external: 'projects/p/datasets/d/tables/t' } },
        routes: [
          {
            method: 'GET',
            path: '/a',
            query: 'q',
            parameters: { p: { type: 'text', required: true, fallback: ['any', 1, null] } },
            maxRows: 5,
            cacheFor: null,
          },
          { method: 'POST', path: '/a', query: 'q' },
        ],
        access: { mode: 'groups', groups: ['team@acme.test'], serviceAccountRefs: [{ name: 's' }] },
        rateLimit: { calls: 100, per: 'hour' },
        freshness: '30m',
        replicas: '150%',
        transform: { rename: { a: 'b' }, more: { free: true } },
      },
    },
    FlyteProject: {
      smallest: { displayName: 'Abc', domains: [{ name: 'development' }], outputBucketRef: { name: 'b' } },
      rich: {
        displayName: 'Abc',
        description: 'Text',
        owner: { team: 't', onCall: null },
        domains: [
          { name: 'development', quota: { cpu: 4, memory: '8Gi' }, maxParallelism: 5, interruptible: true },
          { name: 'production', serviceAccountRef: { name: 's' } },
        ],
        outputBucketRef: { external: 'projects/p/buckets/b' },
        eventTopicRef: { name: 't' },
        schedules: [{ launchPlan: 'l', cron: '30 4 * * 1-5', domain: 'staging', inputs: { any: { thing: 1 } } }],
        retention: { days: null, exceptTags: ['keep'] },
        labels: { a: 'b' },
      },
    },
  }

  test.each(
    [...definitions.values()].flatMap((definition) =>
      (['smallest', 'rich'] as const).map((size) => [textAt(definition, 'spec', 'names', 'kind') ?? '', size, definition] as const),
    ),
  )('%s: the %s one passes a dry run', async (kind, size, definition) => {
    const manifest = sampleManifest(definition, size, `sample-${size}`, 'payments-prod')
    const spec = platformSamples[kind]?.[size]
    const answer = await cluster.asPortal().create(spec === undefined ? manifest : { ...manifest, spec }, { dryRun: true })
    expect(textAt(answer.value, 'kind')).toBe(kind)
  })

  test.each([
    ['fewer replicas than the least', { replicas: 1, minReplicas: 2 }, /replicas must be at least minReplicas/],
    ['disk with memcached', { engine: 'memcached', persistence: { journal: {} } }, /memcached keeps nothing on disk/],
    ['memory without a unit we know', { memory: '2GB' }, /memory/],
    ['two ways to persist', { persistence: { journal: {}, snapshot: { every: '1h' } } }, /persistence/],
    ['an unknown engine', { engine: 'memory' }, /engine/],
  ])('Locus: %s is refused', async (_, change, message) => {
    const definition = definitions.get('loci.caching.corbel.dev') ?? {}
    const manifest = {
      ...sampleManifest(definition, 'smallest', 'refused', 'payments-prod'),
      spec: { ...platformSamples.Locus?.smallest, ...change },
    }
    const asAdmin = callAs(kubeconfig, { user: 'admin', groups: ['system:masters'] })
    const { status, body } = await asAdmin(
      'POST',
      '/apis/caching.corbel.dev/v1/namespaces/payments-prod/loci?dryRun=All&fieldValidation=Strict',
      manifest,
    )
    expect(status).toBe(422)
    expect(textAt(body, 'message')).toMatch(message)
  })
})

test('an immutable field cannot change once it is set', async () => {
  const calls = cluster.asPortal()
  const ref = { apiVersion: 'kms.cnrm.cloud.google.com/v1beta1', kind: 'KMSKeyRing', namespace: 'search-prod', name: 'immutable-test' }
  await calls.applyServerSide(
    { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name, namespace: ref.namespace }, spec: { location: 'global' } },
    { fieldManager: 'test' },
  )
  try {
    await expect
      .poll(() => calls.patchMerge(ref, { spec: { location: 'europe-west1' } }, { dryRun: true }).then(() => 'taken', String))
      .toMatch(/immutable field\(s\): \[location\]/)
    await calls.patchMerge(ref, { spec: { resourceID: 'set-later' } }, { dryRun: true })
  } finally {
    await calls.patchMerge(ref, { metadata: { finalizers: null } })
    await calls.delete(ref)
  }
})

test('a kubeconfig for a service account acts as it, and only its owner can read the file', async () => {
  const file = join(folder, 'kubeconfigs', 'corbel.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'corbel', file })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain('client-key-data')
  const portal = openCluster({ name: 'portal', kubeconfigFile: file })
  expect((await portal.asPortal().whoAmI()).username).toBe('system:serviceaccount:corbel-system:corbel')
  await portal.close()
})
