import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { exactValueAt, setExact } from '#components/forms/exact-value.ts'
import { readYaml, yamlText } from '#components/forms/yaml-text.ts'
import { holdsRounded } from '#lib/manifest/keep-digits.ts'

test('what is copied is what is pasted', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const json = JSON.parse(JSON.stringify(value))
      fc.pre(!holdsRounded(json))
      expect(readYaml(yamlText(json))).toEqual({ value: json })
    }),
  )
})

test('what cannot be read is said with its line', () => {
  expect(readYaml('a: 1\nb: [')).toMatchObject({ problem: expect.stringMatching(/^Line \d: /) })
  expect(readYaml('a: 1\n---\nb: 2')).toMatchObject({ problem: expect.stringContaining('One document only') })
  expect(readYaml('  \n')).toEqual({ value: undefined })
})

test('a number has the digits that were typed', () => {
  expect(readYaml('id: 9007199254740993')).toEqual({ value: { id: 9007199254740993n } })
  expect(yamlText({ id: 9007199254740993n, list: [9007199254740995n] })).toBe('id: 9007199254740993\nlist:\n  - 9007199254740995')
})

test('what is typed into a box goes into the manifest with every digit, and comes back', () => {
  const store = new ManifestStore('a: 1\nbox:\n  id: 1 # kept\n  list:\n    - 9007199254740993\n    - 2\n')
  const typed = readYaml('id: 9007199254740993\nlist:\n- 2\n- 9007199254740993')
  if (!('value' in typed) || typed.value === undefined) throw new Error('unread')
  expect(setExact(store, ['box'], typed.value)).toBe(true)
  expect(store.state().text).toBe('a: 1\nbox:\n  id: 9007199254740993 # kept\n  list:\n    - 2\n    - 9007199254740993\n')
  expect(exactValueAt(store, ['box'])).toEqual({ id: 9007199254740993n, list: [2, 9007199254740993n] })
  expect(exactValueAt(store, ['a'])).toBe(1)
  expect(setExact(store, ['box', 'id'], 9007199254740992n)).toBe(true)
  expect(yamlText(exactValueAt(store, ['box', 'id']))).toBe('9007199254740992')
})
