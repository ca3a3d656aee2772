/** The stand-in for Cloud Asset Inventory: its REST calls, over the assets of a simulated cloud (README.md). Demo and tests only. */
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { nodePart } from '#demo/supervisor/node-part.ts'
import type { Part } from '#demo/supervisor/part.ts'
import type { Json } from '#lib/json.ts'
import { answerAdmin } from './admin-api.ts'
import { type AssetStore, openAssetStore } from './asset-store.ts'
import type { Fault } from './faults.ts'
import { answerCall } from './rest-api.ts'
import { seedAssets } from './seed-assets.ts'

export interface InventoryOptions {
  /** A free one when 0. */
  port: number
  /** Keeps changes and calls; nothing is kept without. */
  directory?: string
  /** Ids of the cloud projects that exist. */
  projects: string[]
  log?: (text: string) => void
}

export interface AssetInventory {
  /** `http://127.0.0.1:PORT`. */
  url: string
  close: () => Promise<void>
}

const largestBody = 1024 * 1024

/** The stand-in as a part of the demo. */
export const assetInventoryPart = (options: InventoryOptions & { directory: string }): Part =>
  nodePart({
    name: 'asset-inventory',
    title: 'The asset inventory stand-in',
    program: 'demo/asset-inventory/main.ts',
    options,
    ports: [options.port],
    readyWithinMs: 30_000,
  })

/** Starts it on loopback. Throws when the port is taken. */
export async function startAssetInventory({ port, directory, projects, log = () => {} }: InventoryOptions): Promise<AssetInventory> {
  if (directory !== undefined) mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = directory === undefined ? undefined : join(directory, 'changes.jsonl')
  const world = { store: openAssetStore(seedAssets(projects), file), faults: [] as Fault[] }
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => {
    answer(world, request, response).catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`)
      if (!response.headersSent) send(response, 500, { error: { code: 500, message: 'Internal error.', status: 'INTERNAL' } })
      else response.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The asset inventory stand-in has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface World {
  store: AssetStore
  faults: Fault[]
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? 'GET'
  const url = URL.parse(request.url ?? '/', 'http://inventory.test')
  if (!url) return send(response, 400, { error: { code: 400, message: 'No address.', status: 'INVALID_ARGUMENT' } })
  const path = decodeURIComponent(url.pathname)
  if (path.startsWith('/simulated/')) {
    const answered = answerAdmin(world, method, path, url.searchParams, await bodyOf(request))
    if (!answered.found) return send(response, 404, { error: { message: 'The stand-in has no such switch (README.md).' } })
    return answered.body === undefined
      ? send(response, 422, { error: { message: 'The stand-in cannot follow this (README.md).' } })
      : send(response, 200, answered.body)
  }
  for (const fault of world.faults) if (fault.fault === 'slow') await pause(fault.milliseconds)
  if (response.destroyed) return
  const answered = method === 'GET' ? answerCall(world.store, path, url.searchParams, world.faults, Date.now()) : undefined
  if (!answered) return send(response, 404, { error: { code: 404, message: 'Not found.', status: 'NOT_FOUND' } })
  if ('refused' in answered) send(response, answered.refused.status, answered.refused.body, answered.refused.headers)
  else send(response, 200, answered.body)
}

function send(response: ServerResponse, status: number, body: Json, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', 'x-simulated': 'true', ...headers })
  response.end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > largestBody) throw new Error('The body is too large.')
    chunks.push(chunk)
  }
  return chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString())
}
