'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { BreakGlassSession } from '#lib/break-glass/contract.ts'
import { AlertsPanel } from './alerts-panel.tsx'
import styles from './break-glass.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { everySession, readSessionFilter, type SessionFilter, sessionGroups, sessionListPath, sessionQuery } from './session-filter.ts'
import { SessionMarks } from './session-mark.tsx'

/** Every session one may read, the newest first, with what somebody must look at above. */
export function SessionList() {
  const filter = readSessionFilter(useSearchParams())
  const list = useInfiniteQuery(breakGlassQueries.sessions(sessionQuery(filter)))
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className={styles.layout}>
      <PageHeader title="Break-glass" actions={<LinkButton href={breakGlassPages.report}>Trends</LinkButton>}>
        Emergency changes of live resources: who opened one, why, what was changed, and whether it came back to Git.
      </PageHeader>
      <AlertsPanel />
      <Filter filter={filter} />
      {!list.data ? (
        list.isError ? (
          <ErrorState error={list.error} what="the sessions" retry={() => void list.refetch()} />
        ) : (
          <Skeleton rows={6} label="Loading the sessions" />
        )
      ) : (
        <>
          {list.isError ? <Banner tone="amber">{list.error.message} What you see is the last answer.</Banner> : null}
          {items.length === 0 ? (
            <Nothing filter={filter} />
          ) : (
            <ul className={styles.list} aria-busy={list.isPlaceholderData}>
              {items.map((session) => (
                <li key={session.id}>
                  <Row session={session} />
                </li>
              ))}
            </ul>
          )}
          {list.hasNextPage ? (
            <div className={styles.go}>
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Show older ones
              </Button>
            </div>
          ) : null}
        </>
      )}
    </div>
  )
}

function Row({ session }: { session: BreakGlassSession }) {
  return (
    <Link className={styles.item} href={breakGlassPages.session(session.id)}>
      <strong title={session.name}>
        {kindOf(session.kind)} {shortenMiddle(session.name, 60)}
      </strong>
      <SessionMarks session={session} />
      <span className={styles.clip} title={session.reason}>
        {session.reason}
      </span>
      <span className={`${styles.small} ${styles.end}`}>
        {session.requestedBy.name} in {session.namespace}
        {session.ticket ? ` · ${session.ticket.text}` : ''} · <RelativeTime at={session.requestedAt} />
      </span>
    </Link>
  )
}

function Filter({ filter }: { filter: SessionFilter }) {
  const router = useRouter()
  const projects = useQuery(queries.projects())
  const chip = (title: string, to: SessionFilter, current: boolean) => (
    <Link key={title} href={sessionListPath(to)} aria-current={current ? 'true' : undefined} scroll={false}>
      {title}
    </Link>
  )
  const chosen = filter.namespace === null ? '' : JSON.stringify([filter.cluster, filter.namespace])
  return (
    <div className={styles.toolbar}>
      <nav className={styles.chips} aria-label="State">
        {chip('All', { ...filter, group: null }, filter.group === null)}
        {Object.entries(sessionGroups).map(([word, { title }]) =>
          chip(title, { ...filter, ...readSessionFilter(new URLSearchParams({ state: word })), who: filter.who }, filter.group === word),
        )}
      </nav>
      <nav className={styles.chips} aria-label="Whose">
        {chip('Mine', { ...filter, who: filter.who === 'mine' ? 'all' : 'mine' }, filter.who === 'mine')}
        {chip('Waits for somebody', { ...filter, waiting: !filter.waiting }, filter.waiting)}
      </nav>
      <label>
        <span className="visually-hidden">Project</span>
        <select
          className={styles.select}
          value={chosen}
          onChange={(event) => {
            const project = projects.data?.items.find(
              ({ cluster, namespace }) => JSON.stringify([cluster, namespace]) === event.target.value,
            )
            router.push(sessionListPath({ ...filter, cluster: project?.cluster ?? null, namespace: project?.namespace ?? null }), {
              scroll: false,
            })
          }}
        >
          <option value="">Every project</option>
          {projects.data?.items.map(({ cluster, namespace }) => (
            <option key={`${cluster}/${namespace}`} value={JSON.stringify([cluster, namespace])}>
              {namespace}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

function Nothing({ filter }: { filter: SessionFilter }) {
  if (sessionListPath(filter) !== sessionListPath(everySession))
    return (
      <EmptyState
        title="No session here"
        icon="breakGlass"
        action={<LinkButton href={sessionListPath(everySession)}>Show every session</LinkButton>}
      >
        No session fits every condition.
      </EmptyState>
    )
  return (
    <EmptyState
      title="Nobody has needed break-glass yet"
      icon="breakGlass"
      action={
        <LinkButton look="primary" href={pagePaths.resources()}>
          Choose a resource
        </LinkButton>
      }
    >
      It is for the night when a pull request is too slow: something is broken now, and one field of one live resource mends it. You say
      why, change it for a short time on the record, and bring the change back to Git. Practise it before you need it: every session can be
      opened as practice, which applies nothing.
    </EmptyState>
  )
}
