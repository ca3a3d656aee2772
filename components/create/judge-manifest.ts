/**
 * Judges the manifest while somebody works on it: the schema's own checks 200 ms after a pause, with hints from the rules
 * of the kind after them, and when the checks are content the API server's dry run 700 ms after a pause. Hints hold
 * nobody up, and go when the server has spoken. A change in between drops what was under way: a verdict always
 * speaks of the text on the page. Complaints go to the document's store, the verdict is kept here for the bar below.
 */
import { type ManifestState, type ManifestStore, pathKey } from '#components/create/manifest-store.ts'
import type { FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, valueAt } from '#lib/json.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'
import type { RuleFindings } from '#lib/schema/evaluate-rules.ts'

export type Verdict =
  | { state: 'none' }
  | { state: 'asking' }
  | { state: 'accepted'; at: number; warnings: string[] }
  | { state: 'refused'; at: number; message: string }
  /** The cluster could not be asked; says why. */
  | { state: 'unavailable'; at: number; message: string }

export interface Judgement {
  /** Undefined before the first check, and while the text cannot be read. */
  errors: readonly FieldError[] | undefined
  /** How many of them are only empty required fields nobody has been asked for yet. */
  missing: number
  /** How many rules of the kind only the server can judge; `all` when the rule language could not be loaded. */
  unchecked: number | 'all'
  verdict: Verdict
}

/** Judges the rules of the kind; slower than the checks, and loaded when it is first wanted. */
export type RuleCheck = (value: Json, errors: readonly FieldError[]) => Promise<RuleFindings>

export const checkAfter = 200
export const dryRunAfter = 700

/** Whether something stands at a place: an empty text or object is a place to fill in. */
const isFilled = (here: Json | undefined): boolean =>
  here !== undefined && here !== '' && !(isObject(here) && Object.keys(here).length === 0)

/** The paths that were filled in `before` and are not in `after`. Parts that are the same object in both are not looked into. */
function* clearedPaths(before: Json, after: Json | undefined, path: JsonPath): Generator<JsonPath> {
  if (isFilled(before) && !isFilled(after)) yield path
  const keys = Array.isArray(before) ? before.keys() : isObject(before) ? Object.keys(before) : []
  for (const key of keys) {
    const item = valueAt(before, [key])
    const now = valueAt(after, [key])
    if (item !== now && item !== undefined) yield* clearedPaths(item, now, [...path, key])
  }
}

/**
 * The errors to show at their fields: all once the person has asked for a review, before that only those about something
 * that is there, or was and has been cleared. A form that begins red teaches nobody anything. `cleared` says whether a
 * path was filled in before.
 */
export function shownErrors(
  errors: readonly FieldError[],
  value: Json,
  asked: boolean,
  cleared: (path: JsonPath) => boolean = () => false,
): FieldError[] {
  if (asked) return [...errors]
  return errors.filter(({ path, missing }) =>
    missing ? missing.some((key) => cleared([...path, key])) : isFilled(valueAt(value, path)) || cleared(path),
  )
}

export class ManifestJudge {
  #judgement: Judgement = { errors: undefined, missing: 0, unchecked: 0, verdict: { state: 'none' } }
  readonly #listeners = new Set<() => void>()
  readonly #store: ManifestStore
  readonly #check: (value: Json) => FieldError[]
  readonly #dryRun: ((signal: AbortSignal) => Promise<DryRunResult>) | undefined
  readonly #rules: RuleCheck | undefined
  #revision = -1
  /** The revision the errors speak of. */
  #checked = -1
  #asked = false
  /** The value before the next change. */
  #before: Json = null
  /** The paths somebody cleared in the form and did not fill in again, by their keys. */
  readonly #cleared = new Map<string, JsonPath>()
  #checking: ReturnType<typeof setTimeout> | undefined
  #asking: ReturnType<typeof setTimeout> | undefined
  #under: AbortController | undefined

