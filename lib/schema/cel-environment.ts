/**
 * The language of `x-kubernetes-validations` (CEL) in the browser: a kept library, with the functions Kubernetes adds and
 * with regular expressions in linear time. The library's own `matches` is JavaScript's and can be made to hang on 30
 * letters, so calls of it are given to `compileRe2`. What neither library nor we have is never guessed: compiling or
 * evaluating throws `NotCheckedHere`, and the server decides.
 */
import { Environment, EvaluationError, Optional } from '@marcbachmann/cel-js'
import { isObject } from '#lib/json.ts'
import { formatNamed } from '#lib/schema/check-format.ts'
import { compareQuantities, parseQuantity, type Quantity } from '#lib/schema/quantity.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'

/** A rule, or a value, that this page cannot judge; the message is a clause for people. */
export class NotCheckedHere extends Error {}

/** A rule the server refuses a value with although it gives neither true nor false: a key that is not there, a division by zero. */
export class RuleFails extends Error {}

/** What evaluation may cost, counted down over all rules of one check. */
export interface Budget {
  /** Estimated steps of expressions. */
  steps: number
  /** Steps of regular expressions. */
  patternSteps: number
}

/** A compiled expression. */
export interface Expression {
  /** Number of syntax nodes. */
  nodes: number
  /** How deep loops (`all`, `exists`, `map`, …) lie in each other. */
  loops: number
  /** Number of `+`, each of which may double a text or list. */
  sums: number
  /** @throws NotCheckedHere, RuleFails */
  run: (variables: { self: unknown; oldSelf?: unknown }, budget: Budget) => unknown
}

const longestSource = 10_000
const remembered = new Map<string, Expression | NotCheckedHere>()
const rememberAtMost = 2000

/**
 * Compiles an expression; remembers it by its source.
 * @throws NotCheckedHere when it uses what we have not.
 */
export function compileExpression(source: string): Expression {
  let found = remembered.get(source)
  if (!found) {
    if (remembered.size >= rememberAtMost) remembered.clear()
    found = tryCompile(source)
    remembered.set(source, found)
  }
  if (found instanceof NotCheckedHere) throw found
  return found
}

/** For `optionalOldSelf`: the old value, or none, as CEL's optional. */
export const optionalOf = (value: unknown): unknown => (value === undefined ? Optional.none() : Optional.of(value))

function tryCompile(source: string): Expression | NotCheckedHere {
  if (source.length > longestSource) return new NotCheckedHere('the rule is too long')
  try {
    const parsed = environment().parse(source)
    const shape = readShape(parsed.ast)
    for (const call of shape.calls) {
      const name = call[0]
      if (name === 'matches') call[0] = 're2Matches'
    }
    const checked = parsed.check()
    if (!checked.valid) return new NotCheckedHere(firstLine(checked.error))
    return {
      ...shape,
      run: (variables, budget) => {
        spending = budget
        try {
          return parsed(variables)
        } catch (error) {
          throw translated(error)
        }
      },
    }
  } catch (error) {
    return new NotCheckedHere(firstLine(error))
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))

/** Errors the server has too: https://github.com/google/cel-spec/blob/master/doc/langdef.md#runtime-errors */
const sharedErrors = new Set([
  'no_such_key',
  'index_out_of_bounds',
  'index_out_of_range',
  'division_by_zero',
  'modulo_by_zero',
  'numeric_overflow',
  'int_conversion_error',
  'double_conversion_error',
])

function translated(error: unknown): Error {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof NotCheckedHere || cause instanceof RuleFails) return cause
  if (error instanceof EvaluationError && sharedErrors.has(error.code)) return new RuleFails(firstLine(error))
  return new NotCheckedHere(firstLine(error))
}

const loopNames = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter'])

/** Everything reachable from a syntax tree, macros' insides included (they are no public part of it). */
function readShape(ast: object): { nodes: number; loops: number; sums: number; calls: unknown[][] } {
  const seen = new Set<object>()
  const calls: unknown[][] = []
  let [nodes, sums] = [0, 0]
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return
    seen.add(node)
    const { op, args } = node as { op?: unknown; args?: unknown } // any object may lack them
    if (typeof op === 'string') nodes += 1
    if (op === '+') sums += 1
    if (op === 'rcall' && Array.isArray(args)) calls.push(args)
    for (const inner of Array.isArray(node) ? node : Object.values(node)) visit(inner)
  }
  visit(ast)
  return { nodes, loops: loopsIn(ast), sums, calls }
}

function loopsIn(node: unknown): number {
  if (Array.isArray(node)) return Math.max(0, ...node.map(loopsIn))
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return 0
  const { op, args } = node
  if (op !== 'rcall' || !Array.isArray(args) || !loopNames.has(String(args[0]))) return loopsIn(args)
  return Math.max(loopsIn(args[1]), 1 + loopsIn(args[2]))
}

let made: Environment | undefined
/** The budget of the expression that runs; CEL functions take no other arguments than CEL's. */
let spending: Budget = { steps: 0, patternSteps: 0 }

function environment(): Environment {
  if (made) return made
  made = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn')
  registerTexts(made)
  registerLists(made)
  registerQuantities(made)
  registerUrls(made)
  return made
}

function matches(text: string, source: string): boolean {
  const pattern = compileRe2(source)
  if (!pattern) throw new NotCheckedHere('its pattern is not understood here')
  spending.patternSteps -= text.length * pattern.instructions
  if (spending.patternSteps < 0) throw new NotCheckedHere('its pattern takes too long here')
  return pattern.matches(text)
}

const longestText = 1_000_000

