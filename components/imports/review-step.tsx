'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useLayoutEffect } from 'react'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { count, counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { ImportRowQuery, ImportRun } from '#lib/imports/contract.ts'
import { FilesView } from './files-view.tsx'
import { importPages } from './import-paths.ts'
import { importQueries } from './import-queries.ts'
import styles from './review.module.css'
import { ReviewDetail } from './review-detail.tsx'
import { ReviewList } from './review-list.tsx'
import { StepFoot } from './step-foot.tsx'
import { useDryRunAll } from './use-dry-run-all.ts'

/** Typing, or a dialog: keys belong to it then. */
const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || document.querySelector('dialog[open]') !== null)

/** What was chosen, one after the other: the asset beside its manifest, what adopting it means, and what the API server says. */
export function ReviewStep({ run }: { run: ImportRun }) {
  const search = useSearchParams()
  const files = search.get('view') === 'files'
  const attention = search.get('show') === 'attention'
  return (
    <div className={styles.step}>
      <div className={styles.views}>
        <Tabs
          label="Views of the review"
          tabs={[
            { href: importPages.run(run.id, 'review'), title: 'Resources', current: !files, count: run.counts.chosen },
            { href: importPages.run(run.id, 'review', { view: 'files' }), title: 'Names and files', current: files },
          ]}
        />
        {files ? null : <DryRunAll run={run} />}
      </div>
      {files ? <FilesView run={run} /> : <Resources run={run} attention={attention} />}
      <StepFoot>
        <LinkButton icon="left" href={importPages.run(run.id, 'choose')}>
          Choose
        </LinkButton>
        <LinkButton look="primary" href={importPages.run(run.id, 'pull-requests')}>
          Pull requests
          <Icon name="right" />
        </LinkButton>
      </StepFoot>
    </div>
  )
}

function Resources({ run, attention }: { run: ImportRun; attention: boolean }) {
  const router = useRouter()
  const search = useSearchParams()
  const query: Partial<ImportRowQuery> = attention ? { chosen: 'true', attention: 'true' } : { chosen: 'true' }
  const list = useInfiniteQuery(importQueries.rows(run.id, query))
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const named = search.get('row')
  const current = named ?? rows[0]?.id ?? null
  const editing = search.get('edit')
  const at = rows.findIndex(({ id }) => id === current)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const hrefOf = useCallback(
    (row: string) => importPages.run(run.id, 'review', { row, show: attention ? 'attention' : undefined }),
    [run.id, attention],
  )
  const before = at > 0 ? rows[at - 1]?.id : undefined
  const after = at >= 0 ? rows[at + 1]?.id : rows.find(({ id }) => id !== current)?.id

  useEffect(() => {
    if (at >= rows.length - 20 && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [at, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage])
  // before it is painted: a key pressed at what is seen must act on that
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || editing !== null || isTyping(event.target)) return
      const to = event.key === 'j' ? after : event.key === 'k' ? before : undefined
      if (to === undefined) return
      event.preventDefault()
      router.replace(hrefOf(to), { scroll: false })
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [after, before, editing, router, hrefOf])

  if (!list.data)
    return list.isError ? (
      <ErrorState error={list.error} what="what was chosen" retry={() => void list.refetch()} />
    ) : (
      <Skeleton rows={8} label="Loading what was chosen" />
    )
  const show = (
    <nav className={styles.show} aria-label="Which resources">
      {[false, true].map((only) => (
        <Link
          key={String(only)}
          href={importPages.run(run.id, 'review', { show: only ? 'attention' : undefined })}
          aria-current={only === attention ? 'true' : undefined}
          replace
          scroll={false}
        >
          {only ? 'To look at' : 'All chosen'}
        </Link>
      ))}
    </nav>
  )
  return (
    <>
      {current === null ? (
        <EmptyState
          title={attention ? 'Nothing needs a closer look' : 'Nothing is chosen'}
          icon={attention ? 'ready' : 'resources'}
          action={
            attention ? (
              <LinkButton href={importPages.run(run.id, 'review')}>Show all chosen</LinkButton>
            ) : (
              <LinkButton href={importPages.run(run.id, 'choose')}>Choose what to import</LinkButton>
            )
          }
        >
          {attention
            ? 'Nothing you chose would change, nothing is uncertain, every field has its place, and no dry run was refused.'
            : 'Choose at least one asset; then its manifest stands here.'}
        </EmptyState>
      ) : (
        <div className={classNames(styles.columns, editing !== null && styles.editing)}>
          {editing === null ? (
            <div className={styles.side}>
              {show}
              <ReviewList
                rows={rows}
                total={total}
                current={current}
                hrefOf={hrefOf}
                more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
              />
            </div>
          ) : null}
          <div className={styles.detail}>
            {editing === null ? (
              <div className={styles.pager}>
                <span role="status">{at >= 0 ? `${count(at + 1)} of ${count(total)}` : named ? 'Not among what is chosen' : ''}</span>
                <span className={styles.pagerMoves}>
                  <Move to={before} hrefOf={hrefOf} icon="left" words="Previous" letter="k" />
                  <Move to={after} hrefOf={hrefOf} icon="right" words="Next" letter="j" />
                </span>
              </div>
            ) : null}
            <ReviewDetail key={current} run={run} rowId={current} editing={editing} here={hrefOf(current)} />
          </div>
        </div>
      )}
    </>
  )
}

function Move({
  to,
  hrefOf,
  icon,
  words,
  letter,
}: {
  to: string | undefined
  hrefOf: (row: string) => string
  icon: 'left' | 'right'
  words: string
  letter: string
}) {
  if (to === undefined)
    return (
      <Button size="small" icon={icon} disabled>
        {words}
      </Button>
    )
  return (
    <LinkButton size="small" icon={icon} href={hrefOf(to)} replace scroll={false} title={`Key ${letter}`}>
      {words}
    </LinkButton>
  )
}

/** The dry run of everything chosen, with how far it is. */
function DryRunAll({ run }: { run: ImportRun }) {
  const { runs, start, stop } = useDryRunAll(run.id)
  const { state, done, total, refused, problem } = runs
  return (
    <div className={styles.dryRuns}>
      {state === 'running' ? (
        <>
          <progress value={done} max={Math.max(1, total)} aria-label="Dry runs made" />
          <span role="status">
            {count(done)} of {count(total)}
            {refused > 0 ? `, ${count(refused)} refused` : ''}
          </span>
          <Button size="small" onClick={stop}>
            Stop
          </Button>
        </>
      ) : (
        <>
          {state === 'done' ? (
            <span role="status">
              {total === 0
                ? 'The API server was asked about all of them.'
                : `${counted(done, 'dry run')} made, ${refused > 0 ? `${count(refused)} refused` : 'all accepted'}.`}
            </span>
          ) : null}
          {problem ? <span className={styles.bad}>{problem}</span> : null}
          <Button size="small" icon="check" onClick={start} title="Asks the API server about every chosen resource; nothing is written">
            Dry run all
          </Button>
        </>
      )}
    </div>
  )
}
