import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { projectOf } from './collect-projects.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { whyUnattended } from './gaps.ts'
import { mergePings } from './live-pings.ts'
import { readPing } from './ping-hub.ts'
import { escapeLike } from './resource-conditions.ts'
import { serviceOfGroup } from './service-of-group.ts'

describe('cursors', () => {
  test('come back as they were written', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (sort, values) => {
        expect(readCursor(writeCursor(sort, values), sort, values.length)).toEqual(values)
      }),
    )
  })
  test.each([
    ['another sort', writeCursor('name', ['a', 'id'])],
    ['too few values', writeCursor('updated', ['id'])],
    ['no JSON', 'abc'],
    ['a changed encoding', `${writeCursor('updated', ['a', 'id'])}=`],
    ['no list', Buffer.from('{}').toString('base64url')],
    ['numbers', Buffer.from('["updated",1,2]').toString('base64url')],
  ])('%s is refused', (_, cursor) => {
    expect(() => readCursor(cursor, 'updated', 2)).toThrow('Start again from the first page')
  })
})

describe('pings', () => {
  const grants = [{ cluster: 'demo', namespaces: ['payments'], kinds: 'all' as const }]
  test('are cut to what the person may see and merged', () => {
    const pings = [
      { scope: 'resources' as const, cluster: 'demo', namespaces: ['payments', 'playlists'] },
      { scope: 'resources' as const, cluster: 'demo', namespaces: ['playlists'] },
      { scope: 'resources' as const, cluster: 'other', namespaces: ['payments'] },
    ]
    expect(mergePings(pings, grants)).toEqual([{ scope: 'resources', cluster: 'demo', namespaces: ['payments'] }])
  })
  test('without namespaces stay without', () => {
    const pings = [
      { scope: 'resources' as const, cluster: 'demo', namespaces: ['payments'] },
      { scope: 'resources' as const, cluster: 'demo' },
    ]
    expect(mergePings(pings, grants)).toEqual([{ scope: 'resources', cluster: 'demo' }])
  })
  test('of many proposals become one', () => {
    const pings = Array.from({ length: 11 }, (_, index) => ({ scope: 'proposals' as const, id: String(index) }))
    expect(mergePings(pings, grants)).toEqual([{ scope: 'proposals' }])
    expect(mergePings(pings.slice(0, 2), grants)).toHaveLength(2)
  })
  test('that are none of ours are passed over', () => {
    expect(readPing('{"scope":"other"}')).toBeUndefined()
    expect(readPing('x')).toBeUndefined()
    expect(readPing('{"scope":"kinds","cluster":"demo"}')).toEqual({ scope: 'kinds', cluster: 'demo' })
  })
})

test.each([
  ['storage.cnrm.cloud.google.com', 'Storage'],
  ['pubsub.cnrm.cloud.google.com', 'Pub/Sub'],
  ['constructor.cnrm.cloud.google.com', 'Constructor'],
  ['caching.corbel.dev', 'Platform'],
])('the service of %s is %s', (group, service) => {
  expect(serviceOfGroup(group)).toBe(service)
})

test('a namespace says what project it is; empty annotations say nothing', () => {
  const annotations = { 'corbel.dev/team': 'payments', 'corbel.dev/repository': '', 'corbel.dev/path': '/infra/x/' }
  expect(projectOf({ metadata: { annotations } })).toEqual({
    team: 'payments',
    repository: null,
    path: 'infra/x',
    layout: null,
    gcpProject: null,
  })
})

test('LIKE takes words literally', () => {
  expect(escapeLike('50%_a\\b')).toBe('50\\%\\_a\\\\b')
})

describe('a cluster nobody looks at', () => {
  const at = new Date('2026-01-01T00:00:00Z')
  test.each([
    ['was looked at a moment ago', at, 5, false],
    ['was looked at a minute ago', at, 60, false],
    ['has not been looked at since', at, 61, true],
    ['was never looked at', null, 0, true],
  ])('%s', (_, checkedAt, secondsLater, told) => {
    const why = whyUnattended({ name: 'demo', checkedAt }, at.getTime() + secondsLater * 1000)
    expect(why === undefined).toBe(!told)
    if (told) expect(why).toMatch(/cluster "demo".*worker/)
  })
})
