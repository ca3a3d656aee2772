import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { arbitraryIdentity, arbitraryObjects, arbitraryQuestion } from './arbitrary-policy.ts'
import { collected, grantAllows, grantsOf, holders, isAllowed, isSubject, type Question, ruleAllows, selects, whoMay } from './evaluate.ts'
import { type Rule, readPolicy, type Subject } from './policy.ts'

const rule = (change: Partial<Rule>): Rule => ({ verbs: ['get'], groups: [''], resources: ['pods'], names: [], ...change })
const question = (change: Partial<Question> = {}): Question => ({ verb: 'get', group: '', resource: 'pods', namespace: 'shop', ...change })

describe('one rule', () => {
  const cases: [string, Partial<Rule>, Partial<Question>, boolean][] = [
    ['allows what it names', {}, {}, true],
    ['allows no other verb', {}, { verb: 'list' }, false],
    ['allows no other group', {}, { group: 'apps' }, false],
    ['allows no other resource', {}, { resource: 'secrets' }, false],
    ['with stars allows everything', { verbs: ['*'], groups: ['*'], resources: ['*'] }, { verb: 'impersonate', resource: 'users' }, true],
    ['with a star for verbs allows constrained impersonation', { verbs: ['*'] }, { verb: 'impersonate-on:serviceaccount:patch' }, true],
    ['has no star inside a verb', { verbs: ['impersonate-on:serviceaccount:*'] }, { verb: 'impersonate-on:serviceaccount:patch' }, false],
    ['about a resource is not about its subresources', {}, { subresource: 'exec' }, false],
    ['names a subresource', { resources: ['pods/exec'] }, { subresource: 'exec' }, true],
    ['about a subresource is not about the resource', { resources: ['pods/exec'] }, {}, false],
    ['with a star before a subresource means it of every resource', { resources: ['*/exec'] }, { subresource: 'exec' }, true],
    ['with a star after a resource means nothing', { resources: ['pods/*'] }, { subresource: 'exec' }, false],
    ['with a star for resources includes subresources', { resources: ['*'] }, { subresource: 'exec' }, true],
    ['for names allows the name', { names: ['a', 'b'] }, { name: 'b' }, true],
    ['for names allows no other', { names: ['a'] }, { name: 'ab' }, false],
    ['for names allows nothing without a name', { names: ['a'] }, {}, false],
    ['knows no star among names', { names: ['*'] }, { name: 'a' }, false],
  ]
  test.each(cases)('%s', (_, made, asked, allowed) => {
    expect(ruleAllows(rule(made), question(asked))).toBe(allowed)
  })
})

describe('whom a binding is about', () => {
  const robot = { username: 'system:serviceaccount:shop:robot', groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'] }
  const amy = { username: 'amy', groups: ['/red', 'blue'] }
  const cases: [string, Subject, typeof amy, boolean][] = [
    ['a user by name', { kind: 'User', name: 'amy' }, amy, true],
    ['not by another spelling', { kind: 'User', name: 'Amy' }, amy, false],
    ['a group exactly', { kind: 'Group', name: 'blue' }, amy, true],
    ['a group with a slash is another one', { kind: 'Group', name: 'red' }, amy, false],
    ['a service account', { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }, robot, true],
    ['of the same namespace only', { kind: 'ServiceAccount', name: 'robot', namespace: 'bank' }, robot, false],
    ['a service account as user', { kind: 'User', name: 'system:serviceaccount:shop:robot' }, robot, true],
    ['all service accounts of a namespace', { kind: 'Group', name: 'system:serviceaccounts:shop' }, robot, true],
    ['a user called like a group is not in it', { kind: 'Group', name: 'amy' }, amy, false],
  ]
  test.each(cases)('%s', (_, subject, identity, meant) => expect(isSubject(subject, identity)).toBe(meant))
})

const apiVersion = 'rbac.authorization.k8s.io/v1'
const role = (name: string, rules: JsonObject[], more: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name },
  rules,
  ...more,
})

