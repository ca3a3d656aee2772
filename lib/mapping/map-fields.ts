/** The walk through an asset's data: every key finds its field, every leaf its line in the account. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson } from '#lib/json.ts'
import { noteLeaves } from './account.ts'
import { applyRule } from './apply-rule.ts'
import { collectionOf } from './asset-name.ts'
import { convertField } from './convert-field.ts'
import { type FieldMatch, fits, isContainer, matchField } from './match-field.ts'
import { isServices, noteForeign } from './note-foreign.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { isNothing, objectAt, type Place, saysNothing, type Walk } from './walk.ts'
import { fold, singular } from './words.ts'

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
    else if (isNothing(value) && saysNothing(target.byFold.get(fold(key)), value))
      noteLeaves(walk.account, value, from, { fate: 'default', why: 'empty' })
    else {
      const match = isNumberOf(source, key) ? null : matchField(target, key, value)
      if (match) likely.push([key, match])
      else foreign.push(key)
    }
  }
  for (const key of named) {
    const match = matchField(target, key, source[key] ?? null)
    if (match) mapKey(walk, match, key, source[key] ?? null, out, place)
  }
  for (const [key, match] of likely) mapKey(walk, match, key, source[key] ?? null, out, place)
  for (const key of sinkTogether(walk, target, source, linkRequired(walk, target, source, foreign, out, place), out, place)) {
    const value = source[key] ?? null
    const twin = isNumberOf(source, key) ?? pluralTwin(source, key, value) ?? deeperTwin(source, key, value)
    if (twin) {
      noteLeaves(walk.account, value, [...place.from, key], { fate: 'output-only', why: `${twin} says the same` })
      continue
    }
    unmatched(walk, target, key, value, out, { ...place, from: [...place.from, key], table: place.table?.at(key) })
  }
  fillZeros(walk, target, source, out, place)
}

/** A reference that the kind asks for takes the only link without a field that fits it. Gives the keys that are left. */
function linkRequired(
  walk: Walk,
  target: Target,
  source: JsonObject,
  foreign: readonly string[],
  out: JsonObject,
  place: Place,
): readonly string[] {
  if (place.from.length > 0) return foreign
  let left = foreign
  for (const field of target.required) {
    if (!field.isReference || isContainer(target, field) || Object.hasOwn(out, field.key)) continue
    const fitting = left.filter((key) => {
      const value = source[key]
      const collection = typeof value === 'string' ? collectionOf(value) : undefined
      return collection !== undefined && fits(field, collection)
    })
    const [only] = fitting
    if (only === undefined || fitting.length > 1) continue
    const way = { from: [...place.from, only], to: [...place.to, field.key], table: undefined }
    const result = convertField(walk, field, source[only] ?? null, way, 'reference')
    if (result !== undefined) out[field.key] = result
    left = left.filter((key) => key !== only)
  }
  return left
}

/**
 * Keys without a field may be, together, what one object asks for that is still empty: `key` and `values` for `specificReservation`. Gives
 * the keys that are left.
 */
function sinkTogether(
  walk: Walk,
  target: Target,
  source: JsonObject,
  foreign: readonly string[],
  out: JsonObject,
  place: Place,
): readonly string[] {
  if (foreign.length < 2) return foreign
  const open = target.fields.filter(
    ({ key, type, isReference, required }) =>
      type === 'object' &&
      !isReference &&
      !Object.hasOwn(out, key) &&
      required.length > 1 &&
      required.every((field) => foreign.includes(field.key)),
  )
  const [only] = open
  if (!only || open.length > 1) return foreign
  const taken = foreign.filter((key) => only.byKey.has(key))
  const inside: JsonObject = Object.fromEntries(taken.map((key) => [key, source[key] ?? null]))
  const result = convertField(walk, only, inside, { ...place, to: [...place.to, only.key], table: undefined }, 'sink')
  if (result !== undefined) out[only.key] = result
  return foreign.filter((key) => !taken.includes(key))
}

/**
 * The services leave out switches that are off and numbers that are zero; a kind that asks for them gets them. Not in place of a value that
 * is there and could not be written, such as a number too large to keep exactly.
 */
function fillZeros(walk: Walk, target: Target, source: JsonObject, out: JsonObject, place: Place): void {
  for (const field of target.required) {
    if (Object.hasOwn(out, field.key) || !isNothing(source[field.key] ?? null)) continue
    if (field.type === 'boolean') out[field.key] = false
    else if (Object.keys(out).length > 0 && target.key !== 'spec' && (field.type === 'integer' || field.type === 'number'))
      out[field.key] = 0
    else if (Object.keys(out).length > 0 && field.type === 'string' && field.key === 'seconds') out[field.key] = '0'
    // Nothing is set in it, and nothing need be.
    else if (
      Object.keys(out).length > 0 &&
      target.key !== 'spec' &&
      field.type === 'object' &&
      !field.isReference &&
      field.required.length === 0
    ) {
      out[field.key] = {}
      if (holdsSecret(field)) walk.emptied.push([...place.to, field.key])
    }
  }
}

