/**
 * The CI runner (simulated GitHub Actions): hears webhooks, and runs the real `corbel` command on pull requests and on pushes to the default
 * branch. Demo and tests only.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { nodePart } from '#demo/supervisor/node-part.ts'
import type { Part } from '#demo/supervisor/part.ts'
import { ciAccount } from '#demo/world/projects.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { appConnections } from '#lib/forge/connect-github.ts'
import { verifyWebhook } from '#lib/forge/webhook.ts'
import { laneOf, replacedBy, type Work, workOf } from './events.ts'
import { runWork } from './jobs.ts'
import { openWorkQueue } from './work-queue.ts'

export interface CiOptions {
  /** A free one when 0. */
  port: number
  /** Holds work, clones, logs and kubeconfigs. */
  directory: string
  webhookSecret: string
  github: {
    /** Where git is, e.g. http://127.0.0.1:3003. */
    url: string
    /** Where the REST API is, e.g. http://127.0.0.1:3003/api/v3. */
    apiUrl: string
    appId: string
    privateKeyFile: string
  }
  /** An administrator's kubeconfig, to make tokens of each repository's own service account. */
  kubeconfig: string
  /** Extra arguments of `corbel apply`, e.g. `--settle 10s`. */
  applyArguments?: string[]
}

export interface Ci {
  /** `http://127.0.0.1:PORT`; webhooks go to `/webhook`. */
  url: string
  close(): Promise<void>
}

const largestBody = 25 * 1024 * 1024

/** The CI runner as a part of the demo. */
export const ciPart = (options: CiOptions): Part =>
  nodePart({ name: 'ci', title: 'The CI runner', program: 'demo/ci/main.ts', options, ports: [options.port], readyWithinMs: 60_000 })

/** Starts it on loopback and goes on with work that was left. Throws when the port is taken. */
export async function startCi(options: CiOptions): Promise<Ci> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  const connect = appConnections({
    apiUrl: options.github.apiUrl,
    appId: options.github.appId,
    privateKey: readFileSync(options.github.privateKeyFile, 'utf8'),
  })
  const log = (text: string) => console.log(`${new Date().toISOString()} ${text}`)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The CI runner has no port.')
  const url = `http://127.0.0.1:${address.port}`
  const context = {
    directory: options.directory,
    logUrl: `${url}/logs`,
    gitUrl: options.github.url,
    connect,
    kubeconfigFor: async (repository: string) => {
      const file = join(options.directory, 'kubeconfigs', `${ciAccount(repository)}.yaml`)
      await serviceAccountKubeconfig({
        kubeconfig: options.kubeconfig,
        namespace: 'corbel-ci',
        name: ciAccount(repository),
        file,
        expirationSeconds: 3600,
      })
      return file
    },
    applyArguments: options.applyArguments ?? ['--settle', '10s', '--poll', '1s'],
    log,
  }
  const queue = openWorkQueue<Work>({
    directory: join(options.directory, 'work'),
    laneOf,
    replacedBy,
    run: (work, signal) => runWork(context, work, signal),
    log,
  })
  server.on('request', (request, response) => {
    answer(request, response, options, (work) => queue.add(work)).catch((error: unknown) => {
      log(`webhook: ${error instanceof Error ? error.message : error}`)
      if (!response.headersSent) response.writeHead(400)
      response.end()
    })
  })
  return {
    url,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await queue.stop()
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: CiOptions, add: (work: Work) => void): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (request.method === 'POST' && path === '/webhook') {
    const body = await bodyOf(request)
    const signature = request.headers['x-hub-signature-256']
    if (!verifyWebhook(options.webhookSecret, typeof signature === 'string' ? signature : null, body)) {
      response.writeHead(401).end('The signature does not fit.\n')
      return
    }
    const work = workOf(String(request.headers['x-github-event'] ?? ''), JSON.parse(body))
    if (work) add(work)
    response.writeHead(202).end()
    return
  }
  const name = /^\/logs\/([\w.-]+\.log)$/.exec(path)?.[1]
  const file = name && join(options.directory, 'logs', name)
  if (request.method === 'GET' && file && existsSync(file)) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }).end(readFileSync(file))
    return
  }
  const health = request.method === 'GET' && path === '/healthz'
  response.writeHead(health ? 200 : 404, { 'content-type': 'text/plain' }).end(health ? 'ok\n' : 'This is the simulated CI runner.\n')
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk))
    length += chunk.length
    if (length > largestBody) throw new Error('a body larger than GitHub sends')
  }
  return Buffer.concat(chunks).toString('utf8')
}
