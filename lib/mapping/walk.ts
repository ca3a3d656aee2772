/** What the parts of the walk share: where it stands, what it keeps account of, and the way back into objects. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath } from '#lib/json.ts'
import { type Account, noteLeaves } from './account.ts'
import type { ResolveReference } from './convert-value.ts'
import type { TableNode } from './table-tree.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { fold } from './words.ts'

export interface Walk {
  account: Account
  resolve: ResolveReference | undefined
  /** The kind comes from an older controller's schema. */
  generated: boolean
  /** It names organizations and folders as the service does. */
  declarative: boolean
  /** What the kind itself calls observed: the fields of its status as folded names joined by dots (`aws.accessrole.identity`), `*.…` at any depth. */
  observed: ReadonlySet<string>
  /** Where the manifest leaves a secret out that the kind asks for. */
  emptied: JsonPath[]
  /** Project numbers to ids. */
  projectIds: ReadonlyMap<string, string>
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

/** Nothing in it that the field could hold: neither a value, nor an object whose being there says it all. */
export const saysNothing = (target: Target | undefined, value: Json): boolean =>
  isNothing(value) && !(target?.hasBare && isThere(target, value))

/** Whether an object stands where the kind has one without fields. */
function isThere(target: Target, value: Json): boolean {
  if (target.isBare) return isObject(value)
  if (!target.hasBare) return false
  if (Array.isArray(value)) return value.some((entry) => isThere(target.item ?? target, entry))
  if (!isObject(value)) return false
  if (target.type === 'list' && target.item) return isThere(target.item, value)
  return Object.entries(value).some(([key, inner]) => {
    const field = target.type === 'map' ? target.item : (target.byKey.get(key) ?? target.byFold.get(fold(key)))
    return field !== undefined && isThere(field, inner)
  })
}

/** Notes a value that goes somewhere as a whole; `why` tells, where there is no result, why it does not. */
export function whole(
  walk: Walk,
  result: Json | undefined,
  value: Json,
  place: Place,
  by: Transform,
  why: () => string = () => 'its form does not fit the field',
): Json | undefined {
  noteLeaves(
    walk.account,
    value,
    place.from,
    result === undefined ? { fate: 'unmapped', why: why() } : { fate: 'written', to: place.to, by },
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
