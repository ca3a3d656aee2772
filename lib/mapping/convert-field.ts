/** The value for one field, in the form the field wants, with every leaf accounted for. Pure. */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { noteLeaves, takeBack } from './account.ts'
import { collectionOf } from './asset-name.ts'
import { keyedList, keyFieldOf, listToMap, mapToList, takesKey } from './convert-entries.ts'
import { convertReference, convertScalar, misfit } from './convert-value.ts'
import { chooseReference, matchField } from './match-field.ts'
import { noteForeign } from './note-foreign.ts'
import { isOutputOnlyName, isSecretName, isUnspecified } from './output-only.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { isNothing, type Place, saysNothing, type Walk, whole } from './walk.ts'
import { fold } from './words.ts'

const deepest = 60

/** The value for a field, with every leaf accounted for; undefined when the field cannot hold it. */
export function convertField(walk: Walk, target: Target, value: Json, place: Place, by: Transform): Json | undefined {
  const { account } = walk
  if (place.from.length > deepest) {
    noteLeaves(account, value, place.from, { fate: 'unmapped', why: 'it lies too deep' })
    return undefined
  }
  if (target.isOutputOnly) {
    noteLeaves(account, value, place.from, { fate: 'output-only', why: 'the kind says that the service writes it' })
    return undefined
  }
  if (target.isBare && isObject(value)) return convertPresence(walk, target, value, place, by)
  if (saysNothing(target, value) && !isKept(target, value)) {
    const wanted = target.isRequired ? emptyAs(target, value) : undefined
    noteLeaves(account, value, place.from, wanted === undefined ? { fate: 'default', why: 'empty' } : { fate: 'written', to: place.to, by })
    return wanted
  }
  if (typeof value === 'string' && isUnspecified(value)) {
    noteLeaves(account, value, place.from, { fate: 'default', why: 'unspecified' })
    return undefined
  }
  if (target.type === 'secret-or-literal') {
    noteLeaves(account, value, place.from, { fate: 'unreadable', why: 'a secret does not go into Git' })
    return undefined
  }
  if (target.isReference) return whole(walk, convertReference(target, value, walk), value, place, 'reference', () => misfit(target, value))
  if (
    typeof value === 'string' &&
    isSecretName(String(place.from.at(-1))) &&
    !namesSecret(target, String(place.from.at(-1))) &&
    collectionOf(value) === undefined &&
    target.type === 'string'
  ) {
    noteLeaves(account, value, place.from, { fate: 'unreadable', why: 'a secret does not go into Git' })
    return undefined
  }
  if (Array.isArray(value)) return convertList(walk, target, value, place, by)
  if (isObject(value)) return convertObject(walk, target, value, place, by)
  if (value === null) return undefined
  return convertText(walk, target, value, place, by)
}

/** A field for the name of a secret, not for the secret. */
const namesSecret = ({ prose }: Target, key: string): boolean =>
  key === 'secret' && /\bname of (?:the|a) secret\b|\bsecret manager\b/i.test(prose)

/** What is kept although nothing stands in it: keys of a map of texts, and entries of a list that say which object they are. */
function isKept({ type, item }: Target, value: Json): boolean {
  if (type === 'map') return item?.type === 'string' && isObject(value) && Object.keys(value).length > 0
  return type === 'list' && item !== undefined && Array.isArray(value) && value.some((entry) => emptyChoice(item, entry) !== undefined)
}

/** An object whose being there says it all. Where the kind takes no keys in it, what the service shows there has no field. */
function convertPresence(walk: Walk, { node }: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  if (node.type === 'free-form' && node.reason !== 'empty') return whole(walk, value, value, place, by)
  if (Object.keys(value).length === 0) walk.account.entries.push({ from: place.from, fate: 'written', to: place.to, by })
  for (const [key, inner] of Object.entries(value)) noteForeign(walk, key, inner, [...place.from, key])
  return {}
}

