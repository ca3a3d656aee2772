import { expect, test } from 'vitest'
import { changedRows, withoutDraft } from './updaters.ts'

const row = (id: string, state: string) => ({ id, state })
const changed = (before: { id: string; state: string }[], after: { id: string; state: string }[]) => [
  ...changedRows(
    before,
    after,
    (each) => each.id,
    (a, b) => a.state === b.state,
  ),
]

test('rows that differ or are new are the changed ones', () => {
  expect(changed([row('a', 'x'), row('b', 'x')], [row('a', 'y'), row('b', 'x'), row('c', 'x')])).toEqual(['a', 'c'])
})

test('nothing has changed when nothing was shown before', () => expect(changed([], [row('a', 'x')])).toEqual([]))

test('a draft is taken out of the list by its key', () => {
  expect(withoutDraft({ items: [{ key: 'a' }, { key: 'b' }] }, 'a')).toEqual({ items: [{ key: 'b' }] })
})
