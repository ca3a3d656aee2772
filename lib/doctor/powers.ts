/**
 * The ways to break-glass past its session, each as questions to RBAC. A grant that answers one of them with yes has that power. `place` is
 * where the question is about: an account that is worth taking, or the whole cluster.
 */
import type { Question } from '#lib/rbac/evaluate.ts'
import type { Severity } from './contract.ts'
import { changeable, type Observed, portalAccount } from './observed.ts'

/** An account whose rights nobody else may come by. */
export interface Place {
  namespace: string
  account: string
  kind: 'project' | 'portal' | 'system'
  /** What to call it where it stands for more than itself: "every project". */
  called?: string
}

export interface Power {
  id: string
  /** How bad it is at this place. */
  severity: Severity
  /** Completes "X may …". */
  may: string
  /** Completes "so X …": what follows from it. */
  so: string
  questions: Question[]
  /** A right to one object that is named, whichever, is enough. */
  anyName?: true
}

export interface Guards {
  /** The policy that refuses tokens, pods and hand-opened gates stands as shipped. */
  guard: boolean
  /** People write only by dry run. */
  peopleDryRun: boolean
}

const pods = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'replicationcontrollers' },
  { group: 'apps', resource: 'deployments' },
  { group: 'apps', resource: 'replicasets' },
  { group: 'apps', resource: 'statefulsets' },
  { group: 'apps', resource: 'daemonsets' },
  { group: 'batch', resource: 'jobs' },
  { group: 'batch', resource: 'cronjobs' },
]
const writes = ['create', 'update', 'patch']
const rbac = 'rbac.authorization.k8s.io'
const admission = 'admissionregistration.k8s.io'

const each = (verbs: string[], of: Omit<Question, 'verb'>[]): Question[] => verbs.flatMap((verb) => of.map((rest) => ({ verb, ...rest })))

