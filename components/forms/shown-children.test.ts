import { expect, test } from 'vitest'
import { type ShownOptions, shownChildren } from '#components/forms/shown-children.ts'
import type { FieldHint } from '#lib/blueprint/kind-hints.ts'
import type { Json } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const text = (key: string, more: Partial<FieldNode> = {}): FieldNode => ({ type: 'string', key, label: key, ...more }) as FieldNode // `more` never changes the type
const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => text(key, key === 'e' ? { required: true } : {}))
const keys = (nodes: FieldNode[]): string[] => nodes.map((node) => node.key)
const none: ShownOptions = { isRevealed: () => false }
const hints =
  (all: Record<string, Partial<FieldHint>>): ShownOptions['hintOf'] =>
  (key) =>
    all[key] && { path: ['spec', key], ...all[key] }

test('required fields come first, then what is set, then what was opened; the rest is one search away', () => {
  const { shown, hidden } = shownChildren(many, { g: 1 }, { isRevealed: (key) => key === 'b' })
  expect(keys(shown)).toEqual(['e', 'g', 'b'])
  expect(keys(hidden)).toEqual(['a', 'c', 'd', 'f', 'h'])
})

test('recommended fields stand after those that are set, in the order of the hints', () => {
  const hintOf = hints({ h: { recommended: true }, b: { order: 1 }, c: { help: 'Words alone show nothing.' }, d: { hide: true } })
  expect(keys(shownChildren(many, { g: 1 }, { ...none, hintOf }).shown)).toEqual(['e', 'g', 'b', 'h'])
})

test('what the company hides is still shown when it is set, required or asked for', () => {
  const hintOf = hints({ a: { hide: true, recommended: 'x' }, c: { hide: true }, e: { hide: true } })
  expect(keys(shownChildren(many, { a: 1 }, { isRevealed: (key) => key === 'c', hintOf }).shown)).toEqual(['e', 'a', 'c'])
  expect(keys(shownChildren([text('a'), text('b')], {}, { ...none, hintOf }).shown)).toEqual(['b'])
})

test('a field that is filled in keeps its place', () => {
  const before = keys(shownChildren(many, { g: 1 }, { isRevealed: (key) => key === 'b' || key === 'h' }).shown)
  const after = shownChildren(many, { g: 1, h: 2 }, { isRevealed: (key) => key === 'b' || key === 'h', wasSet: (key) => key === 'g' }).shown
  expect(keys(after)).toEqual(before)
})

test('a small object shows all of its fields but deprecated and output-only ones', () => {
  const few = [text('a'), text('b', { deprecated: 'DEPRECATED.' }), text('c', { mined: { outputOnly: true } })]
  expect(keys(shownChildren(few, {}, none).shown)).toEqual(['a'])
  expect(keys(shownChildren(few, { b: null }, none).shown)).toEqual(['b', 'a'])
})

test('in the spec itself, what people nearly always decide is shown from the start', () => {
  const spec = [...many, text('location'), text('region', { deprecated: 'DEPRECATED.' })]
  expect(keys(shownChildren(spec, {}, { ...none, isSpec: true }).shown)).toEqual(['e', 'location'])
  expect(keys(shownChildren(spec, {}, none).shown)).toEqual(['e'])
})

test('keys the schema does not know are named, not hidden', () => {
  expect(shownChildren(many, { zebra: 1, a: 1 }, none).unknown).toEqual(['zebra'])
})

test('nothing is both shown and hidden, and nothing is neither', () => {
  const values: (Json | undefined)[] = [undefined, null, [], 'text', {}, { a: 1, h: 2 }]
  const hintOf = hints({ a: { hide: true }, b: { recommended: 1 } })
  for (const value of values) {
    const { shown, hidden } = shownChildren(many, value, { isRevealed: (key) => key === 'c', hintOf })
    expect([...keys(shown), ...keys(hidden)].sort()).toEqual(keys(many).sort())
  }
})
