import { expect, test } from 'vitest'
import { fieldsInside, groupFound } from '#components/forms/group-found.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const text = (key: string, label: string): FieldNode => ({ type: 'string', key, label })
const rules: FieldNode = {
  type: 'list',
  key: 'rules',
  label: 'Rules',
  item: {
    type: 'object',
    key: '',
    label: '',
    children: [{ type: 'object', key: 'action', label: 'Action', children: [text('type', 'Type')] }],
  },
}
const nodes = [text('location', 'Location'), rules]

test('fields stand under what they belong to, the best hit first', () => {
  const groups = groupFound(nodes, [
    { node: text('type', 'Type'), path: ['rules', '*', 'action', 'type'] },
    { node: text('location', 'Location'), path: ['location'] },
    { node: rules, path: ['rules'] },
  ])
  expect(groups.map(({ title, fields }) => [title, fields.length])).toEqual([
    ['Rules › Action', 1],
    ['', 2],
  ])
})

test('a section says how much is in it', () => {
  expect(nodes.map(fieldsInside)).toEqual([0, 2])
})
