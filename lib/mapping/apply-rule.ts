/** What a kind's table says about a key, done. Pure. */
import { isObject, type Json, type JsonObject, sameJson } from '#lib/json.ts'
import { noteLeaves } from './account.ts'
import { keyedList } from './convert-entries.ts'
import { convertField } from './convert-field.ts'
import type { Choice, FieldRule } from './kind-table.ts'
import type { Target } from './target.ts'
import { isNothing, objectAt, type Place, type Walk, whole } from './walk.ts'

/** What a kind's table says about a key. */
export function applyRule(walk: Walk, target: Target, rule: FieldRule, value: Json, out: JsonObject, place: Place): void {
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
  return convertField(walk, target, value, place, 'table')
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
  walk.fill(walk, { ...target, required: [] }, value, out, place)
}
