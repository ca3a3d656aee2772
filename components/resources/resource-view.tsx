'use client'

import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { ResourceActions } from '#components/relocate/resource-actions.tsx'
import { StateBadge } from '#components/ui/badge.tsx'
import { LinkButton } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Banner, ErrorState, GapNotice } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import { LiveManifest } from './live-manifest.tsx'
import { ResourceOverview } from './resource-overview.tsx'
import styles from './resource-page.module.css'
import { ResourceTimeline } from './resource-timeline.tsx'

const tabs = [
  { tab: undefined, title: 'Overview' },
  { tab: 'manifest', title: 'Manifest' },
  { tab: 'timeline', title: 'Timeline' },
] as const

/** One resource: what state it is in and what to do, its manifest as it lives, and what happened to it. */
export function ResourceView({ at }: { at: ResourceAddress }) {
  const detail = useQuery(queries.resource(at))
  const asked = useSearchParams().get('tab')
  const tab = tabs.find((each) => each.tab === asked)?.tab
  if (!detail.data)
    return detail.isError ? (
      <ErrorState page error={detail.error} what={`${kindOf(at.kind)} ${at.name} in ${at.namespace}`} retry={() => void detail.refetch()}>
        <LinkButton href={pagePaths.resources({ cluster: [at.cluster], namespace: [at.namespace] })}>
          Resources of {at.namespace}
        </LinkButton>
      </ErrorState>
    ) : (
      <Skeleton lines={2} rows={6} label={`Loading ${at.name}`} />
    )
  const { row, readiness, git } = detail.data
  return (
    <div className={styles.page}>
      <PageHeader
        title={row.name}
        mono
        state={<StateBadge state={readiness.state} detail={readiness.since ? <RelativeTime at={readiness.since} short /> : null} />}
        asOf={detail.data.asOf}
        actions={
          at.namespace === '-' || row.state === 'deleting' ? null : (
            <ResourceActions at={at} kindName={row.kindName} inGit={git !== null || row.repository !== null} />
          )
        }
      />
      {detail.isError ? <Banner tone="amber">{detail.error.message} What you see is the last answer.</Banner> : null}
      {detail.data.live ? null : (
        <Banner tone="amber">
          {detail.data.liveProblem ?? 'The cluster could not be asked with your login.'} What you see is from Corbel's index,{' '}
          <RelativeTime at={row.updatedAt} />.
        </Banner>
      )}
      <GapNotice gaps={detail.data.gaps} />
      <Tabs
        label={`Views of ${row.name}`}
        tabs={tabs.map((each) => ({ href: pagePaths.resource(at, each.tab), title: each.title, current: each.tab === tab }))}
      />
      {tab === 'manifest' ? (
        <LiveManifest detail={detail.data} />
      ) : tab === 'timeline' ? (
        <ResourceTimeline at={at} />
      ) : (
        <ResourceOverview at={at} detail={detail.data} />
      )}
    </div>
  )
}
