/**
 * Reads from a cluster what the doctor looks at, as whoever asks: an administrator by the command, a person by the page, never the portal's
 * account. Whatever cannot be read is a gap that names the right; the rest goes on. Values of Secrets are never asked for.
 */
import { randomUUID } from 'node:crypto'
import type { ClusterCalls, ListOptions } from '#lib/cluster/client.ts'
import { isOffered } from '#lib/cluster/kind-patterns.ts'
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import { CorbelError, Forbidden, NotFound, Unauthenticated } from '#lib/errors.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { readPolicy } from '#lib/rbac/policy.ts'
import type { DoctorReport } from './contract.ts'
import { examineCluster, limits } from './examine-cluster.ts'
import { accountName, isConstrained, type Observed, sessionPrefix } from './observed.ts'

export interface Look {
  cluster: string
  /** As whom to read. */
  calls: ClusterCalls
  /** What API servers put before people's names and groups. */
  prefix: string
  /** Patterns of offered groups, as in CORBEL_KIND_PATTERNS. */
  kindPatterns: string[]
  /** Now, in milliseconds since 1970. */
  now: number
  /** Open sessions by the portal's database, as `namespace/id`. */
  openSessions?: () => Promise<Set<string>>
  /** By a page: that nobody's page may list Secrets is meant so. */
  byPage: boolean
}

const rbac = 'rbac.authorization.k8s.io/v1'
const admission = 'admissionregistration.k8s.io/v1'
const kind = (apiVersion: string, name: string, plural: string, namespaced: boolean): KindRef => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
})

