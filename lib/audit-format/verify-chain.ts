/**
 * Recomputes a chain from what was exported, in order, without trusting who exported it. Pure and streaming: an entry is forgotten once it is
 * checked, so a million of them need little memory.
 *
 * A chain alone proves only that it fits together: whoever may write everything can make another one that does. What vouches for it from outside
 * are checkpoints signed with a key one knows, or checkpoints one has kept. Hence three verdicts: intact (all of it fits, and something outside
 * vouches for a part of it), tampered (something does not fit), cannot tell.
 */
import { type ChainEntry, chainStart, type EntryStub, hashOf, type Sha256, stubHash } from './audit-entry.ts'
import { type Checkpoint, type CheckSignature, judgeNote, readCheckpoint, readNote, type VerifierKey } from './signed-note.ts'

export type ChainProblemKind =
  | 'changed' // an entry is not what its hash says
  | 'missing' // numbers are left out
  | 'duplicate' // a number twice
  | 'order' // numbers go back
  | 'fork' // two entries follow the same one
  | 'link' // an entry does not follow the one before
  | 'format' // an entry pretends to be of an older version
  | 'checkpoint' // the chain is not the one that was vouched for
  | 'signature' // a checkpoint is forged, or of another key
  | 'cut off' // the export or the table ends too early
  | 'unreadable'

export interface ChainProblem {
  kind: ChainProblemKind
  seq: number | null
  message: string
}

export interface ChainReport {
  verdict: 'intact' | 'tampered' | 'cannot tell'
  /** The first ones; a broken chain tends to have many. */
  problems: ChainProblem[]
  problemCount: number
  /** What is worth knowing and no tampering. */
  remarks: string[]
  entries: number
  last: { seq: number; hash: string; at: string } | null
  /** Checkpoints that were looked at. */
  checkpoints: number
  /** Up to which entry something outside vouches for the chain; 0 for nothing. */
  vouchedTo: number
}

export interface ChainSource {
  sha256: Sha256
  check: CheckSignature
  /** Public keys that are trusted. */
  keys: readonly VerifierKey[]
  /** Signed notes that were kept apart from the chain. */
  kept: readonly string[]
  /** Where the entries begin: after this one. Default: the chain's start. */
  after?: { seq: number; hash: string }
  /** Entries were left out on purpose: only each by itself can be checked. */
  partial?: boolean
}

const mostProblems = 20

export interface ChainVerifier {
  /** Before the first entry. */
  checkpoint: (note: string) => void
  entry: (entry: ChainEntry | EntryStub) => void
  problem: (kind: ChainProblemKind, seq: number | null, message: string) => void
  remark: (text: string) => void
  /** How far it is. */
  last: () => ChainReport['last']
  end: () => ChainReport
}

