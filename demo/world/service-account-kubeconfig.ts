/** Kubeconfigs for programs that act as a service account, with a token made for them. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

export interface Account {
  /** File with an administrator's kubeconfig. */
  kubeconfig: string
  namespace: string
  name: string
  /** Life of the token; 30 days where left out. Written anew at each start of the demo. */
  expirationSeconds?: number
}

export interface AccountFile extends Account {
  /** Where to write, readable by the owner only. */
  file: string
}

/** A token of the account (TokenRequest, https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/). */
export async function serviceAccountToken({ kubeconfig, namespace, name, expirationSeconds }: Account): Promise<string> {
  const admin = new KubeConfig()
  admin.loadFromFile(kubeconfig)
  const { status } = await admin.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [], expirationSeconds: expirationSeconds ?? 30 * 24 * 3600 } },
  })
  if (!status?.token) throw new Error(`The API server made no token for ${namespace}/${name}.`)
  return status.token
}

/** Writes a kubeconfig with a token of the account, which has to exist. */
export async function serviceAccountKubeconfig({ file, ...account }: AccountFile): Promise<void> {
  const admin = new KubeConfig()
  admin.loadFromFile(account.kubeconfig)
  const cluster = admin.getCurrentCluster()
  if (!cluster) throw new Error(`${account.kubeconfig} names no cluster.`)
  const made = new KubeConfig()
  made.loadFromClusterAndUser(cluster, { name: account.name, token: await serviceAccountToken(account) })
  made.setCurrentContext(made.getContexts()[0]?.name ?? '')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, made.exportConfig(), { mode: 0o600 })
  chmodSync(file, 0o600)
}
