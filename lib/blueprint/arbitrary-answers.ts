/** For tests: answers that the questions of a blueprint accept. */
import fc from 'fast-check'
import type { Blueprint } from '#lib/blueprint/blueprint.ts'
import { compileQuestions } from '#lib/blueprint/compile-questions.ts'
import { askedQuestions } from '#lib/blueprint/fill-blueprint.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { arbitraryValue } from '#lib/schema/arbitrary-value.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** Answers to every question that is asked and required, and to some of the others. */
export function arbitraryAnswers(blueprint: Blueprint): fc.Arbitrary<JsonObject> {
  const root = compileQuestions(blueprint.questions)
  const parts = root.children.map((child) => {
    const answer = answerTo(child)
    return fc.tuple(fc.constant(child.key), child.required ? answer : fc.option(answer, { nil: undefined }))
  })
  return fc.tuple(...parts).map((pairs) => {
    const given = Object.fromEntries(pairs.flatMap(([key, value]): [string, Json][] => (value === undefined ? [] : [[key, value]])))
    const asked = new Set(askedQuestions(blueprint.questions, root, given).map(({ name }) => name))
    return Object.fromEntries(Object.entries(given).filter(([key]) => asked.has(key)))
  })
}

function answerTo(node: FieldNode): fc.Arbitrary<Json> {
  switch (node.type) {
    case 'string': {
      if (node.enum || !node.pattern)
        return node.format === 'email' ? fc.constantFrom<Json>('a@acme.example', 'b@acme.example', 'c@acme.example') : arbitraryValue(node)
      const most = node.maxLength ?? Number.POSITIVE_INFINITY
      return fc.stringMatching(new RegExp(node.pattern), { size: 'small' }).filter((text) => text.length <= most)
    }
    case 'integer':
      return fc
        .integer({ min: node.minimum ?? 0, max: Math.min(node.maximum ?? 1000, 4000) })
        .map((value) => (node.multipleOf ? Math.max(node.minimum ?? 0, value - (value % node.multipleOf)) : value))
    case 'list':
      return fc.uniqueArray(answerTo(node.item), {
        minLength: node.minItems ?? 0,
        maxLength: Math.max(node.minItems ?? 0, 3),
        selector: (item) => {
          const [key] = node.keys ?? []
          return JSON.stringify(key !== undefined && typeof item === 'object' && item !== null && !Array.isArray(item) ? item[key] : item)
        },
      })
    case 'object':
      return fc
        .tuple(
          ...node.children.map((child) =>
            fc.tuple(fc.constant(child.key), child.required ? answerTo(child) : fc.option(answerTo(child), { nil: undefined })),
          ),
        )
        .map((pairs) => Object.fromEntries(pairs.flatMap(([key, value]): [string, Json][] => (value === undefined ? [] : [[key, value]]))))
    case 'reference':
      return fc.constantFrom<Json>({ name: 'one' }, { external: 'projects/acme/things/one' }, { name: 'two', namespace: 'payments-prod' })
    default:
      return arbitraryValue(node)
  }
}
