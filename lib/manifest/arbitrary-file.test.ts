/** What a save must never touch, over generated files: see arbitrary-file.ts. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { arbitraryFile } from './arbitrary-file.ts'
import { deleteValue, setValue } from './edit-manifest.ts'
import { rangeOf } from './locate.ts'
import { type ManifestFile, parseManifestFile } from './parse-manifest.ts'
import { withoutValue, withValue } from './with-value.ts'

vi.setConfig({ testTimeout: 120_000 })

const pathsOf = (value: Json, path: JsonPath = []): JsonPath[] => {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))]
  if (isObject(value)) return [path, ...Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))]
  return [path]
}
const file = arbitraryFile.map(parseManifestFile).filter(({ problems }) => problems.every(({ severity }) => severity !== 'error'))
const anyValue: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  'x',
  '',
  7,
  null,
  false,
  { k: { l: 'no' } },
  ['p', { q: 1 }],
  [],
  {},
  'two\nlines\n',
)

const fieldsOf = ({ documents }: ManifestFile) =>
  documents.flatMap((document) =>
    pathsOf(document.value)
      .filter((path) => path.length > 0)
      .map((path) => ({ document, path })),
  )
const pick = <Item>(items: Item[], at: number): Item | undefined => items[at % Math.max(1, items.length)]
const linesOf = (text: string): string[] => text.split(/(?<=\n)/)
let edits = 0
let refused = 0

/** The edited text; undefined where an alias or anchor does not allow it, or a kept block would take in the empty lines after the field. */
function tried(text: string, edit: () => string): string | undefined {
  edits += 1
  try {
    return edit()
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid)
    if (!/[|>]\+/.test(text)) expect(String(error)).toMatch(/alias|anchor|merge key/)
    refused += 1
    return undefined
  }
}

/** The lines over and under a field, which no change of it may touch. */
function around(text: string, document: number, path: JsonPath): { before: string[]; after: string[] } {
  const range = rangeOf(text, document, path)
  if (!range) throw new Error('no range')
  const lines = linesOf(text)
  let last = linesOf(text.slice(0, Math.max(range.start, range.end))).length
  // comments below it that are indented deeper belong to it, with the empty lines between
  const column = range.start - (text.lastIndexOf('\n', range.start - 1) + 1)
  const isDeeper = (line: string) => /^\s*#.*\r?\n$/.test(line) && line.search(/[^ ]/) > column
  for (let next = last; /^\s*\r?\n$/.test(lines[next] ?? '') || isDeeper(lines[next] ?? ''); next += 1)
    if (isDeeper(lines[next] ?? '')) last = next + 1
  return { before: lines.slice(0, range.line - 1), after: lines.slice(last) }
}

describe('any file', () => {
  test('is generated, and read', () => {
    const share = fc
      .sample(arbitraryFile, 400)
      .map(parseManifestFile)
      .filter(({ problems }) => problems.every(({ severity }) => severity !== 'error'))
    expect(share.length).toBeGreaterThan(320)
  })

  test('saved without a change is the same, byte for byte', () => {
    fc.assert(
      fc.property(file, (read) => {
        for (const { document, path } of fieldsOf(read))
          expect(setValue(read.text, document.index, path, valueAt(document.value, path) ?? null)).toBe(read.text)
      }),
      { numRuns: 300 },
    )
  })

  test('a changed field changes its own lines and no others', () => {
    fc.assert(
      fc.property(file, fc.nat(), anyValue, (read, at, value) => {
        const field = pick(fieldsOf(read), at)
        if (!field || sameJson(valueAt(field.document.value, field.path), value)) return
        const { document, path } = field
        const changed = tried(read.text, () => setValue(read.text, document.index, path, value))
        if (changed === undefined) return
        const { before, after } = around(read.text, document.index, path)
        const lines = linesOf(changed)
        expect(lines.slice(0, before.length)).toEqual(before)
        expect(lines.slice(lines.length - after.length)).toEqual(after)
        expect(sameJson(parseManifestFile(changed).documents[document.index]?.value, withValue(document.value, path, value))).toBe(true)
      }),
      { numRuns: 600 },
    )
  })

  test('a deleted field takes its own lines with it and no others', () => {
    fc.assert(
      fc.property(file, fc.nat(), (read, at) => {
        const field = pick(fieldsOf(read), at)
        if (!field) return
        const { document, path } = field
        const parent = valueAt(document.value, path.slice(0, -1))
        // the last one leaves an empty map or list on the line of its parent; after the first of a list item another stands behind the dash
        const own = Object.keys(parent ?? {}).length === 1 || typeof path.at(-2) === 'number' ? path.slice(0, -1) : path
        const changed = tried(read.text, () => deleteValue(read.text, document.index, path))
        if (changed === undefined || own.length === 0) return
        const { before, after: below } = around(read.text, document.index, own)
        const lines = linesOf(changed)
        const isRest = (text: string) =>
          sameJson(parseManifestFile(text).documents[document.index]?.value, withoutValue(document.value, path))
        // empty lines below it go too where they would become part of a text above that keeps them
        const exact = around(read.text, document.index, path)
        const wouldBeKept = /[|>]\+/.test(read.text) && !isRest([...exact.before, ...exact.after].join(''))
        const filled = below.findIndex((line) => line.trim() !== '')
        const after = wouldBeKept ? below.slice(filled < 0 ? below.length : filled) : below
        // without final newline, the line before the last one becomes the last; a byte order mark stays first
        const same = (line: string) => line.replace(/^\uFEFF|\r?\n$/g, '')
        expect(before.map((_, index) => same(lines[index] ?? ''))).toEqual(before.map(same))
        expect(lines.slice(lines.length - after.length).map(same)).toEqual(after.map(same))
        expect(isRest(changed)).toBe(true)
      }),
      { numRuns: 600 },
    )
  })

  test('a new field adds lines and changes none', () => {
    fc.assert(
      fc.property(file, fc.nat(), anyValue, (read, at, value) => {
        const maps = read.documents.flatMap((document) =>
          pathsOf(document.value)
            .filter((path) => Object.keys(asObject(valueAt(document.value, path))).length > 0)
            .map((path) => ({ document, path })),
        )
        const place = pick(maps, at)
        if (!place) return
        const changed = tried(read.text, () => setValue(read.text, place.document.index, [...place.path, 'brandNew'], value))
        if (changed === undefined) return
        const old = linesOf(read.text)
        const lines = linesOf(changed)
        let head = 0
        while (head < old.length && old[head] === lines[head]) head += 1
        let tail = 0
        while (tail < old.length - head && old[old.length - 1 - tail] === lines[lines.length - 1 - tail]) tail += 1
        // brackets hold the new field on a line that is there, and a file without final newline continues its last one
        expect(old.length - head - tail).toBeLessThanOrEqual(1)
      }),
      { numRuns: 800 },
    )
    console.log(`generated files: ${edits} edits, ${refused} refused`)
  })
})

const asObject = (value: Json | undefined) => (isObject(value) ? value : {})
