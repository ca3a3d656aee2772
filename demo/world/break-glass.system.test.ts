import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { gateValue, openGate, shutGate } from '#lib/cluster/break-glass-gate.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { callAs, callWith, type Reply, type Somebody } from './as-person.ts'
import { testKubeconfig } from './test-cluster.ts'
import { type ThrowawayProject, throwawayProject } from './throwaway-project.ts'

const kubeconfig = testKubeconfig()
let project: ThrowawayProject
let core: string

beforeAll(async () => {
  project = await throwawayProject(kubeconfig)
  core = `/api/v1/namespaces/${project.namespace}`
  // a person with every built-in right in the namespace, as no project should have one
  await project.admin.asPortal().applyServerSide(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'tenant', namespace: project.namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: tenant.user }],
    },
    { fieldManager: 'test' },
  )
  await vi.waitUntil(async () => (await asTenant('GET', `${core}/secrets`)).status === 200, { timeout: 30_000 })
})
afterAll(() => project.remove())

const tenant: Somebody = { user: 'tenant-administrator', groups: [] }
const account = (namespace: string, name: string): Somebody => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
})
const administrator = { user: 'administrator', groups: ['system:masters'] }
const asTenant = callAs(kubeconfig, tenant)
const asAdministrator = callAs(kubeconfig, administrator)
const merge = 'application/merge-patch+json'
const said = ({ body }: Reply): string => textAt(body, 'message') ?? ''