/** An empty value for a field the kind asks for: `{}` may say as much as a word. */
function emptyAs(target: Target, value: Json): Json | undefined {
  if (value === '' && target.type === 'string') return ''
  if (Array.isArray(value) && target.type === 'list') return []
  if (!isObject(value) || target.isReference) return undefined
  if (target.type === 'map') return {}
  if (target.type !== 'object') return undefined
  const out: JsonObject = {}
  for (const [key, inner] of Object.entries(value)) {
    const field = target.byKey.get(key) ?? target.byFold.get(fold(key))
    const below = field && emptyAs(field, inner)
    if (field && below !== undefined) out[field.key] = below
  }
  return target.required.some((field) => !Object.hasOwn(out, field.key)) ? undefined : out
}

function convertText(walk: Walk, target: Target, value: string | number | boolean, place: Place, by: Transform): Json | undefined {
  if (target.type === 'list' && target.item) {
    const item = convertField(walk, target.item, value, { ...place, to: [...place.to, 0] }, 'one-of-list')
    return item === undefined ? undefined : [item]
  }
  if (target.type === 'object') {
    const inner = onlyField(target, value)
    if (inner) {
      const result = convertField(
        walk,
        inner,
        value,
        { ...place, to: [...place.to, inner.key] },
        inner.isReference ? 'reference-choice' : 'sink',
      )
      return result === undefined ? undefined : { [inner.key]: result }
    }
  }
  const converted = convertScalar(target, value, walk.generated)
  return whole(walk, converted?.value, value, place, converted?.by ?? by, () => misfit(target, value))
}

/** The field a bare value means in an object: its only one, the reference it points to, or the one all others leave as required. */
function onlyField(target: Target, value: string | number | boolean): Target | undefined {
  if (target.fields.length === 1) return target.fields[0]
  if (typeof value === 'string') {
    const reference = chooseReference(target, undefined)
    if (reference) return reference
    // Beside references to resources, what is named by a word: `all-apis`.
    const [plain, ...others] = target.fields.filter(({ type }) => type === 'string')
    if (plain && others.length === 0 && !/[/@]/.test(value) && target.fields.filter((field) => field.isReference).length > 1) return plain
  }
  return target.required.length === 1 ? target.required[0] : target.byKey.get('value')
}

function convertList(walk: Walk, target: Target, value: Json[], place: Place, by: Transform): Json | undefined {
  if (target.type === 'list' && target.item) {
    const { item } = target
    const table = place.table?.at('*')
    const items: Json[] = []
    for (const [index, entry] of value.entries()) {
      const from = [...place.from, index]
      const to = [...place.to, items.length]
      const choice = table?.hasRules ? undefined : emptyChoice(item, entry)
      const result =
        choice && isObject(entry)
          ? convertChoice(walk, item, entry, choice, { from, to, table }, by)
          : saysNothing(item, entry)
            ? whole(walk, undefined, entry, { from, to, table }, by)
            : convertItem(walk, item, entry, { from, to, table }, by)
      if (result !== undefined) items.push(result)
    }
    return items.length === 0 ? undefined : items
  }
  if (target.type === 'map') return listToMap(convertField, walk, target, value, place)
  if (target.type === 'string')
    return whole(walk, holdsJson(target, by) ? JSON.stringify(value) : undefined, value, place, 'json-text', () => misfit(target, value))
  if (target.type === 'free-form' && target.node.type === 'free-form' && target.node.accepts === 'any')
    return whole(walk, value, value, place, by)
  if (value.length === 1 && value[0] !== undefined)
    return convertField(walk, target, value[0], { ...place, from: [...place.from, 0] }, 'one-of-list')
  return whole(walk, undefined, value, place, by, () => misfit(target, value))
}

/** What an entry may say beside the object that it is. */
const naming = new Set(['name', 'id'])

interface EmptyChoice {
  /** Its key in the asset, and its field. */
  key: string
  field: Target
  inner: JsonObject
}

