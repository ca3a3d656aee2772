/** Roles, bindings and questions for tests, from few words, so that they often meet. */
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import type { Identity, Question } from './evaluate.ts'

/** What the words of generated objects are put behind, so that several runs share a cluster. */
export interface Vocabulary {
  prefix: string
  namespaces: [string, string]
}

const verbs = ['get', 'create', 'impersonate', 'impersonate:serviceaccount', 'impersonate-on:serviceaccount:patch']
const groups = ['', 'authentication.k8s.io', 'storage.cnrm.cloud.google.com']
const plain = ['pods', 'serviceaccounts', 'storagebuckets']
const subresources = ['token', 'status']
const names = ['break-glass', 'other']

const some = (words: string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
const rule = fc
  .record({
    verbs: some([...verbs, '*', 'impersonate-on:serviceaccount:*']),
    apiGroups: some([...groups, '*']),
    resources: some([...plain, '*', ...plain.map((resource) => `${resource}/token`), '*/token', 'pods/*', 'serviceaccounts/status']),
    resourceNames: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, { weight: 2, arbitrary: some(names) }),
  })
  .map(
    (made): JsonObject =>
      made.resourceNames.length > 0 ? made : { verbs: made.verbs, apiGroups: made.apiGroups, resources: made.resources },
  )

/** Objects as an API server takes them: two roles in each namespace, two for the cluster, bindings to all of them and to one that is missing. */
export function arbitraryObjects({ prefix, namespaces }: Vocabulary): fc.Arbitrary<JsonObject[]> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const roleNames = [`${prefix}-a`, `${prefix}-b`]
  const subject = fc.oneof(
    fc
      .constantFrom('amy', 'ben')
      .map((name): JsonObject => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: `${prefix}-${name}` })),
    fc
      .constantFrom('red', 'blue')
      .map((name): JsonObject => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: `${prefix}-${name}` })),
    fc
      .record({ namespace: fc.constantFrom(...namespaces), name: fc.constantFrom('robot', 'break-glass') })
      .map((at): JsonObject => ({ kind: 'ServiceAccount', ...at })),
    fc.constantFrom(...namespaces).map(
      (namespace): JsonObject => ({
        kind: 'User',
        apiGroup: 'rbac.authorization.k8s.io',
        name: `system:serviceaccount:${namespace}:robot`,
      }),
    ),
    fc
      .constantFrom(...namespaces)
      .map(
        (namespace): JsonObject => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: `system:serviceaccounts:${namespace}` }),
      ),
  )
  const rules = fc.array(rule, { minLength: 1, maxLength: 3 })
  const roles = fc.tuple(
    ...namespaces.flatMap((namespace) =>
      roleNames.map((name) => rules.map((made): JsonObject => ({ apiVersion, kind: 'Role', metadata: { name, namespace }, rules: made }))),
    ),
    ...roleNames.map((name) => rules.map((made): JsonObject => ({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules: made }))),
  )
  const binding = fc.record({
    everywhere: fc.boolean(),
    clusterRole: fc.boolean(),
    namespace: fc.constantFrom(...namespaces),
    role: fc.constantFrom(...roleNames, `${prefix}-missing`),
    subjects: fc.array(subject, { minLength: 1, maxLength: 4 }),
  })
  const bindings = fc.array(binding, { minLength: 6, maxLength: 12 }).map((all) =>
    all.map(
      ({ everywhere, clusterRole, namespace, role, subjects }, index): JsonObject => ({
        apiVersion,
        kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
        metadata: { name: `${prefix}-${index}`, ...(everywhere ? {} : { namespace }) },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: everywhere || clusterRole ? 'ClusterRole' : 'Role', name: role },
        subjects,
      }),
    ),
  )
  return fc.tuple(roles, bindings).map(([made, bound]) => [...made, ...bound])
}

export const arbitraryIdentity = ({ prefix, namespaces }: Vocabulary): fc.Arbitrary<Identity> =>
  fc.oneof(
    fc.record({
      username: fc.constantFrom('amy', 'ben', 'nobody').map((name) => `${prefix}-${name}`),
      groups: fc.subarray([`${prefix}-red`, `${prefix}-blue`, `/${prefix}-red`]).map((memberOf) => [...memberOf, 'system:authenticated']),
    }),
    fc.record({ namespace: fc.constantFrom(...namespaces), name: fc.constantFrom('robot', 'break-glass') }).map(({ namespace, name }) => ({
      username: `system:serviceaccount:${namespace}:${name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    })),
  )

export const arbitraryQuestion = ({ namespaces }: Vocabulary): fc.Arbitrary<Question> =>
  fc.record(
    {
      verb: fc.constantFrom(...verbs),
      group: fc.constantFrom(...groups),
      resource: fc.constantFrom(...plain),
      subresource: fc.constantFrom(...subresources),
      namespace: fc.constantFrom(...namespaces),
      name: fc.constantFrom(...names),
    },
    { requiredKeys: ['verb', 'group', 'resource'] },
  )
