/** The list of sessions as its address says it. Pure. */
import { queryText } from '#components/data/api-paths.ts'
import type { SessionQuery, SessionState } from '#lib/break-glass/contract.ts'

/** Groups of states people look for, by the word in the address. */
export const sessionGroups = {
  now: { title: 'Now', states: ['requested', 'approved', 'open', 'applying'] },
  after: { title: 'To hand back or review', states: ['handing-back', 'review'] },
  over: { title: 'Over', states: ['closed', 'expired', 'ended', 'refused'] },
} as const satisfies Record<string, { title: string; states: readonly SessionState[] }>

type Group = keyof typeof sessionGroups
const isGroup = (word: string): word is Group => Object.hasOwn(sessionGroups, word)

export interface SessionFilter {
  group: Group | null
  who: SessionQuery['who']
  /** Only what waits for somebody. */
  waiting: boolean
  cluster: string | null
  namespace: string | null
}

export const everySession: SessionFilter = { group: null, who: 'all', waiting: false, cluster: null, namespace: null }

/** Reads the address; what it does not know is left out. */
export function readSessionFilter(search: Pick<URLSearchParams, 'get'>): SessionFilter {
  const group = search.get('state')
  return {
    group: group !== null && isGroup(group) ? group : null,
    who: search.get('who') === 'mine' ? 'mine' : 'all',
    waiting: search.get('waiting') === 'true',
    cluster: search.get('cluster') || null,
    namespace: search.get('namespace') || null,
  }
}

export const sessionListPath = ({ group, who, waiting, cluster, namespace }: SessionFilter): string =>
  `/break-glass${queryText({ state: group, who: who === 'mine' ? who : null, waiting: waiting || null, cluster, namespace })}`

export const sessionQuery = ({ group, who, waiting, cluster, namespace }: SessionFilter): Partial<SessionQuery> => ({
  who,
  state: group === null ? [] : [...sessionGroups[group].states],
  ...(waiting ? { waiting } : {}),
  ...(cluster ? { cluster } : {}),
  ...(namespace ? { namespace } : {}),
})
