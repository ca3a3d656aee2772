/** A live object as it is given to edit, and what happened to it since. Pure. */
import { CorbelError } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import { mergeManifests } from '#lib/manifest/merge-values.ts'
import { editableText } from '#lib/patch/editable-text.ts'
import { type ExactJson, type ExactObject, exactAt, exactObject, isExactObject, ownExact, sameExact } from '#lib/patch/exact-json.ts'
import { pathText } from '#lib/patch/json-pointer.ts'
import { isApplierAnnotation } from '#lib/patch/patch-scope.ts'
import { readEdited } from '#lib/patch/read-edited.ts'

/** The object as YAML to edit, without what appliers and Corbel note on it: that changes with every write and is nobody's to edit. */
export function textToEdit(object: ExactObject): string {
  const metadata = ownExact(object, 'metadata')
  const annotations = isExactObject(metadata) ? ownExact(metadata, 'annotations') : undefined
  if (!isExactObject(metadata) || !isExactObject(annotations)) return editableText(object)
  const { annotations: _, ...rest } = metadata
  const kept = Object.entries(annotations).filter(([key]) => !isApplierAnnotation(key))
  return editableText({ ...object, metadata: kept.length > 0 ? { ...rest, annotations: Object.fromEntries(kept) } : rest })
}

/** What of an object decides whether an edit still fits it. */
export function identityOf(live: ExactJson): { uid: string; generation: string } {
  const uid = exactAt(live, ['metadata', 'uid'])
  const generation = exactAt(live, ['metadata', 'generation'])
  return { uid: typeof uid === 'string' ? uid : '', generation: String(generation ?? '') }
}

export interface Based {
  /** JSON text of the object the text is based on. */
  live: string
  uid: string
  generation: string
  liveText: string
  text: string
}

export interface Rebased extends Based {
  /** Fields that others changed to something else than what is typed; the typed value stands in `text`. */
  disputed: JsonPath[]
  /** Fields that others changed and the text now has too. */
  taken: JsonPath[]
  /** Another object has the name now. */
  replaced: boolean
  /** Why nothing could be put together, as a sentence: then `text` is as it was typed. */
  unread: string | null
}

/**
 * The typed text put onto the object as it is now. Undefined where nothing moved that the text is about: status and what appliers note are
 * no change. Never throws for what is typed.
 */
export function rebase(from: Based, now: string): Rebased | undefined {
  const live = exactObject(now)
  const identity = identityOf(live)
  const liveText = textToEdit(live)
  const replaced = identity.uid !== from.uid
  if (!replaced && liveText === from.liveText) return undefined
  const whole = { live: now, ...identity, liveText, replaced }
  if (from.text === from.liveText) return { ...whole, text: liveText, disputed: [], taken: [[]], unread: null }
  const sides = { base: from.liveText, mine: from.text, theirs: liveText }
  const { text, conflicts, mine, theirs } = mergeManifests(sides, undefined, () => 'mine')
  const refused = conflicts.find(({ why }) => why !== undefined)
  if (refused) return { ...whole, text: from.text, disputed: [], taken: [], unread: refused.why ?? null }
  const disputed = mergeManifests(sides).conflicts.map(({ path }) => path)
  if (
    !keepsDigits(
      text,
      from.text,
      mine.map(({ path }) => path),
    )
  )
    return {
      ...whole,
      text: from.text,
      disputed: [],
      taken: [],
      unread: 'A number of yours is too large to be put together with what changed.',
    }
  return { ...whole, text, disputed, taken: theirs.map(({ path }) => path), unread: null }
}

/** Merging reads numbers as JavaScript does; what came out must still hold every digit that was typed. */
function keepsDigits(merged: string, typed: string, paths: JsonPath[]): boolean {
  try {
    const [after, before] = [readEdited(merged), readEdited(typed)]
    return paths.every((path) => {
      const wanted = exactAt(before, path)
      return wanted === undefined || sameExact(exactAt(after, path), wanted)
    })
  } catch (error) {
    if (error instanceof CorbelError) return false
    throw error
  }
}

/** What people are told when the object moved under their text; null where nothing is to be told. */
export function staleSentence({ disputed, taken, replaced, unread }: Rebased): string | null {
  if (replaced)
    return 'The resource was deleted and made anew since you started. What you typed is put onto the new one: look at the difference carefully.'
  if (unread !== null) return `The resource was changed since you started, and your text could not be put together with that: ${unread}`
  if (disputed.length > 0)
    return `Others changed ${listed(disputed)} since you started, and you typed something else there. Yours stands in the text; the difference shows what it replaces.`
  return taken.length > 0 && taken[0]?.length !== 0 ? `Others changed ${listed(taken)} since you started. Your text has it now too.` : null
}

function listed(paths: JsonPath[]): string {
  const names = paths.slice(0, 5).map(pathText)
  return names.join(', ') + (paths.length > names.length ? ` and ${paths.length - names.length} more fields` : '')
}
