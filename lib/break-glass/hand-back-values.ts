/**
 * Values whose whole numbers may be larger than JavaScript's own (64-bit fields of Kubernetes): such a number is kept as a mark that holds
 * its digits, until it is written down again. A mark cannot come from outside: it holds a random word of this process.
 */
import { randomBytes } from 'node:crypto'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, valueAt } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { withValue } from '#lib/manifest/with-value.ts'
import { applyPatch, type Operation } from '#lib/patch/apply-patch.ts'
import { type ExactJson, isExactObject, readExactJson } from '#lib/patch/exact-json.ts'

const word = randomBytes(12).toString('hex')
const marked = new RegExp(`^${word}:(-?\\d+)$`)
const mark = (digits: string): string => `${word}:${BigInt(digits)}`

/** The digits a mark stands for, or undefined. */
const digitsOf = (value: Json): string | undefined => (typeof value === 'string' ? marked.exec(value)?.[1] : undefined)

/** JSON text as the API server sent it. Throws Invalid. */
export const readMarked = (text: string): Json => asMarked(readExactJson(text))

function asMarked(value: ExactJson): Json {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : mark(String(value))
  if (Array.isArray(value)) return value.map(asMarked)
  return isExactObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asMarked(item)])) : value
}

/** For people: the digits in place of a mark. */
export function unmarked(value: Json): Json {
  const number = digitsOf(value)
  if (number !== undefined) return number
  if (Array.isArray(value)) return value.map(unmarked)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarked(item)])) : value
}

/** What a recorded patch made of the object it was recorded for. Throws Invalid, or Conflict where the two do not belong together. */
export const patchedMarked = (live: string, patch: string): Json => asMarked(applyPatch(readExactJson(live), operationsOf(patch)))

function operationsOf(patch: string): Operation[] {
  const operations = readExactJson(patch)
  return (Array.isArray(operations) ? operations : []).map((entry) => {
    const { op, path, value } = isExactObject(entry) ? entry : {}
    if (typeof path !== 'string') throw new Invalid('The recorded change cannot be read.')
    if (op === 'remove') return { op, path }
    if ((op === 'test' || op === 'add' || op === 'replace') && value !== undefined) return { op, path, value }
    throw new Invalid('The recorded change holds an operation that Corbel does not make.')
  })
}

/** One document of a manifest file in the same form. Throws Invalid where the file has errors. */
export function exactDocument(text: string, document: number): Json {
  const file = parseManifestFile(text)
  const problem = file.problems.find(({ severity }) => severity === 'error')
  if (problem) throw new Invalid(`The file has an error in line ${problem.line}: ${problem.message} Correct it in Git first.`)
  let value = file.documents[document]?.value ?? null
  for (const { path, start, end, document: at } of file.problems) {
    const digits = text.slice(start, end).trim()
    if ((at ?? 0) === document && path && typeof valueAt(value, path) === 'number' && /^[-+]?\d+$/.test(digits))
      value = withValue(value, path, mark(digits.replace(/^\+/, '')))
  }
  return value
}

/** A value with its marks as plain numbers that stand nowhere in the text it goes into, and the digits to write in their places. */
export function withPlaceholders(value: Json, text: string): { value: Json; digits: Map<string, string> } {
  const digits = new Map<string, string>()
  let next = 4_503_599_627_370_497
  const copy = (here: Json): Json => {
    const number = digitsOf(here)
    if (number !== undefined) {
      while (text.includes(String(next))) next++
      digits.set(String(next), number)
      return next++
    }
    if (Array.isArray(here)) return here.map(copy)
    return isObject(here) ? Object.fromEntries(Object.entries(here).map(([key, item]) => [key, copy(item)])) : here
  }
  return { value: copy(value), digits }
}