/** The object that an entry is by having it, though nothing stands in it: `{rollback: {}}`, `{name: 'scratch', emptyDir: {}}`. */
function emptyChoice(item: Target, entry: Json): EmptyChoice | undefined {
  if (item.type !== 'object' || !isObject(entry)) return undefined
  const [key, ...others] = Object.keys(entry).filter((one) => !naming.has(one))
  const value = key === undefined ? undefined : entry[key]
  if (key === undefined || others.length > 0 || !isObject(value)) return undefined
  const field = item.byKey.get(key) ?? item.byFold.get(fold(key))
  const inner = field && saysNothing(field, value) ? emptyAs(field, value) : undefined
  if (!field || !isObject(inner)) return undefined
  return item.required.every((one) => one === field || Object.hasOwn(entry, one.key)) ? { key, field, inner } : undefined
}

/** Such an entry converted: what names it, and the empty object. */
function convertChoice(walk: Walk, item: Target, entry: JsonObject, choice: EmptyChoice, place: Place, by: Transform): Json | undefined {
  const { key, field, inner } = choice
  const mark = walk.account.entries.length
  const out: JsonObject = {}
  const { [key]: value = null, ...names } = entry
  walk.fill(walk, { ...item, required: [] }, names, out, place)
  out[field.key] = inner
  whole(walk, inner, value, { ...place, from: [...place.from, key], to: [...place.to, field.key] }, by)
  const missing = item.required.find((one) => !Object.hasOwn(out, one.key))
  if (!missing) return out
  takeBack(walk.account, mark, besideMissing(item, missing, entry))
  return undefined
}

/** A clause for people: why what stands beside a field that the kind asks for is not written. */
const besideMissing = (target: Target, missing: Target, source: JsonObject): string =>
  Object.entries(source).some(([key, inner]) => !isNothing(inner) && matchField(target, key, inner)?.way[0] === missing)
    ? `the kind asks for ${missing.key} beside it, and the asset’s could not be written`
    : `the asset does not say ${missing.key}, which the kind asks for beside it`

/** `user:ann@example.com` where the kind has a field `user`. */
function sortOfMember(item: Target, entry: string): Target | undefined {
  const sort = /^([a-zA-Z]+):[^/]/.exec(entry)?.[1]
  const field = sort === undefined ? undefined : item.byKey.get(sort)
  return field?.type === 'string' ? field : undefined
}

/** An entry of a list. A bare text for an object goes to the reference it points to. */
function convertItem(walk: Walk, item: Target, entry: Json, place: Place, by: Transform): Json | undefined {
  if (typeof entry === 'string' && item.type === 'object' && !item.isReference) {
    const chosen = sortOfMember(item, entry) ?? chooseReference(item, collectionOf(entry))
    if (chosen) {
      const result = convertField(walk, chosen, entry, { ...place, to: [...place.to, chosen.key] }, 'reference-choice')
      return result === undefined ? undefined : { [chosen.key]: result }
    }
  }
  return convertField(walk, item, entry, place, by)
}

function convertObject(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  switch (target.type) {
    case 'object': {
      const mark = walk.account.entries.length
      const out: JsonObject = {}
      walk.fill(walk, target, value, out, place)
      const missing = target.required.find((field) => !Object.hasOwn(out, field.key))
      if (missing && Object.keys(out).length > 0) {
        takeBack(walk.account, mark, besideMissing(target, missing, value))
        return undefined
      }
      return Object.keys(out).length === 0 ? undefined : out
    }
    case 'map': {
      const inside = wrappedMap(target, value)
      if (inside)
        return convertField(
          walk,
          target,
          inside[1],
          { ...place, from: [...place.from, inside[0]], table: place.table?.at(inside[0]) },
          'hoist',
        )
      const out: JsonObject = {}
      for (const key of Object.keys(value)) {
        const inner = value[key] ?? null
        if (!target.item) continue
        const to = [...place.to, key]
        const from = [...place.from, key]
        if (!takesKey(key)) {
          noteLeaves(walk.account, inner, from, { fate: 'unmapped', why: 'no document can hold this key' })
          continue
        }
        if (inner === '' && target.item.type === 'string') {
          walk.account.entries.push({ from, fate: 'written', to, by })
          out[key] = ''
          continue
        }
        const result = convertField(walk, target.item, inner, { from, to, table: place.table?.at('*') }, by)
        if (result !== undefined) out[key] = result
      }
      return Object.keys(out).length === 0 ? undefined : out
    }
    case 'list':
      return objectToList(walk, target, value, place)
    case 'free-form': // of any form; those that are objects were converted already
      return whole(walk, value, value, place, by)
    case 'string':
      return convertToText(walk, target, value, place, by)
    case 'boolean':
      return objectToBoolean(walk, value, place)
    default:
      return unwrap(walk, target, value, place, 'hoist')
  }
}

