'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { worstRowsFirst } from '#components/resources/state-counts.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { count } from '#components/ui/format.ts'
import { ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import styles from './home.module.css'

const shown = 8

/** What of my teams is not ready, in words, the worst first. */
export function NotReady({ teams, ready, allHref }: { teams: string[]; ready: boolean; allHref: string }) {
  const list = useQuery({
    ...queries.resources({ team: teams, state: ['failed', 'unknown', 'progressing', 'deleting'], sort: 'state', limit: shown }),
    enabled: ready,
  })
  const total = list.data?.total ?? 0
  return (
    <Section
      title={total > 0 ? `Not ready (${count(total)}${list.data?.totalIsLowerBound ? '+' : ''})` : 'Not ready'}
      more={total > shown ? <Link href={allHref}>All of them</Link> : null}
    >
      {list.isError ? (
        <ErrorState error={list.error} what="what is not ready" retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={3} />
      ) : (
        <>
          <GapNotice gaps={list.data.gaps} />
          {list.data.items.length === 0 ? (
            <p className={styles.calm}>{teams.length > 0 ? 'Everything your teams own is ready.' : 'Everything you may see is ready.'}</p>
          ) : (
            <ul className={styles.list}>
              {worstRowsFirst(list.data.items).map((row) => (
                <li key={row.id}>
                  <Link className={styles.item} href={pagePaths.resource(row)}>
                    <strong>{row.name}</strong>
                    <span className={styles.when}>
                      <StateBadge state={row.state} />
                    </span>
                    <span className={styles.quiet}>{row.headline}</span>
                    <span className={classNames(styles.small, styles.when)}>
                      <RelativeTime at={row.stateSince} short />
                    </span>
                    <span className={styles.small}>
                      {row.kindName} in {row.namespace}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Section>
  )
}
