/** What the doctor looks at, once read: plain values, so that every check is a function of them. */
import type { JsonObject } from '#lib/json.ts'
import type { Policy } from '#lib/rbac/policy.ts'

/** Names that the shipped manifests fix (deploy/kubernetes). */
export const accountName = 'break-glass'
export const portalAccount = { namespace: 'corbel-system', name: 'corbel' }
export const ciNamespace = 'corbel-ci'
export const configConnectorNamespaces = ['cnrm-system', 'configconnector-operator-system']
export const sessionPrefix = 'session.corbel.dev/'
export const acceptedAnnotation = 'corbel.dev/doctor-accepted'
/** Kinds of this group are never a matter of break-glass: which Google account acts stands in them. */
export const excludedGroup = 'core.cnrm.cloud.google.com'

export interface ProjectSeen {
  namespace: string
  team: string | undefined
  /** Annotations that open a gate: what stands after the prefix, and the value. */
  sessions: { id: string; value: string }[]
}

/** One kind of a cluster, as RBAC names it. */
export interface OfferedKind {
  group: string
  plural: string
}

export interface AccountUse {
  namespace: string
  name: string
}

/** Each part is undefined where it could not be read; the gap then stands beside. */
export interface Observed {
  version: { major: number; minor: number } | undefined
  policy: Policy | undefined
  projects: ProjectSeen[] | undefined
  kinds: OfferedKind[] | undefined
  accounts: { namespace: string; name: string; automount: boolean }[] | undefined
  /** Pods that run as the account of their namespace. */
  pods: AccountUse[] | undefined
  /** Secrets that hold a token of the account of their namespace. */
  tokenSecrets: AccountUse[] | undefined
  /** ValidatingAdmissionPolicies and their bindings. */
  admission: { policies: JsonObject[]; bindings: JsonObject[] } | undefined
  /** What changes objects on their way in: webhook configurations and MutatingAdmissionPolicies. */
  mutating: JsonObject[] | undefined
  /** Whether the cluster allows what nobody was ever given: to a user that does not exist. */
  permissive: { invented: boolean; impersonation: boolean } | undefined
  /** Open sessions by the portal's database, as `namespace/id`; undefined where there is none to ask. */
  openSessions: Set<string> | undefined
  /** Now, in milliseconds since 1970. */
  now: number
  /** What API servers put before people's names and groups. */
  prefix: string
}

/** Whether the cluster has constrained impersonation (on by default from Kubernetes 1.36). */
export const isConstrained = ({ version }: Observed): boolean => version !== undefined && (version.major > 1 || version.minor >= 36)

/** Kinds that break-glass is about. */
export const changeable = (kinds: OfferedKind[]): OfferedKind[] => kinds.filter(({ group }) => group !== excludedGroup)
