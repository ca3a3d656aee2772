import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { readPolicy } from '#lib/rbac/policy.ts'
import type { Finding } from './contract.ts'
import { examineCluster } from './examine-cluster.ts'
import type { Observed } from './observed.ts'
import { shippedGuards } from './shipped-guards.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const project = 'shop'
const kinds = [{ group: 'storage.cnrm.cloud.google.com', plural: 'storagebuckets' }]
const clusterRole = (name: string, rules: JsonObject[], labels: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules,
  ...more,
})
const rule = (group: string, resources: string[], verbs: string[], names?: string[]): JsonObject => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(names ? { resourceNames: names } : {}),
})
const group = (name: string): JsonObject => ({ kind: 'Group', name, apiGroup: 'rbac.authorization.k8s.io' })
const account = (namespace: string, name: string): JsonObject => ({ kind: 'ServiceAccount', name, namespace })
const bind = (
  name: string,
  role: string,
  subject: JsonObject,
  namespace?: string,
  annotations: JsonObject = {},
  labels: JsonObject = {},
): JsonObject => ({
  apiVersion,
  kind: namespace ? 'RoleBinding' : 'ClusterRoleBinding',
  metadata: { name, annotations, labels, ...(namespace ? { namespace } : {}) },
  roleRef: { kind: 'ClusterRole', name: role },
  subjects: [subject],
})

const identityRule = rule('authentication.k8s.io', ['serviceaccounts'], ['impersonate:serviceaccount'], ['break-glass'])
const actionRule = rule(
  'storage.cnrm.cloud.google.com',
  ['storagebuckets'],
  ['get', 'patch', 'delete'].map((verb) => `impersonate-on:serviceaccount:${verb}`),
)
const everything = rule('*', ['*'], ['*'])
const edit = clusterRole('edit', [
  rule('', ['pods', 'secrets', 'serviceaccounts'], ['create', 'update', 'patch', 'delete', 'get', 'list']),
  rule('', ['serviceaccounts'], ['impersonate']),
  rule('', ['serviceaccounts/token'], ['create']),
])

/** A cluster set up as shipped. */
const objects: JsonObject[] = [
  clusterRole('corbel:break-glass', [rule('storage.cnrm.cloud.google.com', ['storagebuckets'], ['get', 'patch', 'delete'])]),
  clusterRole('corbel:break-glass-user', [identityRule, actionRule]),
  clusterRole('corbel:portal', [
    rule('storage.cnrm.cloud.google.com', ['storagebuckets'], ['get', 'list', 'watch']),
    rule('', ['namespaces'], ['get', 'list', 'watch', 'patch']),
  ]),
  clusterRole('corbel:propose', [rule('storage.cnrm.cloud.google.com', ['storagebuckets'], ['create', 'patch', 'update', 'delete'])]),
  clusterRole('cluster-admin', [everything]),
  bind('account', 'corbel:break-glass', account(project, 'break-glass'), project),
  bind('team', 'corbel:break-glass-user', group('oidc:red'), project),
  bind('proposes', 'corbel:propose', group('oidc:red'), project),
  bind('applies', 'corbel:propose', account('corbel-ci', 'repo'), project),
  bind('portal', 'corbel:portal', account('corbel-system', 'corbel')),
  bind('cluster-admin', 'cluster-admin', group('system:masters'), undefined, {}, { 'kubernetes.io/bootstrapping': 'rbac-defaults' }),
]

const policies = shippedGuards.map(({ name, spec }): JsonObject => ({ kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec }))
const policyBindings = shippedGuards.map(
  ({ name }): JsonObject => ({ metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } }),
)

const seen = (added: JsonObject[] = [], change: Partial<Observed> = {}): Observed => ({
  version: { major: 1, minor: 37 },
  policy: readPolicy([...objects, ...added]),
  projects: [{ namespace: project, team: 'red', sessions: [] }],
  kinds,
  accounts: [{ namespace: project, name: 'break-glass', automount: false }],
  pods: [],
  tokenSecrets: [],
  admission: { policies, bindings: policyBindings },
  mutating: [],
  permissive: { invented: false, impersonation: false },
  openSessions: undefined,
  now: Date.parse('2026-11-23T12:00:00Z'),
  prefix: 'oidc:',
  ...change,
})
const bad = (observed: Observed): Finding[] => examineCluster(observed).filter(({ severity }) => severity !== 'note')
const told = (observed: Observed): string[] => bad(observed).map(({ severity, title }) => `${severity}: ${title}`)

