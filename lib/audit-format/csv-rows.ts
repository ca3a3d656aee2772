/** Entries of the audit log as CSV (RFC 4180) that a spreadsheet opens without running anything in it. Pure. */
import type { ChainEntry } from './audit-entry.ts'

const columns = [
  'seq',
  'at',
  'actor',
  'action',
  'outcome',
  'cluster',
  'namespace',
  'kind',
  'name',
  'target',
  'details',
  'requestId',
  'id',
  'intent',
  'previous',
  'hash',
] as const

export const csvHead = `${columns.join(',')}\r\n`

/** One line. */
export function csvLine(entry: ChainEntry): string {
  const { target } = entry
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const values: Record<(typeof columns)[number], string> = {
    seq: String(entry.seq),
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    outcome: entry.outcome,
    cluster: text(target.cluster),
    namespace: text(target.namespace),
    kind: text(target.kind),
    name: text(target.name),
    target: JSON.stringify(target),
    details: JSON.stringify(entry.details),
    requestId: entry.requestId,
    id: entry.id,
    intent: entry.intent ?? '',
    previous: entry.previous,
    hash: entry.hash,
  }
  return `${columns.map((column) => csvField(values[column])).join(',')}\r\n`
}

/**
 * One field. Spreadsheets take a field that begins with = + - @ (their full-width forms too), a tab or a line break for a formula: those get an
 * apostrophe in front (OWASP ASVS 5.0, 1.2.10). Every field is quoted.
 */
export function csvField(text: string): string {
  const plain = /^\s*[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text
  return `"${plain.replaceAll('"', '""')}"`
}
