/** Emergency changes written into a manifest file: only what they touched changes, everything else keeps its bytes. Pure. */
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, sameJson } from '#lib/json.ts'
import { deleteValue, setValue } from '#lib/manifest/edit-manifest.ts'
import { ownValue } from '#lib/manifest/live-differences.ts'
import type { MergeLists } from '#lib/manifest/merge-values.ts'
import { pathText, withoutValue, withValue } from '#lib/manifest/with-value.ts'
import { mergeChange, writtenPart } from './hand-back-merge.ts'
import { exactDocument, withPlaceholders } from './hand-back-values.ts'

/** One applied change: the object before, and what the patch made of it. */
export interface AppliedEdit {
  before: Json
  after: Json
}

export interface BroughtBack {
  text: string
  /** Fields at which Git said something else than the live object before the change. */
  differed: JsonPath[]
}

/**
 * The file with all changes of one resource in it, in their order: of several to one field the last stands. `lists` tells how the kind's lists
 * are merged. Throws Invalid, naming the field, where the file does not allow it or it cannot be told what Git should say.
 */
export function bringBack(text: string, document: number, edits: AppliedEdit[], lists: MergeLists): BroughtBack {
  const whole = exactDocument(text, document)
  const start = relevant(whole)
  const differed = new Map<string, JsonPath>()
  let wanted: Json = start
  for (const { before, after } of edits) {
    const merged = mergeChange(wanted, writtenPart(before), writtenPart(after), lists)
    if (merged.refused) {
      const { path, why } = merged.refused
      throw new Invalid(`The change cannot be written into Git's manifest: ${why} Write ${pathText(path)} by hand, or undo the change.`, [
        { path, message: why },
      ])
    }
    for (const path of merged.differed) differed.set(JSON.stringify(path), path)
    wanted = merged.value ?? {}
  }
  let result = text
  let expected = whole
  for (const { path, value } of replacements(start, wanted)) {
    if (value === undefined) {
      result = deleteValue(result, document, path)
      expected = withoutValue(expected, path)
    } else {
      const { value: plain, digits } = withPlaceholders(value, result)
      result = setValue(result, document, path, plain)
      for (const [placeholder, number] of digits) result = result.replaceAll(placeholder, number)
      expected = withValue(expected, path, value)
    }
  }
  if (!sameJson(exactDocument(result, document), expected))
    throw new Invalid(
      "The change cannot be written into Git's manifest without touching the rest of it. Write it by hand, or undo the change.",
    )
  return { text: result, differed: [...differed.values()] }
}

/** The parts of a manifest that an emergency change may touch. */
function relevant(document: Json): Json {
  if (!isObject(document)) return {}
  const metadata = isObject(document.metadata) ? document.metadata : {}
  const of = (key: string) => (metadata[key] === undefined || metadata[key] === null ? {} : { [key]: metadata[key] })
  return { metadata: { ...of('labels'), ...of('annotations') }, ...(document.spec === undefined ? {} : { spec: document.spec }) }
}

/** The fields to set or to delete, as deep as maps lead. */
function replacements(from: Json, to: Json): { path: JsonPath; value: Json | undefined }[] {
  const found: { path: JsonPath; value: Json | undefined }[] = []
  const compare = (a: Json | undefined, b: Json | undefined, path: JsonPath): void => {
    if (sameJson(a, b)) return
    if (isObject(a) && isObject(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(ownValue(a, key), ownValue(b, key), [...path, key])
    } else found.push({ path, value: b })
  }
  compare(from, to, [])
  return found
}
