'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { count } from '#components/ui/format.ts'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ImportRun } from '#lib/imports/contract.ts'
import { AdoptionStep } from './adoption-step.tsx'
import { ChooseStep } from './choose-step.tsx'
import { importPages } from './import-paths.ts'
import { importQueries } from './import-queries.ts'
import { runLooks, scopeWords } from './import-words.ts'
import { LookBadge } from './look-badge.tsx'
import { PullRequestsStep } from './pull-requests-step.tsx'
import { ReviewStep } from './review-step.tsx'
import styles from './run.module.css'
import { type ImportStep, importSteps, isReached, stepOf, stepTitles } from './run-steps.ts'
import { ScanStep } from './scan-step.tsx'

/** One import from scan to adoption. The address holds the step and what is looked at in it, so that back, reload and a second tab work. */
export function RunView({ id }: { id: string }) {
  const search = useSearchParams()
  const run = useQuery(importQueries.run(id))
  if (!run.data)
    return run.isError ? (
      <ErrorState page error={run.error} what="this import" retry={() => void run.refetch()}>
        <LinkButton href={importPages.home}>All imports</LinkButton>
      </ErrorState>
    ) : (
      <Skeleton lines={2} rows={8} label="Loading the import" />
    )
  const step = stepOf(search.get('step'), run.data)
  return (
    <div className={styles.page}>
      <RunHeader run={run.data} />
      <Steps run={run.data} current={step} />
      {run.isError ? <Banner tone="amber">{run.error.message} What you see is the last answer.</Banner> : null}
      <OneStep run={run.data} step={step} />
    </div>
  )
}

function OneStep({ run, step }: { run: ImportRun; step: ImportStep }) {
  switch (step) {
    case 'scan':
      return <ScanStep run={run} />
    case 'choose':
      return <ChooseStep run={run} />
    case 'review':
      return <ReviewStep run={run} />
    case 'pull-requests':
      return <PullRequestsStep run={run} />
    case 'adoption':
      return <AdoptionStep run={run} />
    default:
      return step satisfies never
  }
}

function RunHeader({ run }: { run: ImportRun }) {
  return (
    <PageHeader title={`Import ${run.namespace ?? scopeWords(run.scope)}`} state={<LookBadge look={runLooks[run.state]} />}>
      <p className={styles.facts}>
        <span>
          {run.scope.startsWith('projects/') ? 'Cloud project ' : ''}
          <code>{scopeWords(run.scope)}</code>
          {run.cloudProjectNumber ? ` (number ${run.cloudProjectNumber})` : ''}
        </span>
        {run.namespace ? (
          <span className={styles.wideOnly}>
            to{' '}
            <Link href={pagePaths.project(run.namespace, run.cluster)}>
              {run.namespace} on {run.cluster}
            </Link>
          </span>
        ) : (
          <span>on {run.cluster}</span>
        )}
        {run.snapshotAt ? (
          <span>
            the cloud as it was <RelativeTime at={run.snapshotAt} />
          </span>
        ) : null}
        <span className={styles.wideOnly}>begun by {run.requestedBy.name}</span>
      </p>
    </PageHeader>
  )
}

/** Where one is and where one may go. A step that has nothing to show yet is words, not a link. */
function Steps({ run, current }: { run: ImportRun; current: ImportStep }) {
  const aside: Partial<Record<ImportStep, string>> = {
    scan: run.assetsRead > 0 ? count(run.assetsRead) : '',
    choose: run.counts.importable > 0 ? count(run.counts.importable) : '',
    review: run.counts.chosen > 0 ? count(run.counts.chosen) : '',
  }
  const bar = useRef<HTMLElement>(null)
  // on a narrow screen the steps scroll sideways; only the bar is moved, never the page
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step stands elsewhere
  useEffect(() => {
    const here = bar.current?.querySelector<HTMLElement>('[aria-current="step"]')
    if (!bar.current || !here) return
    const { left, right } = bar.current.getBoundingClientRect()
    const step = here.getBoundingClientRect()
    if (step.left < left) bar.current.scrollLeft -= left - step.left
    else if (step.right > right) bar.current.scrollLeft += step.right - right
  }, [current])
  return (
    <nav ref={bar} className={styles.steps} aria-label="Steps of the import">
      <ol>
        {importSteps.map((step, index) => {
          const inside = (
            <>
              <span className={styles.stepNumber} aria-hidden="true">
                {index + 1}
              </span>
              {stepTitles[step]} {aside[step] ? <span className={styles.stepCount}>{aside[step]}</span> : null}
            </>
          )
          return (
            <li key={step}>
              {isReached(step, run) ? (
                <Link href={importPages.run(run.id, step)} aria-current={step === current ? 'step' : undefined} scroll={false}>
                  {inside}
                </Link>
              ) : (
                <span className={styles.stepAhead}>{inside}</span>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
