/** The list of proposals as its address says it. Pure. */
import { queryText } from '#components/data/api-paths.ts'
import type { ProposalQuery, ProposalState } from '#lib/proposals/contract.ts'

export const whoseProposals = ['mine', 'team', 'all'] as const

/** Groups of states people look for, by the word in the address. */
export const proposalGroups: Record<string, { title: string; states: ProposalState[] }> = {
  active: { title: 'Under way', states: ['submitted', 'open', 'merged', 'applying', 'applied'] },
  attention: { title: 'Needs attention', states: ['stuck', 'failed'] },
  ready: { title: 'Ready', states: ['ready'] },
  closed: { title: 'Closed', states: ['closed'] },
}

export interface ProposalFilter {
  who: ProposalQuery['who']
  /** A key of `proposalGroups`, or null for every state. */
  group: string | null
  /** Cursors of the pages before and of this one; empty on the first page. */
  pages: string[]
}

/** Reads the address; what it does not know is left out. */
export function readProposalFilter(search: Pick<URLSearchParams, 'get' | 'getAll'>): ProposalFilter {
  const who = whoseProposals.find((each) => each === search.get('who')) ?? 'mine'
  const group = search.get('state')
  return { who, group: group !== null && Object.hasOwn(proposalGroups, group) ? group : null, pages: search.getAll('page') }
}

export const proposalListPath = ({ who, group, pages }: ProposalFilter): string =>
  `/proposals${queryText({ who: who === 'mine' ? null : who, state: group, page: pages })}`

export function proposalQuery({ who, group, pages }: ProposalFilter): Partial<ProposalQuery> {
  const cursor = pages.at(-1)
  return { who, state: group === null ? [] : (proposalGroups[group]?.states ?? []), limit: 30, ...(cursor ? { cursor } : {}) }
}