test('a cluster set up as shipped has no finding but the note about Kubernetes itself', () => {
  expect(examineCluster(seen()).map(({ id }) => id)).toEqual(['control-plane'])
})

describe('rights', () => {
  const cases: [string, JsonObject[], string][] = [
    [
      'edit in a project',
      [edit, bind('e', 'edit', group('oidc:blue'), project)],
      'critical: Group oidc:blue has the built-in role edit in shop',
    ],
    ['edit everywhere', [edit, bind('e', 'edit', group('oidc:blue'))], 'critical: Group oidc:blue has the built-in role edit everywhere'],
    ['an administrator', [bind('e', 'cluster-admin', group('oidc:ops'))], 'warning: Group oidc:ops administers the whole cluster'],
    [
      'cluster-admin in a project',
      [bind('e', 'cluster-admin', group('oidc:red'), project)],
      'critical: Group oidc:red has the built-in role cluster-admin in shop',
    ],
    [
      'another team',
      [bind('e', 'corbel:break-glass-user', group('oidc:blue'), project)],
      'critical: Group oidc:blue may act as the break-glass account of shop (verb impersonate:serviceaccount)',
    ],
    [
      'the team everywhere',
      [bind('e', 'corbel:break-glass-user', group('oidc:red'))],
      'critical: Group oidc:red may act as the break-glass account of every project (verb impersonate:serviceaccount)',
    ],
    [
      'a person named like the team',
      [bind('e', 'corbel:break-glass-user', { kind: 'User', name: 'oidc:red' }, project)],
      'critical: User oidc:red may act as the break-glass account of shop (verb impersonate:serviceaccount)',
    ],
    [
      'everybody',
      [bind('e', 'corbel:break-glass-user', group('system:authenticated'), project)],
      'critical: Group system:authenticated may act as the break-glass account of shop (verb impersonate:serviceaccount)',
    ],
    [
      'impersonation by star',
      [clusterRole('x', [rule('authentication.k8s.io', ['*'], ['*'])]), bind('e', 'x', group('a'), project)],
      'critical: Group a may act as the break-glass account of shop (verb impersonate:serviceaccount)',
    ],
    [
      'the older grant, left over',
      [clusterRole('x', [rule('', ['serviceaccounts'], ['impersonate'], ['break-glass'])]), bind('e', 'x', group('oidc:red'), project)],
      'warning: Group oidc:red may act as the break-glass account of shop (verb impersonate)',
    ],
    [
      'tokens',
      [clusterRole('x', [rule('', ['serviceaccounts/token'], ['create'])]), bind('e', 'x', group('a'), project)],
      'warning: Group a may make tokens of the break-glass account of shop',
    ],
    [
      'tokens by star',
      [clusterRole('x', [rule('', ['*/token'], ['create'])]), bind('e', 'x', group('a'), project)],
      'warning: Group a may make tokens of the break-glass account of shop',
    ],
    [
      'tokens of the portal',
      [clusterRole('x', [rule('', ['serviceaccounts/token'], ['create'])]), bind('e', 'x', group('a'), 'corbel-system')],
      "critical: Group a may make tokens of the portal's account",
    ],
    [
      'pods in kube-system',
      [clusterRole('x', [rule('', ['pods'], ['create'])]), bind('e', 'x', group('a'), 'kube-system')],
      'critical: Group a may start pods beside any account of kube-system',
    ],
    [
      'binding',
      [clusterRole('x', [rule('rbac.authorization.k8s.io', ['clusterroles'], ['bind'], ['admin'])]), bind('e', 'x', group('a'), project)],
      'critical: Group a may hand out rights in shop that they do not have (bind, escalate)',
    ],
    [
      'role bindings',
      [clusterRole('x', [rule('rbac.authorization.k8s.io', ['rolebindings'], ['create'])]), bind('e', 'x', group('oidc:red'), project)],
      'warning: Group oidc:red may change roles or role bindings in shop',
    ],
    [
      'the gate policy, by its name',
      [
        clusterRole('x', [rule('admissionregistration.k8s.io', ['validatingadmissionpolicies'], ['patch'], ['corbel-break-glass-gate'])]),
        bind('e', 'x', group('a')),
      ],
      'critical: Group a may change or remove admission policies',
    ],
    [
      'mutating webhooks',
      [clusterRole('x', [rule('admissionregistration.k8s.io', ['mutatingwebhookconfigurations'], ['create'])]), bind('e', 'x', group('a'))],
      'warning: Group a may change what the API server does with objects on their way in',
    ],
    [
      'the bypass',
      [clusterRole('x', [rule('break-glass.corbel.dev', ['guards'], ['bypass'])]), bind('e', 'x', group('a'))],
      'critical: Group a may bypass the guards of break-glass',
    ],
    [
      'any group',
      [clusterRole('x', [rule('', ['groups'], ['impersonate'])]), bind('e', 'x', account('tools', 'proxy'))],
      'critical: Service account tools/proxy may act as any group, system:masters among them',
    ],
    [
      'certificates',
      [clusterRole('x', [rule('certificates.k8s.io', ['signers'], ['approve'])]), bind('e', 'x', group('a'))],
      'warning: Group a may approve or sign client certificates',
    ],
    [
      'writing past break-glass',
      [bind('e', 'corbel:propose', account('tools', 'robot'), project)],
      'warning: Service account tools/robot may change live resources of shop directly',
    ],
    [
      'somebody added to a binding of Kubernetes',
      [bind('system:x', 'cluster-admin', group('oidc:x'), undefined, {}, { 'kubernetes.io/bootstrapping': 'rbac-defaults' })],
      'warning: Group oidc:x administers the whole cluster',
    ],
    [
      'the account itself, with Secrets',
      [edit, bind('e', 'edit', account(project, 'break-glass'), project)],
      'critical: Service account shop/break-glass has the built-in role edit in shop',
    ],
  ]
  test.each(cases)('%s', (_, added, expected) => expect(told(seen(added))).toEqual([expected]))

  test.each<[string, JsonObject[]]>([
    ['a role nobody is bound to', [edit]],
    ['a binding to a role that is missing', [bind('e', 'edit', group('oidc:blue'), project)]],
    ['the same in a namespace that is no project', [edit, bind('e', 'edit', group('oidc:blue'), 'elsewhere')]],
    ['reading', [clusterRole('x', [rule('*', ['*'], ['get', 'list', 'watch'])]), bind('e', 'x', group('oidc:blue'))]],
    [
      'impersonation of another account',
      [
        clusterRole('x', [rule('authentication.k8s.io', ['serviceaccounts'], ['impersonate:serviceaccount'], ['other'])]),
        bind('e', 'x', group('a'), project),
      ],
    ],
    [
      'a star inside a verb, which means nothing',
      [clusterRole('x', [rule('authentication.k8s.io', ['serviceaccounts'], ['impersonate:*'])]), bind('e', 'x', group('a'), project)],
    ],
    [
      'creating one pod by name, which no request can be',
      [clusterRole('x', [rule('', ['pods'], ['create'], ['a'])]), bind('e', 'x', group('a'), project)],
    ],
  ])('nothing is told of %s', (_, added) => expect(told(seen(added))).toEqual([]))

  test('what was accepted with a reason is a note, and a word is no reason', () => {
    const accepted = (reason: string) =>
      seen([bind('e', 'cluster-admin', group('oidc:ops'), undefined, { 'corbel.dev/doctor-accepted': reason })])
    expect(told(accepted('They hold the cluster at night.'))).toEqual([])
    expect(examineCluster(accepted('They hold the cluster at night.')).map((finding) => finding.accepted)).toContain(
      'They hold the cluster at night.',
    )
    expect(told(accepted('ok'))).toHaveLength(1)
  })

  test('before 1.36 the team has the older verb rightly', () => {
    const older = { version: { major: 1, minor: 35 }, admission: { policies, bindings: policyBindings } }
    const added = [
      clusterRole('x', [rule('', ['serviceaccounts'], ['impersonate'], ['break-glass'])]),
      bind('e', 'x', group('oidc:red'), project),
    ]
    expect(told(seen(added, older))).toEqual([])
  })

  test('what another one put into a role of ours is to be taken out of it', () => {
    const collects = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'corbel.dev/aggregate-to-read': 'true' } }] } }
    const minting = rule('', ['serviceaccounts/token'], ['create'])
    const [found] = bad(
      seen([
        clusterRole('corbel:read', [minting], {}, collects),
        clusterRole('stranger', [minting], { 'corbel.dev/aggregate-to-read': 'true' }),
        bind('e', 'corbel:read', group('oidc:red'), project),
      ]),
    )
    expect(found?.through).toContain('collects ClusterRole stranger')
    expect(found?.fix?.commands).toBe('kubectl label clusterrole stranger corbel.dev/aggregate-to-read-')
  })

  test('a stranger in the role for the team is taken out, and not the role', () => {
    const collects = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'true' } }] } }
    const [found] = bad(
      seen([
        clusterRole('corbel:other', [identityRule], {}, collects),
        clusterRole('corbel:other:identity', [identityRule], { a: 'true' }),
        bind('e', 'corbel:other', group('oidc:blue'), project),
      ]),
    )
    expect(found?.fix?.commands).toBe('kubectl delete rolebinding --namespace shop -- e')
  })
})

