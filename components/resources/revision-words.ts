/** What happened to a resource, in words. */
import { lookOf, type StateLook } from '#components/ui/states.ts'
import type { RevisionView } from '#lib/inventory/contract.ts'

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
  return revision.fields.filter(({ path }) => !(path[0] === 'status' && path[1] === 'conditions'))
}

/** Who did it: the person of the proposal, else the field manager that wrote, else nobody known. */
export function revisionAuthor(revision: RevisionView): string | null {
  if (revision.proposal) return revision.proposal.requestedBy
  if (revision.change === 'condition' || !revision.manager) return null
  return revision.manager === 'corbel' ? 'CI' : revision.manager
}
