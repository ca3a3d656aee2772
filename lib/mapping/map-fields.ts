/** The walk through an asset's data: every key finds its field, every leaf its line in the account. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson } from '#lib/json.ts'
import { type Account, noteLeaves, takeBack } from './account.ts'
import { collectionOf } from './asset-name.ts'
import { convertReference, convertScalar, type ResolveReference } from './convert-value.ts'
import type { Choice, FieldRule } from './kind-table.ts'
import { chooseReference, type FieldMatch, matchField } from './match-field.ts'
import { isOutputOnlyName, isSecretName, isUnspecified } from './output-only.ts'
import type { TableNode } from './table-tree.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { fold } from './words.ts'

export interface Walk {
  account: Account
  resolve: ResolveReference | undefined
  /** The kind comes from an older controller's schema. */
  generated: boolean
  /** Folded names of the status: what the kind itself calls observed. */
  observed: ReadonlySet<string>
}

interface Place {
  from: JsonPath
  to: JsonPath
  table: TableNode | undefined
}

const deepest = 60

/** Fills `out`, an object of the field `target`, with what `source` holds. `skip` names keys that others account for. */
export function mapObject(walk: Walk, target: Target, source: JsonObject, out: JsonObject, place: Place, skip?: ReadonlySet<string>): void {
  // Surest first: a key of the field's own name must not find its place taken.
  const named: string[] = []
  const likely: [string, FieldMatch][] = []
  const foreign: string[] = []
  for (const key of Object.keys(source)) {
    if (skip?.has(key)) continue
    const value = source[key] ?? null
    const from = [...place.from, key]
    const table = place.table?.at(key)
    if (table?.taken) continue
    if (table?.leave) noteLeaves(walk.account, value, from, table.leave)
    else if (table?.rule) applyRule(walk, target, table.rule, value, out, { ...place, from, table })
    else if (target.byKey.has(key)) named.push(key)
    else if (isNothing(value)) noteLeaves(walk.account, value, from, { fate: 'default', why: 'empty' })
    else {
      const match = matchField(target, key, value)
      if (match) likely.push([key, match])
      else foreign.push(key)
    }
  }
  for (const key of named) {
    const match = matchField(target, key, source[key] ?? null)
    if (match) mapKey(walk, match, key, source[key] ?? null, out, place)
  }
  for (const [key, match] of likely) mapKey(walk, match, key, source[key] ?? null, out, place)
  for (const key of foreign) {
    const value = source[key] ?? null
    unmatched(walk, target, key, value, out, { ...place, from: [...place.from, key], table: place.table?.at(key) })
  }
  fillZeros(target, out)
}

/** The services leave out switches that are off and numbers that are zero; a kind that asks for them gets them. */
function fillZeros(target: Target, out: JsonObject): void {
  for (const field of target.required) {
    if (Object.hasOwn(out, field.key)) continue
    if (field.type === 'boolean') out[field.key] = false
    else if (Object.keys(out).length > 0 && target.key !== 'spec' && (field.type === 'integer' || field.type === 'number'))
      out[field.key] = 0
    else if (Object.keys(out).length > 0 && field.type === 'string' && field.key === 'seconds') out[field.key] = '0'
  }
}

function mapKey(walk: Walk, match: FieldMatch, key: string, value: Json, out: JsonObject, place: Place): void {
  const from = [...place.from, key]
  const table = place.table?.at(key)
  const last = match.way.at(-1)
  if (!last) return
  let parent = out
  let to = place.to
  for (const step of match.way.slice(0, -1)) {
    to = [...to, step.key]
    parent = objectAt(parent, step.key)
  }
  const [first] = match.way
  if (Object.hasOwn(parent, last.key) || (match.way.length > 1 && Object.keys(parent).length > 0)) {
    alreadyFilled(walk, last.key, parent[last.key], value, from)
    return
  }
  const result = convert(walk, last, value, { from, to: [...to, last.key], table }, match.by)
  if (result !== undefined) parent[last.key] = result
  else if (first && match.way.length > 1 && isEmptyObject(out[first.key])) delete out[first.key]
}

