/** The configured clusters, opened once per process. */
import { config } from '#lib/config/config.ts'
import { NotFound } from '#lib/errors.ts'
import { type Cluster, openCluster } from './client.ts'

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelClusters?: Map<string, Cluster> }

/** Every configured cluster, in the order of the configuration. */
export function clusters(): Cluster[] {
  held.corbelClusters ??= new Map(
    config().clusters.map(({ name, kubeconfig, context }) => [name, openCluster({ name, kubeconfigFile: kubeconfig, context })]),
  )
  return [...held.corbelClusters.values()]
}

/** A configured cluster. Throws NotFound for a name that the configuration does not have. */
export function clusterNamed(name: string): Cluster {
  const found = clusters().find((cluster) => cluster.name === name)
  if (!found)
    throw new NotFound(
      `There is no cluster "${name}" here. Corbel serves ${config()
        .clusters.map((cluster) => cluster.name)
        .join(', ')}.`,
    )
  return found
}