/** Whether a secret, or the name of one, belongs in the object. */
const holdsSecret = (target: Target): boolean =>
  target.type === 'secret-or-literal' || /^secret(?:Key)?Ref$/.test(target.key) || target.fields.some(holdsSecret)

/** The key of the link whose number this one is: `sourceDisk` beside `sourceDiskId`. */
function isNumberOf(source: JsonObject, key: string): string | undefined {
  const number = source[key]
  if (!/Id$/.test(key) || (typeof number !== 'string' && typeof number !== 'number') || !/^\d+$/.test(String(number))) return undefined
  const link = key.slice(0, -2)
  return Object.hasOwn(source, link) && typeof source[link] === 'string' ? link : undefined
}

/** The inventory repeats some lists under their singular name. */
function pluralTwin(source: JsonObject, key: string, value: Json): string | undefined {
  return Object.keys(source).find(
    (other) => other !== key && singular(fold(other)) === singular(fold(key)) && sameJson(source[other], value),
  )
}

/** Some services keep a field that they moved: one of the objects beside it says the same under the same name. */
function deeperTwin(source: JsonObject, key: string, value: Json): string | undefined {
  if (typeof value === 'boolean' || typeof value === 'number') return undefined
  return Object.keys(source).find((other) => {
    const inside = source[other]
    return isObject(inside) && Object.hasOwn(inside, key) && sameJson(inside[key], value)
  })
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
  const result = convertField(walk, last, value, { from, to: [...to, last.key], table }, match.by)
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

/** A key the kind has no field for. */
function unmatched(walk: Walk, target: Target, key: string, value: Json, out: JsonObject, place: Place): void {
  if (isObject(value) && (place.table?.hasRules || !isServices(walk, key, place.from)) && joinOrHoist(walk, target, key, value, out, place))
    return
  const longer = isObject(value) && !place.table ? longerName(target, key, value, out) : undefined
  if (longer) {
    const result = convertField(walk, longer, value, { ...place, to: [...place.to, longer.key] }, 'synonym')
    if (result !== undefined) out[longer.key] = result
    return
  }
  if (key === 'enabled' && value === true && Object.keys(out).length > 0) {
    noteLeaves(walk.account, value, place.from, { fate: 'default', why: `${target.key} being there means it` })
    return
  }
  noteForeign(walk, key, value, place.from)
}

/** `backupSource` → `restoreBackupSource`: the only object whose name ends in the key and that has a field for something inside. */
function longerName(target: Target, key: string, value: JsonObject, out: JsonObject): Target | undefined {
  const word = fold(key)
  const found = target.fields.filter(
    (field) =>
      field.type === 'object' &&
      !field.isReference &&
      !Object.hasOwn(out, field.key) &&
      word.length > 5 &&
      fold(field.key).length > word.length &&
      fold(field.key).endsWith(word) &&
      Object.keys(value).some((inner) => matchField(field, inner, value[inner] ?? null)),
  )
  return found.length === 1 ? found[0] : undefined
}

/**
 * A wrapper the kind does not have. `lifecycle.rule` may be `lifecycleRule`, `routingConfig.routingMode` may be `routingMode`: each key
 * inside looks for its field in the wrapper's place. True when at least one was found; the others are accounted for as unmatched.
 */
function joinOrHoist(walk: Walk, target: Target, wrapper: string, value: JsonObject, out: JsonObject, place: Place): boolean {
  const keys = Object.keys(value)
  const finds = keys.map((key) => fieldFor(target, wrapper, key, value[key] ?? null, out))
  if (finds.every((found) => !found) && !place.table?.hasRules) return false
  for (const [index, key] of keys.entries()) {
    const inner = value[key] ?? null
    const from = [...place.from, key]
    const table = place.table?.at(key)
    const found = finds[index]
    if (table?.leave) noteLeaves(walk.account, inner, from, table.leave)
    else if (table?.rule) applyRule(walk, target, table.rule, inner, out, { ...place, from, table })
    else if (isNothing(inner)) noteLeaves(walk.account, inner, from, { fate: 'default', why: 'empty' })
    else if (!found) unmatched(walk, target, key, inner, out, { ...place, from, table })
    else if (Object.hasOwn(out, found.field.key)) alreadyFilled(walk, found.field.key, out[found.field.key], inner, from)
    else {
      const result = convertField(walk, found.field, inner, { from, to: [...place.to, found.field.key], table }, found.by)
      if (result !== undefined) out[found.field.key] = result
    }
  }
  return true
}

/** The field that a key inside a wrapper means when the wrapper is not there. */
function fieldFor(
  target: Target,
  wrapper: string,
  key: string,
  value: Json,
  out: JsonObject,
): { field: Target; by: Transform } | undefined {
  if (isNothing(value)) return undefined
  const joined = target.byFold.get(fold(wrapper + key))
  if (joined && !Object.hasOwn(out, joined.key)) return { field: joined, by: 'joined' }
  const hoisted = matchField(target, key, value)
  const field = hoisted?.way[0]
  return hoisted?.way.length === 1 && field && !tooCommon.has(fold(key)) ? { field, by: 'hoist' } : undefined
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
