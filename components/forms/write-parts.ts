/** Writes the parts of a field that is drawn as one: a reference, a secret. */
import type { ManifestStore } from '#components/create/manifest-store.ts'
import { isObject, type Json, type JsonObject, type JsonPath, valueAt } from '#lib/json.ts'

/** Puts `value` in place of what stands at `path`, part by part, so that what stays keeps its comments. With `mayGo`, an empty one takes the field out. */
export function writeParts(store: ManifestStore, path: JsonPath, value: JsonObject, mayGo: boolean): void {
  if (mayGo && Object.keys(value).length === 0) store.unset(path)
  else store.set(path, value)
}

/** A secret taken from a Secret, with another name or key. What was cleared is left out: an empty name is none. */
export function withSecretKey(secret: Json | undefined, key: 'name' | 'key', typed: string): JsonObject {
  const before = valueAt(secret, ['valueFrom', 'secretKeyRef'])
  const { [key]: _, ...others } = isObject(before) ? before : {}
  const next: JsonObject = typed === '' ? others : key === 'name' ? { name: typed, ...others } : { ...others, key: typed }
  return Object.keys(next).length === 0 ? {} : { valueFrom: { secretKeyRef: next } }
}
