import { expect, test } from 'vitest'
import { shownChildren } from '#components/forms/shown-children.ts'
import type { Json } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const text = (key: string, more: Partial<FieldNode> = {}): FieldNode => ({ type: 'string', key, label: key, ...more }) as FieldNode // `more` never changes the type
const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => text(key, key === 'e' ? { required: true } : {}))
const keys = (nodes: FieldNode[]): string[] => nodes.map((node) => node.key)

test('required fields come first, then what is set, then what was opened; the rest is one search away', () => {
  const { shown, hidden } = shownChildren(many, { g: 1 }, (key) => key === 'b')
  expect(keys(shown)).toEqual(['e', 'b', 'g'])
  expect(keys(hidden)).toEqual(['a', 'c', 'd', 'f', 'h'])
})

test('a small object shows all of its fields but deprecated and output-only ones', () => {
  const few = [text('a'), text('b', { deprecated: 'DEPRECATED.' }), text('c', { mined: { outputOnly: true } })]
  expect(keys(shownChildren(few, {}, () => false).shown)).toEqual(['a'])
  expect(keys(shownChildren(few, { b: null }, () => false).shown)).toEqual(['a', 'b'])
})

test('in the spec itself, what people nearly always decide is shown from the start', () => {
  const spec = [...many, text('location'), text('region', { deprecated: 'DEPRECATED.' })]
  expect(keys(shownChildren(spec, {}, () => false, true).shown)).toEqual(['e', 'location'])
  expect(keys(shownChildren(spec, {}, () => false).shown)).toEqual(['e'])
})

test('keys the schema does not know are named, not hidden', () => {
  expect(shownChildren(many, { zebra: 1, a: 1 }, () => false).unknown).toEqual(['zebra'])
})

test('nothing is both shown and hidden, and nothing is neither', () => {
  const values: (Json | undefined)[] = [undefined, null, [], 'text', {}, { a: 1, h: 2 }]
  for (const value of values) {
    const { shown, hidden } = shownChildren(many, value, (key) => key === 'c')
    expect([...keys(shown), ...keys(hidden)].sort()).toEqual(keys(many).sort())
  }
})
