/**
 * Puts back secrets that the person never saw. Editors show the live object redacted; a value that still reads as it was shown is the live
 * value, and a placeholder anywhere else is refused, so that none is ever written to the cluster.
 */
import { Invalid } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import { define } from '#lib/manifest/parse-manifest.ts'
import { hidden, hiddenChanged, redactResource } from '#lib/redact/redact.ts'
import { type ExactJson, type ExactObject, isExactObject, ownExact, printExact, roughJson, sameExact } from './exact-json.ts'
import { pathText } from './json-pointer.ts'

const placeholder = hidden.slice(0, -1)

/** The edited object with the live secrets in place of their placeholders. `isSecret` adds what a schema knows. */
export function restoreHidden(edited: ExactObject, live: ExactObject, isSecret?: (path: JsonPath) => boolean): ExactObject {
  if (!holdsPlaceholder(edited)) return edited
  const rough = roughJson(live)
  const shown = isExactObject(rough) ? redactResource(rough, isSecret) : {}
  const value = restore(edited, shown, live)
  return isExactObject(value) ? value : edited
}

function restore(edited: ExactJson, shown: ExactJson | undefined, live: ExactJson | undefined): ExactJson {
  if (!holdsPlaceholder(edited)) return edited
  if (live !== undefined && sameExact(edited, shown)) return live
  if (isExactObject(edited)) {
    const copy: ExactObject = {}
    for (const [key, item] of Object.entries(edited)) {
      const restored = restore(
        item,
        isExactObject(shown) ? ownExact(shown, key) : undefined,
        isExactObject(live) ? ownExact(live, key) : undefined,
      )
      // Proof of the casts: `define` only sets a property, whatever the value is.
      define(copy as Parameters<typeof define>[0], key, restored as Parameters<typeof define>[2])
    }
    return copy
  }
  return Array.isArray(edited) && Array.isArray(shown) && Array.isArray(live) ? restoreItems(edited, shown, live) : edited
}

/** Items that still read as one that was shown, wherever they stand now; a changed item is known by its place only where nothing moved. */
function restoreItems(edited: ExactJson[], shown: ExactJson[], live: ExactJson[]): ExactJson[] {
  const unmoved = (item: ExactJson, index: number): boolean =>
    edited.length === live.length && nameOf(item) === nameOf(shown[index]) && !edited.some((other) => sameExact(other, shown[index]))
  return edited.map((item, index) => {
    if (!holdsPlaceholder(item)) return item
    if (sameExact(item, shown[index])) return live[index] ?? item
    const same = live.filter((_, at) => sameExact(item, shown[at]))
    if (same[0] !== undefined) return same.every((each) => sameExact(each, same[0])) ? same[0] : item
    return unmoved(item, index) ? restore(item, shown[index], live[index]) : item
  })
}

const nameOf = (item: ExactJson | undefined): string | undefined => {
  const name = isExactObject(item) ? (ownExact(item, 'name') ?? ownExact(item, 'key')) : undefined
  return name === undefined ? undefined : printExact(name)
}

function holdsPlaceholder(value: ExactJson): boolean {
  if (typeof value === 'string') return value.includes(placeholder)
  if (Array.isArray(value)) return value.some(holdsPlaceholder)
  return isExactObject(value) && Object.values(value).some(holdsPlaceholder)
}

/** Throws Invalid where a new value holds a placeholder. */
export function refusePlaceholders(after: ExactJson | undefined, path: JsonPath): void {
  const holds = (value: ExactJson): boolean => {
    if (typeof value === 'string') return value.includes(hidden) || value.includes(hiddenChanged)
    return Array.isArray(value) ? value.some(holds) : isExactObject(value) && Object.values(value).some(holds)
  }
  if (after === undefined || !holds(after)) return
  const message = `${pathText(path)} holds the placeholder of a secret. Write the secret itself, or put the line back where it was.`
  throw new Invalid(message, [{ path, message }])
}
