import { describe, expect, test } from 'vitest'
import { breakGlassKeys } from '#components/break-glass/break-glass-keys.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { isTouchedBy, type LiveEvent, parseLiveEvent, reconnectDelay } from './live-events.ts'

const at = { cluster: 'demo', namespace: 'payments-prod', kind: 'K.g', name: 'n' }
const event = (rest: Partial<LiveEvent>): LiveEvent => ({ scope: 'resources', revision: 1, ...rest })

describe('which queries an event makes old', () => {
  test.each<[string, LiveEvent, readonly unknown[], boolean]>([
    ['a resource of the namespace', event({ cluster: 'demo', namespaces: ['payments-prod'] }), queryKeys.resource(at), true],
    ['its history', event({ cluster: 'demo', namespaces: ['payments-prod'] }), queryKeys.resourceHistory(at), true],
    ['a resource of another namespace', event({ cluster: 'demo', namespaces: ['other'] }), queryKeys.resource(at), false],
    ['a resource of another cluster', event({ cluster: 'eu' }), queryKeys.resource(at), false],
    ['any list', event({ cluster: 'demo', namespaces: ['other'] }), queryKeys.resourceList({}), true],
    ['everything, when the event does not say where', event({}), queryKeys.resource(at), true],
    ['the counts of projects', event({ cluster: 'demo', namespaces: ['x'] }), queryKeys.projects(), true],
    ['not who I am', event({}), queryKeys.me(), false],
    ['one proposal', event({ scope: 'proposals', id: 'p' }), queryKeys.proposal('p'), true],
    ['not another proposal', event({ scope: 'proposals', id: 'p' }), queryKeys.proposal('q'), false],
    ['proposals on a resource page', event({ scope: 'proposals', id: 'p' }), queryKeys.resource(at), true],
    ['not the list of resources', event({ scope: 'proposals', id: 'p' }), queryKeys.resourceList({}), false],
    ['the catalogue', event({ scope: 'kinds' }), queryKeys.kinds(), true],
    ['the clusters of the person', event({ scope: 'cluster', cluster: 'demo' }), queryKeys.me(), true],
    ['a break-glass session', event({ scope: 'break-glass', id: 's' }), breakGlassKeys.session('s'), true],
    ['the bar of open sessions', event({ scope: 'break-glass', id: 's' }), breakGlassKeys.open(), true],
    ['not what is typed into a change', event({ scope: 'break-glass', id: 's' }), breakGlassKeys.change('s', 'c'), false],
    ['a session whose pull request moved', event({ scope: 'proposals', id: 'p' }), breakGlassKeys.session('s'), true],
    ['a session whose resource moved', event({ cluster: 'demo', namespaces: ['other'] }), breakGlassKeys.session('s'), true],
    ['not the list of sessions', event({ cluster: 'demo' }), breakGlassKeys.notices(), false],
  ])('%s', (_, happened, key, touched) => {
    expect(isTouchedBy(happened, key)).toBe(touched)
  })
})

test.each([['{'], ['null'], ['[]'], ['{"scope":"else"}'], ['']])('%j is not an event', (data) => {
  expect(parseLiveEvent(data)).toBeNull()
})

test('an event keeps what it says and nothing else', () => {
  expect(parseLiveEvent('{"scope":"resources","cluster":"demo","namespaces":["a",1],"revision":7,"more":true}')).toEqual({
    scope: 'resources',
    cluster: 'demo',
    namespaces: ['a'],
    revision: 7,
  })
})

test('waits longer after each failure, up to half a minute and a bit', () => {
  expect([1, 2, 3, 6, 20].map((failures) => reconnectDelay(failures, 0))).toEqual([1000, 2000, 4000, 30_000, 30_000])
  expect(reconnectDelay(20, 1)).toBe(36_000)
})
