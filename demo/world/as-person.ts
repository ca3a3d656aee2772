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

/** A way to call the API server of a kubeconfig as somebody. */
export function callAs(
  kubeconfig: string,
  { user, groups }: Somebody,
): (method: string, path: string, body?: Json, contentType?: string) => Promise<Reply> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  return async (method, path, body, contentType = 'application/json') => {
    const options = {
      method,
      headers: { 'content-type': contentType, 'impersonate-user': user, 'impersonate-group': [...groups, 'system:authenticated'] },
    }
    await config.applyToHTTPSOptions(options)
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const sent = request(`${config.getCurrentCluster()?.server}${path}`, options, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }), reject)
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    return promise
  }
}
