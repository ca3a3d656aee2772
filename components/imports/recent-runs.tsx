'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { count } from '#components/ui/format.ts'
import { LinedList } from '#components/ui/lined-list.tsx'
import { ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ImportRun } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { importQueries, isUnderWay } from './import-queries.ts'
import { runLooks, scopeWords } from './import-words.ts'
import styles from './imports.module.css'
import { LookBadge } from './look-badge.tsx'

/** Scans made before, newest first: one's own and those of one's projects. */
export function RecentRuns() {
  const runs = useQuery(importQueries.runs())
  return (
    <Section title="Recent scans">
      {!runs.data ? (
        runs.isError ? (
          <ErrorState error={runs.error} what="the recent scans" retry={() => void runs.refetch()} />
        ) : (
          <Skeleton rows={3} label="Loading recent scans" />
        )
      ) : runs.data.items.length === 0 ? (
        <p className={styles.calm}>Nothing was scanned yet. Begin with a project above; a scan only reads.</p>
      ) : (
        <LinedList>
          {runs.data.items.map((run) => (
            <li key={run.id}>
              <RunLink run={run} />
            </li>
          ))}
        </LinedList>
      )}
    </Section>
  )
}

/** One scan in a list: where, how far, by whom. */
function RunLink({ run }: { run: ImportRun }) {
  const { counts } = run
  return (
    <Link className={styles.run} href={importPages.run(run.id)}>
      <strong>{run.namespace ?? scopeWords(run.scope)}</strong>
      <LookBadge look={runLooks[run.state]} />
      <span className={styles.small}>
        {isUnderWay(run.state)
          ? `${count(run.assetsRead)} assets read`
          : run.assetsRead === 0
            ? (run.problem ?? 'nothing read')
            : [
                `${count(counts.importable)} importable`,
                `${count(counts.managed)} managed`,
                `${count(counts.skipped)} skipped`,
                `${count(counts.unsupported)} not supported`,
                ...(counts.chosen > 0 ? [`${count(counts.chosen)} chosen`] : []),
              ].join(' · ')}
        {' · '}
        {run.requestedBy.name} · <RelativeTime at={run.createdAt} />
      </span>
    </Link>
  )
}