/** Begins with nothing; gets checkpoints, then entries in order; `end` gives the report. */
export function chainVerifier({ sha256, check, keys, kept, after, partial = false }: ChainSource): ChainVerifier {
  const problems: ChainProblem[] = []
  let problemCount = 0
  const remarks: string[] = []
  /** Checkpoints by the number of their entry. */
  const expected = new Map<number, { checkpoint: Checkpoint; trusted: boolean }[]>()
  let checkpoints = 0
  let untrusted = 0
  let vouchedTo = 0
  let entries = 0
  let clockSteps = 0
  let last: { seq: number; hash: string; at: string; previous: string; format: number } | null = null
  const awaiting = new Map<string, number>()

  const problem: ChainVerifier['problem'] = (kind, seq, message) => {
    problemCount++
    if (problems.length < mostProblems) problems.push({ kind, seq, message })
  }

  const take = (text: string, wasKept: boolean): void => {
    const note = readNote(text)
    const checkpoint = note && readCheckpoint(note.text)
    if (!note || !checkpoint) {
      problem('unreadable', null, 'A checkpoint is no signed note.')
      return
    }
    checkpoints++
    const { seq } = checkpoint
    const verdict = judgeNote(note, keys, check)
    if (verdict === 'forged') problem('signature', seq, `The checkpoint of entry ${seq} carries a signature that its key did not make.`)
    else if (verdict === 'unknown key' && keys.length > 0)
      problem(
        'signature',
        seq,
        `The checkpoint of entry ${seq} is signed by ${note.signatures.map(({ name, id }) => `${name}+${id}`).join(', ')}, which is none of the keys you gave.`,
      )
    const trusted = verdict === 'good' || (wasKept && verdict === 'unknown key' && keys.length === 0)
    if (!trusted && verdict === 'unknown key') untrusted++
    expected.set(seq, [...(expected.get(seq) ?? []), { checkpoint, trusted }])
  }
  for (const text of kept) take(text, true)

  const compare = (seq: number, hash: string): void => {
    for (const { checkpoint, trusted } of expected.get(seq) ?? []) {
      if (checkpoint.hash !== hash)
        problem(
          'checkpoint',
          seq,
          `Entry ${seq} is not the one that its checkpoint${checkpoint.at ? ` of ${checkpoint.at}` : ''} vouches for: what is before it was rewritten.`,
        )
      else if (trusted) vouchedTo = Math.max(vouchedTo, seq)
    }
    expected.delete(seq)
  }
  const start = after ?? { seq: 0, hash: chainStart }
  let started = false
  if (start.seq === 0 && start.hash !== chainStart) problem('link', null, 'The chain does not begin where chains begin.')

  const linked = (entry: ChainEntry | EntryStub): void => {
    const before = last ?? { ...start, previous: '', at: '', format: 1 }
    const { seq, previous } = entry
    if (last && seq === last.seq) problem('duplicate', seq, `The number ${seq} is there twice.`)
    else if (seq <= before.seq) problem('order', seq, `Entry ${seq} stands after entry ${before.seq}.`)
    else if (entry.format === 2 && seq !== before.seq + 1)
      problem('missing', seq, `Between entry ${before.seq} and entry ${seq}, ${count(seq - before.seq - 1)} missing.`)
    if (entry.format === 1 && before.format === 2)
      problem('format', seq, `Entry ${seq} claims to be of an older version than the one before it.`)
    if (previous !== before.hash) {
      if (last && previous === last.previous) problem('fork', seq, `Entries ${last.seq} and ${seq} both follow the same entry.`)
      else problem('link', seq, `Entry ${seq} does not follow ${before.seq === 0 ? 'the start of the chain' : `entry ${before.seq}`}.`)
    }
    if (last && entry.at < last.at) clockSteps++
  }

  return {
    problem,
    remark: (text) => void remarks.push(text),
    checkpoint: (note) => take(note, false),
    last: () => last,
    entry: (entry) => {
      if (!started) {
        started = true
        if (start.seq > 0) compare(start.seq, start.hash)
      }
      entries++
      const { seq } = entry
      const hash = 'content' in entry ? stubHash(entry, sha256) : hashOf(entry, sha256)
      if (hash !== entry.hash)
        problem('changed', seq, `Entry ${seq} is not what was written: its hash covers another content, number or time.`)
      if (!partial) linked(entry)
      compare(seq, entry.hash)
      if ('id' in entry) {
        if (entry.awaits) awaiting.set(entry.id, seq)
        if (entry.intent !== undefined) awaiting.delete(entry.intent)
      }
      last = { seq, hash: entry.hash, at: entry.at, previous: entry.previous, format: entry.format }
    },
    end: () => {
      const end = last?.seq ?? start.seq
      for (const [seq, notes] of expected) {
        if (partial || (seq < start.seq && !notes.some(({ trusted }) => trusted))) continue
        if (seq > end)
          problem('cut off', seq, `A checkpoint vouches for entry ${seq}, and the chain ends at entry ${end}: its end was removed.`)
        else if (seq >= start.seq) problem('missing', seq, `A checkpoint vouches for entry ${seq}, and the chain has no such entry.`)
      }
      if (start.seq > 0 && !partial) remarks.push(`It begins after entry ${start.seq}; what is before is not part of it.`)
      if (clockSteps > 0)
        remarks.push(`The clock of the database went back ${clockSteps === 1 ? 'once' : `${clockSteps} times`} between entries.`)
      if (awaiting.size > 0)
        remarks.push(
          `${awaiting.size === 1 ? 'One intent has' : `${awaiting.size} intents have`} no outcome, the first is entry ${Math.min(...awaiting.values())}.`,
        )
      if (partial) remarks.push('Entries were left out of this export: each holds by itself, and that none is missing cannot be told.')
      if (untrusted > 0 && keys.length === 0)
        remarks.push('No key was given, so the signatures of checkpoints were not checked. Give the key with --key.')
      if (entries > 0 && vouchedTo === 0 && problemCount === 0 && !partial)
        remarks.push('Nothing outside vouches for this chain: give a key (--key) or a checkpoint you kept (--from-checkpoint).')
      else if (last && vouchedTo > 0 && last.seq > vouchedTo)
        remarks.push(`Entries ${vouchedTo + 1} to ${last.seq} are newer than the last checkpoint.`)
      const verdict = problemCount > 0 ? 'tampered' : entries === 0 || vouchedTo === 0 || partial ? 'cannot tell' : 'intact'
      return {
        verdict,
        problems,
        problemCount,
        remarks,
        entries,
        last: last && { seq: last.seq, hash: last.hash, at: last.at },
        checkpoints,
        vouchedTo,
      }
    },
  }
}

const count = (missing: number): string => (missing === 1 ? 'one is' : `${missing} are`)
