import { expect, test } from 'vitest'
import { addedResources, broughtInVain, combinedAction, filesAfter, resourcesAfter } from './proposal-parts.ts'
import type { ProposedResource } from './pull-request-text.ts'

test.each([
  [undefined, 'create', 'create'],
  ['create', 'update', 'create'],
  ['create', 'delete', undefined],
  ['update', 'update', 'update'],
  ['update', 'delete', 'delete'],
  ['delete', 'create', 'update'],
] as const)('%s and then %s is %s', (first, second, both) => {
  expect(combinedAction(first, second)).toBe(both)
})

const resource = (name: string, action: ProposedResource['action']): ProposedResource => ({
  cluster: 'demo',
  namespace: 'payments-prod',
  kind: 'PubSubTopic.pubsub.cnrm.cloud.google.com',
  name,
  action,
})

test('a commit adds resources, changes them, and takes them back', () => {
  const before = [resource('a', 'create'), resource('b', 'update')]
  const added = addedResources(before, [resource('a', 'delete'), resource('b', 'delete'), resource('c', 'create')])
  expect(added.map(({ name, action, fresh }) => [name, action, fresh])).toEqual([
    ['a', null, false],
    ['b', 'delete', false],
    ['c', 'create', true],
  ])
  const after = resourcesAfter(before, added)
  expect(after).toEqual([resource('b', 'delete'), resource('c', 'create')])
  expect(resourcesAfter(after, added)).toEqual(after)
})

test('files go from where they began to where they are now; those that are as they began are none', () => {
  const file = (path: string, before: string | null, after: string | null) => ({ path, blob: null, before, after })
  const before = [file('a', null, '1'), file('b', '1', '2')]
  expect(filesAfter(before, [file('a', '1', null), file('b', '2', '3'), file('c', 'x', 'y')])).toEqual([
    file('b', '1', '3'),
    file('c', 'x', 'y'),
  ])
})

test('a commit that fails lets go what only it brought, not what another one still has', () => {
  const [first, second] = [resource('x', 'create'), resource('x', 'update')]
  const brings = addedResources([], [first])
  const changes = addedResources([first], [second])
  const address = [{ cluster: 'demo', namespace: 'payments-prod', kind: first.kind, name: 'x' }]
  expect(broughtInVain(brings, [])).toEqual(address)
  expect(broughtInVain(brings, [{ failed: false, added: changes }])).toEqual([])
  expect(broughtInVain(changes, [{ failed: true, added: brings }])).toEqual(address)
  expect(broughtInVain(changes, [{ failed: false, added: brings }])).toEqual([])
  expect(broughtInVain(changes, [])).toEqual([])
})
