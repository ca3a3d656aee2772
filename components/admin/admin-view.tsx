'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import homeStyles from '#components/home/home.module.css'
import { StateBadge } from '#components/ui/badge.tsx'
import { count, counted } from '#components/ui/format.ts'
import { Name } from '#components/ui/name.tsx'
import { EmptyState, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Table } from '#components/ui/table.tsx'
import type { KindSummary } from '#lib/inventory/contract.ts'
import { AdminTabs } from './admin-tabs.tsx'

const rank: Record<KindSummary['state'], number> = { failed: 0, forbidden: 1, pending: 2, gone: 3, synced: 4 }

/** For the platform team: how each cluster is reached and how far behind what we show is, and the state of every kind. */
export function AdminView() {
  const router = useRouter()
  const me = useQuery(queries.me())
  const kinds = useQuery(queries.kinds())
  if (!me.data)
    return me.isError ? (
      <ErrorState page error={me.error} what="the clusters" retry={() => void me.refetch()} />
    ) : (
      <Skeleton lines={2} rows={6} />
    )
  if (!me.data.admin)
    return (
      <EmptyState page title="This page is for the platform team" icon="admin">
        It shows how clusters are reached and which kinds are read. Ask the people who run this portal if you need it.
      </EmptyState>
    )
  const rows = [...(kinds.data?.items ?? [])].sort((a, b) => rank[a.state] - rank[b.state] || a.key.localeCompare(b.key))
  const withMessages = rows.some((row) => row.message)
  const troubled = rows.filter((row) => row.state === 'failed' || row.state === 'forbidden').length
  return (
    <div className={homeStyles.column}>
      <div>
        <PageHeader title="Admin" asOf={kinds.dataUpdatedAt || undefined} />
        <AdminTabs />
      </div>
      <Section title="Clusters">
        {me.data.clusters.length === 0 ? <p className={homeStyles.calm}>No cluster is configured. Name one in CORBEL_CLUSTERS.</p> : null}
        <Table
          label="Clusters"
          rows={me.data.clusters}
          rowKey={(cluster) => cluster.name}
          columns={[
            { key: 'name', title: 'Cluster', width: '22%', cell: (cluster) => cluster.name },
            { key: 'state', title: 'State', width: '190px', cell: (cluster) => <StateBadge state={cluster.state} plain /> },
            { key: 'lag', title: 'Last read', width: '110px', cell: (cluster) => <RelativeTime at={cluster.syncedAt} /> },
            { key: 'version', title: 'Version', width: '110px', wideOnly: true, cell: (cluster) => cluster.version ?? '–' },
            {
              key: 'message',
              title: 'Message',
              wideOnly: true,
              cell: (cluster) => <span title={cluster.message ?? ''}>{cluster.message ?? ''}</span>,
            },
          ]}
        />
      </Section>
      <Section title={kinds.data ? `Kinds (${count(rows.length)})` : 'Kinds'}>
        {!kinds.data ? (
          kinds.isError ? (
            <ErrorState error={kinds.error} what="the kinds" retry={() => void kinds.refetch()} />
          ) : (
            <Skeleton rows={8} label="Loading kinds" />
          )
        ) : (
          <>
            <GapNotice gaps={kinds.data.gaps} />
            {troubled > 0 ? <p className={homeStyles.quiet}>{counted(troubled, 'kind')} cannot be read; they stand first.</p> : null}
            {rows.length === 0 ? (
              <EmptyState title="No kind is offered">
                Kinds are custom resource definitions whose group matches CORBEL_KIND_PATTERNS, or with the label corbel.dev/offered.
              </EmptyState>
            ) : (
              <Table
                label="Kinds"
                rows={rows}
                rowKey={(row) => `${row.cluster}/${row.key}`}
                open={(row) => router.push(pagePaths.resources({ kind: [row.key] }))}
                columns={[
                  { key: 'kind', title: 'Kind', cell: (row) => <Name name={row.kind} href={pagePaths.resources({ kind: [row.key] })} /> },
                  { key: 'state', title: 'State', width: '200px', cell: (row) => <StateBadge state={row.state} plain /> },
                  { key: 'count', title: 'Resources', width: '90px', number: true, wideOnly: true, cell: (row) => count(row.count) },
                  {
                    key: 'group',
                    title: 'Group and version',
                    width: withMessages ? '30%' : '44%',
                    wideOnly: true,
                    cell: (row) => <span title={row.group}>{`${row.group}/${row.version}`}</span>,
                  },
                  ...(withMessages
                    ? [
                        {
                          key: 'message',
                          title: 'Message',
                          width: '22%',
                          wideOnly: true,
                          cell: (row: KindSummary) => <span title={row.message ?? ''}>{row.message ?? ''}</span>,
                        },
                      ]
                    : []),
                ]}
              />
            )}
          </>
        )}
      </Section>
    </div>
  )
}
