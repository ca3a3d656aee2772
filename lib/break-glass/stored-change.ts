/**
 * What a change keeps that nobody else may read: the live object with its secrets, what was typed, the patch and what takes it back. It lies
 * sealed in one column. Beside it stands only what is redacted.
 */
import { createHmac, hkdfSync } from 'node:crypto'
import { z } from 'zod'
import { config } from '#lib/config/config.ts'
import { Conflict } from '#lib/errors.ts'
import { seal, unseal } from '#lib/identity/seal.ts'

const StoredChange = z.object({
  /** The object the text is based on, as the API server sent it: JSON text, because its numbers may be larger than ours. */
  live: z.string(),
  uid: z.string(),
  generation: z.string(),
  /** That object as YAML, as it was given to edit. */
  liveText: z.string(),
  /** What is typed. */
  text: z.string(),
  /** The patch that was judged, byte for byte as it is sent. */
  bytes: z.string().nullable(),
  /** JSON Patch that takes it back, without guards. */
  inverse: z.string().nullable(),
  /** The object as the API server answered the write. */
  after: z.string().nullable(),
})
export type StoredChange = z.infer<typeof StoredChange>

const purpose = (id: string): string => `break-glass change ${id}`

export const sealChange = (id: string, content: StoredChange): string =>
  seal(config().secret, purpose(id), JSON.stringify(StoredChange.parse(content)))

/** Throws Conflict when it does not open: the secret was changed, or somebody changed the column. */
export function openChange({ id, sealed }: { id: string; sealed: string }): StoredChange {
  const opened = unseal(config().secret, purpose(id), sealed)
  if (opened === undefined)
    throw new Conflict(
      'What was typed here cannot be read: it was sealed with another secret, or changed in the database. Start the change again; nothing was sent.',
    )
  return StoredChange.parse(JSON.parse(opened))
}

let key: { secret: string; bytes: Buffer } | undefined

/**
 * The hash that binds a dry run to its apply, and marks an object as it was before. It is keyed, because it is shown and written to the audit
 * log: with a plain hash one could try out short secrets.
 */
export function bindingHash(text: string): string {
  const { secret } = config()
  if (key?.secret !== secret) key = { secret, bytes: Buffer.from(hkdfSync('sha256', secret, 'corbel', 'break-glass hash v1', 32)) }
  return createHmac('sha256', key.bytes).update(text, 'utf8').digest('hex')
}
