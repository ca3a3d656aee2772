/** Whether break-glass is set up as deploy/kubernetes ships it: the portal's account by its golden list, the account of every project and what it may do, who of the team may act as it. */
import { type Grant, grantAllows, grantsOf, type Identity, isAllowed, serviceAccountIdentity } from '#lib/rbac/evaluate.ts'
import type { Policy, Rule } from '#lib/rbac/policy.ts'
import type { Finding } from './contract.ts'
import { command, throughWords } from './fixes.ts'
import { accountName, changeable, isConstrained, type Observed, type OfferedKind, type ProjectSeen, portalAccount } from './observed.ts'

const portalName = `Service account ${portalAccount.namespace}/${portalAccount.name}`
const accountVerbs = ['get', 'patch', 'delete']
/** How many kinds a sentence names before it only counts. */
const named = 3

const finding = (given: Pick<Finding, 'id' | 'severity' | 'title' | 'why'> & Partial<Finding>): Finding => ({
  subject: null,
  namespace: null,
  through: null,
  powers: [],
  accepted: null,
  fix: null,
  ...given,
})

export function examineSetUp(observed: Observed): Finding[] {
  return [...examinePortal(observed), ...examineProjects(observed)]
}

/** What the portal's account may do: read the offered kinds, namespaces and definitions, list blueprints beside it, and open gates. */
function examinePortal({ policy, kinds }: Observed): Finding[] {
  if (!policy || !kinds) return []
  const identity = serviceAccountIdentity(portalAccount.namespace, portalAccount.name)
  const findings = new Map<string, Finding>()
  for (const grant of grantsOf(policy, identity)) {
    // what everybody has is not the portal's
    if (grant.binding.subjects.every(({ kind, name }) => kind === 'Group' && /^system:(authenticated|serviceaccounts)$/.test(name)))
      continue
    const beyond = beyondGolden(grant, kinds)
    if (beyond.length === 0) continue
    const { binding, role, namespace } = grant
    const id = `portal ${binding.kind} ${binding.namespace ?? ''} ${binding.name}`
    const before = findings.get(id)
    const writes = grant.rule.verbs.some((verb) => !['get', 'list', 'watch'].includes(verb))
    findings.set(
      id,
      finding({
        id,
        severity: writes || before?.severity === 'critical' ? 'critical' : 'warning',
        title: "The portal's account may more than it needs",
        subject: portalName,
        namespace: namespace ?? null,
        through: throughWords({ subject: { kind: 'User', name: '' }, grant }),
        why: 'Whoever takes over the portal has what its account has; what people see and do happens with their own tokens.',
        powers: [...new Set([...(before?.powers ?? []), ...beyond])],
        fix: {
          commands: command(
            'kubectl',
            'get',
            role.kind.toLowerCase(),
            ...(role.namespace ? ['--namespace', role.namespace] : []),
            '--output',
            'yaml',
            '--',
            role.name,
          ),
          risk: 'Looking changes nothing. Then take the rule or the binding away; Corbel works without it.',
        },
      }),
    )
  }
  return [...findings.values()]
}

function beyondGolden({ rule, namespace }: Grant, kinds: OfferedKind[]): string[] {
  const offered = new Set(kinds.map(({ group, plural }) => `${group}/${plural}`))
  const reads = (verb: string) => verb === 'get' || verb === 'list' || verb === 'watch'
  const golden = (verb: string, group: string, resource: string): boolean => {
    if (group === '' && resource === 'namespaces') return reads(verb) || verb === 'patch'
    if (group === 'apiextensions.k8s.io' && resource === 'customresourcedefinitions') return reads(verb)
    if (group === '' && resource === 'configmaps') return verb === 'list' && namespace === portalAccount.namespace
    return offered.has(`${group}/${resource}`) && reads(verb)
  }
  return spelled(rule)
    .filter(({ verb, group, resource }) => !golden(verb, group, resource))
    .map(({ verb, group, resource }) => `${verb} ${resource}${group ? `.${group}` : ''}`)
}

const spelled = ({ verbs, groups, resources }: Rule) =>
  verbs.flatMap((verb) => groups.flatMap((group) => resources.map((resource) => ({ verb, group, resource }))))

function examineProjects(observed: Observed): Finding[] {
  const { policy, projects, accounts, kinds } = observed
  if (!projects || !accounts) return []
  const automount = new Map(accounts.filter(({ name }) => name === accountName).map((account) => [account.namespace, account.automount]))
  if (projects.length > 0 && projects.every(({ namespace }) => !automount.has(namespace)))
    return [
      finding({
        id: 'not-installed',
        severity: 'warning',
        title: 'Break-glass is not set up: no project has the account',
        why: 'Nobody can change anything in an emergency but by the rights that are told here.',
        fix: {
          commands: command('kubectl', 'apply', '-f', 'deploy/kubernetes/break-glass.yaml'),
          risk: 'Adds roles and policies, and gives nobody a right. docs/operator-guide.md, "Break-glass", goes on from there.',
        },
      }),
    ]
  return projects.flatMap((project): Finding[] => {
    const { namespace } = project
    const mounts = automount.get(namespace)
    if (mounts === undefined) return [withoutAccount(namespace)]
    return [
      ...(mounts ? [mountsToken(namespace)] : []),
      ...(policy && kinds ? [...accountLacks(namespace, policy, kinds), ...teamLacks(project, policy, kinds, observed)] : []),
    ]
  })
}