/** The services say some things twice; what they say a second time need not be written. */
function alreadyFilled(walk: Walk, key: string, there: Json | undefined, value: Json, from: JsonPath): void {
  noteLeaves(
    walk.account,
    value,
    from,
    sameMeaning(there, value)
      ? { fate: 'output-only', why: `${key} says the same` }
      : { fate: 'unmapped', why: `${key} is already filled from another field` },
  )
}

function sameMeaning(there: Json | undefined, value: Json): boolean {
  if (Array.isArray(value))
    return Array.isArray(there) && value.length === there.length && value.every((item, index) => sameMeaning(there[index], item))
  const text = isObject(there) && typeof there.external === 'string' ? there.external : there
  if (isObject(value) || isObject(text) || Array.isArray(text)) return false
  if (sameJson(text, value) || String(text) === String(value)) return true
  return typeof text === 'string' && typeof value === 'string' && text.split('/').at(-1) === value.split('/').at(-1)
}

const isEmptyObject = (value: Json | undefined): boolean => isObject(value) && Object.keys(value).length === 0

function objectAt(parent: JsonObject, key: string): JsonObject {
  const here = parent[key]
  if (isObject(here)) return here
  const made: JsonObject = {}
  parent[key] = made
  return made
}

/** Nothing in it: null, an empty text, object or list. */
export function isNothing(value: Json): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.every(isNothing)
  return isObject(value) && Object.values(value).every(isNothing)
}

/** A key the kind has no field for. */
function unmatched(walk: Walk, target: Target, key: string, value: Json, out: JsonObject, place: Place): void {
  if (isObject(value) && (place.table?.hasRules || !isOutputOnlyName(key)) && joinOrHoist(walk, target, key, value, out, place)) return
  const observed = place.from.length === 1 ? walk.observed.has(fold(key)) : false
  noteLeaves(
    walk.account,
    value,
    place.from,
    isOutputOnlyName(key) || observed
      ? { fate: 'output-only' }
      : typeof value === 'string' && (isUnspecified(value) || value === 'DEFAULT')
        ? { fate: 'default', why: 'nobody chose' }
        : value === false || value === 0
          ? { fate: 'default', why: 'what unset means' }
          : { fate: 'unmapped', why: `the kind has no field that means ${key}` },
  )
}

/**
 * A wrapper the kind does not have. `lifecycle.rule` may be `lifecycleRule`, `routingConfig.routingMode` may be `routingMode`: each key
 * inside looks for its field in the wrapper's place. True when at least one was found; the others are accounted for as unmatched.
 */
function joinOrHoist(walk: Walk, target: Target, wrapper: string, value: JsonObject, out: JsonObject, place: Place): boolean {
  const keys = Object.keys(value)
  const finds = keys.map((key): { field: Target; by: Transform } | undefined => {
    const inner = value[key] ?? null
    if (isNothing(inner)) return undefined
    const joined = target.byFold.get(fold(wrapper + key))
    if (joined && !Object.hasOwn(out, joined.key)) return { field: joined, by: 'joined' }
    const hoisted = matchField(target, key, inner)
    const field = hoisted?.way[0]
    if (hoisted?.way.length !== 1 || !field || tooCommon.has(fold(key)) || Object.hasOwn(out, field.key)) return undefined
    return { field, by: 'hoist' }
  })
  if (finds.every((found) => !found) && !place.table?.hasRules) return false
  for (const [index, key] of keys.entries()) {
    const inner = value[key] ?? null
    const from = [...place.from, key]
    const table = place.table?.at(key)
    const found = finds[index]
    if (table?.leave || table?.rule) {
      if (table.leave) noteLeaves(walk.account, inner, from, table.leave)
      else if (table.rule) applyRule(walk, target, table.rule, inner, out, { ...place, from, table })
      continue
    }
    if (!found) {
      if (isNothing(inner)) noteLeaves(walk.account, inner, from, { fate: 'default', why: 'empty' })
      else unmatched(walk, target, key, inner, out, { ...place, from, table: place.table?.at(key) })
      continue
    }
    if (Object.hasOwn(out, found.field.key)) {
      noteLeaves(walk.account, inner, from, { fate: 'unmapped', why: `${found.field.key} is already filled from another field` })
      continue
    }
    const result = convert(walk, found.field, inner, { from, to: [...place.to, found.field.key], table: place.table?.at(key) }, found.by)
    if (result !== undefined) out[found.field.key] = result
  }
  return true
}