describe('names of a hostile cluster', () => {
  test('cannot write a command, nor what a terminal acts upon', () => {
    const name = "x'; touch pwned #"
    const many = { ...bind('e', 'cluster-admin', group(name), project), subjects: [group('oidc:a'), group(name)] }
    const found = bad(seen([many])).find(({ subject }) => subject === `Group ${name}`)
    expect(found?.fix?.commands).toBe(
      `kubectl patch rolebinding --namespace shop --type=json '--patch=[{"op":"test","path":"/subjects/1/kind","value":"Group"},{"op":"test","path":"/subjects/1/name","value":"x'\\''; touch pwned #"},{"op":"remove","path":"/subjects/1"}]' -- e`,
    )
    const escapes = bad(seen([bind('e', 'cluster-admin', group('oidc:a\n\u001b[2K\u202eb'), project)]))
    expect(JSON.stringify(escapes)).not.toMatch(/\\u001b|\\n|\u202e/)
    const shown = bad(seen([bind('e\u001b[2K', 'cluster-admin', group('oidc:a'), project)]))
    expect(shown[0]?.fix?.commands).toMatch(/^# /)
  })
})

describe('guards', () => {
  const gate = 'corbel-break-glass-gate'
  const changed = (change: (spec: JsonObject) => JsonObject): Partial<Observed> => ({
    admission: {
      policies: policies.map((policy) =>
        policyName(policy) === gate ? { ...policy, spec: change(structuredClone(specOf(policy))) } : policy,
      ),
      bindings: policyBindings,
    },
  })
  const bound = (change: JsonObject): Partial<Observed> => ({
    admission: {
      policies,
      bindings: policyBindings.map((binding) =>
        policyName(binding) === gate ? { ...binding, spec: { ...specOf(binding), ...change } } : binding,
      ),
    },
  })
  const listed = (spec: JsonObject, part: string): JsonObject[] => spec[part] as JsonObject[] // lists of objects in every shipped policy
  const rules = (spec: JsonObject): JsonObject => spec.matchConstraints as JsonObject // an object in every shipped policy

  test.each<[string, Partial<Observed>, RegExp]>([
    ['is not there', { admission: { policies: [], bindings: [] } }, /is missing$/],
    ['is not bound', { admission: { policies, bindings: [] } }, /does not stand/],
    ['only warns', bound({ validationActions: ['Warn', 'Audit'] }), /does not stand/],
    ['is bound to some namespaces', bound({ matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } }), /does not stand/],
    ['lets errors through', changed((spec) => ({ ...spec, failurePolicy: 'Ignore' })), /does not stand/],
    ['asks nothing any more', changed((spec) => ({ ...spec, validations: [{ expression: 'true' }] })), /does not stand/],
    [
      'means something else',
      changed((spec) => ({
        ...spec,
        variables: listed(spec, 'variables').map((one) => (one.name === 'gate' ? { ...one, expression: "'ordinary '" } : one)),
      })),
      /does not stand/,
    ],
    [
      'has one condition more',
      changed((spec) => ({ ...spec, matchConditions: [...listed(spec, 'matchConditions'), { name: 'x', expression: 'false' }] })),
      /does not stand/,
    ],
    [
      'leaves out a group',
      changed((spec) => ({ ...spec, matchConstraints: { ...rules(spec), excludeResourceRules: [{ apiGroups: ['*'] }] } })),
      /does not stand/,
    ],
    [
      'is about some resources',
      changed((spec) => ({
        ...spec,
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['*'], resources: ['*/*'], operations: ['*'] }] },
      })),
      /does not stand/,
    ],
    [
      'approves nothing',
      changed((spec) => ({
        ...spec,
        variables: listed(spec, 'variables').map((one) => (one.name === 'needsApproval' ? { ...one, expression: 'false' } : one)),
      })),
      /does not stand/,
    ],
  ])('the gate %s', (_, change, title) => {
    const found = bad(seen([], change)).find(({ id }) => id === `policy ${gate}`)
    expect(found?.severity).toBe('critical')
    expect(found?.title).toMatch(title)
  })

  test('a longer list of what needs approval, further demands and another layout are fine', () => {
    const longer = changed((spec) => ({
      ...spec,
      validations: [
        ...listed(spec, 'validations').map((one) => ({ ...one, expression: `  ${String(one.expression).replaceAll('\n', '\n   ')}` })),
        { expression: 'false' },
      ],
      variables: listed(spec, 'variables').map((one) =>
        one.name === 'needsApproval'
          ? { ...one, expression: String(one.expression).replace("['", "['dns.cnrm.cloud.google.com', '") }
          : one,
      ),
    }))
    expect(told(seen([], longer))).toEqual([])
  })

  test('without the guard, what it held back is critical', () => {
    const without = {
      admission: { policies: policies.filter((policy) => policyName(policy) !== 'corbel-break-glass-guard'), bindings: policyBindings },
    }
    const tokens = [clusterRole('x', [rule('', ['serviceaccounts/token'], ['create'])]), bind('e', 'x', group('a'), project)]
    const opens = [clusterRole('y', [rule('', ['namespaces'], ['patch'])]), bind('f', 'y', group('b'))]
    expect(told(seen([...tokens, ...opens], without))).toEqual(
      expect.arrayContaining([
        'critical: Group a may make tokens of the break-glass account of shop',
        'critical: Group b may change namespaces of projects',
      ]),
    )
  })

  test('what could not be read is taken for missing in the judgement of rights, and not told as missing', () => {
    const tokens = [clusterRole('x', [rule('', ['serviceaccounts/token'], ['create'])]), bind('e', 'x', group('a'), project)]
    const found = told(seen(tokens, { admission: undefined }))
    expect(found).toContain('critical: Group a may make tokens of the break-glass account of shop')
    expect(found.join()).not.toContain('policy')
  })

  test('an authorizer that allows what does not exist', () => {
    expect(told(seen([], { permissive: { invented: true, impersonation: true } }))).toEqual([
      'critical: The cluster allows verbs that do not exist',
    ])
  })
})