/** Ways to an account by way of its namespace. `guarded`: the guard policy refuses them for whoever may not bypass it. */
export function powersAt({ namespace, account, kind, called = namespace }: Place, guards: Guards): Power[] {
  const project = kind === 'project'
  const who =
    kind === 'project' ? `the break-glass account of ${called}` : kind === 'portal' ? "the portal's account" : `any account of ${called}`
  const then =
    kind === 'project'
      ? 'changes infrastructure there'
      : kind === 'portal'
        ? 'opens gates that no session stands behind'
        : "has the rights of the cluster's own controllers"
  const guarded = project && guards.guard
  const only = guarded ? ' Only the policy corbel-break-glass-guard stands in between.' : ''
  const at = { namespace, name: account }
  return [
    {
      id: `impersonate-legacy-${kind}`,
      severity: 'critical',
      may: `act as ${who} (verb impersonate)`,
      so: `${then}${project ? ' whenever a gate is open, and beyond what constrained impersonation would allow' : ' under another name'}.`,
      questions: [{ verb: 'impersonate', group: '', resource: 'serviceaccounts', ...at }],
    },
    {
      id: `impersonate-${kind}`,
      severity: 'critical',
      may: `act as ${who} (verb impersonate:serviceaccount)`,
      so: `${then}${project ? ' whenever a gate is open' : ' under another name'}.`,
      questions: [{ verb: 'impersonate:serviceaccount', group: 'authentication.k8s.io', resource: 'serviceaccounts', ...at }],
    },
    {
      id: `token-${kind}`,
      severity: guarded ? 'warning' : 'critical',
      may: `make tokens of ${who}`,
      so: `could act without a name: the cluster's own log would show the account and no person.${only}`,
      questions: [{ verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', ...at }],
    },
    {
      id: `secret-${kind}`,
      severity: guarded ? 'note' : 'critical',
      may: `write Secrets beside ${who}`,
      so: `could have a token of the account put into one.${only}`,
      questions: each(writes, [{ group: '', resource: 'secrets', namespace }]),
    },
    {
      id: `pod-${kind}`,
      anyName: true,
      severity: guarded ? 'note' : 'critical',
      may: `start pods beside ${who}`,
      so: `could run one as the account and act without a name.${only}`,
      questions: each(
        writes,
        pods.map((what) => ({ ...what, namespace })),
      ),
    },
    {
      id: `bind-${kind}`,
      anyName: true,
      severity: 'critical',
      may: `hand out rights in ${called} that they do not have (bind, escalate)`,
      so: 'could let themselves act as the account.',
      questions: [
        ...each(
          ['bind'],
          [
            { group: rbac, resource: 'clusterroles', namespace },
            { group: rbac, resource: 'roles', namespace },
          ],
        ),
        { verb: 'escalate', group: rbac, resource: 'roles', namespace },
      ],
    },
    {
      id: `rolebindings-${kind}`,
      anyName: true,
      severity: 'warning',
      may: `change roles or role bindings in ${called}`,
      so: 'can pass on every right they have there, break-glass among them.',
      questions: each(writes, [
        { group: rbac, resource: 'rolebindings', namespace },
        { group: rbac, resource: 'roles', namespace },
      ]),
    },
  ]
}

/** Ways that lead past break-glass on the whole cluster. */
export function powersEverywhere(): Power[] {
  return [
    {
      id: 'become-anybody',
      severity: 'critical',
      may: 'act as any group, system:masters among them',
      so: 'can become cluster administrator.',
      questions: [{ verb: 'impersonate', group: '', resource: 'groups', name: 'system:masters' }],
    },
    {
      id: 'become-somebody',
      severity: 'warning',
      may: 'act under the name of any person',
      so: "has that person's rights, and approvals by a second person mean little.",
      questions: [
        { verb: 'impersonate', group: '', resource: 'users', name: 'anybody' },
        { verb: 'impersonate:user-info', group: 'authentication.k8s.io', resource: 'users', name: 'anybody' },
      ],
    },
    {
      id: 'certificates',
      severity: 'warning',
      may: 'approve or sign client certificates',
      so: 'can have one made out to any name.',
      questions: each(
        ['approve', 'sign'],
        [{ group: 'certificates.k8s.io', resource: 'signers', name: 'kubernetes.io/kube-apiserver-client' }],
      ),
    },
    {
      id: 'bypass',
      severity: 'critical',
      may: 'bypass the guards of break-glass',
      so: 'can open gates by hand and take tokens of break-glass accounts.',
      questions: [{ verb: 'bypass', group: 'break-glass.corbel.dev', resource: 'guards' }],
    },
    {
      id: 'escalate',
      anyName: true,
      severity: 'critical',
      may: 'hand out rights on the whole cluster that they do not have (bind, escalate)',
      so: 'can become cluster administrator.',
      questions: [
        { verb: 'escalate', group: rbac, resource: 'clusterroles' },
        { verb: 'bind', group: rbac, resource: 'clusterroles' },
      ],
    },
    {
      id: 'cluster-roles',
      anyName: true,
      severity: 'warning',
      may: 'change ClusterRoles or bindings to them',
      so: 'can pass on every right they have, and put rules into roles that are collected by label.',
      questions: each(writes, [
        { group: rbac, resource: 'clusterrolebindings' },
        { group: rbac, resource: 'clusterroles' },
      ]),
    },
    {
      id: 'policies',
      anyName: true,
      severity: 'critical',
      may: 'change or remove admission policies',
      so: 'can take the gate away.',
      questions: each(
        [...writes, 'delete', 'deletecollection'],
        [
          { group: admission, resource: 'validatingadmissionpolicies' },
          { group: admission, resource: 'validatingadmissionpolicybindings' },
        ],
      ),
    },
    {
      id: 'mutation',
      anyName: true,
      severity: 'warning',
      may: 'change what the API server does with objects on their way in',
      so: 'can have a gate opened, or a session named, in the writes of others.',
      questions: each(writes, [
        { group: admission, resource: 'mutatingwebhookconfigurations' },
        { group: admission, resource: 'mutatingadmissionpolicies' },
        { group: admission, resource: 'mutatingadmissionpolicybindings' },
      ]),
    },
  ]
}

/** Opening a gate by hand: the annotation stands on the project's Namespace. */
export const gateByHand = (namespace: string, guards: Guards): Power => ({
  id: 'gate-by-hand',
  severity: guards.guard ? 'note' : 'critical',
  may: 'change namespaces of projects',
  so: `could open a gate by hand.${guards.guard ? ' Only the policy corbel-break-glass-guard stands in between.' : ''}`,
  questions: [
    ...each(['update', 'patch'], [{ group: '', resource: 'namespaces', namespace, name: namespace }]),
    ...each(['update', 'patch'], [{ group: '', resource: 'namespaces', subresource: 'status', namespace, name: namespace }]),
    { verb: 'update', group: '', resource: 'namespaces', subresource: 'finalize', namespace, name: namespace },
  ],
})

/** Writing infrastructure without break-glass at all. */
export const directWrite = (namespace: string, kinds: Observed['kinds'], called = namespace): Power => ({
  id: 'direct-write',
  anyName: true,
  severity: 'warning',
  may: `change live resources of ${called} directly`,
  so: 'needs no break-glass: no reason, no session, no way back to Git.',
  questions: each(
    ['create', 'update', 'patch', 'delete', 'deletecollection'],
    changeable(kinds ?? []).map(({ group, plural }) => ({ group, resource: plural, namespace })),
  ),
})

/** The accounts worth taking, besides those of projects. */
export const otherPlaces: Place[] = [
  { namespace: portalAccount.namespace, account: portalAccount.name, kind: 'portal' },
  { namespace: 'kube-system', account: 'clusterrole-aggregation-controller', kind: 'system' },
  { namespace: 'cnrm-system', account: 'cnrm-controller-manager', kind: 'system' },
]
