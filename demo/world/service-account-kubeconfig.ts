/** Kubeconfigs for programs that act as a service account, with a token made for them. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

export interface AccountFile {
  /** File with an administrator's kubeconfig. */
  kubeconfig: string
  namespace: string
  name: string
  /** Where to write, readable by the owner only. */
  file: string
  /** Life of the token; 30 days where left out. Written anew at each start of the demo. */
  expirationSeconds?: number
}

/**
 * Asks for a token (TokenRequest, https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/)
 * and writes a kubeconfig with it. The account has to exist.
 */
export async function serviceAccountKubeconfig({ kubeconfig, namespace, name, file, expirationSeconds }: AccountFile): Promise<void> {
  const admin = new KubeConfig()
  admin.loadFromFile(kubeconfig)
  const cluster = admin.getCurrentCluster()
  if (!cluster) throw new Error(`${kubeconfig} names no cluster.`)
  const { status } = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [], expirationSeconds: expirationSeconds ?? 30 * 24 * 3600 } },
  })
  if (!status) throw new Error(`The API server made no token for ${namespace}/${name}.`)
  const account = new KubeConfig()
  account.loadFromClusterAndUser(cluster, { name, token: status.token })
  account.setCurrentContext(account.getContexts()[0]?.name ?? '')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, account.exportConfig(), { mode: 0o600 })
  chmodSync(file, 0o600)
}
