'use client'

import { useInfiniteQuery, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { MarkdownSummary } from '#components/proposals/markdown-summary.tsx'
import { StateBadge } from '#components/ui/badge.tsx'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { LinedList } from '#components/ui/lined-list.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useSettled } from '#components/ui/use-settled.ts'
import type { ImportFreshness, ImportGroup, ImportPlanRequest, ImportProposed, ImportRun } from '#lib/imports/contract.ts'
import { ChoiceGroup } from './choice-group.tsx'
import { FileList } from './file-list.tsx'
import { FreshnessNotice } from './freshness-notice.tsx'
import { importApi, importPages } from './import-paths.ts'
import { importKeys, importQueries } from './import-queries.ts'
import { PlanProblems } from './plan-problems.tsx'
import styles from './pull-requests.module.css'
import { StepFoot } from './step-foot.tsx'

const most = 50

/** What will be opened, before it is: grouped as asked, with files and words; the cloud is read again before anything opens. */
export function PullRequestsStep({ run }: { run: ImportRun }) {
  const client = useQueryClient()
  const [by, setBy] = useState<ImportPlanRequest['by']>('repository')
  const [typed, setTyped] = useState(String(most))
  const settled = useSettled(typed, 300)
  const number = Number(settled)
  const atMost = Number.isInteger(number) && number >= 1 && number <= most ? number : most
  const request: ImportPlanRequest = { by, atMost }
  const plan = useQuery(importQueries.plan(run.id, request, run.layout))
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [opening, setOpening] = useState(false)
  const [told, setTold] = useState<ImportFreshness | null>(null)
  const [problems, setProblems] = useState<ImportProposed['problems']>([])
  const [refused, setRefused] = useState<string | null>(null)
  // one key for one try: a second click, or a try after a lost answer, opens nothing twice
  const [attempt, setAttempt] = useState(() => crypto.randomUUID())
  const groups = plan.data?.groups ?? []
  const chosen = groups.filter(({ key }) => !left.has(key))

  const open = async () => {
    setOpening(true)
    setRefused(null)
    setProblems([])
    try {
      const answer = await fetchJson<ImportProposed>(importApi.propose(run.id), {
        method: 'POST',
        body: { ...request, groups: chosen.map(({ key }) => key), idempotencyKey: attempt },
      })
      setAttempt(crypto.randomUUID())
      setTold(answer.freshness)
      setProblems(answer.problems)
      // what changed was converted anew: everything read of this run is old
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'imports' && queryKey[2] === run.id })
      void client.invalidateQueries({ queryKey: ['proposals'] })
      void client.invalidateQueries({ queryKey: importKeys.unmanaged() })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setRefused(error.detail)
    }
    setOpening(false)
  }

  return (
    <div className={styles.page}>
      <Opened run={run} />
      <div className={styles.how}>
        <ChoiceGroup
          legend="One pull request for each"
          name="by"
          value={by}
          options={[
            { value: 'repository', title: 'Repository' },
            { value: 'service', title: 'Service' },
            { value: 'kind', title: 'Kind' },
          ]}
          onChange={setBy}
        />
        <TextField
          className={styles.atMost}
          label="Resources in each, at most"
          inputMode="numeric"
          error={typed === settled && String(atMost) !== typed.trim() ? `A number from 1 to ${most}.` : null}
          value={typed}
          onChange={setTyped}
        />
      </div>
      {refused ? <Banner tone="red">{refused}</Banner> : null}
      {problems.map((problem) => (
        <Banner key={problem.key} tone="red">
          {groups.find(({ key }) => key === problem.key)?.title ?? 'One pull request'}: {problem.message}
        </Banner>
      ))}
      {!plan.data ? (
        plan.isError ? (
          <ErrorState error={plan.error} what="the pull requests to be" retry={() => void plan.refetch()} />
        ) : (
          <Skeleton rows={6} label="Working out the pull requests" />
        )
      ) : (
        <>
          {plan.isError ? <Banner tone="amber">{plan.error.message} What you see is the last answer.</Banner> : null}
          {told ? (
            <FreshnessNotice run={run.id} freshness={told} stopped={told.changed.length + told.gone.length > 0} />
          ) : plan.data.freshness ? (
            <FreshnessNotice run={run.id} freshness={plan.data.freshness} stopped={false} />
          ) : null}
          <PlanProblems run={run.id} problems={plan.data.problems} />
          {groups.length === 0 ? (
            <EmptyState
              title="Nothing is left to propose"
              icon="proposals"
              action={<LinkButton href={importPages.run(run.id, 'choose')}>Choose more</LinkButton>}
            >
              What was chosen stands in a pull request already, or cannot go into one.
            </EmptyState>
          ) : (
            <Section title={`${counted(groups.length, 'pull request')} to open`}>
              <div className={plan.isPlaceholderData ? styles.waiting : undefined} aria-busy={plan.isPlaceholderData}>
                <LinedList>
                  {groups.map((group) => (
                    <Group
                      key={group.key}
                      group={group}
                      alone={groups.length === 1}
                      wanted={!left.has(group.key)}
                      want={(wanted) => {
                        const next = new Set(left)
                        if (wanted) next.delete(group.key)
                        else next.add(group.key)
                        setLeft(next)
                      }}
                    />
                  ))}
                </LinedList>
              </div>
            </Section>
          )}
        </>
      )}
      {groups.length > 0 ? (
        <StepFoot>
          <span className={classNames(styles.small, styles.before)}>
            Before anything opens, each asset is read again; what changed since the snapshot is shown first. Nothing is applied before the
            merge.
          </span>
          <Button
            look="primary"
            icon="proposals"
            busy={opening}
            disabled={chosen.length === 0 || plan.isPlaceholderData}
            onClick={() => void open()}
          >
            {opening ? 'Reading the assets again…' : `Open ${counted(chosen.length, 'pull request')}`}
          </Button>
        </StepFoot>
      ) : null}
    </div>
  )
}

