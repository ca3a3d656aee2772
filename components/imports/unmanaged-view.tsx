'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { LinkButton } from '#components/ui/button.tsx'
import { count, counted, kindOf } from '#components/ui/format.ts'
import { EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { type Column, NarrowOnly, Table } from '#components/ui/table.tsx'
import type { UnmanagedProject, UnmanagedView as View } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { importQueries } from './import-queries.ts'
import { assetTypeWord } from './import-words.ts'
import styles from './imports.module.css'
import { Sparkline } from './sparkline.tsx'

const projectColumns: Column<UnmanagedProject>[] = [
  {
    key: 'project',
    title: 'Project',
    cell: (project) => (
      <div className={styles.which}>
        <Link href={project.runId ? importPages.run(project.runId) : pagePaths.project(project.namespace, project.cluster)}>
          {project.namespace}
        </Link>
        <NarrowOnly>
          {project.unmanaged === null ? 'never scanned' : `${count(project.unmanaged)} not in Git, ${count(project.managed ?? 0)} in Git`}
        </NarrowOnly>
      </div>
    ),
  },
  { key: 'team', title: 'Team', width: '14%', wideOnly: true, cell: (project) => project.team ?? '–' },
  {
    key: 'unmanaged',
    title: 'Not in Git',
    width: '96px',
    number: true,
    cell: (project) => (project.unmanaged === null ? '–' : <strong>{count(project.unmanaged)}</strong>),
  },
  {
    key: 'managed',
    title: 'In Git',
    width: '88px',
    number: true,
    wideOnly: true,
    cell: (project) => (project.managed === null ? '–' : count(project.managed)),
  },
  {
    key: 'trend',
    title: 'Trend',
    width: '130px',
    wideOnly: true,
    cell: (project) =>
      project.scannedAt ? (
        <Sparkline
          what={`Not in Git in ${project.namespace}`}
          points={project.trend.map(({ day, unmanaged }) => ({ day, value: unmanaged }))}
        />
      ) : (
        '–'
      ),
  },
  {
    key: 'oldest',
    title: 'Oldest unchanged for',
    width: '150px',
    wideOnly: true,
    number: true,
    cell: (project) => <RelativeTime at={project.oldest} short />,
  },
  {
    key: 'scanned',
    title: 'Scanned',
    width: '112px',
    wideOnly: true,
    number: true,
    cell: (project) => (project.scannedAt ? <RelativeTime at={project.scannedAt} /> : 'never'),
  },
]

const oldestColumns: Column<View['oldest'][number]>[] = [
  {
    key: 'name',
    title: 'Asset',
    cell: (asset) => (
      <div className={styles.which}>
        <Link href={importPages.run(asset.runId, 'review', { row: asset.id })} title={asset.name}>
          {asset.displayName}
        </Link>
        <NarrowOnly>
          {asset.kind ? kindOf(asset.kind) : assetTypeWord(asset.assetType)} in {asset.namespace ?? 'no project'}
        </NarrowOnly>
      </div>
    ),
  },
  {
    key: 'kind',
    title: 'Kind',
    width: '26%',
    wideOnly: true,
    cell: (asset) => <span title={asset.assetType}>{asset.kind ? kindOf(asset.kind) : assetTypeWord(asset.assetType)}</span>,
  },
  { key: 'project', title: 'Project', width: '20%', wideOnly: true, cell: (asset) => asset.namespace ?? '–' },
  {
    key: 'changed',
    title: 'Last changed',
    width: '112px',
    number: true,
    cell: (asset) => <RelativeTime at={asset.updatedAt} />,
  },
]

/** What is in the cloud and not in Git, by project, and the oldest of it. */
export function UnmanagedView() {
  const view = useQuery(importQueries.unmanaged())
  if (!view.data)
    return view.isError ? (
      <ErrorState error={view.error} what="what is not in Git yet" retry={() => void view.refetch()} />
    ) : (
      <Skeleton rows={8} label="Loading what is not in Git yet" />
    )
  const { projects, oldest } = view.data
  const scanned = projects.filter((project) => project.scannedAt !== null)
  const total = scanned.reduce((sum, project) => sum + (project.unmanaged ?? 0), 0)
  if (projects.length === 0 || scanned.length === 0)
    return (
      <EmptyState
        title={projects.length === 0 ? 'No project to look at' : 'No project was scanned yet'}
        icon="search"
        action={projects.length === 0 ? null : <LinkButton href={importPages.home}>Scan a project</LinkButton>}
      >
        {projects.length === 0
          ? 'Projects that you may see are listed here once there are any.'
          : 'After the first scan this page says what each project has in the cloud that no manifest stands for.'}
      </EmptyState>
    )
  const ordered = [...projects].sort((a, b) => (b.unmanaged ?? -1) - (a.unmanaged ?? -1))
  return (
    <>
      <Section
        title={
          total === 0
            ? 'Everything that was scanned is in Git'
            : `${counted(total, 'resource')} in ${counted(scanned.length, 'scanned project')} not in Git`
        }
      >
        <p className={styles.small}>
          Counted at each project’s newest scan: what could be imported and no manifest stands for. Skipped and unsupported assets are left
          out.
        </p>
        <Table
          label="Projects by what is not in Git"
          columns={projectColumns}
          rows={ordered}
          rowKey={(project) => `${project.cluster}/${project.namespace}`}
        />
      </Section>
      {oldest.length > 0 ? (
        <Section title="The oldest first">
          <Table label="Oldest assets that are not in Git" columns={oldestColumns} rows={oldest} rowKey={(asset) => asset.id} />
        </Section>
      ) : null}
    </>
  )
}