describe('traces', () => {
  const sessions = (value: string, openSessions?: string[]): Observed =>
    seen([], {
      projects: [{ namespace: project, team: 'red', sessions: [{ id: 'a', value }] }],
      openSessions: openSessions && new Set(openSessions),
    })
  const later = 'ordinary amy 2026-11-23T13:00:00Z because it burns'
  test.each<[string, Observed, string[]]>([
    ['open by a session', sessions(later, ['shop/a']), []],
    ['open by a session of another project', sessions(later, ['bank/a']), ['critical: A gate of shop is open without a session']],
    ['open without a session', sessions(later, []), ['critical: A gate of shop is open without a session']],
    ['open, and nobody can tell', sessions(later), []],
    ['open past its end', sessions('ordinary amy 2026-11-23T11:00:00Z x'), ['critical: A gate of shop is open past its end']],
    ['in no form of ours', sessions('approved'), ['warning: A gate of shop is written in no form Corbel writes']],
    ['a pod', seen([], { pods: [{ namespace: project, name: 'miner' }] }), ['critical: Pod miner runs as the break-glass account of shop']],
    [
      'a token',
      seen([], { tokenSecrets: [{ namespace: project, name: 'keep' }] }),
      ['critical: Secret keep holds a token of the break-glass account of shop'],
    ],
    [
      'a name of Config Connector',
      seen([], {
        accounts: [
          { namespace: project, name: 'break-glass', automount: false },
          { namespace: project, name: 'cnrm-controller-manager-2', automount: true },
          { namespace: 'cnrm-system', name: 'cnrm-controller-manager', automount: true },
        ],
      }),
      ['critical: Service account shop/cnrm-controller-manager-2 is called like Config Connector'],
    ],
  ])('%s', (_, observed, expected) => expect(told(observed)).toEqual(expected))
})

