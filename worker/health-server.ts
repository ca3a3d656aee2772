import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Health {
  /** Alive: the process works, whatever its systems do. Ready: the database answers. */
  ready: () => Promise<boolean>
  /** What the worker does, for people who look. */
  describe: () => Record<string, unknown>
}

/** Answers `/healthz` (alive) and `/readyz` for the orchestrator. Port 0 picks a free one. */
export async function serveHealth(port: number, host: string, health: Health): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
    }
    if (request.url === '/healthz') answer(200, { status: 'ok', ...health.describe() })
    else if (request.url === '/readyz')
      health.ready().then(
        (ready) => answer(ready ? 200 : 503, { status: ready ? 'ok' : 'waiting for the database' }),
        () => answer(503, { status: 'waiting for the database' }),
      )
    else answer(404, { status: 'not found' })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`The worker cannot listen on port ${port}: another program has it.`, { cause: error })),
    )
    server.listen(port, host, resolve)
  })
  return { port: portOf(server), close: () => new Promise((resolve) => server.close(() => resolve())) }
}

// Proof of the cast: a server that listens on TCP has an AddressInfo.
const portOf = (server: Server): number => (server.address() as AddressInfo).port
