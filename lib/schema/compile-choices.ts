/**
 * Which children of an object go together: `oneOf`, `anyOf` and `not` made of `required` lists, and the two ways
 * CEL rules say the same, become `Choice`s that forms can explain. Anything else stays a raw constraint.
 */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import type { Choice, ChoiceOption, ServerRule } from '#lib/schema/field-tree.ts'

const isTextList = (value: Json | undefined): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')

/** Reads `oneOf` or `anyOf` branches; undefined when some branch says more than which keys are set. */
export function choiceOf(branches: Json | undefined, rule: 'exactly-one' | 'at-least-one'): Choice | undefined {
  if (!Array.isArray(branches) || branches.length === 0) return undefined
  const options: ChoiceOption[] = []
  for (const branch of branches) {
    const option = optionOf(branch)
    if (!option) return undefined
    options.push(option)
  }
  return { rule, options }
}

function optionOf(branch: Json): ChoiceOption | undefined {
  if (!isObject(branch)) return undefined
  if (Object.keys(branch).some((key) => key !== 'required' && key !== 'not')) return undefined
  if (branch.required !== undefined && !isTextList(branch.required)) return undefined
  const keys = branch.required ?? []
  if (branch.not === undefined) return { keys }
  const without = forbiddenSets(branch.not)
  return without ? { keys, without } : undefined
}

/** The sets of keys a `not` forbids to be set completely. */
function forbiddenSets(not: Json): string[][] | undefined {
  if (!isObject(not)) return undefined
  const keys = Object.keys(not)
  if (keys.length !== 1) return undefined
  if (isTextList(not.required) && not.required.length > 0) return [not.required]
  if (!Array.isArray(not.anyOf)) return undefined
  const sets: string[][] = []
  for (const branch of not.anyOf) {
    const inner = isObject(branch) && Object.keys(branch).length === 1 && isTextList(branch.required) ? branch.required : undefined
    if (!inner || inner.length === 0) return undefined
    sets.push(inner)
  }
  return sets.length > 0 ? sets : undefined
}

/** Reads `not: {required: [a, b]}`: a and b never together. */
export function notTogether(not: Json | undefined): Choice[] | undefined {
  const sets = not === undefined ? undefined : forbiddenSets(not)
  return sets?.map((set) => ({ rule: 'not-together', options: set.map((key) => ({ keys: [key] })) }))
}

const has = 'has\\(self\\.([A-Za-z_][A-Za-z0-9_]*)\\)'
const differ = new RegExp(`^(?:self != null && )?${has} != ${has}$`)
const summed = new RegExp(`^\\(?${has} \\? 1 : 0\\)?(?: \\+ \\(?${has} \\? 1 : 0\\)?)* (==|<=|>=) 1$`)
const filtered = new RegExp(`^\\[(?:${has}(?:, ?)?)+\\]\\.filter\\(x, ?x ?== ?true\\)\\.size\\(\\) (==|<=|>=) 1$`)

/** The choice a CEL rule states, for the forms generators write; undefined for every other rule. */
export function choicesOfRule(rule: ServerRule): Choice[] {
  const text = rule.rule.trim()
  if (text.length > 2000) return []
  const found = differ.exec(text) ?? summed.exec(text) ?? filtered.exec(text)
  if (!found) return []
  const keys = [...text.matchAll(new RegExp(has, 'g'))].map((match) => match[1] ?? '')
  const options = keys.map((key) => ({ keys: [key] }))
  if (new Set(keys).size !== keys.length || keys.length < 2) return []
  const operator = text.endsWith('1') ? (found.at(-1) ?? '') : '=='
  if (operator === '>=') return [{ rule: 'at-least-one', options }]
  if (operator !== '<=') return [{ rule: 'exactly-one', options }]
  return keys.flatMap((first, index) =>
    keys.slice(index + 1).map((second): Choice => ({ rule: 'not-together', options: [{ keys: [first] }, { keys: [second] }] })),
  )
}

/** Reads `x-kubernetes-validations`; entries that are no rules are left out (the server would not have taken them). */
export function rulesOf(list: Json | undefined): ServerRule[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry): ServerRule[] => {
    if (!isObject(entry) || typeof entry.rule !== 'string') return []
    const rule: ServerRule = { rule: entry.rule }
    for (const key of ['message', 'messageExpression', 'fieldPath', 'reason'] as const) {
      const value = entry[key]
      if (typeof value === 'string') rule[key] = value
    }
    if (/\boldSelf\b/.test(entry.rule)) rule.transition = true
    if (entry.optionalOldSelf === true) rule.optionalOldSelf = true
    return [rule]
  })
}

/** Whether a rule says that the value may never change. */
export const saysImmutable = (rule: ServerRule): boolean => /^\s*(?:self\s*==\s*oldSelf|oldSelf\s*==\s*self)\s*$/.test(rule.rule)

/** Raw schema with only some of its keywords, or undefined when it has none of them. */
export function only(schema: JsonObject, keywords: readonly string[]): JsonObject | undefined {
  const kept: [string, Json][] = []
  for (const keyword of keywords) {
    const value = schema[keyword]
    if (value !== undefined) kept.push([keyword, value])
  }
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}
