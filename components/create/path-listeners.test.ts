import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PathListeners } from '#components/create/path-listeners.ts'
import { type Json, type JsonPath, valueAt } from '#lib/json.ts'

const key = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.nat(2))
const value = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, 0, 1, 'x'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('json')),
  ),
})).json

test('exactly those are told whose value changed', () => {
  fc.assert(
    fc.property(fc.array(fc.array(key, { maxLength: 3 }), { maxLength: 8 }), value, value, (paths, before, after) => {
      const listeners = new PathListeners()
      const told = new Set<JsonPath>()
      for (const path of paths) listeners.add(path, () => told.add(path))
      listeners.tell(before, after)
      for (const path of paths) expect(told.has(path)).toBe(valueAt(before, path) !== valueAt(after, path))
    }),
  )
})

test('who has ended hears nothing, others at the same place go on', () => {
  const listeners = new PathListeners()
  const told: string[] = []
  const end = listeners.add(['a', 'b'], () => told.push('first'))
  listeners.add(['a', 'b'], () => told.push('second'))
  const endDeep = listeners.add(['a', 'b', 'c'], () => told.push('deep'))
  end()
  endDeep()
  listeners.tell({ a: { b: 1 } }, { a: { b: 2 } })
  expect(told).toEqual(['second'])
})
