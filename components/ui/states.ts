/** How states of resources, proposals and clusters look: a tone, a word and an icon, never a colour alone. */
import type { IconName } from './icons.tsx'

export type Tone = 'green' | 'amber' | 'red' | 'grey' | 'violet' | 'blue'

export interface StateLook {
  tone: Tone
  word: string
  icon: IconName
}

const looks: Record<string, StateLook> = {
  // resources
  ready: { tone: 'green', word: 'Ready', icon: 'ready' },
  progressing: { tone: 'amber', word: 'In progress', icon: 'progressing' },
  failed: { tone: 'red', word: 'Failed', icon: 'failed' },
  unknown: { tone: 'grey', word: 'Unknown', icon: 'unknown' },
  paused: { tone: 'grey', word: 'Paused', icon: 'paused' },
  deleting: { tone: 'amber', word: 'Deleting', icon: 'deleting' },
  // proposals
  submitted: { tone: 'amber', word: 'Opening', icon: 'progressing' },
  open: { tone: 'blue', word: 'Open', icon: 'proposals' },
  merged: { tone: 'amber', word: 'Merged', icon: 'progressing' },
  applying: { tone: 'amber', word: 'Applying', icon: 'progressing' },
  applied: { tone: 'amber', word: 'Applied, not ready yet', icon: 'progressing' },
  closed: { tone: 'grey', word: 'Closed', icon: 'close' },
  stuck: { tone: 'red', word: 'Stuck', icon: 'failed' },
  // clusters
  ok: { tone: 'green', word: 'Connected', icon: 'ready' },
  stale: { tone: 'red', word: 'Nobody looks', icon: 'failed' },
  unreachable: { tone: 'red', word: 'Unreachable', icon: 'failed' },
  unauthorized: { tone: 'red', word: 'Credentials refused', icon: 'failed' },
  forbidden: { tone: 'red', word: 'Not permitted', icon: 'failed' },
  // kinds
  pending: { tone: 'amber', word: 'Waiting for the first read', icon: 'progressing' },
  synced: { tone: 'green', word: 'Up to date', icon: 'ready' },
  gone: { tone: 'grey', word: 'Removed', icon: 'deleting' },
}

/** The look of a state; a word we do not know is shown as it is, in grey. */
export const lookOf = (state: string): StateLook =>
  Object.hasOwn(looks, state) && looks[state] ? looks[state] : { tone: 'grey', word: state, icon: 'unknown' }

/** Resource states, the worst first: the order of lists that ask for attention. */
export const worstFirst = ['failed', 'unknown', 'progressing', 'deleting', 'paused', 'ready'] as const
