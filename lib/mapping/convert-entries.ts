/** Lists and maps: each becomes the other where the kind has it so. Pure. */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { noteLeaves } from './account.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { isNothing, type Place, type Walk, whole } from './walk.ts'

/** Gives the value for one field; `convertField`. */
export type ConvertField = (walk: Walk, target: Target, value: Json, place: Place, by: Transform) => Json | undefined

/** A key that would change the object it is written to, instead of standing in it. */
export const takesKey = (key: string): boolean => key !== '__proto__'

const keyNames = ['key', 'name', 'id']

/** A list of keys and values to a map. */
export function listToMap(convert: ConvertField, walk: Walk, target: Target, value: Json[], place: Place): Json | undefined {
  const out: JsonObject = {}
  for (const [index, entry] of value.entries()) {
    const from = [...place.from, index]
    const key = isObject(entry) ? keyNames.find((name) => typeof entry[name] === 'string') : undefined
    const inner = isObject(entry) ? entry.value : undefined
    if (!isObject(entry) || key === undefined || inner === undefined || !target.item || Object.keys(entry).length !== 2) {
      noteLeaves(walk.account, entry, from, { fate: 'unmapped', why: 'its form does not fit the field' })
      continue
    }
    const name = String(entry[key])
    const result = takesKey(name)
      ? convert(walk, target.item, inner, { from: [...from, 'value'], to: [...place.to, name], table: undefined }, 'map-to-list')
      : whole(walk, undefined, inner, { from: [...from, 'value'], to: place.to, table: undefined }, 'map-to-list')
    walk.account.entries.push(
      result === undefined
        ? { from: [...from, key], fate: 'unmapped', why: 'its value is not written' }
        : { from: [...from, key], fate: 'written', to: [...place.to, name], by: 'map-to-list' },
    )
    if (result !== undefined) out[name] = result
  }
  return Object.keys(out).length === 0 ? undefined : out
}

/** The field of a list's items that holds the key of a map's entry. */
export const keyFieldOf = (item: Target): Target | undefined =>
  keyNames.map((name) => item.byKey.get(name)).find((field) => field?.type === 'string')

/** A map to a list of keys and values. */
export function mapToList(
  convert: ConvertField,
  walk: Walk,
  keyField: string,
  valueField: Target,
  value: JsonObject,
  place: Place,
): Json | undefined {
  const items: Json[] = []
  for (const key of Object.keys(value)) {
    const to = [...place.to, items.length, valueField.key]
    const result = convert(walk, valueField, value[key] ?? null, { from: [...place.from, key], to, table: undefined }, 'map-to-list')
    if (result !== undefined) items.push({ [keyField]: key, [valueField.key]: result })
  }
  return items.length === 0 ? undefined : items
}

/** A map to a list of objects that hold the key. */
export function keyedList(walk: Walk, item: Target, keyField: string, value: JsonObject, place: Place): Json | undefined {
  const items: Json[] = []
  for (const [key, inner] of Object.entries(value)) {
    const from = [...place.from, key]
    const to = [...place.to, items.length]
    const entry: JsonObject = { [keyField]: key }
    if (isObject(inner) && !isNothing(inner)) walk.fill(walk, item, inner, entry, { from, to, table: place.table?.at('*') })
    else noteLeaves(walk.account, inner, from, { fate: 'written', to: [...to, keyField], by: 'map-to-list' })
    items.push(entry)
  }
  return items.length === 0 ? undefined : items
}
