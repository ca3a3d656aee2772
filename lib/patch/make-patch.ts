/**
 * An edit of a live object as the smallest safe JSON Patch (RFC 6902). It begins with tests of uid and generation, tests every old value,
 * sets the session's annotation and touches nothing outside of its scope.
 *
 * `live` is the object the edit began with, not a later read of it: status and other annotations may move meanwhile, and the guards find
 * out whether what is edited did.
 */

import type { Sha256 } from '#lib/audit-format/audit-entry.ts'
import { type FieldError, Invalid } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import { serverMetadata } from '#lib/schema/metadata-rules.ts'
import { type Operation, withoutEmptyMaps } from './apply-patch.ts'
import { added, exactDiff, type FieldChange, type ListKeys, removed, rootPlace, type Steps } from './exact-diff.ts'
import { type ExactJson, type ExactObject, exactAt, exactObject, isExactObject, ownExact, printExact, sameExact } from './exact-json.ts'
import { inverseOf } from './inverse-patch.ts'
import { pathText } from './json-pointer.ts'
import { type MetadataPart, metadataMap, metadataSteps } from './metadata-steps.ts'
import { isApplierAnnotation, type PatchScope, specScope, valueProblem } from './patch-scope.ts'
import { readEdited } from './read-edited.ts'
import { refusePlaceholders, restoreHidden } from './restore-hidden.ts'
import { type SendablePatch, sendable, versionOf } from './sendable-patch.ts'
import { checkedSessionId, sessionMark } from './session-mark.ts'

export interface LivePatch extends SendablePatch {
  /** Undoes the patch; not yet guarded (guardInverse), to be stored as `inverseText`. */
  inverse: Operation[]
  inverseText: string
  /** What changes for people, field by field, without the session's annotation. */
  changes: FieldChange[]
  /** Nothing changes but the session's annotation. */
  empty: boolean
}

export interface PatchInput {
  /** The API server's answer as text, or parsed without loss. */
  live: string | ExactObject
  /** YAML text, or an object. Server-written parts (status, managedFields, uid, …) may be left out. */
  edited: string | ExactObject
  /** The break-glass session's id. */
  session: string
  sha256: Sha256
  allowed?: PatchScope
  listKeys?: ListKeys
  /** What a schema knows of secrets, for placeholders in the edited text. */
  isSecret?: (path: JsonPath) => boolean
}

/** Throws Invalid where the edit leaves its scope or cannot be written exactly, TooLarge where it is too much for one patch. */
export function makePatch({ live, edited, session, sha256, allowed = specScope, listKeys, isSecret }: PatchInput): LivePatch {
  const before = served(live)
  const typed = typeof edited === 'string' ? readEdited(edited) : exactObject(edited)
  const after = restoreHidden(typed, before, isSecret)
  refuse([...outside(before, after, allowed), ...outsideMetadata(before, after)])
  const fields = allowed.fields.map((field) => fieldSteps(before, after, field, listKeys))
  const maps = [mapSteps(before, after, 'labels', allowed), mapSteps(before, after, 'annotations', allowed, marked(session))]
  const steps = [...fields, ...maps]
  const changes = steps.flatMap((each) => each.changes)
  for (const change of changes) refusePlaceholders(change.after, change.path)
  const operations = steps.flatMap((each) => each.operations)
  const inverse = inverseOf(before, operations)
  return {
    ...sendable(versionOf(before), operations, sha256),
    inverse,
    inverseText: printExact(inverse.map((operation) => ({ ...operation }))),
    changes,
    empty: changes.length === 0,
  }
}

/**
 * The patch that only sets annotations of our own: none but the session's before a deletion, whose admission needs it on the object.
 * `annotations` are set as they are, or removed where undefined, guarded by their old values; they come from our code and not from people.
 */
export function markPatch({
  live,
  session,
  sha256,
  annotations = {},
}: Pick<PatchInput, 'live' | 'session' | 'sha256'> & { annotations?: Record<string, string | undefined> }): SendablePatch & {
  inverse: Operation[]
} {
  const before = served(live)
  const wanted = new Map(Object.entries(annotations))
  wanted.delete(sessionMark)
  const steps = metadataSteps(before, 'annotations', wanted, marked(session))
  return { ...sendable(versionOf(before), steps.operations, sha256), inverse: inverseOf(before, steps.operations) }
}

/** The patch before a deletion: it names the session on the object. */
export const deletionMark = (input: Pick<PatchInput, 'live' | 'session' | 'sha256'>): SendablePatch => markPatch(input)

