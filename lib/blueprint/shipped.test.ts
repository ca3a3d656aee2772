/** The blueprints that come with Corbel, against the definitions of the demo and, where they are present, the original ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { validateResource } from '#lib/schema/validate.ts'
import { arbitraryAnswers } from './arbitrary-answers.ts'
import { answerErrors } from './check-answers.ts'
import { checkBlueprint, checkHints } from './check-blueprint.ts'
import { compileQuestions } from './compile-questions.ts'
import { effectiveAnswers, fillBlueprint } from './fill-blueprint.ts'
import { located, readBlueprints } from './read-blueprints.ts'

const root = join(import.meta.dirname, '..', '..')
const shipped = readdirSync(join(root, 'blueprints'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const text = readFileSync(join(root, 'blueprints', name), 'utf8')
    return { name, text, ...readBlueprints(text) }
  })
const blueprints = shipped.flatMap((file) =>
  file.blueprints.map(({ document, blueprint }) => ({ ...blueprint, document, text: file.text })),
)

/** Compiled when first asked for: the originals are many. */
function definitionsIn(folder: string): { get: (key: string) => CompiledKind | undefined } {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  const kinds = new Map<string, CompiledKind>()
  return {
    get: (key) => {
      const [, group = ''] = /^[^.]*\.(.*)$/.exec(key) ?? []
      for (const file of files.filter((name) => name.includes(group))) {
        if (kinds.has(key)) break
        const kind = compileKind(parse(readFileSync(join(folder, file), 'utf8')))
        kinds.set(kind.key, kind)
      }
      return kinds.get(key)
    },
  }
}

const demo = definitionsIn(join(root, 'demo', 'crds'))
const originals = process.env.KCC_CRDS ?? join(root, '..', 'shared', 'kcc', 'crds')
const known = (from: typeof demo, keys: string[]) =>
  new Map(
    keys.flatMap((key): [string, CompiledKind][] => {
      const kind = from.get(key)
      return kind ? [[key, kind]] : []
    }),
  )

test('there are eight, and hints for the kinds most used', () => {
  expect(blueprints.map(({ name }) => name).sort()).toEqual([
    'bigquery-dataset',
    'data-endpoint',
    'managed-cache',
    'postgresql',
    'pubsub-dead-letter',
    'redis',
    'service-account',
    'storage-bucket',
  ])
  expect(shipped.flatMap(({ hints }) => hints).length).toBeGreaterThanOrEqual(10)
  expect(shipped.flatMap(({ name, problems }) => problems.map((problem) => `${name}:${problem.line}: ${problem.message}`))).toEqual([])
})

describe.each([
  ['the demo', demo, true],
  ...(existsSync(originals) ? [['Config Connector', definitionsIn(originals), false] as const] : []),
] as [string, typeof demo, boolean][])('against the definitions of %s', (_, definitions, all) => {
  test.each(blueprints)('the blueprint $name is right, and its tests pass', ({ document, text, ...blueprint }) => {
    const keys = blueprint.manifests.map(({ kind }) => kind)
    const kinds = known(definitions, keys)
    if (!all && kinds.size < new Set(keys).size) return // kinds of the demo's own platform
    expect(located(text, document, checkBlueprint(blueprint, kinds))).toEqual([])
  })

  test('every hint names a field there is', () => {
    for (const { text, hints } of shipped)
      for (const { document, hints: each } of hints)
        expect(located(text, document, checkHints(each, known(definitions, [each.kind])))).toEqual([])
  })
})

test('the examples of the operator guide are right', () => {
  const guide = readFileSync(join(root, 'docs', 'operator-guide.md'), 'utf8')
  const examples = [...guide.matchAll(/^```yaml\n(.*?)^```/gms)]
    .map((match) => match[1] ?? '')
    .filter((text) => /^apiVersion: corbel\.dev\/v1$/m.test(text))
  expect(examples).toHaveLength(2)
  for (const text of examples) {
    const { blueprints: written, hints, problems } = readBlueprints(text)
    expect(problems).toEqual([])
    for (const { blueprint } of written)
      expect(
        checkBlueprint(
          blueprint,
          known(
            demo,
            blueprint.manifests.map(({ kind }) => kind),
          ),
        ),
      ).toEqual([])
    for (const each of hints) expect(checkHints(each.hints, known(demo, [each.hints.kind]))).toEqual([])
  }
})

describe('whatever one answers', () => {
  const project = { namespace: 'payments-prod', cluster: 'demo', team: 'payments', gcpProject: 'payments-prod-4711' }
  test.each(blueprints)('$name makes manifests that their kinds accept', (blueprint) => {
    const compiled = compileQuestions(blueprint.questions)
    fc.assert(
      fc.property(arbitraryAnswers(blueprint), (answers) => {
        expect(answerErrors(blueprint.questions, compiled, answers)).toEqual([])
        const made = fillBlueprint(blueprint, effectiveAnswers(blueprint.questions, compiled, answers), {
          project,
          apiVersionOf: (key) => demo.get(key)?.apiVersion,
        })
        for (const { kind, value, problems } of made) {
          expect(problems).toEqual([])
          const definition = demo.get(kind)
          expect(definition ? validateResource(definition, value) : ['no definition']).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })
})
