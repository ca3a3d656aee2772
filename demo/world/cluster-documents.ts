/** What the demo's cluster holds besides definitions and resources: namespaces, accounts, who may do what. Pure. */
import { isObject, type JsonObject } from '#lib/json.ts'
import { ciAccount, type Project, repositories } from './projects.ts'

/** How the API server prefixes people's names and groups. */
export interface People {
  /** What the API server puts before names and groups. */
  prefix: string
  /** Groups with read access everywhere. */
  readEverywhere: string[]
  /** Groups that may propose changes everywhere. */
  proposeEverywhere: string[]
}

export const defaultPeople: People = { prefix: 'oidc:', readEverywhere: ['platform', 'auditors'], proposeEverywhere: ['platform'] }

type Subject = { kind: 'Group'; name: string } | { kind: 'ServiceAccount'; name: string; namespace: string }

const rbac = 'rbac.authorization.k8s.io'

const roleRef = (role: string): JsonObject => ({ apiGroup: rbac, kind: 'ClusterRole', name: role })

const subjectOf = (subject: Subject): JsonObject => (subject.kind === 'Group' ? { apiGroup: rbac, ...subject } : { ...subject })

const bindingIn = (namespace: string, name: string, role: string, subject: Subject): JsonObject => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name, namespace },
  roleRef: roleRef(role),
  subjects: [subjectOf(subject)],
})

const bindingEverywhere = (name: string, role: string, subject: Subject): JsonObject => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: roleRef(role),
  subjects: [subjectOf(subject)],
})

/** The binding with the reason why the doctor need not warn of it. */
const accepted = (binding: JsonObject, reason: string): JsonObject => ({
  ...binding,
  metadata: { ...(isObject(binding.metadata) ? binding.metadata : {}), annotations: { 'corbel.dev/doctor-accepted': reason } },
})

const account = (namespace: string, name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
  automountServiceAccountToken: false,
})

/** The namespace of a project, with what Corbel and Config Connector read from it. */
export const projectNamespace = ({ namespace, team, googleProject, repository, path }: Project): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: namespace,
    labels: { 'corbel.dev/project': 'true' },
    annotations: {
      'corbel.dev/team': team,
      'cnrm.cloud.google.com/project-id': googleProject,
      ...(repository === undefined ? {} : { 'corbel.dev/repository': repository }),
      ...(path === undefined ? {} : { 'corbel.dev/path': path }),
    },
  },
})

/** The account break-glass of a project, its rights, and who may act as it: the owning team. */
function breakGlass(namespace: string, people: Subject): JsonObject[] {
  return [
    account(namespace, 'break-glass'),
    bindingIn(namespace, 'corbel:break-glass', 'corbel:break-glass', { kind: 'ServiceAccount', name: 'break-glass', namespace }),
    bindingIn(namespace, 'corbel:team-breaks-glass', 'corbel:break-glass-user', people),
  ]
}

/** The team's and the CI's rights in a project. */
export function projectBindings({ namespace, team, repository }: Project, { prefix }: People): JsonObject[] {
  const people: Subject = { kind: 'Group', name: `${prefix}${team}` }
  return [
    bindingIn(namespace, 'corbel:team-reads', 'corbel:read', people),
    bindingIn(namespace, 'corbel:team-proposes', 'corbel:propose', people),
    ...breakGlass(namespace, people),
    ...(repository === undefined
      ? []
      : [
          bindingIn(namespace, 'corbel:ci-applies', 'corbel:apply', {
            kind: 'ServiceAccount',
            name: ciAccount(repository),
            namespace: 'corbel-ci',
          }),
        ]),
  ]
}

/** Rights across all projects, the accounts of CI, and the account of the simulated cloud. */
export function clusterWideAccess({ prefix, readEverywhere, proposeEverywhere }: People): JsonObject[] {
  return [
    ...readEverywhere.map((group) => bindingEverywhere(`corbel:${group}-reads`, 'corbel:read', { kind: 'Group', name: prefix + group })),
    ...proposeEverywhere.map((group) =>
      bindingEverywhere(`corbel:${group}-proposes`, 'corbel:propose', { kind: 'Group', name: prefix + group }),
    ),
    ...repositories.map((repository) => account('corbel-ci', ciAccount(repository))),
    account('corbel-system', 'cloud'),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'corbel:cloud-failures', namespace: 'corbel-system' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'corbel:cloud-failures', namespace: 'corbel-system' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'corbel:cloud-failures' },
      subjects: [{ kind: 'ServiceAccount', name: 'cloud', namespace: 'corbel-system' }],
    },
    ...proposeEverywhere.map((group) =>
      bindingEverywhere(`corbel:${group}-looks`, 'corbel:doctor', { kind: 'Group', name: prefix + group }),
    ),
    accepted(
      bindingEverywhere('corbel:cloud', 'corbel:cloud', { kind: 'ServiceAccount', name: 'cloud', namespace: 'corbel-system' }),
      'Simulated: plays the part of Config Connector, which writes status.',
    ),
  ]
}

/** The role of the simulated cloud: it reads offered kinds and writes their status and finalizers. */
export const cloudRole = (groups: Map<string, string[]>): JsonObject => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'corbel:cloud' },
  rules: [
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
    ...[...groups].map(([group, plurals]) => ({
      apiGroups: [group],
      resources: plurals.flatMap((plural) => [plural, `${plural}/status`]),
      verbs: ['get', 'list', 'watch', 'patch', 'update'],
    })),
  ],
})
