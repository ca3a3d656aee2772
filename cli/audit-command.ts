/**
 * `corbel audit verify`: recomputes the chain of the audit log, independently of the portal and of SQL, from an export, an evidence bundle or the
 * database. Nothing it reads is believed: what vouches for the chain are keys and checkpoints that the caller brings along.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { checkSignature, sha256 } from '#lib/audit/audit-crypto.ts'
import { verifyBundle } from '#lib/audit-format/evidence-bundle.ts'
import { exportReader, keysIn } from '#lib/audit-format/export-lines.ts'
import { notesIn, readVerifierKey, type VerifierKey } from '#lib/audit-format/signed-note.ts'
import type { ChainReport } from '#lib/audit-format/verify-chain.ts'
import { CorbelError, Invalid } from '#lib/errors.ts'
import { redactText } from '#lib/redact/redact.ts'
import { verifyDatabase } from './audit-database.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

const exitCodes: Record<ChainReport['verdict'], number> = { intact: 0, tampered: 1, 'cannot tell': 2 }

/** Exit code: 0 intact, 1 tampered with, 2 could not tell; never anything else. */
export async function auditCommand(options: Options, terminal: Terminal, input: Readable = process.stdin): Promise<number> {
  try {
    const report = await verify(options, terminal.directory, input)
    terminal.out(options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : render(report))
    return exitCodes[report.verdict]
  } catch (error) {
    // Also what is a mistake of ours must not look like "intact" or "tampered with".
    terminal.err(`corbel: could not tell: ${redactText(error instanceof Error ? error.message : String(error))}\n`)
    if (!(error instanceof CorbelError) && error instanceof Error) terminal.err(`${redactText(error.stack ?? '')}\n`)
    return exitCodes['cannot tell']
  }
}

async function verify(options: Options, directory: string, input: Readable): Promise<ChainReport> {
  const [verb, file, ...rest] = options.positionals
  if (verb !== 'verify' || rest.length > 0 || (file !== undefined && options.bundle !== undefined))
    throw new Invalid('Usage: corbel audit verify [FILE | --bundle FILE] [--key KEY] [--from-checkpoint FILE]. Run "corbel help".')
  const trust = {
    sha256,
    check: checkSignature,
    keys: options.keys.flatMap((given) => keysOf(given, directory)),
    kept: options.fromCheckpoint === undefined ? [] : keptNotes(options.fromCheckpoint, directory),
  }
  if (options.bundle !== undefined) return verifyBundle(textOf(options.bundle, directory), trust)
  if (file !== undefined) {
    const reader = exportReader(trust)
    const stream = file === '-' ? input : createReadStream(resolve(directory, file), 'utf8')
    try {
      for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) reader.line(line)
    } catch (error) {
      throw new Invalid(`${file} cannot be read. Does it exist?`, [], { cause: error })
    }
    return reader.end()
  }
  if (!options.database)
    throw new Invalid(
      'What is to be verified? Name an export, a bundle (--bundle FILE) or the database (--database URL or the variable DATABASE_URL).',
    )
  return verifyDatabase(options.database, trust)
}

function textOf(file: string, directory: string): string {
  try {
    return readFileSync(resolve(directory, file), 'utf8')
  } catch (error) {
    throw new Invalid(`${file} cannot be read. Does it exist?`, [], { cause: error })
  }
}

function keysOf(given: string, directory: string): VerifierKey[] {
  const key = readVerifierKey(given, sha256)
  if (key) return [key]
  const keys = keysIn(textOf(given, directory), sha256)
  if (!keys?.length) throw new Invalid(`${given} holds no public key. A key looks like name+12345678+AbCd…; the Audit page shows it.`)
  return keys
}

function keptNotes(file: string, directory: string): string[] {
  const notes = notesIn(textOf(file, directory))
  if (notes.length === 0) throw new Invalid(`${file} holds no checkpoint. Checkpoints are signed notes, or log lines that carry them.`)
  return notes
}

const words: Record<ChainReport['verdict'], string> = {
  intact: 'Intact.',
  tampered: 'TAMPERED WITH.',
  'cannot tell': 'Could not tell.',
}

function render({ verdict, problems, problemCount, remarks, entries, last, checkpoints, vouchedTo }: ChainReport): string {
  const lines = [
    ...problems.map(({ kind, message }) => `  ${kind}: ${message}`),
    ...(problemCount > problems.length ? [`  … and ${problemCount - problems.length} more`] : []),
    ...remarks.map((remark) => `  note: ${remark}`),
  ]
  const reach = last ? ` Entries: ${entries}, the last is ${last.seq} of ${last.at}.` : ' No entries.'
  const vouched = vouchedTo > 0 && verdict !== 'tampered' ? ` Vouched for up to entry ${vouchedTo}` : ''
  return `${words[verdict]}${reach} Checkpoints: ${checkpoints}.${vouched ? `${vouched}.` : ''}\n${lines.length > 0 ? `${lines.join('\n')}\n` : ''}`
}
