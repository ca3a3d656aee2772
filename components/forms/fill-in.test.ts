/** Fields that are drawn as one have no editor for what is inside them: each must be filled in by its own controls, and by nothing else. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type CompiledKind, childrenOf, type FieldNode, type ReferenceField, type SecretField } from '#lib/schema/field-tree.ts'
import { validateField } from '#lib/schema/validate.ts'
import { publishedKinds } from '#scripts/published-kinds.ts'
import { withSecretKey } from './write-parts.ts'
import { asksForKind, kindChoices, referenceWays, withExternal, withKind, withName } from './write-reference.ts'

const drawnAsOne = (node: FieldNode): node is ReferenceField | SecretField => node.type === 'reference' || node.type === 'secret-or-literal'

/** The fields of a kind that are drawn as one, each with its path in words. */
function asOne(node: FieldNode, path: string): [string, ReferenceField | SecretField][] {
  if (drawnAsOne(node)) return [[path, node]]
  if (node.type === 'list') return asOne(node.item, `${path}[]`)
  if (node.type === 'map') return asOne(node.value, `${path}{}`)
  return childrenOf(node).flatMap((child) => asOne(child, `${path}.${child.key}`))
}

/** What the controls of a field write, one value for each way to fill it in. */
function filledIn(node: ReferenceField | SecretField): Json[] {
  if (node.type === 'secret-or-literal') {
    const fromSecret = withSecretKey(withSecretKey(undefined, 'name', 'ledger'), 'key', 'password')
    return node.children.some(({ key }) => key === 'value') ? [fromSecret, { value: 'open' }] : [fromSecret]
  }
  return referenceWays(node).map((way) => {
    const before = asksForKind(node, {}, way) ? withKind(node, {}, kindChoices(node, [])[0] ?? '', []) : {}
    return way === 'name' ? withName(node, before, 'first', []) : withExternal(node, before, 'first', [])
  })
}

/** What the schemas say against values that were filled in. */
function lacking(kinds: readonly CompiledKind[]): { count: number; lacking: string[] } {
  const fields = kinds.flatMap((kind) => asOne(kind.root, kind.kind))
  return {
    count: fields.length,
    lacking: fields.flatMap(([path, node]) =>
      filledIn(node).flatMap((value) =>
        validateField(node, value)
          // what a text must look like is said while it is typed
          .filter(({ message }) => !message.startsWith('Must match the pattern'))
          .map(({ path: at, message }) => `${path} as ${JSON.stringify(value)}: ${at.join('.')} ${message}`),
      ),
    ),
  }
}

const demoCrds = join(import.meta.dirname, '../../demo/crds')
const demoKinds = readdirSync(demoCrds)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => compileKind(parse(readFileSync(join(demoCrds, file), 'utf8')) as JsonObject)) // a definition of ours
const published = publishedKinds().map(({ kind }) => kind)
if (published.length === 0) console.log('fill-in.test.ts: no definitions found (set KCC_CRDS): 613 kinds are skipped')

describe('every reference and secret can be filled in by the form, in each way it offers', () => {
  test('in the kinds of the demo', () => {
    const found = lacking(demoKinds)
    expect(found.lacking).toEqual([])
    expect(found.count).toBeGreaterThan(20)
  })
  test.runIf(published.length > 0)('in all published kinds', () => {
    const found = lacking(published)
    console.log(`${published.length} kinds, ${found.count} references and secrets, ${found.lacking.length} that cannot be filled in`)
    expect(found.lacking).toEqual([])
    expect(found.count).toBeGreaterThan(1000)
  })
})