const podSpec = { serviceAccountName: 'break-glass', containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' }
const selector = { selector: { matchLabels: { a: 'b' } } }
const labels = { labels: { a: 'b' } }
const template = { metadata: labels, spec: { ...podSpec, restartPolicy: 'Always' } }
const jobTemplate = { metadata: labels, spec: podSpec }
const at = (apiVersion: string, plural: string) =>
  `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/namespaces/${project.namespace}/${plural}`

describe('being the account without a name of one’s own', () => {
  const named = (apiVersion: string, kind: string, rest: JsonObject): JsonObject => ({
    apiVersion,
    kind,
    metadata: { name: 'x', ...labels },
    ...rest,
  })
  const attempts: [string, string, string, JsonObject][] = [
    ['a pod', 'v1', 'pods', named('v1', 'Pod', { spec: podSpec })],
    [
      'a pod by the old field',
      'v1',
      'pods',
      named('v1', 'Pod', { spec: { containers: podSpec.containers, serviceAccount: 'break-glass' } }),
    ],
    ['a pod template', 'v1', 'podtemplates', named('v1', 'PodTemplate', { template })],
    [
      'a replication controller',
      'v1',
      'replicationcontrollers',
      named('v1', 'ReplicationController', { spec: { selector: { a: 'b' }, template } }),
    ],
    ['a deployment', 'apps/v1', 'deployments', named('apps/v1', 'Deployment', { spec: { ...selector, template } })],
    ['a replica set', 'apps/v1', 'replicasets', named('apps/v1', 'ReplicaSet', { spec: { ...selector, template } })],
    ['a stateful set', 'apps/v1', 'statefulsets', named('apps/v1', 'StatefulSet', { spec: { ...selector, serviceName: 's', template } })],
    ['a daemon set', 'apps/v1', 'daemonsets', named('apps/v1', 'DaemonSet', { spec: { ...selector, template } })],
    ['a job', 'batch/v1', 'jobs', named('batch/v1', 'Job', { spec: { template: { spec: podSpec } } })],
    [
      'a cron job',
      'batch/v1',
      'cronjobs',
      named('batch/v1', 'CronJob', { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } } } }),
    ],
  ]
  test.each(attempts)('nobody runs %s as it', async (_, apiVersion, plural, object) => {
    const refused = await asTenant('POST', at(apiVersion, plural), object)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Nothing runs as a break-glass account')])
    const other: Json = JSON.parse(JSON.stringify(object).replaceAll('"break-glass"', '"another"'))
    expect((await asTenant('POST', `${at(apiVersion, plural)}?dryRun=All`, other)).status).toBe(201)
  })

  const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [], expirationSeconds: 600 } }
  test('nobody gets a token of it', async () => {
    const refused = await asTenant('POST', `${core}/serviceaccounts/break-glass/token`, token)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Nobody gets a token of a break-glass account')])
    expect((await asTenant('POST', `${core}/serviceaccounts/default/token`, token)).status).toBe(201)
  })

  const secret = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name: `token-${name}`, annotations: { 'kubernetes.io/service-account.name': name } },
  })
  test('nobody keeps a token of it in a Secret, not by a change either', async () => {
    const refused = await asTenant('POST', `${core}/secrets`, secret('break-glass'))
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Nobody keeps a token of a break-glass account')])
    expect((await asTenant('POST', `${core}/secrets`, secret('default'))).status).toBe(201)
    const renamed = { metadata: { annotations: { 'kubernetes.io/service-account.name': 'break-glass' } } }
    expect((await asTenant('PATCH', `${core}/secrets/token-default`, renamed, merge)).status).toBe(403)
    expect((await asTenant('PATCH', `${core}/secrets/token-default`, { metadata: { labels: { a: 'b' } } }, merge)).status).toBe(200)
  })

  test('the team may try none of it', async () => {
    const member = callAs(kubeconfig, account(project.people, 'alice'))
    expect((await member('POST', `${core}/serviceaccounts/break-glass/token`, token)).status).toBe(403)
    expect((await member('POST', `${core}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: podSpec })).status).toBe(
      403,
    )
    expect((await member('POST', `${core}/secrets`, secret('break-glass'))).status).toBe(403)
  })
})

describe('the account itself, whatever rights somebody gave it', () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'x', annotations: {} as JsonObject } }
  const ref = { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' }, subjects: [] }
  const session = randomUUID()
  const annotations = { 'corbel.dev/session': session }
  beforeAll(async () => {
    const value = gateValue({ tier: 'approved', person: 'alice', until: new Date(), reason: 'A test of everything else' })
    await openGate({ cluster: project.portal, namespace: project.namespace, session, value })
    await sleep(100)
  })
  afterAll(() => shutGate({ cluster: project.portal, namespace: project.namespace, session }))

  const attempts: [string, string, string, JsonObject][] = [
    ['roles', 'rbac.authorization.k8s.io/v1', 'roles', { ...role, kind: 'Role', rules: [] }],
    ['role bindings', 'rbac.authorization.k8s.io/v1', 'rolebindings', { ...role, ...ref, kind: 'RoleBinding' }],
    ['secrets', 'v1', 'secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', annotations } }],
    ['ConfigMaps', 'v1', 'configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', annotations } }],
    ['accounts', 'v1', 'serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x', annotations } }],
  ]
  test.each(attempts)('makes no %s', async (_, apiVersion, plural, object) => {
    const mighty = callAs(kubeconfig, { ...account(project.namespace, 'break-glass'), groups: ['system:masters'] })
    const marked = { ...object, metadata: { name: 'x', annotations } }
    const refused = await mighty('POST', at(apiVersion, plural), marked)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Break-glass changes infrastructure resources only')])
  })

  test('acts in its own namespace only', async () => {
    const mighty = callAs(kubeconfig, { ...account(project.people, 'break-glass'), groups: ['system:masters'] })
    const bucket = {
      apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
      kind: 'StorageBucket',
      metadata: { name: 'x', annotations },
      spec: {},
    }
    const refused = await mighty('POST', at(bucket.apiVersion, 'storagebuckets'), bucket)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('acts in that namespace only')])
  })
})

describe('opening the gate by hand', () => {
  const gate = { metadata: { annotations: { [`session.corbel.dev/${randomUUID()}`]: 'approved me 2099 because' } } }
  test.each(['', '/status', '/finalize'])('nobody in a project does, by namespaces%s', async (subresource) => {
    const whole = async (): Promise<JsonObject> => {
      const { body } = await asAdministrator('GET', core)
      if (!isObject(body)) throw new Error('the namespace is no object')
      return body
    }
    const clean = await whole()
    const metadata = valueAt(clean, ['metadata'])
    const before = valueAt(clean, ['metadata', 'annotations'])
    const annotations = { ...(isObject(before) ? before : {}), ...gate.metadata.annotations }
    const replaced = { ...clean, metadata: { ...(isObject(metadata) ? metadata : {}), annotations } }
    const refused = await asTenant('PUT', `${core}${subresource}`, replaced)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('opened and ended in Corbel')])
    expect((await asTenant('PUT', `${core}${subresource}`, clean)).status).toBe(200)
  })

  test('nobody in a project ends a session of somebody else', async () => {
    expect((await asAdministrator('PATCH', core, gate, merge)).status).toBe(200)
    const key = Object.keys(gate.metadata.annotations)[0] ?? ''
    for (const value of [null, 'approved somebody else x']) {
      const refused = await asTenant('PATCH', core, { metadata: { annotations: { [key]: value } } }, merge)
      expect(refused.status).toBe(403)
    }
    expect((await asTenant('PATCH', core, { metadata: { annotations: { 'acme.test/note': 'x' } } }, merge)).status).toBe(200)
    expect((await asAdministrator('PATCH', core, { metadata: { annotations: { [key]: null } } }, merge)).status).toBe(200)
  })

  test('no namespace is born with an open gate', async () => {
    const creator = callAs(kubeconfig, { user: 'creator', groups: [] })
    const name = `${project.namespace}-creator`
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } }
    const rules = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['create'] }]
    const calls = project.admin.asPortal()
    await calls.create({ ...role, kind: 'ClusterRole', rules })
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'creator' }]
    await calls.create({
      ...role,
      kind: 'ClusterRoleBinding',
      subjects,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    })
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    try {
      const path = '/api/v1/namespaces?dryRun=All'
      await expect.poll(async () => (await creator('POST', path, space)).status).toBe(201)
      expect((await creator('POST', path, { ...space, metadata: { name, ...gate.metadata } })).status).toBe(403)
    } finally {
      for (const kind of ['ClusterRoleBinding', 'ClusterRole']) await calls.delete({ ...role, kind, name })
    }
  })
})

describe('Config Connector’s own names', () => {
  const accountNamed = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } })
  test.each(['cnrm-controller-manager', 'cnrm-controller-manager-2', 'cnrm-controller-managers'])(
    'nobody makes an account %s',
    async (name) => {
      for (const caller of [asTenant, asAdministrator]) {
        const refused = await caller('POST', `${core}/serviceaccounts`, accountNamed(name))
        expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Only namespace cnrm-system may have them')])
      }
    },
  )

  test('Config Connector may', async () => {
    const calls = project.admin.asPortal()
    const space = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, name: 'cnrm-system' }
    const missing = await calls.get(space).then(
      () => false,
      () => true,
    )
    if (missing) await calls.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: space.name } })
    try {
      const manager = accountNamed('cnrm-controller-manager')
      expect((await asAdministrator('POST', '/api/v1/namespaces/cnrm-system/serviceaccounts?dryRun=All', manager)).status).toBe(201)
      const itself = callAs(kubeconfig, { user: 'system:serviceaccount:cnrm-system:cnrm-controller-manager', groups: ['system:masters'] })
      const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
      expect((await itself('POST', `${core}/configmaps?dryRun=All`, map)).status).toBe(201)
    } finally {
      if (missing) await calls.delete(space)
    }
  })

  test('nobody who is called so writes, with any right', async () => {
    for (const user of [
      `system:serviceaccount:${project.namespace}:cnrm-controller-manager`,
      'system:serviceaccount:evil:cnrm-controller-manager-and-more',
      'somebody:system:serviceaccount:cnrm-system:cnrm-controller-manager',
    ]) {
      const named = callAs(kubeconfig, { user, groups: ['system:masters'] })
      const refused = await named('POST', `${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } })
      expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('Config Connector takes this user for itself')])
    }
  })
})

