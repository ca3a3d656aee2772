/** The audit page as its address says it: what is filtered, and which page of the list. Pure. */
import { queryText } from '#components/data/api-paths.ts'
import type { AuditFilter, AuditQuery } from '#lib/audit/contract.ts'
import { type AuditOutcome, auditOutcomes } from '#lib/audit-format/audit-entry.ts'

export interface AuditAddress {
  actor: string
  action: string[]
  outcome: AuditOutcome[]
  namespace: string
  subject: string
  /** Days (YYYY-MM-DD) in the reader's time zone, both included; '' for no limit. */
  from: string
  to: string
  /** Cursors of the pages before and of this one; none on the first page. */
  pages: string[]
}

const day = /^\d{4}-\d{2}-\d{2}$/
const text = (search: URLSearchParams, name: string): string => (search.get(name) ?? '').trim().slice(0, 300)
const dayAt = (search: URLSearchParams, name: string): string => {
  const given = search.get(name) ?? ''
  return day.test(given) && !Number.isNaN(Date.parse(given)) ? given : ''
}

/** Reads the address; what it does not know is left out. */
export function readAuditAddress(search: URLSearchParams): AuditAddress {
  return {
    actor: text(search, 'actor'),
    action: [...new Set(search.getAll('action').filter((action) => action !== ''))].slice(0, 50),
    outcome: auditOutcomes.filter((outcome) => search.getAll('outcome').includes(outcome)),
    namespace: text(search, 'namespace'),
    subject: text(search, 'subject'),
    from: dayAt(search, 'from'),
    to: dayAt(search, 'to'),
    pages: search.getAll('page').filter((page) => page !== ''),
  }
}

export const noFilter: AuditAddress = { actor: '', action: [], outcome: [], namespace: '', subject: '', from: '', to: '', pages: [] }

/** The address of a view. */
export function auditPath({ pages, ...rest }: AuditAddress): string {
  return `/audit${queryText({ ...rest, page: pages })}`
}

/** The same view with something changed; back on its first page, since the cursors belong to the old one. */
export const withAudit = (address: AuditAddress, change: Partial<Omit<AuditAddress, 'pages'>>): AuditAddress => ({
  ...address,
  ...change,
  pages: [],
})

export const isCut = ({ pages: _, ...filter }: AuditAddress): boolean => Object.values(filter).some((value) => value.length > 0)

/** A list with a value in it, or without it if it was there. */
export const toggledIn = <Value>(values: readonly Value[], value: Value): Value[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value]

/** What to ask the server; days begin and end at midnight where the reader is. */
export function auditFilter({ actor, action, outcome, namespace, subject, from, to }: AuditAddress): Partial<AuditFilter> {
  return {
    ...(actor ? { actor } : {}),
    ...(action.length > 0 ? { action } : {}),
    ...(outcome.length > 0 ? { outcome } : {}),
    ...(namespace ? { namespace } : {}),
    ...(subject ? { subject } : {}),
    ...(from ? { since: new Date(`${from}T00:00:00`).toISOString() } : {}),
    ...(to ? { until: dayAfter(to) } : {}),
  }
}

function dayAfter(text: string): string {
  const midnight = new Date(`${text}T00:00:00`)
  midnight.setDate(midnight.getDate() + 1)
  return midnight.toISOString()
}

export function auditQuery(address: AuditAddress): Partial<AuditQuery> {
  const cursor = address.pages.at(-1)
  return { ...auditFilter(address), ...(cursor ? { cursor } : {}) }
}
