/** What a change sends, made out of what is typed and the object as it is now; and what of it may be shown. */
import type { BreakGlassChange } from '#db/client.ts'
import { sha256 } from '#lib/audit/audit-crypto.ts'
import { Conflict } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { applyPatch, type Operation } from '#lib/patch/apply-patch.ts'
import type { FieldChange } from '#lib/patch/exact-diff.ts'
import { type ExactJson, exactObject, isExactObject, printExact, readExactJson, roughJson } from '#lib/patch/exact-json.ts'
import { guardInverse, inverseOf, readOperations } from '#lib/patch/inverse-patch.ts'
import { tokensOf } from '#lib/patch/json-pointer.ts'
import { deletionMark, makePatch } from '#lib/patch/make-patch.ts'
import { type PatchScope, specScope } from '#lib/patch/patch-scope.ts'
import { versionOf } from '#lib/patch/sendable-patch.ts'
import { hidden, hiddenChanged, redactResource } from '#lib/redact/redact.ts'
import { identityOf, rebase, staleSentence, textToEdit } from './change-text.ts'
import type { ChangedField } from './contract.ts'
import type { StoredChange } from './stored-change.ts'

/** A field of a change for lists: redacted. */
export interface ShownField {
  path: JsonPath
  kind: ChangedField['kind']
  before?: Json
  after?: Json
}

export interface MadeChange {
  /** What is kept when the dry run accepts it: the same text, put onto the object as it is now. */
  content: StoredChange & { bytes: string }
  /** Exact; `fields` is the same, redacted. */
  changes: FieldChange[]
  fields: ShownField[]
  /** What others did meanwhile and the text now has too, as a sentence. */
  note: string | null
}

interface Making {
  change: Pick<BreakGlassChange, 'action' | 'name'>
  session: { id: string }
  stored: StoredChange
  /** JSON text of the object as it is now. */
  live: string
  scope?: PatchScope
}

/**
 * The patch of what is typed.
 * @throws Conflict (the object moved where it matters, or nothing changes), Invalid (the text, or where it leads), TooLarge
 */
export function makeChange({ change, session, stored, live, scope = specScope }: Making): MadeChange {
  const now = exactObject(live)
  if (change.action === 'delete') {
    if (identityOf(now).uid !== stored.uid) throw new Conflict(replaced(change.name))
    const { bytes } = deletionMark({ live: now, session: session.id, sha256 })
    return { content: { ...stored, live, ...identityOf(now), bytes, inverse: null }, changes: [], fields: [], note: null }
  }
  const moved = rebase(stored, live)
  if (moved?.replaced) throw new Conflict(replaced(change.name))
  if (moved && (moved.unread !== null || moved.disputed.length > 0))
    throw new Conflict(staleSentence(moved) ?? 'The resource changed meanwhile. Load the change again.', { fields: moved.disputed })
  const text = moved?.text ?? stored.text
  const made = makePatch({ live: now, edited: text, session: session.id, sha256, allowed: scope })
  if (made.empty) throw new Conflict('Nothing is changed yet: the text says what the resource says already.')
  const liveText = moved?.liveText ?? stored.liveText
  return {
    content: { ...stored, live, ...identityOf(now), liveText, text, bytes: made.bytes, inverse: made.inverseText },
    changes: made.changes,
    fields: shownFields(made.changes, now, made.operations),
    note: moved ? staleSentence(moved) : null,
  }
}

const replaced = (name: string): string =>
  `${name} was deleted and made anew since you started, so this change is of another resource. Load it again and look closely.`

/**
 * The patch that takes an applied change back, put onto the object as it is now.
 * @throws Conflict where somebody changed what it would take back, or the resource is another one now
 */
export function makeUndo({
  applied,
  session,
  live,
  fields,
}: {
  applied: StoredChange
  session: { id: string }
  live: string
  fields: ShownField[]
}): Omit<MadeChange, 'note'> {
  const now = exactObject(live)
  const version = versionOf(now)
  if (version.uid !== applied.uid) throw new Conflict('The resource was deleted and made anew since, so there is nothing to take back.')
  const operations = readOperations(applied.inverse ?? '[]')
  try {
    applyPatch(now, operations)
  } catch (error) {
    throw new Conflict(
      'Somebody changed what this would take back since it was applied, so nothing was sent. Make a new edit, and set the values you want.',
      {},
      { cause: error },
    )
  }
  const { bytes } = guardInverse(operations, { ...version, session: session.id, sha256 })
  // what was typed stays with whoever typed it: others may undo it
  const liveText = textToEdit(now)
  const inverse = printOperations(inverseOf(now, operations))
  const content = { live, liveText, text: liveText, ...identityOf(now), bytes, inverse, after: null }
  return { content, changes: [], fields: fields.map(turned) }
}

