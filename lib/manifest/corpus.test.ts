/** Odd files as people write them, named .txt so that no formatter tidies them: whatever is edited, everything else stays byte for byte. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { deleteValue, moveItem, setValue } from './edit-manifest.ts'
import { pathAtOffset, rangeOf } from './locate.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { withoutValue, withValue } from './with-value.ts'

const folder = join(import.meta.dirname, 'corpus')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)

const pathsOf = (value: Json, path: JsonPath = []): JsonPath[] => {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))]
  if (isObject(value)) return [path, ...Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))]
  return [path]
}

const comments = (text: string): string[] => [...text.matchAll(/(?:^|\s)(#.*)$/gm)].map((match) => (match[1] ?? '').trim())

/** An edit gives the value, or refuses because of an anchor; then the sentence says so. */
function tryEdit(edit: () => string): string | undefined {
  try {
    return edit()
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid)
    expect(String(error)).toMatch(/alias|anchor|merge key/)
    return undefined
  }
}

describe.each(files)('%s', (_, text) => {
  const file = parseManifestFile(text)
  const fields = file.documents.flatMap((document) => pathsOf(document.value).map((path) => ({ document, path })))
  const anchored = /(?:^|\s)&\w/m.test(text)

  test('is read without errors', () => {
    expect(file.problems.filter((problem) => problem.severity === 'error')).toEqual([])
  })

  test('is the same after setting every field to what it is', () => {
    for (const { document, path } of fields) expect(setValue(text, document.index, path, valueAt(document.value, path) ?? null)).toBe(text)
  })

  test('every single value can be changed, and no comment or other line changes', () => {
    for (const { document, path } of fields) {
      const old = valueAt(document.value, path)
      if (path.length === 0 || old === undefined || (typeof old === 'object' && old !== null)) continue
      const wanted = typeof old === 'string' ? `${old.replace(/\n/g, ' ')} changed` : 12345
      const after = tryEdit(() => setValue(text, document.index, path, wanted))
      if (after === undefined) {
        expect(anchored).toBe(true)
        continue
      }
      expect(parseManifestFile(after).documents[document.index]?.value).toEqual(withValue(document.value, path, wanted))
      const range = rangeOf(text, document.index, path)
      const ownLines = range !== undefined && text.slice(range.start, range.end).includes('\n')
      if (!ownLines) expect(comments(after)).toEqual(comments(text))
      if (!ownLines) expect(differingLines(text, after)).toBeLessThanOrEqual(1)
    }
  })

  test('every field can be deleted', () => {
    for (const { document, path } of fields) {
      if (path.length === 0) continue
      const after = tryEdit(() => deleteValue(text, document.index, path))
      if (after === undefined) expect(anchored).toBe(true)
      else expect(parseManifestFile(after).documents[document.index]?.value).toEqual(withoutValue(document.value, path))
    }
  })

  test('every map takes a new key, and nothing else changes', () => {
    for (const { document, path } of fields) {
      if (!isObject(valueAt(document.value, path))) continue
      for (const value of ['no', { deep: ['x', { y: 1 }] }, 'two\nlines\n']) {
        const after = tryEdit(() => setValue(text, document.index, [...path, 'brand-new'], value))
        if (after === undefined) expect(anchored).toBe(true)
        else
          expect(parseManifestFile(after).documents[document.index]?.value).toEqual(
            withValue(document.value, [...path, 'brand-new'], value),
          )
        if (after !== undefined) expect(comments(after)).toEqual(comments(text))
      }
    }
  })

  test('items of every list can be moved, and no comment is lost', () => {
    for (const { document, path } of fields) {
      const list = valueAt(document.value, path)
      if (!Array.isArray(list) || list.length < 2) continue
      const after = tryEdit(() => moveItem(text, document.index, path, 0, list.length - 1))
      if (after === undefined) continue
      expect(sameJson(valueAt(parseManifestFile(after).documents[document.index]?.value, path), [...list.slice(1), list[0] ?? null])).toBe(
        true,
      )
      expect(comments(after).sort()).toEqual(comments(text).sort())
    }
  })

  test('the place of every field leads back to the field', () => {
    for (const { document, path } of fields) {
      if (path.length === 0 || typeof path.at(-1) === 'number') continue
      const range = rangeOf(text, document.index, path)
      if (!range) throw new Error('no range')
      const back = pathAtOffset(text, document.index, range.start)
      // Through aliases and merge keys the nearest place that is really there is meant.
      expect(path.slice(0, back.length)).toEqual(back)
      if (!anchored) expect(back).toEqual(path)
    }
  })
})

/** How many lines of the old text are not in the new one at the same place from either end. */
function differingLines(before: string, after: string): number {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return a.length - head - tail
}
