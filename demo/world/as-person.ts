/** Calls an API server as somebody else, by the administrator's right to impersonate. For tests. */
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import type { Json } from '#lib/json.ts'

export interface Somebody {
  user: string
  groups: string[]
}

export interface Reply {
  status: number
  body: Json
}

export type RawCall = (method: string, path: string, body?: Json, contentType?: string) => Promise<Reply>

/** A way to call the API server of a kubeconfig as somebody. */
export function callAs(kubeconfig: string, { user, groups }: Somebody): RawCall {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return calling(config, { 'impersonate-user': user, 'impersonate-group': [...groups, 'system:authenticated'] })
}

/** A way to call the API server of a kubeconfig with a token of one's own and any headers, as a program of one's own could. */
export function callWith(kubeconfig: string, token: string, headers: Record<string, string>): RawCall {
  const admin = new KubeConfig()
  admin.loadFromFile(kubeconfig)
  const cluster = admin.getCurrentCluster()
  if (!cluster) throw new Error(`${kubeconfig} names no cluster.`)
  const config = new KubeConfig()
  config.loadFromClusterAndUser(cluster, { name: 'somebody', token })
  return calling(config, headers)
}

const calling =
  (config: KubeConfig, headers: Record<string, string | string[]>): RawCall =>
  async (method, path, body, contentType = 'application/json') => {
    const options = { method, headers: { 'content-type': contentType, ...headers } }
    await config.applyToHTTPSOptions(options)
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const sent = request(`${config.getCurrentCluster()?.server}${path}`, options, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }), reject)
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    return promise
  }
