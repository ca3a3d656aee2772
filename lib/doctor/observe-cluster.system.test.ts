/** The doctor on a real cluster: each way past break-glass is opened in a project of its own, told, shut, and told no more. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectBindings, projectNamespace } from '#demo/world/cluster-documents.ts'
import { projects } from '#demo/world/projects.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, type ClusterCalls, openCluster } from '#lib/cluster/client.ts'
import { refOf } from '#lib/cluster/kubernetes-object.ts'
import type { JsonObject } from '#lib/json.ts'
import { type DoctorReport, verdictOf } from './contract.ts'
import { askDoctor } from './observe-cluster.ts'

const suffix = randomBytes(3).toString('hex')
const namespace = `doctor-${suffix}`
const stranger = `oidc:stranger-${suffix}`
const apiVersion = 'rbac.authorization.k8s.io/v1'
const directory = mkdtempSync(join(tmpdir(), 'corbel-doctor-'))
const people = { prefix: 'oidc:', readEverywhere: [], proposeEverywhere: [] }
const project = { namespace, team: `owners-${suffix}`, googleProject: namespace, repository: undefined, path: undefined }
let cluster: Cluster
let admin: ClusterCalls

const look = (
  calls: ClusterCalls = admin,
  more: { byPage?: boolean; openSessions?: () => Promise<Set<string>> } = {},
): Promise<DoctorReport> =>
  askDoctor({ cluster: 'test', calls, prefix: 'oidc:', kindPatterns: ['*.cnrm.cloud.google.com'], now: Date.now(), byPage: false, ...more })
/** Kinds that other tests install meanwhile are no kinds that break-glass reaches. */
const isOfOtherTests = (title: string): boolean => /lacks rights to|cannot act on/.test(title)
const ours = ({ findings }: DoctorReport): string[] =>
  findings
    .filter((finding) => finding.namespace === namespace || finding.title.includes(suffix))
    .filter(({ severity, title }) => severity !== 'note' && !isOfOtherTests(title))
    .map(({ severity, title }) => `${severity}: ${title}`)

