'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { Icon, type IconName } from '#components/ui/icons.tsx'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { showToast } from '#components/ui/toast.tsx'
import { checkPassed } from '#lib/plan/check-passed.ts'
import type { CheckView, Proposal } from '#lib/proposals/contract.ts'
import { MarkdownSummary } from './markdown-summary.tsx'
import { AddedCommits, ProposalResources } from './proposal-parts.tsx'
import { type ProposalStep, proposalSteps } from './proposal-steps.ts'
import styles from './proposals.module.css'

/** One proposal, from the click to the ready resource; follows by live events. */
export function ProposalView({ id }: { id: string }) {
  const detail = useQuery(queries.proposal(id))
  if (!detail.data)
    return detail.isError ? (
      <ErrorState error={detail.error} what="this proposal" retry={() => void detail.refetch()}>
        <LinkButton href={pagePaths.proposals()}>All proposals</LinkButton>
      </ErrorState>
    ) : (
      <Skeleton lines={3} rows={6} label="Loading the proposal" />
    )
  const proposal = detail.data
  return (
    <div className={styles.page}>
      <PageHeader
        title={proposal.title}
        state={<StateBadge state={proposal.state} />}
        actions={
          proposal.pullUrl ? (
            <a className={styles.pull} href={proposal.pullUrl}>
              <Icon name="external" /> Pull request #{proposal.pullNumber}
            </a>
          ) : null
        }
      >
        By {proposal.requestedBy.name} <RelativeTime at={proposal.createdAt} />, from <code>{proposal.branch}</code> into{' '}
        <code>{proposal.baseBranch}</code> of {proposal.repository}
        {proposal.openedAs === 'github-app' ? ', opened by Corbel on their behalf' : ''}.
      </PageHeader>
      {detail.isError ? <Banner tone="amber">{detail.error.message} What you see is the last answer.</Banner> : null}
      {proposal.state === 'stuck' ? <Stuck proposal={proposal} /> : null}
      {proposal.state !== 'stuck' && proposal.problem ? (
        <Banner tone={proposal.state === 'failed' ? 'red' : 'amber'}>{proposal.problem}</Banner>
      ) : null}
      <Steps steps={proposalSteps(proposal)} />
      {proposal.message.trim() ? <p className={styles.message}>{proposal.message}</p> : null}
      <ProposalResources proposal={proposal} />
      <AddedCommits proposal={proposal} />
      <Check title="Plan" check={proposal.plan} waiting={proposal.state === 'open' ? 'CI has not said what it plans yet.' : null} />
      <Check title="Apply" check={proposal.apply} waiting={proposal.state === 'merged' ? 'CI has not begun to apply yet.' : null} />
      <Section title="Changed files">
        {proposal.files.map((file) => (
          <DiffView key={file.path} diff={file.diff} path={file.path} />
        ))}
        {proposal.files.length === 0 ? <p className={styles.quiet}>No file changes.</p> : null}
      </Section>
    </div>
  )
}

const stepIcons: Record<ProposalStep['state'], IconName> = {
  done: 'ready',
  now: 'progressing',
  failed: 'failed',
  ahead: 'unknown',
  skipped: 'close',
}
const stepWords: Record<ProposalStep['state'], string> = {
  done: 'done',
  now: 'under way',
  failed: 'failed',
  ahead: 'not yet',
  skipped: 'will not happen',
}

function Steps({ steps }: { steps: ProposalStep[] }) {
  return (
    <ol className={styles.steps} aria-label="Progress">
      {steps.map((step) => (
        <li key={step.title} className={styles.step} data-state={step.state} aria-current={step.state === 'now' ? 'step' : undefined}>
          {step.state === 'ahead' ? <span className={styles.dot} aria-hidden="true" /> : <Icon name={stepIcons[step.state]} />}
          <strong>
            {step.title}
            <span className="visually-hidden"> ({stepWords[step.state]})</span>
          </strong>
          <span className={styles.small}>
            {step.note ? <span>{step.note}</span> : null}
            {step.at && step.state === 'now' ? 'since ' : null}
            {step.at ? <RelativeTime at={step.at} /> : null}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Stuck({ proposal }: { proposal: Proposal }) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const act = async (path: string, done: string) => {
    setBusy(true)
    try {
      await fetchJson<Proposal>(path, { method: 'POST' })
      showToast(done)
      await client.invalidateQueries({ queryKey: queryKeys.proposals() })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Banner
      tone="red"
      action={
        <span className={styles.actions}>
          <Button size="small" busy={busy} onClick={() => void act(apiPaths.proposalRetry(proposal.id), 'Trying again')}>
            Retry
          </Button>
          <Button size="small" disabled={busy} onClick={() => void act(apiPaths.proposalWithdraw(proposal.id), 'Proposal given up')}>
            Give up
          </Button>
        </span>
      }
    >
      The pull request could not be opened. {proposal.problem}
    </Banner>
  )
}

/** What CI says: its conclusion in words, its report, and where to read more. */
function Check({ title, check, waiting }: { title: string; check: CheckView | null; waiting: string | null }) {
  if (!check)
    return waiting ? (
      <Section title={title}>
        <p className={styles.quiet}>{waiting}</p>
      </Section>
    ) : null
  return (
    <Section
      title={
        <>
          {title} <CheckBadge check={check} />
        </>
      }
      more={check.url ? <a href={check.url}>Details of the run</a> : null}
    >
      {check.summary ? (
        <MarkdownSummary text={check.summary} />
      ) : (
        <p className={styles.quiet}>{check.status === 'completed' ? 'It gave no summary.' : 'It has begun and has not reported yet.'}</p>
      )}
    </Section>
  )
}

function CheckBadge({ check }: { check: CheckView }) {
  if (check.status !== 'completed')
    return (
      <Badge tone="amber" icon="progressing">
        {check.status === 'queued' ? 'Waiting for a runner' : 'Running'}
      </Badge>
    )
  const good = checkPassed(check.conclusion)
  return (
    <Badge tone={good ? 'green' : 'red'} icon={good ? 'ready' : 'failed'}>
      {check.conclusion === 'skipped'
        ? 'Skipped'
        : good
          ? 'Passed'
          : check.conclusion === 'cancelled'
            ? 'Cancelled'
            : check.conclusion === 'timed_out'
              ? 'Timed out'
              : 'Failed'}
    </Badge>
  )
}