function registerTexts(env: Environment): void {
  env.registerFunction('string.re2Matches(string): bool', matches)
  env.registerFunction('matches(string, string): bool', matches)
  env.registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
    const points = [...text]
    if (at < 0n || at > BigInt(points.length)) throw new RuleFails(`index ${at} out of range`)
    return points[Number(at)] ?? ''
  })
  const replaced = (text: string, from: string, to: string): string => {
    if ((text.length + 1) * (to.length + 1) > longestText) throw new NotCheckedHere('its text grows too long here')
    return text.replaceAll(from, () => to)
  }
  env.registerFunction('string.replace(string, string): string', replaced)
  env.registerFunction('string.format(list): string', (text: string, values: unknown[]) => formatted(text, values))
}

/** `%s` and `%d` of plain values; the other verbs are Go's and left to the server. */
function formatted(text: string, values: unknown[]): string {
  let next = 0
  return text.replace(/%(.)/g, (_, verb: string) => {
    if (verb === '%') return '%'
    const value = values[next]
    next += 1
    if (verb === 's' && (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean')) return String(value)
    if (verb === 'd' && typeof value === 'bigint') return String(value)
    throw new NotCheckedHere(`it writes a value with %${verb}`)
  })
}

type Ordered = bigint | number | string | boolean

/** Items that have an order among each other. Times and durations have one too, but not by JavaScript's `<`. */
function ordered(list: unknown[]): Ordered[] {
  const known = list.filter(
    (item): item is Ordered =>
      typeof item === 'bigint' || typeof item === 'number' || typeof item === 'string' || typeof item === 'boolean',
  )
  if (known.length !== list.length) throw new NotCheckedHere('it compares items of an unusual type')
  return known
}

function registerLists(env: Environment): void {
  const best = (list: unknown[], better: (a: Ordered, b: Ordered) => boolean): Ordered => {
    const [first, ...rest] = ordered(list)
    if (first === undefined) throw new RuleFails('the list is empty')
    return rest.reduce((chosen, item) => (better(item, chosen) ? item : chosen), first)
  }
  env.registerFunction('list.isSorted(): bool', (list: unknown[]) => {
    const items = ordered(list)
    return items.every((item, index) => index === 0 || (items[index - 1] ?? item) <= item)
  })
  env.registerFunction('list.min(): dyn', (list: unknown[]) => best(list, (a, b) => a < b))
  env.registerFunction('list.max(): dyn', (list: unknown[]) => best(list, (a, b) => a > b))
  env.registerFunction('list.sum(): dyn', (list: unknown[]) => {
    if (list.every((item) => typeof item === 'bigint')) return list.reduce((sum, item) => sum + item, 0n)
    if (list.every((item) => typeof item === 'number')) return list.reduce((sum, item) => sum + item, 0)
    throw new NotCheckedHere('it sums items of an unusual type')
  })
  const scalarsOnly = (list: unknown[], wanted: unknown): void => {
    if (isObject(wanted) || [...list, wanted].some((item) => typeof item === 'object' && item !== null))
      throw new NotCheckedHere('it looks for an object in a list')
  }
  env.registerFunction('list.indexOf(dyn): int', (list: unknown[], wanted: unknown) => {
    scalarsOnly(list, wanted)
    return BigInt(list.indexOf(wanted))
  })
  env.registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], wanted: unknown) => {
    scalarsOnly(list, wanted)
    return BigInt(list.lastIndexOf(wanted))
  })
}

class QuantityValue {
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    this.quantity = quantity
  }
}

function registerQuantities(env: Environment): void {
  env.registerType('kubernetes.Quantity', QuantityValue)
  env.registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
  env.registerFunction('quantity(string): kubernetes.Quantity', (text: string) => {
    const quantity = parseQuantity(text)
    if (!quantity) throw new RuleFails(`"${text}" is no quantity`)
    return new QuantityValue(quantity)
  })
  const compared = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.quantity, b.quantity)
  env.registerFunction(
    'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compared(a, b) < 0,
  )
  env.registerFunction(
    'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
    (a: QuantityValue, b: QuantityValue) => compared(a, b) > 0,
  )
  env.registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: QuantityValue, b: QuantityValue) =>
    BigInt(compared(a, b)),
  )
}

/** The parts of an absolute address or a path, as Go's net/url has them. */
class UrlValue {
  readonly scheme: string
  readonly host: string
  readonly path: string
  constructor(text: string) {
    const found = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:[^/?#]*@)?([^/?#]*))?([^?#]*)/.exec(text)
    this.scheme = (found?.[1] ?? '').toLowerCase()
    this.host = found?.[2] ?? ''
    this.path = found?.[3] ?? ''
  }
  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
  }
  get port(): string {
    return /:(\d*)$/.exec(this.host)?.[1] ?? ''
  }
}

function registerUrls(env: Environment): void {
  const isUrl = (text: string): boolean => text !== '*' && formatNamed('uri')?.accepts(text) === true
  env.registerType('kubernetes.URL', UrlValue)
  env.registerFunction('isURL(string): bool', isUrl)
  env.registerFunction('url(string): kubernetes.URL', (text: string) => {
    if (!isUrl(text)) throw new RuleFails(`"${text}" is no address`)
    return new UrlValue(text)
  })
  env.registerFunction('kubernetes.URL.getScheme(): string', (url: UrlValue) => url.scheme)
  env.registerFunction('kubernetes.URL.getHost(): string', (url: UrlValue) => url.host)
  env.registerFunction('kubernetes.URL.getHostname(): string', (url: UrlValue) => url.hostname)
  env.registerFunction('kubernetes.URL.getPort(): string', (url: UrlValue) => url.port)
  env.registerFunction('kubernetes.URL.getEscapedPath(): string', (url: UrlValue) => url.path)
}
