/** Makes evidence bundles out of the chain: what is needed to prove one matter elsewhere, and nothing of other matters. */
import { type ChainEntry, chainStart, type EntryStub, stubOf } from '#lib/audit-format/audit-entry.ts'
import { type EvidenceBundle, signBundle } from '#lib/audit-format/evidence-bundle.ts'
import { readCheckpoint, readNote } from '#lib/audit-format/signed-note.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, NotFound } from '#lib/errors.ts'
import type { JsonObject } from '#lib/json.ts'
import { sha256 } from './audit-crypto.ts'
import { auditOrigin, checkpointKey } from './checkpoint-key.ts'
import { checkpointNow } from './keep-checkpoints.ts'
import { chainFrom } from './read-chain.ts'

export interface BundleRequest {
  /** What it is about, e.g. {session: '…'}. */
  subject: JsonObject
  /** Number of the matter's first entry. */
  from: number
  /** Which entries belong to the matter, and are told. */
  belongs: (entry: ChainEntry) => boolean
  /** Redacted by the caller: the patch, the object before and after, the pull request. */
  attachments: JsonObject
}

/**
 * A signed bundle from an entry up to a checkpoint that is made now. Throws Conflict where no key signs, or entries of format 1 would have to
 * be left out; NotFound where nothing belongs to the matter.
 */
export async function makeEvidenceBundle({ subject, from, belongs, attachments }: BundleRequest): Promise<EvidenceBundle> {
  const key = checkpointKey()
  const checkpoint = key && (await checkpointNow())
  if (!key || !checkpoint)
    throw new Conflict(
      'No key signs the audit log, so there is nothing to prove a bundle with. An administrator sets CORBEL_AUDIT_KEY_FILE.',
    )
  const upTo = readCheckpoint(readNote(checkpoint)?.text ?? '')?.seq ?? 0
  let after = { seq: 0, hash: chainStart }
  const entries: (ChainEntry | EntryStub)[] = []
  let told = 0
  for await (const piece of chainFrom(database(), Math.max(0, from - 2), upTo)) {
    for (const entry of piece) {
      if (entry.seq < from) {
        after = { seq: entry.seq, hash: entry.hash }
        continue
      }
      const own = belongs(entry)
      if (own) told++
      else if (entry.format === 1) throw new Conflict(`Entry ${entry.seq} is of an older format, which a bundle cannot leave out.`)
      entries.push(own ? entry : stubOf(entry, sha256))
    }
  }
  if (told === 0) throw new NotFound('The audit log has no entry of this matter.')
  return signBundle(
    { origin: auditOrigin(), made: new Date().toISOString(), subject, after, entries, checkpoint, attachments },
    key.verifier,
    key.sign,
  )
}
