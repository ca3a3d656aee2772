/** For tests that compare us with the API server: its bare answers, without the judgement our own client adds. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

export interface RawAnswer {
  status: number
  /** Null where the answer is no JSON: a group that is not served yet is answered with plain text. */
  body: Json
}

export interface RawServer {
  /** @throws the connection's error. */
  call: (method: string, path: string, body?: Json) => Promise<RawAnswer>
  /** Installs a definition and waits until it is served. Throws with the server's words when it is refused. */
  serve: (definition: JsonObject) => Promise<void>
  close: () => void
}

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** As the administrator of a kubeconfig; at most `width` calls at once. */
export async function openRawServer(kubeconfig: string, width = 4): Promise<RawServer> {
  const config = new KubeConfig()
  config.loadFromString(readFileSync(kubeconfig, 'utf8'))
  const options = {}
  await config.applyToHTTPSOptions(options)
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const origin = config.getCurrentCluster()?.server ?? ''

  const call: RawServer['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const sent = request(new URL(path, origin), { ...options, agent, method, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const json = answer.headers['content-type']?.startsWith('application/json') ?? false
          resolve({ status: answer.statusCode ?? 0, body: json ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : null })
        })
      })
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })

  const serve = async (definition: JsonObject): Promise<void> => {
    const name = textAt(definition, 'metadata', 'name') ?? ''
    const made = await call('POST', definitionsPath, definition)
    if (made.status !== 201 && made.status !== 409) throw new Error(`${name} was refused: ${textAt(made.body, 'message')}`)
    const versions = valueAt(definition, ['spec', 'versions'])
    const version = Array.isArray(versions)
      ? textAt(
          versions.filter(isObject).find((one) => one.served === true),
          'name',
        )
      : ''
    const path = `/apis/${textAt(definition, 'spec', 'group')}/${version}/${textAt(definition, 'spec', 'names', 'plural')}`
    for (let attempt = 0; attempt < 300; attempt += 1) {
      if ((await call('GET', path)).status === 200) return
      await sleep(100)
    }
    throw new Error(`${name} was not served within 30 seconds.`)
  }
  return { call, serve, close: () => agent.destroy() }
}