describe('reading a policy', () => {
  test('leaves out rules about URLs, other kinds, and service accounts of nowhere', () => {
    const policy = readPolicy([
      role('a', [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }]),
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } },
      {
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'a' },
        roleRef: { kind: 'ClusterRole', name: 'a' },
        subjects: [{ kind: 'ServiceAccount', name: 'x' }],
      },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name: 'a', namespace: 'shop' },
        roleRef: { kind: 'ClusterRole', name: 'a' },
        subjects: [{ kind: 'ServiceAccount', name: 'x' }],
      },
    ])
    expect(policy.roles.map(({ rules }) => rules)).toEqual([[]])
    expect(policy.bindings.map(({ subjects }) => subjects)).toEqual([[], [{ kind: 'ServiceAccount', name: 'x', namespace: 'shop' }]])
  })

  test('a role of one namespace does not stand for the same name in another', () => {
    const bound = (kind: string, namespace: string): JsonObject => ({
      apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'b', namespace },
      roleRef: { kind, name: 'reader' },
      subjects: [{ kind: 'User', name: 'amy' }],
    })
    const reader: JsonObject = {
      apiVersion,
      kind: 'Role',
      metadata: { name: 'reader', namespace: 'shop' },
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }],
    }
    const amy = { username: 'amy', groups: [] }
    expect(isAllowed(readPolicy([reader, bound('Role', 'shop')]), amy, question())).toBe(true)
    expect(isAllowed(readPolicy([reader, bound('Role', 'bank')]), amy, question({ namespace: 'bank' }))).toBe(false)
    expect(isAllowed(readPolicy([reader, bound('ClusterRole', 'shop')]), amy, question())).toBe(false)
  })
})

describe('collecting roles by label', () => {
  const { roles } = readPolicy([
    role('edit', [], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { edit: 'true' } }] } }),
    {
      ...role('middle', [], { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'deep', operator: 'Exists' }] }] } }),
      metadata: { name: 'middle', labels: { edit: 'true' } },
    },
    { ...role('deep', []), metadata: { name: 'deep', labels: { deep: '' } } },
    { ...role('other', []), metadata: { name: 'other', labels: { edit: 'false' } } },
  ])
  test('finds those collected through others, and no others', () => {
    const edit = roles.find(({ name }) => name === 'edit')
    expect(edit && collected(roles, edit).map(({ name }) => name)).toEqual(['middle', 'deep'])
  })
  test.each([
    ['In', ['x'], { a: 'x' }, true],
    ['In', ['x'], {}, false],
    ['NotIn', ['x'], {}, true],
    ['NotIn', ['x'], { a: 'x' }, false],
    ['DoesNotExist', [], {}, true],
    ['DoesNotExist', [], { a: '' }, false],
    ['Resembles', ['x'], { a: 'x' }, false],
  ])('%s %j of %j is %s', (operator, values, labels, expected) => {
    expect(selects({ labels: {}, expressions: [{ key: 'a', operator, values }] }, labels)).toBe(expected)
  })
})

describe('for whatever policy', () => {
  const words = { prefix: 'p', namespaces: ['shop', 'bank'] as [string, string] }
  const world = fc.tuple(arbitraryObjects(words), arbitraryIdentity(words), arbitraryQuestion(words))

  test('one more object never takes a right away', () => {
    fc.assert(
      fc.property(world, fc.nat(), ([objects, identity, asked], cut) => {
        const fewer = objects.filter((_, index) => index !== cut % objects.length)
        if (isAllowed(readPolicy(fewer), identity, asked)) expect(isAllowed(readPolicy(objects), identity, asked)).toBe(true)
      }),
    )
  })

  test('who may and what somebody has are two views of the same', () => {
    fc.assert(
      fc.property(world, ([objects, identity, asked]) => {
        const policy = readPolicy(objects)
        const may = whoMay(holders(policy), asked).some(({ subject }) => isSubject(subject, identity))
        expect(may).toBe(grantsOf(policy, identity).some((grant) => grantAllows(grant, asked)))
      }),
    )
  })

  test('a grant of a namespace says nothing about others or about the cluster', () => {
    fc.assert(
      fc.property(world, ([objects, identity, asked]) => {
        for (const grant of grantsOf(readPolicy(objects), identity).filter(
          ({ namespace }) => namespace !== undefined && namespace !== asked.namespace,
        ))
          expect(grantAllows(grant, asked)).toBe(false)
      }),
    )
  })
})
