/** Kubeconfigs of service accounts, for programs of the demo that must not be administrators. */
import { writeFileSync } from 'node:fs'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

export interface ServiceAccountKubeconfig {
  adminKubeconfig: string
  namespace: string
  name: string
  /** Where the kubeconfig is written (0600). */
  file: string
}

const lifetimeSeconds = 30 * 24 * 60 * 60

/** Writes a kubeconfig with a fresh token of the service account, good for 30 days. The account must exist. */
export async function writeServiceAccountKubeconfig({ adminKubeconfig, namespace, name, file }: ServiceAccountKubeconfig): Promise<void> {
  const admin = new KubeConfig()
  admin.loadFromFile(adminKubeconfig)
  const cluster = admin.getCurrentCluster()
  if (!cluster) throw new Error(`${adminKubeconfig} has no current context.`)
  const request = { spec: { audiences: [], expirationSeconds: lifetimeSeconds } }
  const reply = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({ name, namespace, body: request })
  const token = reply.status?.token
  if (!token) throw new Error(`The cluster gave no token for the service account ${namespace}/${name}.`)
  const config = new KubeConfig()
  config.loadFromClusterAndUser(cluster, { name, token })
  writeFileSync(file, config.exportConfig(), { mode: 0o600 })
}
