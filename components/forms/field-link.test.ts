import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldLink, linkedField } from '#components/forms/field-link.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

const text: FieldNode = { type: 'string', key: '', label: '' }
const root: FieldNode = {
  type: 'object',
  key: '',
  label: '',
  children: [
    { type: 'list', key: 'rules', label: '', item: { type: 'object', key: '', label: '', children: [{ ...text, key: '0' }] } },
    { type: 'map', key: 'labels', label: '', value: text },
  ],
}

test('a link leads back to its field', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(1000), (key, index) => {
      fc.pre(!/[\ud800-\udfff]/.test(key))
      for (const path of [
        ['labels', key],
        ['rules', index, '0'],
        ['rules', index],
        ['metadata', 'annotations', `a/b~${key}`],
      ])
        expect(linkedField(fieldLink(path), root)).toEqual(path)
    }),
  )
})

test.each(['', '#', '#main', '#/%E0%A4%A'])('%j leads to no field', (hash) => {
  expect(linkedField(hash, root)).toBeUndefined()
})