const withoutToken = (namespace: string): string =>
  command('kubectl', 'patch', 'serviceaccount', accountName, '--namespace', namespace, '--patch={"automountServiceAccountToken":false}')

const withoutAccount = (namespace: string): Finding =>
  finding({
    id: `account ${namespace}`,
    severity: 'warning',
    title: `Project ${namespace} has no break-glass account`,
    namespace,
    why: 'Its team cannot do break-glass when it must.',
    fix: {
      commands: [
        command('kubectl', 'create', 'serviceaccount', accountName, '--namespace', namespace),
        withoutToken(namespace),
        command(
          'kubectl',
          'create',
          'rolebinding',
          'corbel-break-glass',
          '--namespace',
          namespace,
          '--clusterrole=corbel:break-glass',
          `--serviceaccount=${namespace}:${accountName}`,
        ),
      ].join('\n'),
      risk: 'Gives nobody a right yet: the account acts only for people who may act as it, and only through an open gate.',
    },
  })

const mountsToken = (namespace: string): Finding =>
  finding({
    id: `automount ${namespace}`,
    severity: 'note',
    title: `The break-glass account of ${namespace} gives its token to pods`,
    namespace,
    through: `ServiceAccount ${accountName}`,
    why: 'A pod that runs as it would find a token inside; nothing should run as it.',
    fix: {
      commands: withoutToken(namespace),
      risk: 'Pods that run as it get no token when they start anew, and none should run as it.',
    },
  })

function accountLacks(namespace: string, policy: Policy, kinds: OfferedKind[]): Finding[] {
  const grants = grantsOf(policy, serviceAccountIdentity(namespace, accountName))
  const lacking = changeable(kinds).filter(({ group, plural }) =>
    accountVerbs.some((verb) => !grants.some((grant) => grantAllows(grant, { verb, group, resource: plural, namespace }))),
  )
  if (lacking.length === 0) return []
  return [
    finding({
      id: `lacks ${namespace}`,
      severity: 'warning',
      title: `The break-glass account of ${namespace} lacks rights to ${countedKinds(lacking, kinds)}`,
      subject: `Service account ${namespace}/${accountName}`,
      namespace,
      why: 'Break-glass fails there when it is needed, which shows only then.',
      fix: offeredRoles,
    }),
  ]
}

const offeredRoles = {
  commands: 'kubectl get crd --output json | node deploy/kubernetes/offered-group-roles.ts | kubectl apply -f -',
  risk: "Gives Corbel's roles the kinds that are installed now, in every project they are bound in.",
}

function teamLacks({ namespace, team }: ProjectSeen, policy: Policy, kinds: OfferedKind[], observed: Observed): Finding[] {
  if (team === undefined)
    return [
      finding({
        id: `team ${namespace}`,
        severity: 'note',
        title: `Project ${namespace} names no team`,
        namespace,
        why: 'So nobody can do break-glass there, and everybody who may is told as somebody else.',
        fix: {
          commands: `${command('kubectl', 'annotate', 'namespace', namespace)} corbel.dev/team=TEAM`,
          risk: 'The team becomes owner of the project in Corbel.',
        },
      }),
    ]
  const identity: Identity = { username: '', groups: [observed.prefix + team] }
  const isMay = (verb: string, group: string, resource: string, name?: string) =>
    isAllowed(policy, identity, { verb, group, resource, namespace, ...(name ? { name } : {}) })
  const lacking = isConstrained(observed)
    ? changeable(kinds).filter(({ group, plural }) =>
        accountVerbs.some((verb) => !isMay(`impersonate-on:serviceaccount:${verb}`, group, plural)),
      )
    : []
  const mayBe = isConstrained(observed)
    ? isMay('impersonate:serviceaccount', 'authentication.k8s.io', 'serviceaccounts', accountName)
    : isMay('impersonate', '', 'serviceaccounts', accountName)
  if (mayBe && lacking.length === 0) return []
  return [
    finding({
      id: `team ${namespace}`,
      severity: 'warning',
      title: mayBe
        ? `Team ${team} cannot act on ${countedKinds(lacking, kinds)} in ${namespace}`
        : `Team ${team} cannot do break-glass in ${namespace}`,
      subject: `Group ${observed.prefix}${team}`,
      namespace,
      why: mayBe
        ? 'Break-glass fails there when it is needed, which shows only then.'
        : 'The team owns the project, and may not act as its account.',
      fix: mayBe
        ? offeredRoles
        : {
            commands: command(
              'kubectl',
              'create',
              'rolebinding',
              'corbel-team-breaks-glass',
              '--namespace',
              namespace,
              '--clusterrole=corbel:break-glass-user',
              `--group=${observed.prefix}${team}`,
            ),
            risk: 'The team can then act as the account, through an open gate only.',
          },
    }),
  ]
}

function countedKinds(lacking: OfferedKind[], kinds: OfferedKind[]): string {
  if (lacking.length === changeable(kinds).length) return 'every kind'
  const names = lacking.slice(0, named).map(({ plural }) => plural)
  return lacking.length > named ? `${names.join(', ')} and ${lacking.length - named} more kinds` : names.join(', ')
}
