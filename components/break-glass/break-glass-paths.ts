/** Addresses of break-glass: its API and its pages. Every part is escaped. */
import { queryText } from '#components/data/api-paths.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import type { SessionQuery } from '#lib/break-glass/contract.ts'

const base = '/api/v1/break-glass'
const one = (id: string) => `${base}/${encodeURIComponent(id)}`
const change = (session: string, id: string) => `${one(session)}/changes/${encodeURIComponent(id)}`

export const breakGlassApi = {
  sessions: (query: Partial<SessionQuery> = {}) => `${base}${queryText(query)}`,
  offer: (at: ResourceAddress) => `${base}/offer${queryText({ ...at })}`,
  open: `${base}/open`,
  notices: `${base}/notices`,
  noticeSeen: (id: string) => `${base}/notices/${encodeURIComponent(id)}/seen`,
  alerts: `${base}/alerts`,
  acknowledge: (id: string) => `${base}/alerts/${encodeURIComponent(id)}/acknowledge`,
  report: `${base}/report`,
  session: one,
  act: (id: string, act: 'approve' | 'refuse' | 'open' | 'end' | 'check' | 'review') => `${one(id)}/${act}`,
  evidence: (id: string) => `${one(id)}/evidence`,
  changes: (session: string) => `${one(session)}/changes`,
  change,
  difference: (session: string, id: string) => `${change(session, id)}/difference`,
  changeAct: (session: string, id: string, act: 'dry-run' | 'apply' | 'undo' | 'hand-back') => `${change(session, id)}/${act}`,
  pauses: (session: string) => `${one(session)}/pauses`,
  resume: (session: string, pause: string) => `${one(session)}/pauses/${encodeURIComponent(pause)}/resume`,
  /** Leads to the identity provider and back to `returnTo`, a path of the portal. */
  stepUp: (returnTo: string) => `/api/v1/session/step-up${queryText({ returnTo })}`,
}

export const breakGlassPages = {
  list: '/break-glass',
  report: '/break-glass/report',
  session: (id: string) => `/break-glass/${encodeURIComponent(id)}`,
  start: ({ cluster, namespace, kind, name }: ResourceAddress, action: 'edit' | 'delete' = 'edit') =>
    `/break-glass/new${queryText({ cluster, namespace, kind, name, action: action === 'edit' ? null : action })}`,
}
