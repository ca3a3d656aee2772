import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { isObject, type Json, type JsonObject, sameJson, valueAt } from '#lib/json.ts'
import { mergeManifests } from './merge-values.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { defaultStyle, printMap } from './print-value.ts'

vi.setConfig({ testTimeout: 120_000 })

const scalar = fc.constantFrom<Json>(0, 1, 'x', 'no', null, true, '')
const named = fc.uniqueArray(
  fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), v: fc.constantFrom<Json>(0, 1, { deep: 1 }) }).map((item): Json => item),
  { selector: (item) => JSON.stringify(isObject(item) ? item.name : item), maxLength: 4 },
)
const value: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    scalar,
    named,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x.y/z', '__proto__'), tie('node'), { maxKeys: 3 }).map((made): Json => ({ ...made })),
  ),
})).node
const document: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'spec'), value, { minKeys: 1, maxKeys: 4 })
  .map((made) => ({ ...made }))

/** Written with a comment over every line at the left, so that there is something to lose. */
const write = (object: JsonObject, comments = false): string =>
  printMap(object, 0, defaultStyle)
    .flatMap((line, index) => (comments && /^\S/.test(line) ? [`# about ${index}`, line] : [line]))
    .join('\n')
    .concat('\n')
const read = (text: string): Json => parseManifestFile(text).documents[0]?.value ?? null
const ids = (result: ReturnType<typeof mergeManifests>) => result.conflicts.map(({ id }) => id).sort()

