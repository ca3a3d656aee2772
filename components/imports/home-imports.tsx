'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import styles from '#components/home/home.module.css'
import { Badge } from '#components/ui/badge.tsx'
import { count, counted, listed } from '#components/ui/format.ts'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { UnmanagedProject } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { importQueries, isUnderWay } from './import-queries.ts'
import { runLooks, scopeWords } from './import-words.ts'
import { LookBadge } from './look-badge.tsx'

const shown = 4

/** On the home page: scans that run, and what my teams have in the cloud and not in Git. Nothing where there is neither. */
export function HomeImports({ teams }: { teams: readonly string[] }) {
  const runs = useQuery(importQueries.runs())
  const view = useQuery(importQueries.unmanaged())
  const running = runs.data?.items.filter(({ state }) => isUnderWay(state)) ?? []
  const mine = view.data?.projects.filter(({ team }) => team !== null && teams.includes(team)) ?? []
  const open = mine.filter(({ unmanaged }) => (unmanaged ?? 0) > 0).sort((a, b) => (b.unmanaged ?? 0) - (a.unmanaged ?? 0))
  // who has scanned nothing at all may have no inventory; then there is nothing to point to
  const never = view.data?.projects.some(({ scannedAt }) => scannedAt !== null) ? mine.filter(({ scannedAt }) => scannedAt === null) : []
  if (running.length + open.length + never.length === 0) return null
  return (
    <Section title="Not in Git yet" more={<Link href={importPages.unmanaged}>All projects</Link>}>
      <ul className={styles.list}>
        {running.slice(0, shown).map((run) => (
          <li key={run.id}>
            <Link className={styles.item} href={importPages.run(run.id, 'scan')}>
              <strong>Scan of {run.namespace ?? scopeWords(run.scope)}</strong>
              <LookBadge look={runLooks[run.state]} />
              <span className={styles.small}>{counted(run.assetsRead, 'asset')} read</span>
            </Link>
          </li>
        ))}
        {open.slice(0, shown).map((project) => (
          <li key={`${project.cluster}/${project.namespace}`}>
            <Unmanaged project={project} />
          </li>
        ))}
        {never.length > 0 ? (
          <li>
            <Link className={styles.item} href={importPages.home}>
              <strong>
                See what {listed(never.slice(0, shown).map(({ namespace }) => namespace))} already {never.length === 1 ? 'has' : 'have'} in
                the cloud
              </strong>
              <span className={styles.small}>never scanned</span>
            </Link>
          </li>
        ) : null}
      </ul>
    </Section>
  )
}

function Unmanaged({ project }: { project: UnmanagedProject }) {
  return (
    <Link className={styles.item} href={project.runId ? importPages.run(project.runId) : importPages.unmanaged}>
      <strong>{project.namespace}</strong>
      <Badge tone="amber" icon="resources">
        {count(project.unmanaged ?? 0)} not in Git
      </Badge>
      <span className={styles.small}>
        {project.managed === null ? '' : `${count(project.managed)} in Git · `}scanned <RelativeTime at={project.scannedAt} />
      </span>
    </Link>
  )
}