const bound = (name: string, role: string, everywhere = false): JsonObject => ({
  apiVersion,
  kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${name}-${suffix}`, ...(everywhere ? {} : { namespace }) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'Group', name: stranger, apiGroup: 'rbac.authorization.k8s.io' }],
})
const role = (name: string, group: string, resources: string[], verbs: string[], kind = 'ClusterRole'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: `${name}-${suffix}`, ...(kind === 'Role' ? { namespace } : {}) },
  rules: [{ apiGroups: [group], resources, verbs }],
})
const remove = async (object: JsonObject): Promise<void> => {
  const ref = refOf(object)
  if (ref) await admin.delete(ref).catch(() => {})
}

beforeAll(async () => {
  cluster = openCluster({ name: 'test', kubeconfigFile: testKubeconfig() })
  admin = cluster.asPortal()
  await admin.create(projectNamespace(project))
  for (const object of projectBindings(project, people)) await admin.create(object)
})

afterAll(async () => {
  await remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await cluster.close()
  rmSync(directory, { recursive: true })
})

test('the shipped set-up has nothing to tell of its projects, of its policies, and of a new project', async () => {
  const report = await look()
  const watched = new Set([namespace, ...projects.map((one) => one.namespace)]) // other tests make projects meanwhile
  const told = report.findings.filter(
    ({ severity, subject, namespace: at, title }) =>
      severity !== 'note' && !isOfOtherTests(title) && (at === null ? subject === null || title.includes(suffix) : watched.has(at)),
  )
  expect(told).toEqual([])
  expect(report.gaps).toEqual([])
  expect(report.mode).toBe('constrained')
})

describe('ways past break-glass', () => {
  const cases: [string, JsonObject[], string][] = [
    ['edit in the project', [bound('edit', 'edit')], `critical: Group ${stranger} has the built-in role edit in ${namespace}`],
    ['admin in the project', [bound('admin', 'admin')], `critical: Group ${stranger} has the built-in role admin in ${namespace}`],
    ['cluster-admin', [bound('root', 'cluster-admin', true)], `warning: Group ${stranger} administers the whole cluster`],
    [
      'the role for the team, for others',
      [bound('user', 'corbel:break-glass-user')],
      `critical: Group ${stranger} may act as the break-glass account of ${namespace} (verb impersonate:serviceaccount)`,
    ],
    [
      'tokens',
      [role('mint', '', ['serviceaccounts/token'], ['create']), bound('mint', `mint-${suffix}`)],
      `warning: Group ${stranger} may make tokens of the break-glass account of ${namespace}`,
    ],
    [
      'admission policies',
      [role('policies', 'admissionregistration.k8s.io', ['*'], ['delete']), bound('policies', `policies-${suffix}`, true)],
      `critical: Group ${stranger} may change or remove admission policies`,
    ],
    [
      'a pod that runs as the account',
      [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'miner', namespace },
          spec: { serviceAccountName: 'break-glass', automountServiceAccountToken: false, containers: [{ name: 'a', image: 'a' }] },
        },
      ],
      `critical: Pod miner runs as the break-glass account of ${namespace}`,
    ],
    [
      'a token in a Secret',
      [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          type: 'kubernetes.io/service-account-token',
          metadata: { name: 'kept', namespace, annotations: { 'kubernetes.io/service-account.name': 'break-glass' } },
        },
      ],
      `critical: Secret kept holds a token of the break-glass account of ${namespace}`,
    ],
  ]
  test.each(cases)('%s is told, and no longer once it is gone', async (_, objects, expected) => {
    for (const object of objects) await admin.create(object)
    try {
      expect(ours(await look())).toEqual([expected])
    } finally {
      for (const object of objects) await remove(object)
    }
    expect(ours(await look())).toEqual([])
  })

  test('a gate opened by hand is told by whoever knows the sessions', async () => {
    const session = '01234567-89ab-7def-8123-456789abcdef'
    const annotate = (value: string | null) =>
      admin.patchMerge(
        { apiVersion: 'v1', kind: 'Namespace', name: namespace },
        { metadata: { annotations: { [`session.corbel.dev/${session}`]: value } } },
      )
    await annotate(`ordinary amy ${new Date(Date.now() + 3_600_000).toISOString()} a gate opened by hand`)
    try {
      expect(ours(await look())).toEqual([])
      expect(ours(await look(admin, { openSessions: async () => new Set() }))).toEqual([
        `critical: A gate of ${namespace} is open without a session`,
      ])
      expect(ours(await look(admin, { openSessions: async () => new Set([`${namespace}/${session}`]) }))).toEqual([])
    } finally {
      await annotate(null)
    }
  })

  test('its own fix takes the finding away', async () => {
    const strangers = [
      { kind: 'Group', name: stranger, apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'Group', name: `${stranger}-2`, apiGroup: 'rbac.authorization.k8s.io' },
    ]
    const binding = { ...bound('edit', 'edit'), subjects: strangers }
    await admin.create(binding)
    try {
      const found = (await look()).findings.find(({ subject }) => subject === `Group ${stranger}-2`)
      const patch: JsonPatchOf = JSON.parse(/'--patch=(.*)' -- /.exec(found?.fix?.commands ?? '')?.[1] ?? '[]')
      const ref = refOf(binding)
      if (ref) await admin.patchJson(ref, patch)
      expect(ours(await look())).toEqual([`critical: Group ${stranger} has the built-in role edit in ${namespace}`])
    } finally {
      await remove(binding)
    }
  })
})

type JsonPatchOf = Parameters<ClusterCalls['patchJson']>[1]

describe('who looks', () => {
  const person = async (name: string): Promise<ClusterCalls> => {
    await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } })
    const file = join(directory, `${name}.kubeconfig`)
    await serviceAccountKubeconfig({ kubeconfig: testKubeconfig(), namespace, name, file })
    const config = new KubeConfig()
    config.loadFromFile(file)
    return cluster.as({ token: config.getCurrentUser()?.token ?? '' })
  }

  test('whoever may read nothing is told which rights are missing, and gets no answer that looks clean', async () => {
    const report = await look(await person('nobody'), { byPage: true })
    expect(report.findings).toEqual([])
    expect(report.gaps.map(({ right }) => right)).toEqual(
      expect.arrayContaining([
        'list rolebindings.rbac.authorization.k8s.io',
        'list namespaces',
        'list pods',
        'create subjectaccessreviews.authorization.k8s.io',
      ]),
    )
    expect(verdictOf(report, false)).toBe('unknown')
    expect(report.advice).toContain('corbel:doctor')
  })

  test('the role corbel:doctor is enough for everything but Secrets', async () => {
    const calls = await person('doctor')
    const binding = { ...bound('doctor', 'corbel:doctor', true), subjects: [{ kind: 'ServiceAccount', name: 'doctor', namespace }] }
    await admin.create(binding)
    try {
      const report = await look(calls, { byPage: true })
      expect(report.gaps.map(({ right, expected }) => ({ right, expected }))).toEqual([{ right: 'list secrets', expected: true }])
      expect(ours(report)).toEqual([])
    } finally {
      await remove(binding)
    }
  })
})