describe('merging any three documents', () => {
  test('what nobody else changed becomes what I wrote', () => {
    fc.assert(
      fc.property(document, document, fc.boolean(), (base, mine, comments) => {
        const text = write(base, comments)
        const merged = mergeManifests({ base: text, mine: write(mine, comments), theirs: text })
        expect(merged.conflicts).toEqual([])
        expect(sameJson(read(merged.text), mine)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('what I did not change stays theirs, byte for byte', () => {
    fc.assert(
      fc.property(document, document, (base, theirs) => {
        const text = write(theirs, true)
        const merged = mergeManifests({ base: write(base), mine: write(base), theirs: text })
        expect(merged).toMatchObject({ text, conflicts: [], mine: [] })
      }),
      { numRuns: 300 },
    )
  })

  test('the same change on both sides is no conflict', () => {
    fc.assert(
      fc.property(document, document, (base, both) => {
        const merged = mergeManifests({ base: write(base), mine: write(both), theirs: write(both, true) })
        expect(merged.conflicts).toEqual([])
        expect(sameJson(read(merged.text), both)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('changes of different fields are both there', () => {
    fc.assert(
      fc.property(value, value, value, value, (a, changedA, b, changedB) => {
        const base = { first: a, last: b }
        const merged = mergeManifests({
          base: write(base, true),
          mine: write({ first: changedA, last: b }, true),
          theirs: write({ first: a, last: changedB }, true),
        })
        expect(merged.conflicts).toEqual([])
        expect(sameJson(read(merged.text), { first: changedA, last: changedB })).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('whoever is called mine, the conflicts are the same', () => {
    fc.assert(
      fc.property(document, document, document, (base, one, other) => {
        const [a, b, c] = [write(base), write(one), write(other)]
        expect(ids(mergeManifests({ base: a, mine: b, theirs: c }))).toEqual(ids(mergeManifests({ base: a, mine: c, theirs: b })))
      }),
      { numRuns: 300 },
    )
  })

  test('after a choice no conflict is left, and the chosen value stands there', () => {
    fc.assert(
      fc.property(document, document, document, (base, mine, theirs) => {
        const sides = { base: write(base), mine: write(mine), theirs: write(theirs, true) }
        const open = mergeManifests(sides)
        for (const { path, theirs: value } of open.conflicts)
          if (value !== undefined) expect(sameJson(valueAt(theirs, path), value)).toBe(true)
        expect(mergeManifests(sides, undefined, () => 'theirs')).toMatchObject({ text: open.text, conflicts: [] })
        const all = mergeManifests(sides, undefined, () => 'mine')
        expect(all.conflicts).toEqual([])
        for (const { path, mine: value } of open.conflicts)
          if (path.every((key) => typeof key === 'string')) expect(sameJson(valueAt(read(all.text), path), value)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('nothing makes it throw', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom('a: &x 1\nb: *x\n', '<<: {a: 1}\n', '- 1\n', 'a: [1', '---\n---\n', '\uFEFFa: 1', '{"a": 1}', '', 'a: 1\na: 2\n'),
      document.map((made) => write(made)),
    )
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => void mergeManifests({ base, mine, theirs })),
      { numRuns: 1500 },
    )
  })
})

const git = `# Owned by payments.
apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: logs # never rename
spec:
  location: EU
  # Retention is a legal matter.
  retention: 30
  users:
    - name: reader # the batch job
      level: 1
    - name: writer
      level: 2
`

describe('merging what people write', () => {
  test('their comments, their fields and my fields come together', () => {
    const mine = git.replace('location: EU', 'location: US').replace('level: 2', 'level: 3')
    const theirs = git.replace('retention: 30', 'retention: 60 # asked by audit').replace('level: 1', 'level: 9')
    const merged = mergeManifests({ base: git, mine, theirs })
    expect(merged.conflicts).toEqual([])
    expect(merged.text).toBe(theirs.replace('location: EU', 'location: US').replace('level: 2', 'level: 3'))
    expect(merged.mine.map(({ path }) => path)).toEqual([
      ['spec', 'location'],
      ['spec', 'users', 1, 'level'],
    ])
    expect(merged.theirs.map(({ path }) => path)).toEqual([
      ['spec', 'retention'],
      ['spec', 'users', 0, 'level'],
    ])
  })

  test('my comments come along, also beside a conflict', () => {
    const mine = git.replace('  location: EU\n', '  location: EU # my reason\n').replace('retention: 30', 'retention: 10')
    const theirs = git.replace('retention: 30', 'retention: 60')
    const merged = mergeManifests({ base: git, mine, theirs })
    expect(merged.text).toContain('location: EU # my reason')
    expect(merged.text).toContain('retention: 60')
    expect(merged.conflicts).toEqual([{ id: '["spec","retention"]', path: ['spec', 'retention'], base: 30, mine: 10, theirs: 60 }])
    expect(merged.lostComments).toEqual([])
  })

  test('a comment of mine that finds no place is named', () => {
    const mine = git.replace('retention: 30', 'retention: 10 # cheaper')
    const merged = mergeManifests({ base: git, mine, theirs: git.replace('retention: 30', 'retention: 60') })
    expect(merged.lostComments).toEqual(['# cheaper'])
  })

  test('items are told apart by their name, or by the keys of the schema', () => {
    const mine = git.replace('    - name: writer\n', '    - name: auditor\n      level: 0\n    - name: writer\n')
    const theirs = git.replace('    - name: reader # the batch job\n      level: 1\n', '')
    const merged = mergeManifests({ base: git, mine, theirs })
    expect(merged.conflicts).toEqual([])
    expect(valueAt(read(merged.text), ['spec', 'users'])).toEqual([
      { name: 'auditor', level: 0 },
      { name: 'writer', level: 2 },
    ])
    const ports = (protocol: string, extra = '') => `ports:\n  - port: 1\n    protocol: ${protocol}\n  - port: 2\n${extra}`
    const byPort = mergeManifests({ base: ports('TCP'), mine: ports('UDP'), theirs: ports('TCP', '  - port: 3\n') }, () => ['port'])
    expect(byPort.text).toBe(ports('UDP', '  - port: 3\n'))
  })

  test('a list that is one value is chosen as a whole', () => {
    const list = (...items: string[]) => `zones:\n${items.map((item) => `  - ${item}\n`).join('')}`
    const merged = mergeManifests({ base: list('a'), mine: list('a', 'b'), theirs: list('a', 'c') })
    expect(merged.conflicts).toEqual([{ id: '["zones"]', path: ['zones'], base: ['a'], mine: ['a', 'b'], theirs: ['a', 'c'] }])
    const whole = mergeManifests({ base: 'l:\n  - name: a\n', mine: 'l:\n  - name: b\n', theirs: 'l:\n  - name: c\n' }, () => 'whole')
    expect(whole.conflicts).toHaveLength(1)
  })

  test('deleting what the other changed is a conflict, and either can be chosen', () => {
    const mine = git.replace('    - name: writer\n      level: 2\n', '')
    const theirs = git.replace('level: 2', 'level: 5')
    const sides = { base: git, mine, theirs }
    expect(mergeManifests(sides).conflicts).toMatchObject([{ mine: undefined, theirs: { name: 'writer', level: 5 } }])
    expect(mergeManifests(sides, undefined, () => 'mine').text).toBe(mine)
    const other = { base: git, mine: theirs, theirs: mine }
    expect(mergeManifests(other).conflicts).toMatchObject([{ path: ['spec', 'users', 1], theirs: undefined }])
    expect(read(mergeManifests(other, undefined, () => 'mine').text)).toEqual(read(theirs))
  })

  test('other documents and line ends of the file stay', () => {
    const windows = git.replaceAll('\n', '\r\n')
    const file = (text: string) => `a: 1 # first\r\n---\r\n${text}---\r\nb: 2`
    const merged = mergeManifests({
      base: git,
      mine: git.replace('EU', 'US'),
      theirs: file(windows.replace('30', '60')),
      documents: { base: 0, mine: 0, theirs: 1 },
    })
    expect(merged.text).toBe(file(windows.replace('30', '60').replace('EU', 'US')))
  })

  test('a value behind an anchor is a conflict with the reason', () => {
    const text = (a: string, b: string) => `x: &shared {a: ${a}, b: ${b}}\ny: *shared\n`
    const plain = (a: string) => `x: {a: ${a}, b: 1}\ny: {a: ${a}, b: 1}\n`
    const merged = mergeManifests({ base: plain('1'), mine: plain('1').replace('y: {a: 1', 'y: {a: 5'), theirs: text('1', '1') })
    expect(merged.text).toBe(text('1', '1'))
    expect(merged.conflicts[0]?.why).toMatch(/alias|anchor/)
  })

  test('a text that cannot be read is not merged, and says why', () => {
    const merged = mergeManifests({ base: git, mine: 'a: [', theirs: git })
    expect(merged.text).toBe(git)
    expect(merged.conflicts).toMatchObject([{ path: [], why: expect.stringMatching(/^Line 1: /) }])
  })
})
