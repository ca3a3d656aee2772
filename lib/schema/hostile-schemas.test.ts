/** A schema nobody should write gives a form that can be used, or a YAML editor with a sentence: never a blank, a crash, or a change of every object. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { setValue } from '#lib/manifest/edit-manifest.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf, withSpec } from '#lib/schema/definition-of.ts'
import { evaluateRules } from '#lib/schema/evaluate-rules.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import { type CompiledKind, childrenOf, type FieldNode, fieldAt } from '#lib/schema/field-tree.ts'
import { hostileNames, hostileSchemas } from '#lib/schema/hostile-schemas.ts'
import { initialResource, initialValue } from '#lib/schema/initial.ts'
import { searchFields } from '#lib/schema/search-fields.ts'
import { validateField, validateResource } from '#lib/schema/validate.ts'

const oddOf = (spec: Json): JsonObject => definitionOf(withSpec(spec), { kind: 'Odd', group: 'odd.test' })

const hostileValues: Json[] = [
  null,
  7,
  'text',
  [],
  {},
  [null, {}, []],
  { a: null },
  { a: `${'a'.repeat(5000)}!`, b: [1], c: { d: {} } },
  JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}, "toString": 1}'),
  Object.fromEntries(hostileNames.map((name) => [name, name])),
]

function nodesOf(root: FieldNode): FieldNode[] {
  const found: FieldNode[] = []
  const visit = (node: FieldNode): void => {
    found.push(node)
    if (node.type === 'list') visit(node.item)
    else if (node.type === 'map') visit(node.value)
    else childrenOf(node).forEach(visit)
  }
  visit(root)
  return found
}

/** Everything the pages do with a kind, short of drawing it. */
function use(kind: CompiledKind): void {
  expect(JSON.parse(JSON.stringify(kind))).toEqual(kind)
  const started = initialResource(kind, { namespace: 'payments', name: 'first' })
  validateResource(kind, started)
  for (const spec of hostileValues) {
    const resource = { ...started, spec }
    evaluateRules(kind, { value: resource, old: started, errors: validateResource(kind, resource) })
  }
  for (const query of ['field99', '__proto__', '(', ' ']) searchFields(kind.root, query)
  for (const node of nodesOf(kind.root).slice(0, 300)) {
    expect(explainField(node)).not.toBe('')
    // an editor without fields says why
    if (node.type === 'free-form') expect(node.why).toMatch(/^[A-Z].*\.$/)
    const first = initialValue(node)
    for (const value of [first, ...hostileValues]) validateField(node, value)
  }
}

afterEach(() => {
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
})

describe('hostile schemas', () => {
  test.each(Object.entries(hostileSchemas))('%s', (_, schema) => {
    const kind = compileKind(oddOf(schema))
    use(kind)
    const spec = kind.root.type === 'object' ? fieldAt(kind.root, ['spec']) : kind.root
    expect(spec).toBeDefined()
  })

  test('fields by any name are edited in the text under that name', () => {
    const kind = compileKind(oddOf(hostileSchemas['hostile names'] ?? {}))
    const spec = fieldAt(kind.root, ['spec'])
    expect(spec && childrenOf(spec).map((child) => child.key)).toEqual(expect.arrayContaining(hostileNames))
    // YAML has no keys of more than 1,024 characters on one line; that is refused with a sentence.
    const names = hostileNames.filter((name) => name.length < 1000)
    let source = 'spec: {}\n'
    for (const name of names) source = setValue(source, 0, ['spec', name], 'set')
    const written = parseManifestFile(source).documents[0]?.value
    expect(isObject(written) && isObject(written.spec) ? Object.keys(written.spec).toSorted() : []).toEqual(names.toSorted())
    expect(() => setValue(source, 0, ['spec', 'x'.repeat(5000)], 'set')).toThrow(/cannot be changed here/)
  })

  test('a keyword of our own making means nothing', () => {
    const kind = compileKind(oddOf(hostileSchemas['a keyword of ours'] ?? {}))
    expect(validateResource(kind, { ...initialResource(kind, { namespace: 'a', name: 'b' }), spec: { a: 'x' } })).toEqual([])
  })
})

const orInvalid = (make: () => CompiledKind): CompiledKind | undefined => {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    expect(error.message).toMatch(/\.$/)
    return undefined
  }
}

const json = fc.jsonValue({ maxDepth: 6 }).map((value) => value as Json) // fc.jsonValue gives JSON
const words = fc.constantFrom(
  'type',
  'properties',
  'items',
  'additionalProperties',
  'required',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'enum',
  'default',
  'description',
  'pattern',
  'format',
  'nullable',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  '__proto__',
  'constructor',
  'external',
  'value',
  'valueFrom',
  'name',
)
const grown = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom<Json>('object', 'string', 'array', 'integer', true, null, 7, [], {}, 'has(self.a)', '^(a+)+$', ['name']),
    json,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(words, tie('any'), { maxKeys: 6 }).map((value) => value as Json),
  ),
})).any

describe('anything as a definition', () => {
  test('any JSON is a kind, or is refused with a sentence', () => {
    fc.assert(
      fc.property(fc.oneof(json, grown), json, (value, at) => {
        if (isObject(value)) orInvalid(() => compileKind(value))
        const definition = oddOf({})
        const spec = isObject(definition.spec) ? definition.spec : {}
        for (const key of ['group', 'names', 'versions', 'scope'])
          orInvalid(() => compileKind({ ...definition, spec: { ...spec, [key]: value } }))
        orInvalid(() =>
          compileKind({
            ...definition,
            metadata: value,
            spec: { ...spec, versions: [at, { name: 'v1', served: true, storage: true, schema: value }] },
          }),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('any schema is a tree that judges any value', () => {
    fc.assert(
      fc.property(grown, fc.oneof(json, grown), (schema, value) => {
        const kind = compileKind(oddOf(schema))
        use(kind)
        const resource = { ...initialResource(kind, { namespace: 'a', name: 'b' }), spec: value }
        evaluateRules(kind, { value: resource, errors: validateResource(kind, resource) })
      }),
      { numRuns: 300 },
    )
  })
})