function Group({ group, alone, wanted, want }: { group: ImportGroup; alone: boolean; wanted: boolean; want: (wanted: boolean) => void }) {
  const existing = group.files.filter(({ exists }) => exists).length
  return (
    <li className={styles.group}>
      <div className={styles.groupHead}>
        {alone ? null : (
          <input type="checkbox" checked={wanted} aria-label={`Open “${group.title}”`} onChange={(event) => want(event.target.checked)} />
        )}
        <div className={styles.groupTitle}>
          <h3>{group.title}</h3>
          <p className={styles.small}>
            <code>{group.repository}</code> · {counted(group.resources, 'resource')} in {counted(group.files.length, 'file')}
            {existing > 0 ? `, ${existing} of which ${existing === 1 ? 'exists' : 'exist'} already` : ''}
          </p>
        </div>
      </div>
      <details className={styles.fold} open={alone}>
        <summary>What its text says</summary>
        <div className={styles.message}>
          <MarkdownSummary text={group.message} />
        </div>
      </details>
      <details className={styles.fold}>
        <summary>{counted(group.files.length, 'file')}</summary>
        <FileList files={group.files} />
      </details>
    </li>
  )
}

/** Pull requests this import has opened, and how they do. */
function Opened({ run }: { run: ImportRun }) {
  const report = useInfiniteQuery(importQueries.adoption(run.id))
  const items = report.data?.pages.flatMap((page) => page.items) ?? []
  const ids = [...new Set(items.flatMap(({ proposalId }) => (proposalId ? [proposalId] : [])))]
  const proposals = useQueries({ queries: ids.map((id) => queries.proposal(id)) })
  if (ids.length === 0) return null
  return (
    <Section
      title={`${counted(ids.length, 'pull request')} opened by this import`}
      more={
        <Link href={importPages.run(run.id, 'adoption')}>
          After the merge <Icon name="right" size={12} />
        </Link>
      }
    >
      <LinedList>
        {ids.map((id, index) => {
          const proposal = proposals[index]?.data
          return (
            <li key={id} className={styles.openedItem}>
              <Link href={pagePaths.proposal(id)}>{proposal?.title ?? 'Proposal'}</Link>
              {proposal ? <StateBadge state={proposal.state} /> : null}
              <span className={styles.small}>
                {proposal?.pullNumber ? `${proposal.repository} #${proposal.pullNumber} · ` : ''}
                {counted(items.filter(({ proposalId }) => proposalId === id).length, 'resource')}
              </span>
            </li>
          )
        })}
      </LinedList>
    </Section>
  )
}
