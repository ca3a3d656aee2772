/** What the parts of the walk share: where it stands, what it keeps account of, and the way back into objects. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath } from '#lib/json.ts'
import { type Account, noteLeaves } from './account.ts'
import type { ResolveReference } from './convert-value.ts'
import type { TableNode } from './table-tree.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'

export interface Walk {
  account: Account
  resolve: ResolveReference | undefined
  /** The kind comes from an older controller's schema. */
  generated: boolean
  /** It names organizations and folders as the service does. */
  declarative: boolean
  /** Folded names of the status: what the kind itself calls observed. */
  observed: ReadonlySet<string>
  /** Fills an object; `mapObject`, given here because fields hold objects and objects hold fields. */
  fill: (walk: Walk, target: Target, source: JsonObject, out: JsonObject, place: Place) => void
}

/** Where a value comes from in the asset, where it goes in the manifest, and what the kind's table says about it. */
export interface Place {
  from: JsonPath
  to: JsonPath
  table: TableNode | undefined
}

/** Nothing in it: null, an empty text, object or list. */
export function isNothing(value: Json): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.every(isNothing)
  return isObject(value) && Object.values(value).every(isNothing)
}

/** Notes a value that goes somewhere as a whole. */
export function whole(walk: Walk, result: Json | undefined, value: Json, place: Place, by: Transform): Json | undefined {
  noteLeaves(
    walk.account,
    value,
    place.from,
    result === undefined ? { fate: 'unmapped', why: 'its form does not fit the field' } : { fate: 'written', to: place.to, by },
  )
  return result
}

/** The object at a key, made when there is none. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const here = parent[key]
  if (isObject(here)) return here
  const made: JsonObject = {}
  parent[key] = made
  return made
}
