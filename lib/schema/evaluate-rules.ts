/**
 * `x-kubernetes-validations` judged before the server is asked: hints, not verdicts. The server's dry run decides, and
 * what cannot be judged here is given back as such, never dropped. As on the server: a rule counts where its field is
 * set; rules with `oldSelf` where an old value is known; rules of unchanged parts are not held against an edit; a rule
 * is not asked while something below it is wrong anyway.
 *
 * Loaded when it is needed (`rulesApply`): the language is a library of its own.
 */
import type { FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, sameJson } from '#lib/json.ts'
import { type Budget, compileExpression, NotCheckedHere, optionalOf, RuleFails } from '#lib/schema/cel-environment.ts'
import { celValue, effective } from '#lib/schema/cel-values.ts'
import { type CompiledKind, childrenOf, type FieldNode, type ServerRule } from '#lib/schema/field-tree.ts'

/** A rule nobody has judged yet. */
export interface UncheckedRule {
  /** The field the rule belongs to. */
  path: JsonPath
  rule: ServerRule
  /** A clause that says why. */
  why: string
}

export interface RuleFindings {
  /** What the server will probably refuse, at the field it will name. */
  hints: FieldError[]
  /** One entry for each rule, however many values it belongs to. */
  unchecked: UncheckedRule[]
}

export interface RuleQuestion {
  /** The resource. */
  value: Json
  /** The resource as it was, on edit. */
  old?: Json | undefined
  /** What `validateResource` found: rules above these fields wait until they are right. */
  errors: readonly FieldError[]
}

const mostHints = 100
/** For all rules of one check; about a tenth of a second. */
const allSteps = 500_000
const allPatternSteps = 10_000_000
const longestText = 4_000_000

/** Judges every rule of a kind that applies to a resource. Never throws for any value. */
export function evaluateRules(kind: CompiledKind, { value, old, errors }: RuleQuestion): RuleFindings {
  const check: Check = {
    hints: [],
    unchecked: new Map(),
    wrong: errors.map((error) => error.path),
    budget: { steps: allSteps, patternSteps: allPatternSteps },
  }
  visit(kind.root, value, old, [], check)
  return { hints: check.hints, unchecked: [...check.unchecked.values()] }
}

interface Check {
  hints: FieldError[]
  unchecked: Map<string, UncheckedRule>
  wrong: JsonPath[]
  budget: Budget
}

function visit(node: FieldNode, value: Json, old: Json | undefined, path: JsonPath, check: Check): void {
  if (value === null || path.length > 200) return
  if (node.rules && !check.wrong.some((other) => path.every((key, index) => other[index] === key)))
    for (const rule of node.rules) judge(node, rule, value, old, path, check)
  if (node.type === 'list') {
    if (!Array.isArray(value)) return
    for (const [index, item] of value.entries()) visit(node.item, item, itemBefore(node.keys, item, old), [...path, index], check)
  } else if (isObject(value)) {
    if (node.type === 'map')
      for (const [key, item] of Object.entries(value)) visit(node.value, item, memberOf(old, key), [...path, key], check)
    for (const child of childrenOf(node)) {
      const inner = effective(child, memberOf(value, child.key))
      if (inner !== undefined) visit(child, inner, effective(child, memberOf(old, child.key)), [...path, child.key], check)
    }
  }
}

const memberOf = (value: Json | undefined, key: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** The item a list had before, found by its keys; undefined in lists whose items cannot be told apart. */
function itemBefore(keys: string[] | undefined, item: Json, old: Json | undefined): Json | undefined {
  if (!keys || !Array.isArray(old)) return undefined
  return old.find((other) => keys.every((key) => sameJson(memberOf(other, key), memberOf(item, key))))
}

function judge(node: FieldNode, rule: ServerRule, value: Json, old: Json | undefined, path: JsonPath, check: Check): void {
  const compares = rule.transition === true
  if (compares && !rule.optionalOldSelf && old === undefined) return
  // The server lets stand what an edit does not touch.
  if (!compares && old !== undefined && sameJson(value, old)) return
  try {
    // Proof: hints are given only for what runs to false or fails as the server's would.
    const said = broken(node, rule, value, old, check.budget)
    if (said !== undefined && check.hints.length < mostHints)
      check.hints.push({ path: [...path, ...readFieldPath(rule.fieldPath)], message: said })
  } catch (error) {
    if (!(error instanceof NotCheckedHere)) throw error
    if (!check.unchecked.has(rule.rule)) check.unchecked.set(rule.rule, { path, rule, why: error.message })
  }
}

/** What a broken rule says; undefined when the rule holds. */
function broken(node: FieldNode, rule: ServerRule, value: Json, old: Json | undefined, budget: Budget): string | undefined {
  if (rule.optionalOldSelf && old !== undefined) throw new NotCheckedHere('it compares with an old value that may be missing')
  if (node.key === '' && /\bstatus\b/.test(rule.rule)) throw new NotCheckedHere('it reads the status')
  const sorted = rule.transition === true
  const self = celValue(node, value, sorted)
  const before = old === undefined || !rule.transition ? undefined : celValue(node, old, sorted)
  const variables = {
    self: self.value,
    ...(rule.optionalOldSelf ? { oldSelf: optionalOf(undefined) } : before ? { oldSelf: before.value } : {}),
  }
  const run = (source: string): unknown => {
    const expression = compileExpression(source)
    const growth = 2 ** Math.min(expression.sums, 40)
    const each = (Math.max(self.longest, before?.longest ?? 0, 1) + 1) * (expression.loops > 0 ? growth : 1)
    const size = self.size + (before?.size ?? 0)
    if (size * growth > longestText || (expression.loops > 0 && size * each > longestText * 50))
      throw new NotCheckedHere('the value is too large here')
    budget.steps -= expression.nodes * each ** expression.loops
    if (budget.steps < 0) throw new NotCheckedHere('it takes too long here')
    return expression.run(variables, budget)
  }
  try {
    const result = run(rule.rule)
    if (result === true) return undefined
    if (result !== false) throw new NotCheckedHere('it gives neither true nor false')
    return messageOf(rule, run)
  } catch (error) {
    if (error instanceof RuleFails) return `${plainMessage(rule)} (${error.message})`
    throw error
  }
}

const plainMessage = (rule: ServerRule): string => rule.message ?? `The rule ${rule.rule} does not hold.`

function messageOf(rule: ServerRule, run: (source: string) => unknown): string {
  if (rule.messageExpression === undefined) return plainMessage(rule)
  try {
    const said = run(rule.messageExpression)
    if (typeof said === 'string' && said.trim() !== '' && !said.includes('\n')) return said
  } catch (error) {
    if (!(error instanceof NotCheckedHere || error instanceof RuleFails)) throw error
  }
  return plainMessage(rule)
}

/** The keys of a rule's `fieldPath`: `.a.b`, `['x.y']`. */
export function readFieldPath(text: string | undefined): string[] {
  if (text === undefined) return []
  return [...text.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/g)].map(
    ([, name, quoted]) => name ?? (quoted ?? '').replace(/\\(.)/g, '$1'),
  )
}
