/**
 * The GitHub stand-in (simulated): one loopback server with the REST API, OAuth sign-in, git over HTTP, webhooks and pages, over real bare
 * repositories and one SQLite file. Demo and tests only.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { apiPath, restHandler } from './api/serve.ts'
import { readText } from './http-body.ts'
import { serveOAuth } from './oauth.ts'
import { servePages } from './pages/serve.ts'
import { Problem, problemBody } from './problem.ts'
import { announce } from './pull-life.ts'
import { startSimulation } from './simulate.ts'
import { gitRequest, serveGit } from './smart-http.ts'
import { openStore } from './store.ts'
import { startDeliveries } from './webhooks.ts'
import { declarePeople, type GitHubOptions, listRepositories, repositoryQueues, type World } from './world.ts'

export type { GitHubOptions } from './world.ts'

export interface GitHub {
  /** `http://127.0.0.1:PORT`; REST is below `/api/v3`. */
  url: string
  /** Stops the server; everything is kept in the directory. */
  close(): Promise<void>
}

/** Starts the stand-in on loopback. Throws when the port is taken or the directory cannot be written. */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const store = openStore(options.directory)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The GitHub stand-in has no port.')
  const url = `http://127.0.0.1:${address.port}`
  let wake = () => {}
  const world: World = {
    options,
    store,
    url,
    apiUrl: `${url}/api/v3`,
    now: () => Date.now(),
    inOrder: repositoryQueues(),
    wakeDeliveries: () => wake(),
  }
  declarePeople(world)
  const handle = requestHandler(world)
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error('GitHub stand-in:', error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  // What git got just before a kill -9 is told now.
  for (const repository of listRepositories(world)) await world.inOrder(repository, () => announce(world, repository, repository.owner))
  const deliveries = startDeliveries(world)
  wake = deliveries.wake
  return {
    url,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await deliveries.stop()
      // Work queued behind a request that is gone still wants the store.
      await Promise.allSettled(listRepositories(world).map((repository) => world.inOrder(repository, async () => {})))
      store.close()
    },
  }
}

function requestHandler(world: World): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const simulation = startSimulation(world.now)
  const rest = restHandler(world, simulation)
  const port = new URL(world.url).port
  // Names of ours only: a page elsewhere that resolves its own name to loopback gets nothing.
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  return async (request, response) => {
    if (!hosts.has(request.headers.host ?? '')) {
      response.writeHead(421, { 'content-type': 'text/plain' }).end('This is the GitHub stand-in; it answers on loopback only.\n')
      return
    }
    const url = new URL(request.url ?? '/', world.url)
    const git = gitRequest(url.pathname)
    if (git) return serveGit(world, request, response, url, git)
    const path = apiPath(url.pathname)
    if (path !== undefined) return rest(request, response, url, path)
    if (url.pathname === '/_simulate' && request.method === 'POST') return simulate(request, response)
    if (url.pathname.startsWith('/login')) return serveOAuth(world, request, response, url)
    return servePages(world, request, response, url)
  }

  async function simulate(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`)
    try {
      // A form of another page cannot send this type without asking first.
      if (!request.headers['content-type']?.startsWith('application/json')) throw new Problem(415, 'Send application/json.')
      const body: unknown = JSON.parse((await readText(request)) || '{}')
      const set = simulation.set(body)
      send(200, { mode: set.mode, until: set.until === 0 ? null : new Date(set.until).toISOString() })
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(400, 'Problems parsing JSON')
      send(problem.status, problemBody(problem))
    }
  }
}