test('an open gate says whose it is and until when, and leads to its session', () => {
  const id = '01980a3c-7a6e-7000-8000-000000000001'
  const projects = [{ namespace: project, team: 'red', sessions: [{ id, value: 'ordinary amy 2026-11-23T13:00:00Z because it burns' }] }]
  const gate = (openSessions?: Set<string>) =>
    examineCluster(seen([], { projects, openSessions })).find(({ id: own }) => own.startsWith('gate '))
  expect(gate(new Set([`${project}/${id}`]))).toMatchObject({
    session: id,
    why: 'A session of Corbel stands behind it. It names amy, until 2026-11-23 13:00 UTC.',
  })
  expect(gate()?.session).toBeUndefined()
})

test('several gates of one project that are alike are one finding with one command', () => {
  const value = 'ordinary amy 2026-11-23T13:00:00Z because it burns'
  const projects = [{ namespace: project, team: 'red', sessions: ['a', 'b'].map((id) => ({ id, value })) }]
  const [found] = bad(seen([], { projects, openSessions: new Set() }))
  expect(found?.title).toBe('2 gates of shop are open without a session')
  expect(found?.fix?.commands).toBe('kubectl annotate namespace -- shop session.corbel.dev/a- session.corbel.dev/b-')
})

describe('set-up', () => {
  const without = (name: string): Partial<Observed> => ({ policy: readPolicy(objects.filter((object) => policyName(object) !== name)) })
  test.each<[string, Observed, string[]]>([
    [
      'a project without the account',
      seen([], {
        accounts: [],
        projects: [
          { namespace: project, team: 'red', sessions: [] },
          { namespace: 'bank', team: 'red', sessions: [] },
        ],
      }),
      ['warning: Break-glass is not set up: no project has the account'],
    ],
    ['an account without rights', seen([], without('account')), ['warning: The break-glass account of shop lacks rights to every kind']],
    ['a team that may not', seen([], without('team')), ['warning: Team red cannot do break-glass in shop']],
    [
      'a kind installed since',
      seen([], { kinds: [...kinds, { group: 'dns.cnrm.cloud.google.com', plural: 'dnsrecordsets' }] }),
      ['warning: Team red cannot act on dnsrecordsets in shop', 'warning: The break-glass account of shop lacks rights to dnsrecordsets'],
    ],
    [
      'a portal that may write',
      seen([bind('e', 'corbel:propose', account('corbel-system', 'corbel'))]),
      [
        'warning: Service account corbel-system/corbel may change live resources of every project directly',
        "critical: The portal's account may more than it needs",
      ].sort(),
    ],
    [
      'a portal that may read Secrets',
      seen([clusterRole('x', [rule('', ['secrets'], ['get'])]), bind('e', 'x', account('corbel-system', 'corbel'))]),
      ["warning: The portal's account may more than it needs"],
    ],
  ])('%s', (_, observed, expected) => expect(told(observed).sort()).toEqual(expected))
})

const policyName = (object: JsonObject): unknown => (object.metadata as JsonObject).name // every object of these tests has metadata
const specOf = (object: JsonObject): JsonObject => object.spec as JsonObject // and those that come here a spec
