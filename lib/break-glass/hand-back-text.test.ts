import { describe, expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { leftOver, writtenPart } from './hand-back-merge.ts'
import { bringBack } from './hand-back-text.ts'
import { patchedMarked, readMarked } from './hand-back-values.ts'

const none = () => undefined
const object = (spec: Json, annotations: Json = {}): Json => ({ metadata: { name: 'a', uid: 'u', annotations }, spec, status: { x: 1 } })
const edit = (before: Json, after: Json) => ({ before: object(before), after: object(after) })

const file = `# buckets of payments
apiVersion: v1
kind: Other
metadata: {name: b}
---
# owner: payments
apiVersion: example.dev/v1
kind: Thing
metadata:
  name: a   # the name
spec:
  size: 3 # enough, we thought
  # who may read
  readers:
    - name: alice # first
      role: admin
    - name: bob
      role: reader
  ports: [80,  443]
  seed: 9223372036854775807 # never change
---
kind: Last
`

describe('an emergency change brought back to its file', () => {
  test('changes its own field in its own document, and no other byte', () => {
    const live = { size: 3, filledIn: 'by the controller', readers: [], seed: 1 }
    const { text, differed } = bringBack(file, 1, [edit(live, { ...live, size: 5 })], none)
    expect(text).toBe(file.replace('size: 3 #', 'size: 5 #'))
    expect(differed).toEqual([])
  })

  test('changes one item of a list of named items, whatever stands around it in the cluster', () => {
    const live: { readers: { [key: string]: string }[] } = {
      readers: [
        { name: 'carol', role: 'auditor' },
        { name: 'bob', role: 'reader', since: 'default' },
        { name: 'alice', role: 'admin' },
      ],
    }
    const after = structuredClone(live)
    if (after.readers[1]) after.readers[1].role = 'admin'
    expect(bringBack(file, 1, [edit(live, after)], none).text).toBe(file.replace('role: reader', 'role: admin'))
    const more = { readers: [...live.readers, { name: 'dave', role: 'reader' }] }
    expect(bringBack(file, 1, [edit(live, more)], none).text).toBe(
      file.replace('      role: reader\n', '      role: reader\n    - name: dave\n      role: reader\n'),
    )
    const fewer = { readers: live.readers.filter(({ name }) => name !== 'alice') }
    expect(bringBack(file, 1, [edit(live, fewer)], none).text).toBe(file.replace('    - name: alice # first\n      role: admin\n', ''))
  })

  test('adds to and takes from a list of plain values', () => {
    const { text, differed } = bringBack(file, 1, [edit({ ports: [80, 443, 9090] }, { ports: [443, 9090, 8443] })], none)
    expect(text).toMatch(/ports: \[443, +8443\]/)
    expect(differed).toEqual([['spec', 'ports']])
  })

  test.each([
    ['largest', '9223372036854775807', '9223372036854775806'],
    ['smallest', '-9223372036854775807', '-9223372036854775808'],
  ])('keeps every digit of the %s whole numbers', (_, old, fresh) => {
    const live = `{"metadata":{"uid":"u","generation":4},"spec":{"seed":${old},"list":[${old}]}}`
    const patch = `[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"replace","path":"/spec/seed","value":${fresh}},{"op":"add","path":"/spec/list/-","value":${fresh}}]`
    const source = file.replace('9223372036854775807', old).replace('  ports:', `  list:\n  - ${old} # kept\n  ports:`)
    const { text, differed } = bringBack(source, 1, [{ before: readMarked(live), after: patchedMarked(live, patch) }], none)
    expect(text).toBe(source.replace(`seed: ${old}`, `seed: ${fresh}`).replace('# kept\n', `# kept\n  - ${fresh}\n`))
    expect(differed).toEqual([])
  })

  test('of several changes to one field the last stands', () => {
    const edits = [edit({ size: 3 }, { size: 5 }), edit({ size: 5, mode: 'a' }, { size: 9, mode: 'b' })]
    const { text, differed } = bringBack(file, 1, edits, none)
    expect(text).toContain('size: 9 #')
    expect(text).toContain('mode: b')
    expect(differed).toEqual([])
  })

  test('says where Git said something else before, and writes the change all the same', () => {
    const { text, differed } = bringBack(file, 1, [edit({ size: 4 }, { size: 5 })], none)
    expect(text).toContain('size: 5 #')
    expect(differed).toEqual([['spec', 'size']])
  })

  test('takes away a field that was removed, and leaves what is not in Git', () => {
    expect(bringBack(file, 1, [edit({ size: 3, x: { y: 1 } }, { x: {} })], none).text).toBe(
      file.replace('  size: 3 # enough, we thought\n', ''),
    )
  })

  test('brings labels and annotations, but none that describe the live object', () => {
    const after = object(
      {},
      { 'corbel.dev/session': 'x', 'corbel.dev/paused': 'y', 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled', note: 'z' },
    )
    const { text } = bringBack(file, 1, [{ before: object({}), after }], none)
    expect(text).toContain('  annotations:\n    note: z\n')
    expect(text).not.toMatch(/corbel\.dev|fluxcd/)
  })

  test('is refused, with the field, where it cannot be told what Git should say', () => {
    const lists = { rules: [{ a: 1 }, { a: 2 }] }
    const source = file.replace('  size: 3', '  rules: [{a: 1}, {a: 7}, {a: 8}]\n  size: 3')
    expect(() => bringBack(source, 1, [edit(lists, { rules: [{ a: 1 }] })], none)).toThrow(
      /spec\.rules is a list whose items cannot be told apart/,
    )
    expect(() => bringBack(file.replace('size: 3', '<<: [x'), 1, [edit({ size: 3 }, { size: 5 })], none)).toThrow(/error in line/)
  })

  test('finds no way into the prototype of objects', () => {
    const after = JSON.parse('{"__proto__":{"polluted":true},"size":3}')
    expect(() => bringBack(file, 1, [edit({ size: 3 }, after)], none)).not.toThrow()
    expect('polluted' in {}).toBe(false)
  })
})

describe('what is left over of a change', () => {
  const change = { before: writtenPart(object({ size: 3 })), after: writtenPart(object({ size: 5, added: { b: true } })) }
  const rest = (live: Json, git: Json) =>
    leftOver(change, writtenPart(object(live)), writtenPart(object(git)), none).map(({ path }) => path.join('.'))

  test.each<[string, Json, Json, string[]]>([
    ['nothing is in Git yet', { size: 5, added: { b: true } }, { size: 3 }, ['spec.size', 'spec.added.b']],
    ['a field added live and absent from Git', { size: 5, added: { b: true } }, { size: 5 }, ['spec.added.b']],
    ['merged and not applied', { size: 3 }, { size: 5, added: { b: true } }, ['spec.size', 'spec.added.b']],
    ['in both', { size: 5, added: { b: true }, more: 1 }, { size: 5, added: { b: true } }, []],
    ['in neither', { size: 3 }, { size: 3 }, []],
    ['a field that Git never set, back to what the cluster fills in', { size: 3 }, {}, []],
    ['both moved on together', { size: 7 }, { size: 7 }, []],
    [
      'fields the change never touched do not count',
      { size: 5, added: { b: true }, other: 1 },
      { size: 5, added: { b: true }, other: 2 },
      [],
    ],
  ])('%s', (_, live, git, expected) => {
    expect(rest(live, git)).toEqual(expected)
  })

  test('what the API server or the controller filled in beside Git is none, and empty is as good as absent', () => {
    const removed = { before: writtenPart(object({ size: 3, map: { a: 1 } })), after: writtenPart(object({ map: {} })) }
    const live = writtenPart(object({ size: 1, map: {} }))
    const left = (filledIn: boolean) => leftOver(removed, live, writtenPart(object({})), none, () => filledIn).map(({ path }) => path)
    expect(left(true)).toEqual([])
    expect(left(false)).toEqual([['spec', 'size']])
  })

  test('items of a list are compared by their names', () => {
    const items = (...names: string[]): Json => object({ readers: names.map((name) => ({ name })) })
    const left = (live: Json, git: Json) =>
      leftOver({ before: writtenPart(items('a')), after: writtenPart(items('a', 'b')) }, writtenPart(live), writtenPart(git), none)
    expect(left(items('x', 'b', 'a'), items('b', 'a'))).toEqual([])
    expect(left(items('a', 'b'), items('a'))).toMatchObject([{ path: ['spec', 'readers', 1, 'name'], git: undefined }])
  })
})
