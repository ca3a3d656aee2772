/** Laws that hold for every edit, whatever it is. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import { applyPatch, type Operation } from './apply-patch.ts'
import { anEdit, comparable, type Edit, edited, key, value } from './arbitrary-edit.ts'
import { editableText } from './editable-text.ts'
import { exactDiff, rootPlace } from './exact-diff.ts'
import { type ExactJson, type ExactObject, isExactObject, ownExact, printExact, readExactJson, sameExact } from './exact-json.ts'
import { guardInverse, inverseOf, readOperations } from './inverse-patch.ts'
import { tokensOf } from './json-pointer.ts'
import { makePatch } from './make-patch.ts'
import { readEdited } from './read-edited.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const session = '0198f3a2-7c11-7d3e-9b2a-0123456789ab'

const listKeys = fc.constantFrom(undefined, () => ['name'])

const patched = (edit: Edit, keys?: () => string[]) => makePatch({ ...edit, session, sha256, ...(keys ? { listKeys: keys } : {}) })

test('applied to the live object, the patch gives the edited one; its inverse gives the live one back', () => {
  fc.assert(
    fc.property(anEdit, listKeys, (edit, keys) => {
      const made = patched(edit, keys)
      // through the text that is sent and stored, not the operations in memory
      const applied = applyPatch(edit.live, readOperations(made.bytes))
      expect(sameExact(comparable(applied), comparable(edit.edited))).toBe(true)
      // undoing the undo does it again
      const undone = applyPatch(applied, made.inverse)
      if (isExactObject(applied))
        expect(sameExact(comparable(applyPatch(undone, inverseOf(applied, made.inverse))), comparable(applied))).toBe(true)
      const back = guardInverse(readOperations(made.inverseText), { uid: 'u', generation: 1, session, sha256 })
      expect(sameExact(comparable(applyPatch(applied, readOperations(back.bytes))), comparable(edit.live))).toBe(true)
      expect(made.empty).toBe(sameExact(comparable(edit.live), comparable(edit.edited)))
      expect(made.empty).toBe(made.changes.length === 0)
    }),
    { numRuns: 500 },
  )
})

test('the changes told to people are all there is: made by hand, field by field, they give the same spec', () => {
  fc.assert(
    fc.property(anEdit, (edit) => {
      const differs = new Set(
        patched(edit)
          .changes.map(({ path }) => String(path[1]))
          .filter((_, index, all) => all[index] !== undefined),
      )
      for (const { path, before, after, kind } of patched(edit).changes) {
        expect(sameExact(before, after)).toBe(false)
        expect(kind).toBe(before === undefined ? 'added' : after === undefined ? 'removed' : 'changed')
        expect(path.length).toBeGreaterThan(1)
      }
      for (const field of Object.keys(edit.edited.spec as ExactObject))
        if (!sameExact(ownExact(edit.edited.spec as ExactObject, field), ownExact(edit.live.spec as ExactObject, field)))
          expect(differs.has(field)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('it is never longer than replacing the highest field that changed', () => {
  fc.assert(
    fc.property(
      value.chain((before) => edited(before).map((after) => [before, after] as const)),
      listKeys,
      ([before, after], keys) => {
        const { operations } = exactDiff(keys).value(before, after, rootPlace(['spec', 'field']))
        const whole: Operation[] = [
          { op: 'test', path: '/spec/field', value: before },
          { op: 'replace', path: '/spec/field', value: after },
        ]
        const length = (list: Operation[]) => Buffer.byteLength(printExact(list.map((operation) => ({ ...operation }))))
        expect(length(operations)).toBeLessThanOrEqual(length(whole))
      },
    ),
    { numRuns: 500 },
  )
})

test('whatever is typed, it changes nothing outside of its scope', () => {
  const inScope = (path: string): boolean => {
    const [part, map, name = '', ...more] = tokensOf(path)
    if (part === 'spec') return map !== undefined
    if (part !== 'metadata' || more.length > 0) return false
    if (map === 'annotations') return name === '' || name === 'corbel.dev/session' || name.startsWith('cnrm.cloud.google.com/')
    return map === 'labels' && !name.startsWith('corbel.dev/')
  }
  const anything = fc.dictionary(
    fc.oneof(fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', 'status', 'data', '__proto__'), key),
    value,
    { noNullPrototype: true },
  )
  const metadata = fc.dictionary(
    fc.constantFrom('name', 'namespace', 'uid', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields', 'generation'),
    fc.oneof(
      value,
      fc.dictionary(
        fc.constantFrom(
          'corbel.dev/project',
          'corbel.dev/session',
          'cnrm.cloud.google.com/project-id',
          'cnrm.cloud.google.com/x',
          'l',
          'constructor',
          '',
        ),
        fc.oneof(fc.constant<ExactJson>('v'), value),
        { noNullPrototype: true },
      ),
    ),
    { noNullPrototype: true },
  )
  let made = 0
  fc.assert(
    fc.property(anEdit, anything, metadata, fc.boolean(), ({ live }, more, meta, all) => {
      const typed = all ? { ...live, ...more } : { ...live, metadata: { ...(live.metadata as ExactObject), ...meta } }
      try {
        const { operations } = makePatch({ live, edited: typed, session, sha256 })
        made++
        for (const { op, path } of operations) if (op !== 'test') expect(inScope(path), path).toBe(true)
        const after = applyPatch(live, operations)
        for (const each of ['apiVersion', 'kind', 'status', 'data'])
          expect(sameExact(ownExact(after as ExactObject, each), ownExact(live, each))).toBe(true)
      } catch (error) {
        if (!(error instanceof Invalid)) throw error
      }
      expect('polluted' in {}).toBe(false)
    }),
    { numRuns: 500 },
  )
  expect(made).toBeGreaterThan(20)
})

test('the text to edit, read again as it is, changes nothing', () => {
  fc.assert(
    fc.property(anEdit, ({ live }) => {
      const made = makePatch({ live: printExact(live), edited: editableText(live), session, sha256 })
      expect(made.changes).toEqual([])
      const { spec: again } = readEdited(editableText(live))
      expect(sameExact(again, live.spec)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('printed and read again, a value is the same, and the same value has one text', () => {
  fc.assert(
    fc.property(value, (each) => {
      expect(sameExact(readExactJson(printExact(each)), each)).toBe(true)
      expect(printExact(readExactJson(printExact(each)))).toBe(printExact(each))
    }),
    { numRuns: 500 },
  )
})