/** The live object as the API server keeps it. */
function served(live: string | ExactObject): ExactObject {
  const object = withoutEmptyMaps(exactObject(live))
  return isExactObject(object) ? object : {}
}

const marked = (session: string): ReadonlyMap<string, string> => new Map([[sessionMark, checkedSessionId(session)]])

function fieldSteps(before: ExactObject, after: ExactObject, field: string, listKeys: ListKeys | undefined): Steps {
  const [old, wanted] = [ownExact(before, field), ownExact(after, field)]
  const place = rootPlace([field])
  const nothing: Steps = { operations: [], bytes: 0, changes: [] }
  if (old === undefined) return wanted === undefined ? nothing : added(wanted, place)
  if (wanted === undefined) return removed(old, place)
  const diff = exactDiff(listKeys)
  // never the whole spec: its fields, each as small as it can be
  return isExactObject(old) && isExactObject(wanted) ? diff.children(old, wanted, place) : diff.value(old, wanted, place)
}

function mapSteps(
  before: ExactObject,
  after: ExactObject,
  part: MetadataPart,
  scope: PatchScope,
  marks?: ReadonlyMap<string, string>,
): Steps {
  const [old, wanted] = [metadataMap(before, part), metadataMap(after, part)]
  const judge = part === 'labels' ? scope.label : scope.annotation
  const changed = new Map<string, string | undefined>()
  const problems: FieldError[] = []
  for (const key of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    const value = ownExact(wanted, key)
    if (sameExact(ownExact(old, key), value)) continue
    if (value === undefined && part === 'annotations' && isApplierAnnotation(key)) continue
    const problem = judge(key) ?? (value === undefined ? undefined : valueProblem(part, value))
    if (problem) problems.push(outOfScope(['metadata', part, key], problem))
    else if (value === undefined || typeof value === 'string') changed.set(key, value)
  }
  refuse(problems)
  return metadataSteps(before, part, changed, marks)
}

const outOfScope = (path: JsonPath, why: string): FieldError => ({
  path,
  message: `${pathText(path)} cannot be changed with break-glass: ${why}. Put it back as it was.`,
})

function refuse(problems: FieldError[]): void {
  const [first] = problems
  if (!first) return
  const more = problems.length > 1 ? ` (And ${problems.length - 1} more.)` : ''
  throw new Invalid(first.message + more, problems)
}

/** Changed top-level fields that are not ours to change. */
function outside(before: ExactObject, after: ExactObject, { fields }: PatchScope): FieldError[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key): FieldError[] => {
    const [old, wanted] = [ownExact(before, key), ownExact(after, key)]
    if (key === 'metadata' || sameExact(old, wanted)) return []
    if (key === 'status') return wanted === undefined ? [] : [outOfScope([key], 'the controller writes it')]
    if (key === 'apiVersion' || key === 'kind') return [outOfScope([key], 'it says which resource this is')]
    if (!fields.includes(key)) return [outOfScope([key], `only ${fields.join(', ')} of this kind can be changed`)]
    if (key === 'spec' && !isExactObject(wanted)) return [outOfScope([key], 'it must be a map of fields')]
    return []
  })
}

const names = ['name', 'namespace', 'generateName']

/** Changed metadata other than labels and annotations. What is left out is not changed: editors need not show what the API server keeps. */
function outsideMetadata(before: ExactObject, after: ExactObject): FieldError[] {
  const [old, wanted] = [metadataOf(before), metadataOf(after)]
  if (!wanted || !old) return [outOfScope(['metadata'], 'it says which resource this is')]
  const found = Object.entries(wanted).flatMap(([key, value]): FieldError[] => {
    const path = ['metadata', key]
    if (key === 'labels' || key === 'annotations')
      return value === null || isExactObject(value) ? [] : [outOfScope(path, 'it must be a map of texts')]
    if (sameExact(ownExact(old, key), value)) return []
    return [outOfScope(path, reasonOf(key))]
  })
  return ownExact(wanted, 'name') === undefined ? [...found, outOfScope(['metadata', 'name'], reasonOf('name'))] : found
}

function reasonOf(key: string): string {
  if (names.includes(key)) return 'it says which resource this is'
  if (key === 'finalizers' || key === 'ownerReferences') return 'controllers rely on it'
  return serverMetadata.some((each) => each === key) ? 'the API server writes it' : 'only labels and annotations can be changed there'
}

function metadataOf(object: ExactObject): ExactObject | undefined {
  const metadata: ExactJson | undefined = exactAt(object, ['metadata'])
  return isExactObject(metadata) ? metadata : undefined
}
