import type { Database } from '#lib/database/client.ts'
import type { Gap } from './contract.ts'

/** After this long without a word from the collector a cluster's rows are called stale. */
const staleAfterMs = 60_000

/** Why nobody has looked at a cluster lately, as a sentence; undefined where somebody has. */
export function whyUnattended(cluster: { name: string; checkedAt: Date | null }, now = Date.now()): string | undefined {
  if (cluster.checkedAt && now - cluster.checkedAt.getTime() <= staleAfterMs) return undefined
  return `No worker has looked at cluster "${cluster.name}" for more than a minute, so nothing new appears and pull requests wait. Ask the people who run this portal to see whether its worker runs.`
}

/**
 * What is missing from the index, or old in it, added to what the person may not see: clusters out of reach or never
 * looked at, kinds the portal may not read, failed to read or has not read yet. Limited to what a query asks for.
 */
export async function indexGaps(
  database: Database,
  gaps: Gap[],
  asked: { clusters: string[]; kinds: string[] } = { clusters: [], kinds: [] },
): Promise<Gap[]> {
  const [clusters, kinds] = await Promise.all([
    database.cluster.findMany(),
    database.kind.findMany({
      where: { state: { in: ['pending', 'forbidden', 'failed'] }, ...(asked.kinds.length > 0 ? { key: { in: asked.kinds } } : {}) },
      select: { cluster: true, key: true, state: true, message: true, syncedAt: true },
      take: 100,
    }),
  ])
  const wanted = (cluster: string): boolean => asked.clusters.length === 0 || asked.clusters.includes(cluster)
  const ofClusters = clusters.filter(({ name }) => wanted(name)).flatMap((cluster) => clusterGap(cluster, gaps))
  const ofKinds = kinds
    .filter(({ cluster }) => wanted(cluster))
    .map(
      ({ cluster, key, state, message, syncedAt }): Gap => ({
        cluster,
        kind: key,
        reason: state === 'forbidden' || state === 'failed' ? state : 'pending',
        message: message ?? `${key} on ${cluster} is still being read for the first time.`,
        since: syncedAt?.toISOString() ?? null,
      }),
    )
  return [...gaps, ...ofClusters, ...ofKinds]
}

interface ClusterRow {
  name: string
  state: string
  message: string | null
  syncedAt: Date | null
  checkedAt: Date | null
}

function clusterGap({ name, state, message, syncedAt, checkedAt }: ClusterRow, known: Gap[]): Gap[] {
  const since = syncedAt?.toISOString() ?? null
  const asOf = syncedAt ? ' What is shown is as of then.' : ''
  if (known.some((gap) => gap.cluster === name && gap.reason === 'unreachable')) return []
  const unattended = whyUnattended({ name, checkedAt })
  if (unattended) return [{ cluster: name, reason: 'stale', message: `${unattended}${asOf}`, since }]
  if (state === 'unreachable' || state === 'unauthorized' || state === 'forbidden')
    return [{ cluster: name, reason: state, message: `${message ?? `Cluster "${name}" cannot be read.`}${asOf}`, since }]
  if (!syncedAt) return [{ cluster: name, reason: 'pending', message: `Cluster "${name}" is being read for the first time.`, since }]
  if (Date.now() - syncedAt.getTime() > staleAfterMs)
    return [{ cluster: name, reason: 'stale', message: `Not every kind of cluster "${name}" is up to date.${asOf}`, since }]
  return []
}
