import { expect, test } from 'vitest'
import { groupsToAsk, smallerGroups } from './types-to-ask.ts'

const heads = [
  { kind: 'ComputeURLMap', group: 'compute.cnrm.cloud.google.com' },
  { kind: 'ComputeAddress', group: 'compute.cnrm.cloud.google.com' },
  { kind: 'SQLInstance', group: 'sql.cnrm.cloud.google.com' },
  { kind: 'StorageBucket', group: 'storage.cnrm.cloud.google.com' },
]

test('services are asked as a whole, under the names that asset types have', () =>
  expect(groupsToAsk(heads, ['oven.googleapis.com/Tray'])).toEqual(
    expect.arrayContaining([
      'compute\\.googleapis\\.com/.*',
      'sqladmin\\.googleapis\\.com/.*',
      'storage\\.googleapis\\.com/.*',
      'oven\\.googleapis\\.com/.*',
    ]),
  ))

test('a refused service is asked by the types of its kinds, and by those that were ever met', () => {
  const [names = ''] = smallerGroups('compute\\.googleapis\\.com/.*', heads, [
    'compute.googleapis.com/Reservation',
    'storage.googleapis.com/Bucket',
  ])
  const types = names.split(' ')
  expect(types).toEqual(
    expect.arrayContaining([
      'compute.googleapis.com/Address',
      'compute.googleapis.com/GlobalAddress',
      'compute.googleapis.com/Reservation',
      'compute.googleapis.com/UrlMap',
    ]),
  )
  expect(types).not.toContain('storage.googleapis.com/Bucket')
  expect(smallerGroups('sqladmin\\.googleapis\\.com/.*', heads, [])[0]?.split(' ')).toContain('sqladmin.googleapis.com/Instance')
})

test('halves end at single types, and lose none', () => {
  const left: string[] = ['a/A b/B c/C d/D e/E']
  const single: string[] = []
  for (let group = left.pop(); group !== undefined; group = left.pop()) {
    const smaller = smallerGroups(group, heads, [])
    if (smaller.length === 0) single.push(group)
    left.push(...smaller)
  }
  expect(single.sort()).toEqual(['a/A', 'b/B', 'c/C', 'd/D', 'e/E'])
})
