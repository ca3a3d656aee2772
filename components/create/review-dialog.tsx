'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson, shouldRetry } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { TextArea, TextField } from '#components/ui/inputs.tsx'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { Proposal, ProposalPreview, ResourceChange } from '#lib/proposals/contract.ts'
import styles from './editor.module.css'

/**
 * What will happen, before it happens: the file, the difference, the API server's verdict, the words of the pull
 * request and whose account opens it. For deletions `confirmName` must be typed first.
 */
export function ReviewDialog({
  change,
  draftKey,
  here,
  confirmName,
  consequence,
  onClose,
  onChangedInGit,
  onSent,
}: {
  change: ResourceChange
  draftKey?: string
  /** The page's address, to come back to from GitHub. */
  here: string
  confirmName?: string
  /** What deleting does beyond the file. */
  consequence?: string
  onClose: () => void
  onChangedInGit?: (() => void) | undefined
  onSent: (id: string) => void
}) {
  const client = useQueryClient()
  const me = useQuery(queries.me())
  const preview = useQuery({
    queryKey: ['preview', change],
    queryFn: ({ signal }) => fetchJson<ProposalPreview>(apiPaths.preview, { method: 'POST', body: { change }, signal, stay: true }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: shouldRetry,
  })
  const [title, setTitle] = useState<string | null>(null)
  const [message, setMessage] = useState<string | null>(null)
  const [typedName, setTypedName] = useState('')
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const sent = useRef<{ request: string; key: string } | null>(null)

  const data = preview.data
  const shownTitle = title ?? data?.title ?? ''
  const shownMessage = message ?? data?.message ?? ''
  const deleting = change.action === 'delete'
  const confirmed = confirmName === undefined || typedName === confirmName
  const mayOpen = data !== undefined && !data.openProposal && shownTitle.trim() !== '' && confirmed

  const open = async () => {
    setSending(true)
    setProblem(null)
    const request = { change, title: shownTitle, message: shownMessage, ...(draftKey ? { draftKey } : {}) }
    const said = JSON.stringify(request)
    // The same words again are the same wish: a lost answer must not open a second pull request.
    if (sent.current?.request !== said) sent.current = { request: said, key: crypto.randomUUID() }
    try {
      const proposal = await fetchJson<Proposal>(apiPaths.proposals({}), {
        method: 'POST',
        body: { ...request, idempotencyKey: sent.current.key },
        stay: true,
      })
      void client.invalidateQueries({ queryKey: queryKeys.proposals() })
      void client.invalidateQueries({ queryKey: queryKeys.drafts() })
      onSent(proposal.id)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
      setSending(false)
    }
  }

  const failed = problem ?? (preview.error instanceof ApiProblem ? preview.error : null)
  return (
    <Dialog
      open
      wide
      title={deleting ? `Delete ${change.name} by pull request` : 'Review pull request'}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{deleting ? 'Keep it' : 'Back to the form'}</Button>
          {data?.openProposal ? null : (
            <Button look={deleting ? 'danger' : 'primary'} busy={sending} disabled={!mayOpen} onClick={() => void open()}>
              Open pull request
            </Button>
          )}
        </>
      }
    >
      <div className={styles.review}>
        {consequence ? <Banner tone="red">{consequence}</Banner> : null}
        {failed ? <Refusal problem={failed} onChangedInGit={onChangedInGit} /> : null}
        {preview.isError && !(preview.error instanceof ApiProblem) ? <ErrorState error={preview.error} what="the review" /> : null}
        {preview.isPending ? <Skeleton lines={2} rows={6} label="Working out what changes" /> : null}
        {data ? (
          <>
            {data.openProposal ? (
              <Banner tone="amber">
                <Link href={pagePaths.proposal(data.openProposal.id)}>{data.openProposal.title}</Link> by {data.openProposal.requestedBy} is
                open for this resource. A second one would conflict with it: wait until it is merged or closed. Your text is kept as a
                draft.
              </Banner>
            ) : null}
            <DryRunVerdict dryRun={data.dryRun} />
            <DiffView diff={data.diff} path={data.path} action={<a href={data.repositoryUrl}>{data.repository}</a>} />
            {data.openProposal ? null : (
              <>
                <TextField label="Title" required maxLength={200} value={shownTitle} onChange={setTitle} />
                <TextArea
                  label="Message"
                  help="Why this change is wanted; reviewers read it in the pull request."
                  maxLength={20_000}
                  rows={3}
                  value={shownMessage}
                  onChange={setMessage}
                />
                {confirmName === undefined ? null : (
                  <TextField label={`Type ${confirmName} to confirm`} mono required value={typedName} onChange={setTypedName} />
                )}
                <OpenedAs openedAs={data.openedAs} login={me.data?.github?.login} here={here} into={data.baseBranch} />
              </>
            )}
          </>
        ) : null}
      </div>
    </Dialog>
  )
}

function Refusal({ problem, onChangedInGit }: { problem: ApiProblem; onChangedInGit?: (() => void) | undefined }) {
  return (
    <Banner
      tone="red"
      action={
        problem.code === 'conflict' && onChangedInGit ? (
          <Button size="small" onClick={onChangedInGit}>
            Load Git's version
          </Button>
        ) : undefined
      }
    >
      {problem.code === 'unauthenticated' ? 'You are signed out. Sign in again in another tab; your text is kept.' : problem.detail}
      {problem.fields.length > 0 ? (
        <ul>
          {problem.fields.map((field) => (
            <li key={`${JSON.stringify(field.path)}${field.message}`}>{field.message}</li>
          ))}
        </ul>
      ) : null}
    </Banner>
  )
}

function DryRunVerdict({ dryRun }: { dryRun: ProposalPreview['dryRun'] }) {
  if (dryRun.unavailable !== null)
    return (
      <Banner tone="amber">The API server could not be asked: {dryRun.unavailable} The checks of the pull request will ask again.</Banner>
    )
  if (!dryRun.accepted)
    return (
      <Banner tone="red">The API server refuses this: {dryRun.message ?? 'it gave no reason.'} The pull request's check would fail.</Banner>
    )
  return dryRun.warnings.length > 0 ? (
    <Banner tone="amber">The API server accepts this, with warnings: {dryRun.warnings.join(' ')}</Banner>
  ) : (
    <Banner tone="green">The API server accepts this (dry run, {dryRun.milliseconds} ms). Nothing was changed.</Banner>
  )
}

function OpenedAs({
  openedAs,
  login,
  here,
  into,
}: {
  openedAs: ProposalPreview['openedAs']
  login: string | undefined
  here: string
  into: string
}) {
  return (
    <p className={styles.facts}>
      {openedAs === 'github-user' ? (
        <span>
          Opened into <code>{into}</code> as your GitHub account{login ? <strong> {login}</strong> : null}.
        </span>
      ) : (
        <span>
          Opened into <code>{into}</code> by Corbel on your behalf; your name stands in it. To open it as yourself,{' '}
          <a href={apiPaths.linkGithub(here)}>link your GitHub account</a>; your text is kept.
        </span>
      )}
    </p>
  )
}