/** Words that mean something else one level up. */
const tooCommon = new Set([
  'name',
  'type',
  'id',
  'kind',
  'description',
  'displayname',
  'enabled',
  'value',
  'key',
  'labels',
  'state',
  'config',
  'annotations',
  'location',
])

/** The value for a field, with every leaf accounted for; undefined when the field cannot hold it. */
function convert(walk: Walk, target: Target, value: Json, place: Place, by: Transform): Json | undefined {
  const { account } = walk
  if (place.from.length > deepest) {
    noteLeaves(account, value, place.from, { fate: 'unmapped', why: 'it lies too deep' })
    return undefined
  }
  if (isNothing(value) && !(target.type === 'map' && target.item?.type === 'string' && isObject(value) && Object.keys(value).length > 0)) {
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
  if (target.isReference) return whole(walk, convertReference(target, value, walk.resolve), value, place, 'reference')
  if (
    typeof value === 'string' &&
    isSecretName(String(place.from.at(-1))) &&
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

/** Notes a value that goes somewhere as a whole. */
function whole(walk: Walk, result: Json | undefined, value: Json, place: Place, by: Transform): Json | undefined {
  noteLeaves(
    walk.account,
    value,
    place.from,
    result === undefined ? { fate: 'unmapped', why: 'its form does not fit the field' } : { fate: 'written', to: place.to, by },
  )
  return result
}

function convertText(walk: Walk, target: Target, value: string | number | boolean, place: Place, by: Transform): Json | undefined {
  if (target.type === 'list' && target.item) {
    const item = convert(walk, target.item, value, { ...place, to: [...place.to, 0] }, 'one-of-list')
    return item === undefined ? undefined : [item]
  }
  if (target.type === 'object') {
    const inner = onlyField(target, value)
    if (inner) {
      const result = convert(
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
  return whole(walk, converted?.value, value, place, converted?.by ?? by)
}

/** The field a bare value means in an object: its only one, the reference it points to, or the one all others leave as required. */
function onlyField(target: Target, value: string | number | boolean): Target | undefined {
  if (target.fields.length === 1) return target.fields[0]
  if (typeof value === 'string') {
    const reference = chooseReference(target, undefined)
    if (reference) return reference
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
      const result = isNothing(entry)
        ? whole(walk, undefined, entry, { from, to, table }, by)
        : convertItem(walk, item, entry, { from, to, table }, by)
      if (result !== undefined) items.push(result)
    }
    return items.length === 0 ? undefined : items
  }
  if (target.type === 'map') return listToMap(walk, target, value, place)
  if (target.type === 'string') return whole(walk, holdsJson(target, by) ? JSON.stringify(value) : undefined, value, place, 'json-text')
  if (target.type === 'free-form' && target.node.type === 'free-form' && target.node.accepts === 'any')
    return whole(walk, value, value, place, by)
  if (value.length === 1 && value[0] !== undefined)
    return convert(walk, target, value[0], { ...place, from: [...place.from, 0] }, 'one-of-list')
  return whole(walk, undefined, value, place, by)
}

/** An entry of a list. A bare text for an object goes to the reference it points to. */
function convertItem(walk: Walk, item: Target, entry: Json, place: Place, by: Transform): Json | undefined {
  if (typeof entry === 'string' && item.type === 'object' && !item.isReference) {
    const chosen = chooseReference(item, collectionOf(entry))
    if (chosen) {
      const result = convert(walk, chosen, entry, { ...place, to: [...place.to, chosen.key] }, 'reference-choice')
      return result === undefined ? undefined : { [chosen.key]: result }
    }
  }
  return convert(walk, item, entry, place, by)
}

/** A key that would change the object it is written to, instead of standing in it. */
const takesKey = (key: string): boolean => key !== '__proto__'

const keyNames = ['key', 'name', 'id']

function listToMap(walk: Walk, target: Target, value: Json[], place: Place): Json | undefined {
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

function convertObject(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  switch (target.type) {
    case 'object': {
      const mark = walk.account.entries.length
      const out: JsonObject = {}
      mapObject(walk, target, value, out, place)
      const missing = target.required.find((field) => !Object.hasOwn(out, field.key))
      if (missing && Object.keys(out).length > 0) {
        takeBack(walk.account, mark, `the asset does not say ${missing.key}, which the kind asks for beside it`)
        return undefined
      }
      return Object.keys(out).length === 0 ? undefined : out
    }
    case 'map': {
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
        const result = convert(walk, target.item, inner, { from, to, table: place.table?.at('*') }, by)
        if (result !== undefined) out[key] = result
      }
      return Object.keys(out).length === 0 ? undefined : out
    }
    case 'list':
      return objectToList(walk, target, value, place)
    case 'free-form':
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

/** The value inside a wrapper with one entry, for a field that has no wrapper. */
function unwrap(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  const only = onlyEntry(value)
  if (!only) return whole(walk, undefined, value, place, by)
  for (const [key, inner] of Object.entries(value))
    if (key !== only[0]) noteLeaves(walk.account, inner, [...place.from, key], { fate: 'default', why: 'empty' })
  return convert(walk, target, only[1], { ...place, from: [...place.from, only[0]], table: place.table?.at(only[0]) }, by)
}

/** An object for a text field: JSON text (a wrapped list without its wrapper), or the text inside a wrapper. */
function convertToText(walk: Walk, target: Target, value: JsonObject, place: Place, by: Transform): Json | undefined {
  const only = onlyEntry(value)
  if (only && (Array.isArray(only[1]) || !saysJson(target)))
    return unwrap(walk, target, value, place, Array.isArray(only[1]) ? by : 'hoist')
  return whole(walk, holdsJson(target, by) ? JSON.stringify(value) : undefined, value, place, 'json-text')
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
  const keyField = keyNames.map((name) => item.byKey.get(name)).find((field) => field?.type === 'string')
  const valueField = item.byKey.get('value')
  const keys = Object.keys(value)
  const isMap = keyField && (valueField !== undefined || !keys.some((key) => item.byKey.has(key)))
  const wrapped = onlyEntry(value)
  if (!isMap && wrapped && Array.isArray(wrapped[1]) && !item.byFold.has(fold(wrapped[0])))
    return unwrap(walk, target, value, place, 'hoist')
  if (!isMap) {
    const result = convert(walk, item, value, { ...place, to: [...place.to, 0] }, 'one-of-list')
    return result === undefined ? undefined : [result]
  }
  if (!valueField) return keyedList(walk, item, keyField.key, value, place)
  const items: Json[] = []
  for (const key of keys) {
    const to = [...place.to, items.length, valueField.key]
    const result = convert(walk, valueField, value[key] ?? null, { from: [...place.from, key], to, table: undefined }, 'map-to-list')
    if (result !== undefined) items.push({ [keyField.key]: key, [valueField.key]: result })
  }
  return items.length === 0 ? undefined : items
}

/** What a kind's table says about a key. */
function applyRule(walk: Walk, target: Target, rule: FieldRule, value: Json, out: JsonObject, place: Place): void {
  if (isNothing(value)) noteLeaves(walk.account, value, place.from, { fate: 'default', why: 'empty' })
  else if (rule.choose) applyChoice(walk, target, rule, value, out, place)
  else if (rule.to.length === 0) openWrapper(walk, target, value, out, place)
  else applyMove(walk, target, rule.to, rule, value, out, place)
}

/** Puts a value where a rule says. */
function applyMove(walk: Walk, target: Target, way: readonly string[], rule: FieldRule, value: Json, out: JsonObject, place: Place): void {
  let here: Target | undefined = target
  let parent = out
  const to = [...place.to]
  for (const [index, step] of way.entries()) {
    here = here?.byKey.get(step)
    if (!here) break
    to.push(step)
    if (index < way.length - 1) parent = objectAt(parent, step)
  }
  const last = way.at(-1)
  if (!here || last === undefined) {
    noteLeaves(walk.account, value, place.from, { fate: 'unmapped', why: 'this version of the kind has no field for it' })
    return
  }
  const result = recoded(walk, here, rule, value, { ...place, to })
  if (result === undefined) return
  const there = parent[last]
  if (Array.isArray(there) && Array.isArray(result)) there.push(...result)
  else if (isObject(there) && isObject(result)) Object.assign(there, result)
  else parent[last] = result
}

function recoded(walk: Walk, target: Target, { as: recoding }: FieldRule, value: Json, place: Place): Json | undefined {
  const word = isObject(value) || Array.isArray(value) ? '' : String(value)
  if (recoding?.values && Object.hasOwn(recoding.values, word)) return whole(walk, recoding.values[word], value, place, 'table')
  if (recoding?.lastPart && typeof value === 'string') return whole(walk, value.split('/').at(-1), value, place, 'short-name')
  if (recoding?.keyField && isObject(value) && target.item) return keyedList(walk, target.item, recoding.keyField, value, place)
  return convert(walk, target, value, place, 'table')
}

/** Entries that go to different fields. */
function applyChoice(walk: Walk, target: Target, rule: FieldRule, value: Json, out: JsonObject, place: Place): void {
  const entries: [Json, Place][] = Array.isArray(value)
    ? value.map((entry, index) => [entry, { ...place, from: [...place.from, index], table: place.table?.at('*') }])
    : [[value, place]]
  for (const [entry, at] of entries) {
    const choice = rule.choose?.find((candidate) => holds(candidate, entry))
    if (!choice) {
      noteLeaves(walk.account, entry, at.from, { fate: 'unmapped', why: 'the kind has no field for this sort' })
      continue
    }
    if (choice.take === undefined || !isObject(entry)) {
      applyMove(walk, target, choice.to, { from: [], to: choice.to }, entry, out, at)
      continue
    }
    for (const [key, inner] of Object.entries(entry)) {
      const from = [...at.from, key]
      if (key === choice.take) applyMove(walk, target, choice.to, { from: [], to: choice.to }, inner, out, { ...at, from })
      else noteLeaves(walk.account, inner, from, { fate: 'output-only', why: 'the field says it' })
    }
  }
}

function holds({ where, matches }: Choice, entry: Json): boolean {
  if (matches !== undefined) return typeof entry === 'string' && new RegExp(matches).test(entry)
  return !where || (isObject(entry) && Object.entries(where).every(([key, wanted]) => sameJson(entry[key], wanted)))
}

/** A wrapper that the kind does not have: its parts look for their fields in its place. */
function openWrapper(walk: Walk, target: Target, value: Json, out: JsonObject, place: Place): void {
  if (!isObject(value)) {
    noteLeaves(walk.account, value, place.from, { fate: 'unmapped', why: 'its form does not fit the field' })
    return
  }
  mapObject(walk, { ...target, required: [] }, value, out, place)
}

/** A map to a list of objects that hold the key. */
function keyedList(walk: Walk, item: Target, keyField: string, value: JsonObject, place: Place): Json | undefined {
  const items: Json[] = []
  for (const [key, inner] of Object.entries(value)) {
    const from = [...place.from, key]
    const to = [...place.to, items.length]
    const entry: JsonObject = { [keyField]: key }
    if (isObject(inner) && !isNothing(inner)) mapObject(walk, item, inner, entry, { from, to, table: place.table?.at('*') })
    else noteLeaves(walk.account, inner, from, { fate: 'written', to: [...to, keyField], by: 'map-to-list' })
    items.push(entry)
  }
  return items.length === 0 ? undefined : items
}
