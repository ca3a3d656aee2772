/**
 * Checkpoints: signed statements of where the chain stands, made every hundred entries and, while something was written, every minute; and
 * whenever somebody asks (`checkpointNow`, at the end of a break-glass session). The worker looks every two seconds.
 *
 * What is signed was recomputed first, on from the last checkpoint that carries a good signature of ours: a chain that does not hold gets no
 * signature, and the log says so. A checkpoint goes to the table, to the log (for whoever collects it) and to the configured file; the table is
 * written first, so of several workers one publishes. A worker that dies in between has written fewer copies, and the next checkpoint covers
 * the same entries.
 */
import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChainEntry, chainStart } from '#lib/audit-format/audit-entry.ts'
import { checkpointText, judgeNote, readCheckpoint, readNote, signNote } from '#lib/audit-format/signed-note.ts'
import { chainVerifier } from '#lib/audit-format/verify-chain.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { checkSignature, sha256 } from './audit-crypto.ts'
import { auditOrigin, checkpointKey } from './checkpoint-key.ts'
import { chainFrom, chainHead, lastCheckpoint } from './read-chain.ts'
import { noteVerification, verifyWholeChain, wholeChainWasVerified } from './verify-whole-chain.ts'

const everyEntries = 100
const everyMs = 60_000
const lookMs = 2_000

interface Place {
  seq: number
  hash: string
}

/** Makes checkpoints until the signal. A lost database is waited for. */
export async function keepCheckpoints(signal: AbortSignal): Promise<void> {
  const failing = outage()
  let from: Place | undefined
  let looked = false
  while (!signal.aborted) {
    try {
      from = await checkpointsDue(from)
      if (!looked && !(await wholeChainWasVerified())) await verifyWholeChain()
      looked = true
      failing.ends()
    } catch (error) {
      if (failing.begins(error instanceof Error ? error.message : '')) log().error({ err: error }, 'the audit log got no checkpoint')
    }
    await sleep(lookMs, undefined, { signal }).catch(() => {})
  }
}

/** The chain does not hold; nothing is signed. */
class BrokenChain extends Error {}

/** One look: verifies what is new and signs what is due. Gives the place up to which the chain was verified. */
export async function checkpointsDue(verified: Place | undefined, now = false): Promise<Place> {
  const from = verified ?? (await trustedStart())
  const head = await chainHead(database())
  const before = await lastCheckpoint(database())
  let signedTo = before?.seq ?? 0
  let place = from
  for await (const entries of chainFrom(database(), from.seq, head.seq)) {
    await mustHold(place, entries)
    for (const entry of entries) {
      if (entry.seq % everyEntries === 0 && entry.seq > signedTo) signedTo = await sign(entry)
    }
    place = placeOf(entries.at(-1)) ?? place
  }
  if (place.seq !== head.seq) throw new BrokenChain(`The audit chain ends at entry ${place.seq}, and its head says ${head.seq}.`)
  const age = before ? Date.now() - before.at.getTime() : everyMs
  if (head.seq > signedTo && (now || age >= everyMs || age < 0)) await sign(head)
  if (place.seq > from.seq || !verified) await noteVerification('latest', { seq: place.seq, problem: null, problemSeq: null })
  return place
}

/** Signs where the chain stands now. Gives the newest signed note; null where no key is configured. Throws when the chain does not hold. */
export async function checkpointNow(): Promise<string | null> {
  if (!checkpointKey()) return null
  await checkpointsDue(undefined, true)
  return (await lastCheckpoint(database()))?.note ?? null
}

/** Where to go on from: the newest checkpoint that we signed and that still lies on the chain; else the chain's start. */
async function trustedStart(): Promise<Place> {
  const start = { seq: 0, hash: chainStart }
  const key = checkpointKey()
  const stored = key && (await lastCheckpoint(database()))
  const note = stored && readNote(stored.note)
  const checkpoint = note && readCheckpoint(note.text)
  if (!key || !note || !checkpoint || judgeNote(note, [key.verifier], checkSignature) !== 'good') return start
  for await (const [entry] of chainFrom(database(), checkpoint.seq - 1, checkpoint.seq)) {
    if (entry?.hash !== checkpoint.hash)
      throw new BrokenChain(`Entry ${checkpoint.seq} of the audit chain is not the one its checkpoint vouches for.`)
  }
  return checkpoint
}

async function mustHold(after: Place, entries: ChainEntry[]): Promise<void> {
  const verifier = chainVerifier({ sha256, check: checkSignature, keys: [], kept: [], after })
  for (const entry of entries) verifier.entry(entry)
  const [problem] = verifier.end().problems
  if (!problem) return
  await noteVerification('latest', { seq: after.seq, problem: problem.message, problemSeq: problem.seq })
  throw new BrokenChain(`The audit chain does not hold: ${problem.message}`)
}

const placeOf = (entry: ChainEntry | undefined): Place | undefined => entry && { seq: entry.seq, hash: entry.hash }

/** Gives the number that is signed now. */
async function sign({ seq, hash }: Place): Promise<number> {
  const key = checkpointKey()
  if (!key) return seq
  const text = checkpointText({ origin: auditOrigin(), seq, hash, at: new Date().toISOString() })
  const note = signNote(text, key.verifier, key.sign)
  const [row] = await database().$queryRaw<{ kept: boolean }[]>`
    SELECT "corbel_audit"."keep_checkpoint"(${seq}::bigint, ${hash}, ${note}) AS "kept"`
  if (!row?.kept) return seq
  log().info({ checkpoint: note, seq }, 'audit checkpoint')
  const file = config().audit.checkpointFile
  if (file) {
    try {
      await appendFile(file, `${note}\n`, { mode: 0o640 })
    } catch (error) {
      log().error(
        { err: error, seq },
        'a checkpoint could not be written to CORBEL_AUDIT_CHECKPOINT_FILE; it is in the log and in the database',
      )
    }
  }
  return seq
}