test('kubectl finds out which kinds there are under the account’s name', async () => {
  const acting = (user: string) => callWith(kubeconfig, project.alice, { 'impersonate-user': user })
  const own = acting(`system:serviceaccount:${project.namespace}:break-glass`)
  for (const path of ['/api', '/apis', '/apis/storage.cnrm.cloud.google.com/v1beta1'])
    expect([path, (await own('GET', path)).status]).toEqual([path, 200])
  for (const other of ['payments-prod:break-glass', 'corbel-system:corbel'])
    expect((await acting(`system:serviceaccount:${other}`)('GET', '/apis')).status).toBe(403)
})

test('with groups, or as anybody else, nobody of the team gets anywhere', async () => {
  const user = `system:serviceaccount:${project.namespace}:break-glass`
  const path = `/apis/storage.cnrm.cloud.google.com/v1beta1/namespaces/${project.namespace}/storagebuckets/x?dryRun=All`
  const tries: Record<string, string>[] = [
    { 'impersonate-user': user, 'impersonate-group': 'system:masters' },
    { 'impersonate-user': user, 'impersonate-extra-reason': 'x' },
    { 'impersonate-user': user, 'impersonate-uid': 'x' },
    { 'impersonate-user': 'system:admin' },
    { 'impersonate-user': `${user}:x` },
    { 'impersonate-user': `system:serviceaccount:${project.namespace}:default` },
  ]
  for (const headers of tries) {
    const { status } = await callWith(kubeconfig, project.alice, headers)('PATCH', path, [], 'application/json-patch+json')
    expect([headers, status]).toEqual([headers, 403])
  }
})