const printOperations = (operations: readonly Operation[]): string => printExact(operations.map((operation) => ({ ...operation })))

/** A field the other way round. */
function turned({ path, kind, before, after }: ShownField): ShownField {
  const back: ShownField = { path, kind: kind === 'added' ? 'removed' : kind === 'removed' ? 'added' : 'changed' }
  if (after !== undefined) back.before = after === hiddenChanged ? hidden : after
  if (before !== undefined) back.after = before === hidden && after === hiddenChanged ? hiddenChanged : before
  return back
}

function shownFields(changes: FieldChange[], live: ExactJson, operations: readonly Operation[]): ShownField[] {
  const before = redacted(live)
  const after = redacted(applyPatch(live, operations))
  return changes.map(({ kind, path, livePath }): ShownField => {
    const field: ShownField = { path, kind }
    const [old, wanted] = [livePath && valueAt(before, livePath), kind === 'removed' ? undefined : valueAt(after, path)]
    if (old !== undefined) field.before = old
    if (wanted !== undefined) field.after = wanted === hidden && old === hidden ? hiddenChanged : wanted
    return field
  })
}

/** An object's JSON text without its secrets, and without the API server's book-keeping of fields, which repeats values of lists. */
export function shownObject(text: string): JsonObject {
  const { metadata, ...object } = redacted(readExactJson(text))
  const { managedFields: _, ...kept } = isObject(metadata) ? metadata : {}
  return { ...object, metadata: kept }
}

function redacted(object: ExactJson): JsonObject {
  const readable = legible(object)
  return isObject(readable) ? redactResource(readable) : {}
}

/** For reading: numbers that JavaScript would round are text with all their digits. */
function legible(value: ExactJson): Json {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return String(value)
  if (Array.isArray(value)) return value.map(legible)
  if (!isExactObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, legible(item)]))
}

export type ShownOperation = { op: string; path: string } | { op: string; path: string; value: Json }

/**
 * A patch without the secrets of the object it is for. Where an operation stands inside of the object decides what is hidden, so the
 * operations are carried out one after another.
 */
export function redactedPatch(bytes: string, live: string, { from }: { from?: string } = {}): ShownOperation[] {
  const operations = readOperations(bytes)
  let now: ExactJson = readExactJson(live)
  if (from !== undefined) now = applyPatch(now, readOperations(from))
  let shown = redacted(now)
  return operations.map((operation, index): ShownOperation => {
    const { op, path } = operation
    if (op !== 'test') now = applyPatch(now, [operation])
    if (op === 'remove') {
      if (index < mostShown) shown = redacted(now)
      return { op, path }
    }
    if (guards.has(path)) return { op, path, value: legible(operation.value) }
    if (index >= mostShown) return { op, path, value: hidden }
    if (op !== 'test') shown = redacted(now)
    return { op, path, value: valueAt(shown, pathIn(now, path)) ?? null }
  })
}

const guards = new Set(['/metadata/uid', '/metadata/generation'])
/** Values of so many operations are shown; each takes a look at the whole object. */
const mostShown = 400

/** The path of a pointer in a value: indexes of lists are numbers there. */
function pathIn(value: ExactJson, pointer: string): JsonPath {
  let here: ExactJson | undefined = value
  return tokensOf(pointer).map((token) => {
    if (Array.isArray(here)) {
      const index = token === '-' ? here.length - 1 : Number(token)
      here = here[index]
      return index
    }
    here = typeof here === 'object' && here !== null ? here[token] : undefined
    return token
  })
}

/** Every place that a sent patch sets or removes, before and after, for finding out whether it was done. Lists count as a whole. */
export function touchedFields(stored: StoredChange): { path: JsonPath; before: Json | undefined; after: Json | undefined }[] {
  const before = exactObject(stored.live)
  const operations = readOperations(stored.bytes ?? '[]')
  const [old, wanted] = [roughJson(before), roughJson(applyPatch(before, operations))]
  const paths = operations.filter(({ op }) => op !== 'test').map(({ path }) => upToList(old, pathIn(before, path)))
  return paths
    .map((path) => ({ path, before: valueAt(old, path), after: valueAt(wanted, path) }))
    .filter((field) => !sameJson(field.before, field.after) || field.before !== undefined)
}

/** A path cut before the first list on it: indexes move while a patch is carried out. */
function upToList(value: Json, path: JsonPath): JsonPath {
  const at = path.findIndex((_, index) => Array.isArray(valueAt(value, path.slice(0, index))))
  return at < 0 ? path : path.slice(0, at)
}
