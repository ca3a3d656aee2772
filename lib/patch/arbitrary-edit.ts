/** Objects and edits of them for tests by property: hostile keys, all kinds of numbers, lists whose items move. */
import fc from 'fast-check'
import { type ExactJson, type ExactObject, isExactObject } from './exact-json.ts'

export const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'name', '', 'a/b', '~', '~1', 'é', '0', '-', '<x>&\u2028'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const safeKey = key.filter((each) => !['__proto__', 'constructor', 'prototype'].includes(each) && each.isWellFormed())
const leaf: fc.Arbitrary<ExactJson> = fc.oneof(
  fc.constantFrom<ExactJson>(null, true, false, '', '1', 1, 0, 'yes', '010', '1e3', '~', 'null', '{}'),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Number.isInteger(number)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((number) => !Number.isSafeInteger(Number(number))),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text.isWellFormed()),
)
export const value: fc.Arbitrary<ExactJson> = fc.letrec<{ value: ExactJson }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(safeKey, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), v: tie('value') }), { maxLength: 5 }),
  ),
})).value
const spec = fc.dictionary(safeKey, value, { maxKeys: 5, noNullPrototype: true })
const text = (prefix: string) =>
  fc.dictionary(
    fc.constantFrom('x', 'y', 'z').map((name) => prefix + name),
    fc.constantFrom('', '1', 'b'),
    { noNullPrototype: true },
  )

/** An edit that keeps most of what there was: values replaced, removed, added, items moved. */
export const edited = (of: ExactJson): fc.Arbitrary<ExactJson> => {
  if (Array.isArray(of))
    return fc.oneof(
      { weight: 3, arbitrary: fc.tuple(...of.map(edited)) },
      fc.tuple(fc.shuffledSubarray(of), value).map(([items, more]) => [...items, more]),
      fc.shuffledSubarray(of),
    )
  if (isExactObject(of)) {
    const keys = Object.keys(of)
    return fc
      .tuple(
        fc.subarray(keys, { minLength: Math.max(0, keys.length - 1) }),
        fc.dictionary(safeKey, value, { maxKeys: 1, noNullPrototype: true }),
        fc.tuple(...keys.map((each) => edited(of[each] ?? null))),
      )
      .map(([kept, more, items]) => ({
        ...Object.fromEntries(
          keys.map((each, index): [string, ExactJson] => [each, items[index] ?? null]).filter(([each]) => kept.includes(each)),
        ),
        ...more,
      }))
  }
  return fc.oneof({ weight: 3, arbitrary: fc.constant(of) }, value)
}

export interface Edit {
  live: ExactObject
  edited: ExactObject
}
/** As the API server gives objects: without empty maps. */
const maps = fc
  .record({ labels: text('l-'), annotations: text('cnrm.cloud.google.com/a-') }, { requiredKeys: [] })
  .map((both) => Object.fromEntries(Object.entries(both).filter(([, map]) => Object.keys(map).length > 0)))
export const anEdit: fc.Arbitrary<Edit> = fc.tuple(spec, maps, maps).chain(([before, old, wanted]) =>
  edited(before).map((after) => {
    const object = (metadata: object, fields: ExactJson): ExactObject => ({
      apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
      kind: 'StorageBucket',
      metadata: { name: 'logs', namespace: 'payments-prod', uid: 'u', generation: 1, ...metadata },
      spec: fields,
    })
    return { live: object(old, before), edited: object(wanted, after) }
  }),
)

/** Without the session's annotation and empty maps of metadata, which the API server takes for absent. */
export function comparable(object: ExactJson): ExactJson {
  if (!isExactObject(object) || !isExactObject(object.metadata)) return object
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).flatMap(([part, map]): [string, ExactJson][] => {
      if ((part !== 'labels' && part !== 'annotations') || !isExactObject(map)) return [[part, map]]
      const { 'corbel.dev/session': _, ...rest } = map
      return Object.keys(rest).length === 0 ? [] : [[part, rest]]
    }),
  )
  return { ...object, metadata }
}
