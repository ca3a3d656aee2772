import { expect, test } from 'vitest'
import { compileField } from '#lib/schema/compile-field.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import { indexFields, searchFields } from '#lib/schema/search-fields.ts'

const root = compileField(
  {
    type: 'object',
    properties: {
      versioning: { type: 'object', properties: { enabled: { type: 'boolean' } } },
      logging: { type: 'object', properties: { logBucket: { type: 'string', description: 'Where access logs go.' } } },
      lifecycleRule: {
        type: 'array',
        items: { type: 'object', properties: { action: { type: 'object', properties: { type: { type: 'string', enum: ['Delete'] } } } } },
      },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
  '',
  '',
  { nodes: 0 },
)

test.each<[string, string | undefined]>([
  ['versioning', 'versioning'],
  ['versioning enabled', 'versioning.enabled'],
  ['log bucket', 'logging.logBucket'],
  ['access logs', 'logging.logBucket'],
  ['lifecycle type', 'lifecycleRule.*.action.type'],
  ['LABEL', 'labels'],
  ['nothing like it', undefined],
])('"%s" finds %s first', (query, path) => {
  expect(searchFields(root, query)[0]?.path.join('.')).toBe(path)
})

test('an empty query gives all fields in the order of the schema, and an index can be searched again', () => {
  const index = indexFields(root)
  expect(searchFields(index, '').map((found) => found.path.join('.'))).toEqual(index.map((entry) => entry.path.join('.')))
  expect(searchFields(index, '', 2)).toHaveLength(2)
})

test.each<[Parameters<typeof compileField>[0], string]>([
  [{ type: 'string', minLength: 3, maxLength: 63 }, 'text, 3 to 63 characters'],
  [{ type: 'array', items: { type: 'string' } }, 'list of texts'],
  [{ type: 'integer', minimum: 1 }, 'whole number, at least 1'],
  [{ type: 'object', properties: { external: {} } }, 'reference to another resource'],
  [{ type: 'object', additionalProperties: { type: 'integer' } }, 'keys with whole numbers'],
])('a field explains itself (%#)', (schema, words) => {
  expect(explainField(compileField(schema, 'a', 'a', { nodes: 0 }))).toBe(words)
})

test('a key with dots or spaces is found first by itself', () => {
  const text = { type: 'string' as const, label: '' }
  const children = ['a b', 'a/b', 'a.b'].map((key) => ({ ...text, key }))
  expect(searchFields({ type: 'object', key: '', label: '', children }, 'a.b')[0]?.path).toEqual(['a.b'])
})
