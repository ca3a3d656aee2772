/** What happened to a resource, in words. */
import { lookOf, type StateLook } from '#components/ui/states.ts'
import { isId } from '#lib/ids.ts'
import type { RevisionView } from '#lib/inventory/contract.ts'
import { isObject } from '#lib/json.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { sessionMark } from '#lib/patch/session-mark.ts'

/** Title, icon and tone of one entry of the timeline. */
export function revisionWords(revision: RevisionView): StateLook {
  switch (revision.change) {
    case 'created':
      return { tone: 'blue', word: 'Created', icon: 'create' }
    case 'deleted':
      return { tone: 'grey', word: 'Deleted', icon: 'deleting' }
    case 'spec':
      return { tone: 'blue', word: 'Changed', icon: 'edit' }
    case 'metadata':
      return { tone: 'grey', word: 'Labels or annotations changed', icon: 'edit' }
    case 'condition': {
      const look = revision.state ? lookOf(revision.state) : null
      if (!look) return { tone: 'grey', word: 'Condition changed', icon: 'condition' }
      return { ...look, word: revision.state === 'ready' ? 'Became ready' : revision.state === 'failed' ? 'Failed' : look.word }
    }
    default: {
      const unknown: never = revision.change
      return { tone: 'grey', word: String(unknown), icon: 'unknown' }
    }
  }
}

/**
 * The fields an entry lists: none for a creation (all of them are new), and of a changed condition only what the
 * reason and message above them do not say already.
 */
export function fieldsToShow(revision: RevisionView): RevisionView['fields'] {
  if (revision.change === 'created') return []
  const fields = revision.fields.filter(({ path }) => !(path[0] === 'status' && path[1] === 'conditions'))
  // the mark of the session is told as a link to it
  return isByBreakGlass(revision) ? fields.filter((field) => !namesOnlySession(field)) : fields
}

type Field = RevisionView['fields'][number]

/** Whether a break-glass session wrote it. */
export const isByBreakGlass = ({ change, manager }: Pick<RevisionView, 'change' | 'manager'>): boolean =>
  change !== 'condition' && manager === breakGlassManager

const isMark = ({ path }: Field): boolean =>
  path.length === 3 && path[0] === 'metadata' && path[1] === 'annotations' && path[2] === sessionMark

/** An object that had no annotations before got all of them in one field. */
const newAnnotations = ({ path, after }: Field) =>
  path.length === 2 && path[0] === 'metadata' && path[1] === 'annotations' && isObject(after) ? after : undefined

function namesOnlySession(field: Field): boolean {
  const keys = Object.keys(newAnnotations(field) ?? {})
  return isMark(field) || (keys.length === 1 && keys[0] === sessionMark)
}

/**
 * The break-glass session behind the entry at `index`, by the object's annotation; the newest entry comes first. The annotation stays until another
 * session writes, so a later change of the same session has it from an earlier entry. Null where the entries that are there do not say.
 */
export function sessionBehind(entries: readonly RevisionView[], index: number): string | null {
  const entry = entries[index]
  if (!entry || !isByBreakGlass(entry)) return null
  for (const { fields } of entries.slice(index))
    for (const field of fields) {
      const named = isMark(field) ? field.after : newAnnotations(field)?.[sessionMark]
      if (named !== undefined || isMark(field)) return typeof named === 'string' && isId(named) ? named : null
    }
  return null
}

/** Who did it: the person of the proposal, else the field manager that wrote, else nobody known. */
export function revisionAuthor(revision: RevisionView): string | null {
  if (revision.proposal) return revision.proposal.requestedBy
  if (revision.change === 'condition' || !revision.manager) return null
  if (isByBreakGlass(revision)) return 'break-glass'
  return revision.manager === 'corbel' ? 'CI' : revision.manager
}
