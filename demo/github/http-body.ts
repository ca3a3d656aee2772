/** Reading request bodies. */
import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

const limit = 40 * 1024 * 1024

/** A request's body as text. Throws 413 above 40 MiB, GitHub's own limit for content. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > limit) throw new Problem(413, 'Payload too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

/** A posted form or, for OAuth clients, the same as JSON. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const text = await readText(request)
  if (!request.headers['content-type']?.startsWith('application/json')) return new URLSearchParams(text)
  try {
    const fields: unknown = JSON.parse(text)
    if (typeof fields !== 'object' || fields === null) throw new Problem(400, 'Problems parsing JSON')
    return new URLSearchParams(Object.entries(fields).map(([key, value]) => [key, String(value)]))
  } catch {
    throw new Problem(400, 'Problems parsing JSON')
  }
}
