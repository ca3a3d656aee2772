import { expect, test } from 'vitest'
import { openAtFirst } from '#components/forms/open-at-first.ts'

test('a document of usual size is open whole', () => {
  expect(openAtFirst({ metadata: { name: 'a' }, spec: { rules: [{ age: 1 }, { age: 2 }] } })).toBeUndefined()
})

test('of a large one the outer sections are open, from the first on', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`field${index}`, index]))
  const open = openAtFirst({ metadata: { name: 'a' }, spec: { first: many, second: many, third: many, list: [many, many] } })
  expect([...(open ?? [])].map((key) => JSON.parse(key))).toEqual([[], ['metadata'], ['spec'], ['spec', 'first']])
})

test('a section is never open inside a closed one', () => {
  const wide = { a: Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`f${index}`, { x: 1 }])) }
  for (const key of openAtFirst({ spec: wide }) ?? []) {
    const path: string[] = JSON.parse(key)
    for (let length = 0; length < path.length; length += 1)
      expect(openAtFirst({ spec: wide })).toContain(JSON.stringify(path.slice(0, length)))
  }
})
