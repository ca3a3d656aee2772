import { expect, test } from 'vitest'
import { emptyValue, fieldState } from '#components/forms/field-state.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const text: FieldNode = { type: 'string', key: 'a', label: 'A' }
const list: FieldNode = { type: 'list', key: 'a', label: 'A', item: text }
const object: FieldNode = { type: 'object', key: 'a', label: 'A', children: [] }

test.each([
  ['not set', text, undefined, 'not set'],
  ['empty text', text, '', 'empty text'],
  ['null', { ...text, nullable: true } as FieldNode, null, 'null'],
  ['an empty list', list, [], 'empty list'],
  ['an empty object', object, {}, 'set, without fields'],
  ['a default of the server', { ...text, default: 'EU' } as FieldNode, undefined, 'default EU'],
  ['a default in the description', { ...text, mined: { default: '7 days' } } as FieldNode, undefined, 'default 7 days'],
  ['a value', text, 'x', undefined],
  ['a required field nobody filled in', { ...text, required: true } as FieldNode, undefined, undefined],
  ['a required text that is empty', { ...text, required: true } as FieldNode, '', 'empty text'],
  ['a required list that is empty', { ...list, required: true } as FieldNode, [], 'empty list'],
  ['a required text that may not be empty', { ...text, required: true, minLength: 1 } as FieldNode, '', undefined],
])('%s is told from the others', (_, node, value, words) => {
  expect(fieldState(node, value)?.words).toBe(words)
})

test('every sort of field that has an empty value can be set to it', () => {
  for (const node of [text, list, object]) {
    const empty = emptyValue(node)
    expect(empty && fieldState(node, empty.value)?.words).toBeTruthy()
  }
  expect(emptyValue({ ...text, type: 'boolean' } as FieldNode)).toBeUndefined()
})