  constructor(
    store: ManifestStore,
    check: (value: Json) => FieldError[],
    /** Undefined where the server is asked by hand only. */
    dryRun: ((signal: AbortSignal) => Promise<DryRunResult>) | undefined,
    rules?: RuleCheck,
  ) {
    this.#store = store
    this.#check = check
    this.#dryRun = dryRun
    this.#rules = rules
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly judgement = (): Judgement => this.#judgement

  /** Begins to follow the document; what it gives ends that. */
  start(): () => void {
    const stop = this.#store.subscribe(() => this.#follow())
    this.#follow()
    return () => {
      stop()
      clearTimeout(this.#checking)
      clearTimeout(this.#asking)
      this.#under?.abort()
      this.#revision = -1
      this.#checked = -1
    }
  }

  /** Checks now and from here on shows every error, empty required fields too. Gives the errors; undefined while the text cannot be read. */
  ask(): readonly FieldError[] | undefined {
    this.#asked = true
    this.#checkNow()
    return this.#judgement.errors
  }

  /** Asks the API server again about the same text. */
  askAgain(): void {
    clearTimeout(this.#asking)
    void this.#askServer()
  }

  #follow(): void {
    const { revision, value, from } = this.#store.state()
    if (revision === this.#revision) return
    this.#revision = revision
    this.#followCleared(value, from)
    clearTimeout(this.#checking)
    clearTimeout(this.#asking)
    this.#under?.abort()
    if (this.#judgement.verdict.state !== 'none') this.#tell({ ...this.#judgement, verdict: { state: 'none' } })
    this.#checking = setTimeout(() => this.#whenIdle(() => this.#checkNow()), checkAfter)
    if (this.#dryRun) this.#asking = setTimeout(() => void this.#askServer(), dryRunAfter)
  }

  #whenIdle(work: () => void): void {
    const revision = this.#revision
    const still = () => {
      if (revision === this.#revision) work()
    }
    if (typeof requestIdleCallback === 'function') requestIdleCallback(still, { timeout: 300 })
    else still()
  }

  #checkNow(): void {
    this.#store.settle()
    this.#checked = this.#revision
    const { value, broken } = this.#store.state()
    if (broken) {
      for (const source of ['check', 'rule', 'server'] as const) this.#store.complain(source, [])
      this.#tell({ errors: undefined, missing: 0, unchecked: 0, verdict: { state: 'none' } })
      return
    }
    const errors = this.#check(value)
    const shown = shownErrors(errors, value, this.#asked, (path) => this.#cleared.has(pathKey(path)))
    this.#store.complain('check', shown)
    if (errors.length > 0) this.#store.complain('server', [])
    this.#tell({ ...this.#judgement, errors, missing: errors.length - shown.length })
    void this.#lookAtRules(value, errors)
  }

  /**
   * At every change, as the checks may rest between a key and the next. A text from elsewhere (a draft that was discarded,
   * say) is a beginning of its own, and in YAML one moves things about.
   */
  #followCleared(value: Json, from: ManifestState['from']): void {
    if (from === 'outside') this.#cleared.clear()
    if (from === 'form') for (const path of clearedPaths(this.#before, value, [])) this.#cleared.set(pathKey(path), path)
    this.#before = value
    for (const [key, path] of this.#cleared) if (isFilled(valueAt(value, path))) this.#cleared.delete(key)
  }

  async #lookAtRules(value: Json, errors: readonly FieldError[]): Promise<void> {
    const revision = this.#revision
    const found = await this.#rules?.(value, errors).catch(() => 'all' as const)
    const { state } = this.#judgement.verdict
    if (!found || revision !== this.#revision || state === 'accepted' || state === 'refused') return
    const hints = found === 'all' ? [] : found.hints
    this.#store.complain(
      'rule',
      hints.map(({ path, message }) => ({ path, message: `The cluster will probably refuse this: ${message}`, hint: true })),
    )
    this.#tell({ ...this.#judgement, unchecked: found === 'all' ? found : found.unchecked.length })
  }

  async #askServer(): Promise<void> {
    if (!this.#dryRun) return
    // On a busy machine the check may still wait for an idle moment, and the errors known are those of the text before.
    if (this.#checked !== this.#revision) this.#checkNow()
    if (this.#judgement.errors === undefined || this.#judgement.errors.length > 0) return
    const under = new AbortController()
    this.#under = under
    this.#tell({ ...this.#judgement, verdict: { state: 'asking' } })
    let verdict: Verdict
    let complaints: FieldError[] = []
    try {
      const result = await this.#dryRun(under.signal)
      const at = Date.now()
      if (result.unavailable !== null) verdict = { state: 'unavailable', at, message: result.unavailable }
      else if (result.accepted) verdict = { state: 'accepted', at, warnings: result.warnings }
      else {
        const message = result.message ?? 'The API server refuses this manifest.'
        verdict = { state: 'refused', at, message }
        complaints = result.fields.length > 0 ? result.fields : [{ path: [], message }]
      }
    } catch (error) {
      if (under.signal.aborted) return
      verdict = {
        state: 'unavailable',
        at: Date.now(),
        message: error instanceof Error ? error.message : 'The cluster could not be asked.',
      }
    }
    if (under.signal.aborted) return
    if (verdict.state !== 'unavailable') this.#store.complain('rule', [])
    this.#store.complain('server', complaints)
    this.#tell({ ...this.#judgement, verdict })
  }

  #tell(judgement: Judgement): void {
    this.#judgement = judgement
    for (const listener of this.#listeners) listener()
  }
}
