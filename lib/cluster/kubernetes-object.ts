import { type Json, type JsonObject, textAt } from '#lib/json.ts'

/** A kind as the API server addresses it. Where `plural` or `namespaced` is left out, discovery is asked (and remembered). */
export interface KindRef {
  /** `group/version`, or `v1` for the core group. */
  apiVersion: string
  kind: string
  plural?: string
  namespaced?: boolean
}

/** One object of a kind. `namespace` is left out for cluster-wide kinds. */
export interface ObjectRef extends KindRef {
  namespace?: string
  name: string
}

/** What every call gives: the value, the API server's warnings, and its audit id (the same as in its audit log). */
export interface Answer<T> {
  value: T
  warnings: string[]
  auditId: string | undefined
}

export interface ListPage {
  items: JsonObject[]
  /** The revision of the whole list: a watch may start from it. */
  resourceVersion: string
  /** Objects that are still to come, as far as the API server told. */
  remaining: number | undefined
}

/** `open` comes once the API server has accepted the watch, `bookmark` about once a minute in quiet times. */
export type WatchEvent =
  | { type: 'open'; resourceVersion: string }
  | { type: 'added' | 'modified' | 'deleted'; object: JsonObject; resourceVersion: string }
  | { type: 'bookmark'; resourceVersion: string }

/** Kind.group, as kinds are called on the wire and in URLs; just the kind for the core group. */
export const kindKey = (kind: string, group: string): string => (group ? `${kind}.${group}` : kind)

/** Which object a manifest is about, or undefined where it lacks apiVersion, kind or name. */
export function refOf(object: JsonObject): ObjectRef | undefined {
  const apiVersion = textAt(object, 'apiVersion')
  const kind = textAt(object, 'kind')
  const name = textAt(object, 'metadata', 'name')
  const namespace = textAt(object, 'metadata', 'namespace')
  if (!apiVersion || !kind || !name) return undefined
  return namespace ? { apiVersion, kind, name, namespace } : { apiVersion, kind, name }
}

/** A condition of `status.conditions`, as far as it is well formed. */
export const itemsOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