/** The only entry of a wrapper that is no object itself. */
function onlyEntry(value: JsonObject): [string, Json] | undefined {
  const entries = Object.entries(value).filter(([, inner]) => !isNothing(inner))
  const [only] = entries
  return entries.length === 1 && only && !isObject(only[1]) ? only : undefined
}

/** The map inside a wrapper, for a map of texts: `{tags: {a: b}}` for `{a: b}`. */
function wrappedMap(target: Target, value: JsonObject): [string, JsonObject | Json[]] | undefined {
  const [only, ...others] = Object.entries(value)
  if (!only || others.length > 0 || target.item?.type !== 'string') return undefined
  return isObject(only[1]) || Array.isArray(only[1]) ? [only[0], only[1]] : undefined
}

/** The value inside a wrapper with one entry, for a field that has no wrapper. */
function unwrap(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  const only = onlyEntry(value)
  if (!only) return whole(walk, undefined, value, place, by, () => misfit(target, value))
  for (const [key, inner] of Object.entries(value))
    if (key !== only[0]) noteLeaves(walk.account, inner, [...place.from, key], { fate: 'default', why: 'empty' })
  return convertField(walk, target, only[1], { ...place, from: [...place.from, only[0]], table: place.table?.at(only[0]) }, by)
}

/** An object for a text field: JSON text (a wrapped list without its wrapper), or the text inside a wrapper. */
function convertToText(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  const only = onlyEntry(value)
  if (only && (Array.isArray(only[1]) || !saysJson(target)))
    return unwrap(walk, target, value, place, Array.isArray(only[1]) ? by : 'hoist')
  return whole(walk, holdsJson(target, by) ? JSON.stringify(value) : undefined, value, place, 'json-text', () => misfit(target, value))
}

const saysJson = (target: Target): boolean => /json/i.test(`${target.key} ${target.node.description ?? ''}`)

/** A text field of the very name under which the service has an object can only hold JSON. */
const holdsJson = (target: Target, by: Transform): boolean => by === 'copy' || by === 'spelling' || saysJson(target)

/** `{enabled: true, lockedTime: …}` for a switch. */
function objectToBoolean(walk: Walk, value: JsonObject, place: Place): Json | undefined {
  const { enabled, ...rest } = value
  for (const [key, inner] of Object.entries(rest))
    noteLeaves(
      walk.account,
      inner,
      [...place.from, key],
      isOutputOnlyName(key) || isNothing(inner) ? { fate: 'output-only' } : { fate: 'unmapped', why: 'the field is only a switch' },
    )
  if (enabled === undefined) return undefined
  return whole(walk, typeof enabled === 'boolean' ? enabled : undefined, enabled, { ...place, from: [...place.from, 'enabled'] }, 'boolean')
}

/** A map to a list of its entries, when the items have a field for the key; else a list of one. */
function objectToList(walk: Walk, target: Target, value: JsonObject, place: Place): Json | undefined {
  const { item } = target
  if (!item) return whole(walk, undefined, value, place, 'map-to-list')
  const keyField = keyFieldOf(item)
  const valueField = item.byKey.get('value')
  const keys = Object.keys(value)
  const isMap = keyField && (valueField !== undefined || !keys.some((key) => item.byKey.has(key)))
  const wrapped = onlyEntry(value)
  if (!isMap && wrapped && Array.isArray(wrapped[1]) && !item.byFold.has(fold(wrapped[0])))
    return unwrap(walk, target, value, place, 'hoist')
  if (!isMap) {
    const result = convertField(walk, item, value, { ...place, to: [...place.to, 0] }, 'one-of-list')
    return result === undefined ? undefined : [result]
  }
  return valueField
    ? mapToList(convertField, walk, keyField.key, valueField, value, place)
    : keyedList(walk, item, keyField.key, value, place)
}
