/** Which sections of a large document are open to begin with: the outer ones, as many as can be drawn at once. Pure. */
import { pathKey } from '#components/create/manifest-store.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'

/** About how many fields are drawn when a form opens. */
export const fieldsAtFirst = 70

/**
 * The keys of the paths of objects and list items to open, from the outside in and in document order, until the fields
 * in them are more than `fieldsAtFirst`; undefined for a document that may be open whole.
 */
export function openAtFirst(value: Json, most = fieldsAtFirst): ReadonlySet<string> | undefined {
  const open = new Set<string>()
  let left = most
  let level: { path: JsonPath; value: Json }[] = [{ path: [], value }]
  while (level.length > 0) {
    const below: typeof level = []
    for (const part of level) {
      const inside = partsOf(part)
      left -= inside.length
      if (left < 0) return open
      // a list has no section of its own: its items have
      if (!Array.isArray(part.value)) open.add(pathKey(part.path))
      below.push(...inside.filter((inner) => typeof inner.value === 'object' && inner.value !== null))
    }
    level = below
  }
  return undefined
}

function partsOf({ path, value }: { path: JsonPath; value: Json }): { path: JsonPath; value: Json }[] {
  if (Array.isArray(value)) return value.map((item, index) => ({ path: [...path, index], value: item }))
  return isObject(value) ? Object.entries(value).map(([key, item]) => ({ path: [...path, key], value: item })) : []
}
