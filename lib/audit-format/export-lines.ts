/**
 * An export of the chain as JSON lines, in this order: one header, checkpoints, entries, one end. Whoever cuts the file or takes lines out
 * changes what the end says, or loses it. Pure.
 */
import { z } from 'zod'
import { ChainEntry, type Sha256 } from './audit-entry.ts'
import { readVerifierKey, type VerifierKey } from './signed-note.ts'
import { type ChainReport, type ChainSource, type ChainVerifier, chainVerifier } from './verify-chain.ts'

const Place = z.object({ seq: z.number().int().min(0), hash: z.string() })

export const ExportHeader = z.object({
  corbel: z.literal('audit export'),
  version: z.literal(1),
  /** Which chain: the name checkpoints carry, too. */
  origin: z.string(),
  made: z.string(),
  /** False where a filter left entries out. */
  complete: z.boolean(),
  /** The entry before the first one; number 0 at the chain's start. */
  after: Place,
  /** Public keys of checkpoints, for information: trust the ones you know. */
  keys: z.array(z.string()),
})
export type ExportHeader = z.infer<typeof ExportHeader>

export const ExportEnd = z.object({ entries: z.number().int().min(0), seq: z.number().int().min(0), hash: z.string() })
export type ExportEnd = z.infer<typeof ExportEnd>

export const headerLine = (header: Omit<ExportHeader, 'corbel' | 'version'>): string =>
  `${JSON.stringify({ corbel: 'audit export', version: 1, ...header })}\n`
export const checkpointLine = (note: string): string => `${JSON.stringify({ checkpoint: note })}\n`
export const entryLine = (entry: ChainEntry): string => `${JSON.stringify({ entry })}\n`
export const endLine = (end: ExportEnd): string => `${JSON.stringify({ end })}\n`

export interface ExportReport extends ChainReport {
  origin: string | null
  /** Keys the export itself names. They prove nothing. */
  namedKeys: VerifierKey[]
}

/** Reads an export line by line; `end` gives the report. */
export function exportReader(source: Omit<ChainSource, 'after' | 'partial'>): { line: (text: string) => void; end: () => ExportReport } {
  let verifier: ChainVerifier | undefined
  let header: ExportHeader | undefined
  let end: ExportEnd | undefined
  let number = 0
  let entries = 0
  const early: [Parameters<ChainVerifier['problem']>[0], string][] = []
  const unreadable = (why: string): void => {
    if (verifier) verifier.problem('unreadable', null, `Line ${number} ${why}.`)
    else early.push(['unreadable', `Line ${number} ${why}.`])
  }

  const line = (text: string): void => {
    number++
    if (text.trim() === '') return
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      unreadable('is no JSON')
      return
    }
    if (!verifier) {
      const read = ExportHeader.safeParse(value)
      if (!read.success) {
        unreadable('is not the header of an audit export')
        return
      }
      header = read.data
      verifier = chainVerifier({ ...source, after: header.after, partial: !header.complete })
      return
    }
    if (end) {
      unreadable('stands after the end')
      return
    }
    const row = z
      .union([
        z.strictObject({ checkpoint: z.string() }),
        z.strictObject({ entry: ChainEntry.strict() }),
        z.strictObject({ end: ExportEnd.strict() }),
      ])
      .safeParse(value)
    if (!row.success) unreadable('is neither checkpoint, entry nor end as this version writes them')
    else if ('checkpoint' in row.data) {
      if (entries > 0) unreadable('has a checkpoint after entries')
      else verifier.checkpoint(row.data.checkpoint)
    } else if ('entry' in row.data) {
      entries++
      verifier.entry(row.data.entry)
    } else end = row.data.end
  }

  return {
    line,
    end: () => {
      const judge = verifier ?? chainVerifier(source)
      for (const [kind, message] of early) judge.problem(kind, null, message)
      if (header && !end) judge.problem('cut off', null, 'The export has no end: it was cut off. Take it again.')
      const last = judge.last() ?? header?.after
      if (end && (end.entries !== entries || end.seq !== last?.seq || end.hash !== last?.hash))
        judge.problem(
          'cut off',
          end.seq,
          `The export says it has ${end.entries} entries up to ${end.seq}; it has ${entries} up to ${last?.seq ?? 0}.`,
        )
      const namedKeys = (header?.keys ?? []).flatMap((text) => readVerifierKey(text, source.sha256) ?? [])
      return { ...judge.end(), origin: header?.origin ?? null, namedKeys }
    },
  }
}

/** The keys in a text: one `name+id+key` a line, `#` begins a comment. Undefined where a line is none. */
export function keysIn(text: string, sha256: Sha256): VerifierKey[] | undefined {
  const keys: VerifierKey[] = []
  for (const line of text.split(/\r?\n/)) {
    const plain = line.replace(/#.*$/, '').trim()
    if (plain === '') continue
    const key = readVerifierKey(plain, sha256)
    if (!key) return undefined
    keys.push(key)
  }
  return keys
}