const kinds = {
  clusterRoles: kind(rbac, 'ClusterRole', 'clusterroles', false),
  roles: kind(rbac, 'Role', 'roles', true),
  clusterRoleBindings: kind(rbac, 'ClusterRoleBinding', 'clusterrolebindings', false),
  roleBindings: kind(rbac, 'RoleBinding', 'rolebindings', true),
  namespaces: kind('v1', 'Namespace', 'namespaces', false),
  accounts: kind('v1', 'ServiceAccount', 'serviceaccounts', true),
  pods: kind('v1', 'Pod', 'pods', true),
  secrets: kind('v1', 'Secret', 'secrets', true),
  definitions: kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  policies: kind(admission, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', false),
  policyBindings: kind(admission, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', false),
  webhooks: kind(admission, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', false),
  mutations: kind(admission, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', false),
}

/** Looks at a cluster and tells. Throws Unauthenticated where the cluster does not know who asks, and Unavailable where nothing answers. */
export async function askDoctor(look: Look): Promise<DoctorReport> {
  const { calls, cluster } = look
  const gaps: DoctorReport['gaps'] = []
  const subject = look.byPage ? 'you' : 'this kubeconfig'
  // first and alone: whoever cannot be asked this cannot be asked anything, which is an error and no gap
  const version = await calls.version()

  const read = async (what: string, of: KindRef, options: ListOptions = {}): Promise<JsonObject[] | undefined> => {
    try {
      return (await calls.list(of, options)).items
    } catch (error) {
      if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
      // a kind that this version of Kubernetes does not have yet has no objects
      if (error instanceof NotFound) return []
      const [group] = of.apiVersion.includes('/') ? of.apiVersion.split('/') : ['']
      const isSecret = of === kinds.secrets
      gaps.push({
        what,
        message:
          error instanceof Forbidden
            ? `${what}: ${subject} may not list ${of.plural}${group ? `.${group}` : ''}.${isSecret && look.byPage ? ' That is as it should be for a page; corbel doctor looks for them with an administrator’s kubeconfig.' : ''}`
            : `${what} could not be read. ${error.message}`,
        right: error instanceof Forbidden ? `list ${of.plural}${group ? `.${group}` : ''}` : null,
        expected: isSecret && look.byPage && error instanceof Forbidden,
      })
      return undefined
    }
  }
  const [
    clusterRoles,
    roles,
    clusterRoleBindings,
    roleBindings,
    namespaces,
    definitions,
    accounts,
    pods,
    secrets,
    policies,
    bindings,
    webhooks,
    mutations,
  ] = await Promise.all([
    read('ClusterRoles', kinds.clusterRoles),
    read('Roles', kinds.roles),
    read('ClusterRoleBindings', kinds.clusterRoleBindings),
    read('RoleBindings', kinds.roleBindings),
    read('Namespaces', kinds.namespaces, { metadataOnly: true }),
    read('Definitions of kinds', kinds.definitions, { chunk: 50 }),
    read('Service accounts', kinds.accounts),
    read('Pods that run as a break-glass account', kinds.pods, {
      metadataOnly: true,
      fieldSelector: `spec.serviceAccountName=${accountName}`,
    }),
    read('Secrets that hold tokens', kinds.secrets, { metadataOnly: true, fieldSelector: 'type=kubernetes.io/service-account-token' }),
    read('Admission policies', kinds.policies),
    read('Bindings of admission policies', kinds.policyBindings),
    read('Mutating webhooks', kinds.webhooks),
    read('Mutating admission policies', kinds.mutations),
  ])
  const projects = namespaces
    ?.filter((namespace) => textAt(namespace, 'metadata', 'labels', 'corbel.dev/project') === 'true')
    .map(projectOf)
  const permissive = await askAuthorizer(look, projects?.[0]?.namespace ?? 'default', gaps)
  const isProject = new Set(projects?.map(({ namespace }) => namespace))
  const objects = [clusterRoles, roles, clusterRoleBindings, roleBindings]
  const observed: Observed = {
    version: readVersion(version),
    // half of a policy would look like a cluster in which nobody may do anything
    policy: objects.every((list) => list !== undefined) ? readPolicy(objects.flatMap((list) => list ?? [])) : undefined,
    projects,
    kinds: definitions
      ?.filter((definition) => isOffered(definition, look.kindPatterns))
      .map((definition) => ({
        group: textAt(definition, 'spec', 'group') ?? '',
        plural: textAt(definition, 'spec', 'names', 'plural') ?? '',
      })),
    accounts: accounts?.map((account) => ({
      ...placeOf(account),
      automount: valueAt(account, ['automountServiceAccountToken']) !== false,
    })),
    pods: pods?.map(placeOf).filter(({ namespace }) => !projects || isProject.has(namespace)),
    tokenSecrets: secrets
      ?.filter((secret) => textAt(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.name') === accountName)
      .map(placeOf)
      .filter(({ namespace }) => !projects || isProject.has(namespace)),
    admission: policies && bindings ? { policies, bindings } : undefined,
    mutating: webhooks && mutations ? [...webhooks, ...mutations] : (webhooks ?? mutations),
    permissive,
    // after the gates: whatever opened one had its session before
    openSessions: await look.openSessions?.(),
    now: look.now,
    prefix: look.prefix,
  }
  const findings = examineCluster(observed)
  return {
    cluster,
    checkedAt: new Date(look.now).toISOString(),
    version,
    mode: observed.version ? (isConstrained(observed) ? 'constrained' : 'legacy') : null,
    looked: {
      projects: projects?.length ?? 0,
      bindings: observed.policy?.bindings.length ?? 0,
      subjects: new Set(observed.policy?.bindings.flatMap(({ subjects }) => subjects.map((subject) => JSON.stringify(subject)))).size,
    },
    findings,
    gaps,
    advice: adviceOn(gaps, look.byPage),
    limits,
  }
}

function adviceOn(gaps: DoctorReport['gaps'], byPage: boolean): string | null {
  if (!gaps.some(({ right, expected }) => right !== null && !expected)) return null
  return byPage
    ? 'An administrator of the cluster can give you these rights: the ClusterRole corbel:doctor, bound cluster-wide.'
    : 'Use the kubeconfig of an administrator. The ClusterRole corbel:doctor, bound cluster-wide, is enough for all but Secrets.'
}

/** Asks about a user that does not exist: an authorizer that says yes says it to everybody. */
async function askAuthorizer({ calls, byPage }: Look, namespace: string, gaps: DoctorReport['gaps']): Promise<Observed['permissive']> {
  const nobody = { user: `corbel-doctor:${randomUUID()}`, groups: ['system:authenticated'] }
  const at = { group: 'authentication.k8s.io', resource: 'serviceaccounts', namespace, name: accountName }
  try {
    const [invented, impersonation] = await Promise.all([
      calls.accessReviewOf(nobody, { verb: `invented-by-corbel-doctor`, ...at }),
      calls.accessReviewOf(nobody, { verb: 'impersonate:serviceaccount', ...at }),
    ])
    return { invented: invented.allowed, impersonation: impersonation.allowed }
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
    gaps.push({
      what: 'Authorizers beside RBAC',
      message:
        error instanceof Forbidden
          ? `Authorizers beside RBAC: ${byPage ? 'you' : 'this kubeconfig'} may not create subjectaccessreviews.authorization.k8s.io.`
          : `Whether the cluster allows what nobody was given could not be asked. ${error.message}`,
      right: error instanceof Forbidden ? 'create subjectaccessreviews.authorization.k8s.io' : null,
      expected: false,
    })
    return undefined
  }
}

const placeOf = (object: JsonObject) => ({
  namespace: textAt(object, 'metadata', 'namespace') ?? '',
  name: textAt(object, 'metadata', 'name') ?? '',
})

function projectOf(namespace: JsonObject) {
  const annotations = valueAt(namespace, ['metadata', 'annotations'])
  return {
    namespace: textAt(namespace, 'metadata', 'name') ?? '',
    team: textAt(annotations, 'corbel.dev/team') || undefined,
    sessions: Object.entries(annotations ?? {})
      .filter(([key]) => key.startsWith(sessionPrefix))
      .map(([key, value]) => ({ id: key.slice(sessionPrefix.length), value: String(value) })),
  }
}

/** Major and minor of `v1.37.2`; of what is no version, nothing. */
function readVersion(text: string): Observed['version'] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? []
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}
