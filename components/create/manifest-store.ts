/**
 * The document being edited. Its text is the one truth: form fields and the YAML view are two views of it, and both
 * change it here. React reads it through `useSyncExternalStore`; parsed values share every part that did not change, and
 * every field listens to its own place, so one key press asks and re-renders one field, however many the form has.
 *
 * Two shortcuts keep keys quick in long files. Typing into a value on one line replaces that line alone
 * (`lib/manifest/type-scalar.ts`). Typing YAML changes the text at once and reads it when the typing rests: until then
 * `value` is that of the text before, and `settle` reads at once. Whoever judges or sends the value settles first.
 *
 * While the text cannot be read (somebody is typing YAML), `value` stays what it was last, `broken` says why, and the
 * form is locked: nothing is lost, nothing is guessed.
 */
import { CorbelError, type FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, valueAt } from '#lib/json.ts'
import { deleteValue, insertItem, moveItem, removeItem, setValue } from '#lib/manifest/edit-manifest.ts'
import { type ManifestProblem, parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { findScalar, type ScalarPlace, type ScalarValue, typeScalar } from '#lib/manifest/type-scalar.ts'
import { withValue } from '#lib/manifest/with-value.ts'
import { PathListeners } from './path-listeners.ts'

export interface ManifestState {
  text: string
  /** What the text says; of the last text that was read while `broken` or before `settle`. */
  value: JsonObject
  /** Complaints of the YAML reader, warnings included. */
  problems: ManifestProblem[]
  /** Why the text cannot be read, as a sentence; the form is locked while it is set. */
  broken: string | undefined
  /** Who made the last change; a view does not write back what it wrote itself. */
  from: 'form' | 'yaml' | 'outside'
  /** Grows with every change of the text. */
  revision: number
}

/** Where a complaint comes from: the last one of a source replaces the ones before. */
export type ComplaintSource = 'check' | 'rule' | 'managed' | 'server' | 'edit'

export interface Complaints {
  all: readonly FieldError[]
  /** By `pathKey`. */
  byField: ReadonlyMap<string, readonly string[]>
}

const noMessages: readonly string[] = []

/** A path as the key of a map. */
export const pathKey = (path: JsonPath): string => JSON.stringify(path)

/** `next` with every part of `before` that is equal put in its place, so that equal parts are the same object. */
export function shareUnchanged(before: Json | undefined, next: Json): Json {
  if (Array.isArray(next)) {
    if (!Array.isArray(before)) return next
    const shared = next.map((item, index) => shareUnchanged(before[index], item))
    return shared.length === before.length && shared.every((item, index) => item === before[index]) ? before : shared
  }
  if (!isObject(next) || !isObject(before)) return next
  const shared: JsonObject = {}
  let same = true
  for (const [key, item] of Object.entries(next)) {
    const kept = shareUnchanged(Object.hasOwn(before, key) ? before[key] : undefined, item)
    same &&= Object.hasOwn(before, key) && kept === before[key]
    // not by assignment: a key may be __proto__
    Object.defineProperty(shared, key, { value: kept, enumerable: true, writable: true, configurable: true })
  }
  return same && Object.keys(before).length === Object.keys(next).length ? before : shared
}

/** YAML of more characters than this is read when the typing rests, not at every key. */
const readAtOnce = 8_000
/** How long typing YAML must rest, in milliseconds. */
const restBeforeReading = 120

/** One document of one file, edited. Create one per editor; it needs no clean-up. */
export class ManifestStore {
  #state: ManifestState
  #complaints: Complaints = { all: [], byField: new Map() }
  readonly #bySource = new Map<ComplaintSource, readonly FieldError[]>()
  readonly #listeners = new Set<() => void>()
  readonly #byPath = new PathListeners()
  readonly #byMessages = new Map<string, Set<() => void>>()
  readonly #byComplaints = new Set<() => void>()
  readonly #byLock = new Set<() => void>()
  #document: number
  /** The value somebody types into, as long as nothing else changes the text. */
  #typing: { key: string; revision: number; place: ScalarPlace } | undefined
  /** Runs while a text waits to be read. */
  #unread: ReturnType<typeof setTimeout> | undefined

  /** `document` is the index of the edited document in the file; other documents are never touched. */
  constructor(text: string, document = 0) {
    this.#document = document
    this.#state = this.#read(text, 'outside', { text: '', value: {}, problems: [], broken: undefined, from: 'outside', revision: 0 })
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Listens to the value at one path. */
  subscribeAt(path: JsonPath, listener: () => void): () => void {
    return this.#byPath.add(path, listener)
  }

  /** Listens to the messages at exactly one path. */
  subscribeMessages(path: JsonPath, listener: () => void): () => void {
    const key = pathKey(path)
    const here = this.#byMessages.get(key) ?? new Set()
    this.#byMessages.set(key, here)
    here.add(listener)
    return () => {
      here.delete(listener)
      if (here.size === 0 && this.#byMessages.get(key) === here) this.#byMessages.delete(key)
    }
  }

  /** Listens to complaints, wherever they stand. */
  readonly subscribeComplaints = (listener: () => void): (() => void) => {
    this.#byComplaints.add(listener)
    return () => this.#byComplaints.delete(listener)
  }

  /** Listens to whether the form is locked. */
  subscribeLock(listener: () => void): () => void {
    this.#byLock.add(listener)
    return () => this.#byLock.delete(listener)
  }

  readonly state = (): ManifestState => this.#state
  readonly complaints = (): Complaints => this.#complaints
  get document(): number {
    return this.#document
  }

  /** The messages at exactly one field; the same array until they change. */
  messagesAt(path: JsonPath): readonly string[] {
    return this.#complaints.byField.get(pathKey(path)) ?? noMessages
  }

  /** Sets a field from the form. Gives false, with the reason among the complaints, when the document does not allow it. */
  set(path: JsonPath, value: Json): boolean {
    this.settle()
    if ((value === null || typeof value !== 'object') && this.#type(path, value)) return true
    return this.#edit(path, (text) => setValue(text, this.#document, path, value))
  }

  /** Takes a field out. Parents that become empty stay: empty and unset are different. */
  unset(path: JsonPath): boolean {
    return this.#edit(path, (text) => deleteValue(text, this.#document, path))
  }

  insert(list: JsonPath, index: number, value: Json): boolean {
    return this.#edit(list, (text) => insertItem(text, this.#document, list, index, value))
  }

  remove(list: JsonPath, index: number): boolean {
    return this.#edit(list, (text) => removeItem(text, this.#document, list, index))
  }

  move(list: JsonPath, from: number, to: number): boolean {
    return this.#edit(list, (text) => moveItem(text, this.#document, list, from, to))
  }

  /** Takes a whole new text: from the YAML view, a draft, the other tab, or a merge, which may know another document of the file. */
  replace(text: string, from: 'yaml' | 'outside', document = this.#document): void {
    if (text === this.#state.text && document === this.#document) return
    this.#document = document
    clearTimeout(this.#unread)
    this.#unread = undefined
    if (from === 'outside' || text.length <= readAtOnce) this.#become(this.#read(text, from, this.#state))
    else {
      this.#unread = setTimeout(() => this.settle(), restBeforeReading)
      this.#become({ ...this.#state, text, from, revision: this.#state.revision + 1 })
    }
  }

  /** Reads the text now, if it was not yet. */
  settle(): void {
    if (this.#unread === undefined) return
    clearTimeout(this.#unread)
    this.#unread = undefined
    this.#become(this.#read(this.#state.text, this.#state.from, this.#state))
  }

  /** Puts the complaints of one source in place of its earlier ones. */
  complain(source: ComplaintSource, errors: readonly FieldError[]): void {
    if (errors.length === 0 && (this.#bySource.get(source)?.length ?? 0) === 0) return
    this.#bySource.set(source, errors)
    const byField = new Map<string, string[]>()
    const all: FieldError[] = []
    for (const error of [...this.#bySource.values()].flat()) {
      const key = pathKey(error.path)
      const here = byField.get(key) ?? []
      if (here.includes(error.message)) continue // check and server often say the same
      here.push(error.message)
      byField.set(key, here)
      all.push(error)
    }
    // Fields compare their messages by identity: keep the arrays of those that did not change.
    const kept = new Map<string, readonly string[]>()
    for (const [key, messages] of byField) {
      const old = this.#complaints.byField.get(key)
      kept.set(key, old && old.length === messages.length && old.every((message, index) => message === messages[index]) ? old : messages)
    }
    const old = this.#complaints.byField
    this.#complaints = { all, byField: kept }
    for (const [key, listeners] of this.#byMessages) {
      if (old.get(key) !== kept.get(key)) for (const listener of [...listeners]) listener()
    }
    for (const listener of [...this.#byComplaints, ...this.#listeners]) listener()
  }

  /** Replaces a value on one line. Gives false where that is not all there is to it. */
  #type(path: JsonPath, value: ScalarValue): boolean {
    const { text, value: whole, problems, broken, revision } = this.#state
    const old = valueAt(whole, path)
    if (broken !== undefined || old === undefined || (typeof old === 'object' && old !== null)) return false
    if (old === value) return true
    const key = pathKey(path)
    const known = this.#typing?.key === key && this.#typing.revision === revision ? this.#typing.place : undefined
    const place = known ?? findScalar(text, this.#document, path)
    const typed = place && typeScalar(place, value)
    if (!place || !typed) return false
    const longer = typed.place.written.length - place.written.length
    const end = place.before.length + place.written.length
    const others = problems
      .filter((problem) => problem.start < place.before.length || problem.start >= end)
      .map((problem) => (problem.start < end ? problem : { ...problem, start: problem.start + longer, end: problem.end + longer }))
    const said = typed.problems.map((problem) => ({ ...problem, document: this.#document, path }))
    this.#typing = { key, revision: revision + 1, place: typed.place }
    if ((this.#bySource.get('edit')?.length ?? 0) > 0) this.complain('edit', [])
    this.#become({
      text: typed.text,
      // Proof of the cast: a value below an object changed, and it stays an object.
      value: withValue(whole, path, value) as JsonObject,
      problems: problems.length + said.length === 0 ? problems : [...others, ...said].sort((a, b) => a.start - b.start),
      broken: undefined,
      from: 'form',
      revision: revision + 1,
    })
    return true
  }

  #edit(path: JsonPath, change: (text: string) => string): boolean {
    this.settle()
    if (this.#state.broken) return false
    let next: ManifestState | undefined
    try {
      const text = change(this.#state.text)
      if (text !== this.#state.text) next = this.#read(text, 'form', this.#state)
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      this.complain('edit', [{ path, message: error.message }])
      return false
    }
    if ((this.#bySource.get('edit')?.length ?? 0) > 0) this.complain('edit', [])
    if (next) this.#become(next)
    return true
  }

  #read(text: string, from: ManifestState['from'], before: ManifestState): ManifestState {
    const revision = before.revision + 1
    try {
      const file = parseManifestFile(text)
      const problems = file.problems.filter((problem) => problem.document === undefined || problem.document === this.#document)
      const error = problems.find((problem) => problem.severity === 'error')
      const read = file.documents[this.#document]?.value ?? null
      const broken = error
        ? `Line ${error.line}: ${error.message}`
        : read !== null && !isObject(read)
          ? 'A manifest is a mapping of fields, and this is something else.'
          : undefined
      if (broken) return { ...before, text, problems, broken, from, revision }
      // Proof of the cast: `read` is an object or null here, and sharing parts keeps an object an object.
      return { text, value: shareUnchanged(before.value, read ?? {}) as JsonObject, problems, broken: undefined, from, revision }
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      return { ...before, text, problems: [], broken: error.message, from, revision }
    }
  }

  #become(state: ManifestState): void {
    const before = this.#state
    this.#state = state
    this.#byPath.tell(before.value, state.value)
    if ((before.broken === undefined) !== (state.broken === undefined)) for (const listener of [...this.#byLock]) listener()
    for (const listener of this.#listeners) listener()
  }
}
