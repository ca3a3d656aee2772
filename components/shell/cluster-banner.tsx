'use client'

import { ApiProblem } from '#components/data/api-problem.ts'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { ClusterStatus } from '#lib/inventory/contract.ts'

/** Amber bars on every page for clusters that do not answer, with the last time they did; a bar when the portal itself does not. */
export function ClusterBanner({ clusters, problem }: { clusters: ClusterStatus[]; problem: unknown }) {
  const silent = clusters.filter((cluster) => cluster.state !== 'ok')
  const unanswered = problem instanceof ApiProblem && problem.code !== 'unauthenticated' ? problem : null
  if (silent.length === 0 && !unanswered) return null
  return (
    <section aria-label="Warnings">
      {unanswered ? (
        <Banner tone="amber" bar>
          {unanswered.detail}
        </Banner>
      ) : null}
      {silent.map((cluster) => (
        <Banner key={cluster.name} tone="amber" bar>
          {cluster.state === 'unknown' && !cluster.syncedAt ? (
            <>Cluster {cluster.name} has not been read yet. Its resources appear within a minute of the first answer.</>
          ) : (
            <>
              {cluster.message ?? `Cluster ${cluster.name} does not answer.`} What you see of it is{' '}
              {cluster.syncedAt ? (
                <>
                  from <RelativeTime at={cluster.syncedAt} />
                </>
              ) : (
                'missing'
              )}
              .
            </>
          )}
        </Banner>
      ))}
    </section>
  )
}
