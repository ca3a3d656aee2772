import { config } from '#lib/config/config.ts'
import { NotFound } from '#lib/errors.ts'
import { type Cluster, openCluster } from './client.ts'

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelClusters?: Map<string, Cluster> }

/** A configured cluster, opened once per process. Throws NotFound for another name. */
export function clusterNamed(name: string): Cluster {
  held.corbelClusters ??= new Map()
  const opened = held.corbelClusters.get(name)
  if (opened) return opened
  const setting = config().clusters.find((cluster) => cluster.name === name)
  if (!setting) throw new NotFound(`Corbel knows no cluster "${name}". CORBEL_CLUSTERS names those it serves.`)
  const cluster = openCluster({ name, kubeconfigFile: setting.kubeconfig, context: setting.context })
  held.corbelClusters.set(name, cluster)
  return cluster
}
