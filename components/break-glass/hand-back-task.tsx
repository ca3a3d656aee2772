'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { HandBackPreview, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { Task } from './checklist-task.tsx'
import { useAct } from './use-act.ts'

/** Brings one change back to Git: what the pull request would hold, the button, and then how far it is. */
export function HandBackTask({ session, change }: { session: SessionDetail; change: SessionChange }) {
  const { proposal } = change
  // a pull request that was closed without merging, or could not be opened, leaves the change to be handed back again
  const given = proposal !== null && proposal.state !== 'closed'
  const preview = useQuery({ ...breakGlassQueries.handBack(session.id, change.id), enabled: !given })
  if (given)
    return (
      <Task
        title="Back to Git"
        state={proposal.state === 'ready' ? 'done' : proposal.state === 'stuck' || proposal.state === 'failed' ? 'failed' : 'now'}
      >
        <p>
          <ProposalLinks proposal={proposal} />
        </p>
        {proposal.state === 'open' ? (
          <p>It waits for a review and the merge on GitHub; then CI applies it, and Git says what the cluster has.</p>
        ) : null}
      </Task>
    )
  return (
    <Task title="Back to Git" state="now">
      {proposal ? <Banner tone="amber">The pull request before was closed without being merged.</Banner> : null}
      {preview.data ? (
        preview.data.refused ? (
          <p>{preview.data.refused}</p>
        ) : (
          <OpenPull session={session} change={change} preview={preview.data} />
        )
      ) : preview.isError ? (
        <ErrorState error={preview.error} what="what the pull request would hold" retry={() => void preview.refetch()} />
      ) : (
        <Skeleton rows={3} label="Writing the change into the manifest" />
      )}
    </Task>
  )
}

/** How far a proposal is, and where it and its pull request are. */
export function ProposalLinks({ proposal }: { proposal: NonNullable<SessionChange['proposal']> }) {
  return (
    <>
      <StateBadge state={proposal.state} /> <Link href={pagePaths.proposal(proposal.id)}>The proposal</Link>
      {proposal.pullUrl ? (
        <>
          {' '}
          · <a href={proposal.pullUrl}>Pull request #{proposal.pullNumber}</a>
        </>
      ) : null}
    </>
  )
}

function OpenPull({ session, change, preview }: { session: SessionDetail; change: SessionChange; preview: HandBackPreview }) {
  const [title, setTitle] = useState(preview.title)
  // the same key for every try: however often it is pressed, there is one pull request
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const { busy, problem, act } = useAct()
  const open = () =>
    void act<{ proposal: string }>('hand-back', breakGlassApi.changeAct(session.id, change.id, 'hand-back'), {
      title: title.trim(),
      idempotencyKey,
    })
  return (
    <>
      <p>
        Exactly this change, in <strong>{preview.repository}</strong>, in the right place of its file. Comments stay as they are.
      </p>
      <DiffView diff={preview.diff} path={preview.path} />
      <details className={styles.fold}>
        <summary>What the pull request says</summary>
        <div className={styles.code}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0}>{preview.body}</pre>
        </div>
      </details>
      {session.abilities.handBack ? (
        <form
          className={styles.fields}
          onSubmit={(event) => {
            event.preventDefault()
            open()
          }}
        >
          <TextField label="Title" required maxLength={200} value={title} onChange={setTitle} />
          <div className={styles.go}>
            <Button type="submit" look="primary" icon="proposals" data-first busy={busy !== null} disabled={title.trim() === ''}>
              Open pull request
            </Button>
          </div>
          <ActProblem problem={problem} />
        </form>
      ) : null}
    </>
  )
}
