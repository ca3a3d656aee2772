import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { apiPaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson, shouldRetry } from '#components/data/fetch-json.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import type { OpenProposal, PreviewGroup, Proposal, ProposalDetail, ProposalPreview, ResourceChange } from '#lib/proposals/contract.ts'

/** What becomes of changes whose resources have an open proposal. */
export type Way = { way: 'beside' } | { way: 'onto'; proposal: OpenProposal }

interface Sending {
  changes: ResourceChange[]
  draftKey?: string | undefined
  /** The basket's items the changes are of, in the same order. */
  basketItems?: readonly string[] | undefined
  onto?: ProposalDetail | undefined
  onSent: (id: string) => void
}

/** The state of a review: what would happen, the person's words, and sending it. */
export function useReview({ changes, draftKey, basketItems, onto: chosen, onSent }: Sending) {
  const client = useQueryClient()
  const [leftOut, setLeftOut] = useState<ReadonlySet<number>>(new Set())
  const [way, setWay] = useState<Way | null>(
    chosen ? { way: 'onto', proposal: { ...chosen, requestedBy: chosen.requestedBy.name, extendable: true } } : null,
  )
  const [words, setWords] = useState<Readonly<Record<string, { title?: string; message?: string }>>>({})
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const keys = useRef(new Map<string, string>())

  const places = changes.flatMap((_, index) => (leftOut.has(index) ? [] : [index]))
  const wanted = places.flatMap((index) => changes[index] ?? [])
  const onto = way?.way === 'onto' ? way.proposal.id : undefined
  const body = { changes: wanted, ...(onto === undefined ? {} : { onto }) }
  const preview = useQuery({
    queryKey: ['preview', body],
    queryFn: ({ signal }) => fetchJson<ProposalPreview>(apiPaths.preview, { method: 'POST', body, signal, stay: true }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: shouldRetry,
    placeholderData: keepPreviousData,
  })
  const data = preview.isPlaceholderData ? undefined : preview.data
  // also while the next preview is worked out: the choice stays under the hand that made it
  const others = distinct((preview.data?.changes ?? []).flatMap(({ openProposals }) => openProposals))
  const wordsOf = (group: PreviewGroup) => ({
    title: words[group.repository]?.title ?? group.title,
    message: words[group.repository]?.message ?? group.message,
  })
  const blocked = data?.changes.some((change) => change.problem !== null) ?? true
  const undecided = others.length > 0 && way === null
  const complete = data !== undefined && !blocked && !undecided && data.groups.every((group) => wordsOf(group).title.trim() !== '')

  const sendGroup = async (group: PreviewGroup): Promise<string> => {
    const items = group.changes.flatMap((at) => basketItems?.[places[at] ?? -1] ?? [])
    const request = {
      changes: group.changes.flatMap((at) => wanted[at] ?? []),
      ...wordsOf(group),
      ...(draftKey ? { draftKey } : {}),
      ...(items.length > 0 ? { basketItems: items } : {}),
      ...(way?.way === 'beside' ? { beside: others.map(({ id }) => id) } : {}),
    }
    // The same words again are the same wish: a lost answer must not open a second pull request.
    const said = JSON.stringify([onto, request])
    const idempotencyKey = keys.current.get(said) ?? crypto.randomUUID()
    keys.current.set(said, idempotencyKey)
    const path = onto === undefined ? apiPaths.proposals({}) : apiPaths.proposalCommits(onto)
    const { id } = await fetchJson<Proposal>(path, { method: 'POST', body: { ...request, idempotencyKey }, stay: true })
    return id
  }

  const send = async () => {
    if (!data) return
    setSending(true)
    setProblem(null)
    try {
      const sent: string[] = []
      for (const group of data.groups) sent.push(await sendGroup(group))
      for (const queryKey of [queryKeys.proposals(), queryKeys.drafts(), queryKeys.basket()]) void client.invalidateQueries({ queryKey })
      const [first] = sent
      if (first !== undefined) onSent(first)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      setSending(false)
      if (error.code !== 'conflict') return
      // somebody was faster: what is open now is shown, and chosen about anew
      if (way?.way === 'beside') setWay(null)
      void preview.refetch()
      void client.invalidateQueries({ queryKey: queryKeys.basket() })
    }
  }

  return {
    preview,
    /** Undefined while it is worked out. */
    data,
    /** By place in the preview: the place in `changes`. */
    places,
    leaveOut: (index: number) => setLeftOut(new Set([...leftOut, index])),
    others,
    way,
    choose: setWay,
    wordsOf,
    write: (repository: string, said: { title?: string; message?: string }) =>
      setWords({ ...words, [repository]: { ...words[repository], ...said } }),
    complete,
    sending,
    problem: problem ?? (preview.error instanceof ApiProblem ? preview.error : null),
    send,
  }
}

const distinct = (proposals: OpenProposal[]): OpenProposal[] => [...new Map(proposals.map((proposal) => [proposal.id, proposal])).values()]
