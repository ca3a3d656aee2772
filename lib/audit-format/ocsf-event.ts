/**
 * Entries of the audit log as events of the Open Cybersecurity Schema Framework (OCSF 1.3): API Activity, class 6003, category 6
 * (Application Activity). Schema: schema.ocsf.io. Pure.
 */
import type { JsonObject } from '#lib/json.ts'
import type { ChainEntry } from './audit-entry.ts'

const create = 1
const read = 2
const update = 3
const remove = 4
const other = 99

/** What an action is in OCSF's words, by how it is called. */
function activityOf(action: string): { id: number; name: string } {
  const verb = action.slice(action.indexOf('.') + 1)
  if (/^(?:submitted|opened|started|linked|created|requested|proposed|imported)/.test(verb)) return { id: create, name: 'Create' }
  if (/^(?:exported|read|verified|downloaded|denied)/.test(verb)) return { id: read, name: 'Read' }
  if (/^(?:deleted|removed|unlinked|withdrawn|closed|ended)/.test(verb)) return { id: remove, name: 'Delete' }
  if (/^(?:changed|extended|merged|applied|applying|ready|retried|updated|edited)/.test(verb)) return { id: update, name: 'Update' }
  return { id: other, name: 'Other' }
}

const statuses = {
  succeeded: [1, 'Success'],
  denied: [2, 'Failure'],
  failed: [2, 'Failure'],
  intent: [99, 'Intent'],
  unknown: [0, 'Unknown'],
} as const

/** One event. `origin` names the chain. */
export function ocsfEvent(entry: ChainEntry, origin: string): JsonObject {
  const activity = activityOf(entry.action)
  const [statusId, status] = statuses[entry.outcome]
  const { cluster, namespace, kind, name } = entry.target
  const label = [namespace, name].filter((part) => typeof part === 'string').join('/')
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: 600_300 + activity.id,
    time: Date.parse(entry.at),
    severity_id: entry.outcome === 'denied' ? 3 : 1,
    severity: entry.outcome === 'denied' ? 'Medium' : 'Informational',
    status_id: statusId,
    status,
    status_detail: entry.outcome,
    actor: { user: { name: entry.actor, uid: entry.actor, type_id: entry.actor.startsWith('system:') ? 3 : 1 } },
    api: { operation: entry.action, request: { uid: entry.requestId }, service: { name: 'corbel' } },
    // required by the class; the log keeps no addresses
    src_endpoint: { name: 'corbel', svc_name: 'corbel' },
    resources: [
      {
        uid: entry.id,
        ...(label === '' ? {} : { name: label }),
        ...(typeof kind === 'string' ? { type: kind } : {}),
        ...(typeof namespace === 'string' ? { namespace } : {}),
        ...(typeof cluster === 'string' ? { labels: [`cluster:${cluster}`] } : {}),
        data: entry.target,
      },
    ],
    metadata: {
      version: '1.3.0',
      uid: `${origin}/${entry.seq}`,
      sequence: entry.seq,
      log_name: origin,
      product: { name: 'Corbel', vendor_name: 'Corbel' },
    },
    unmapped: {
      details: entry.details,
      previous: entry.previous,
      hash: entry.hash,
      ...(entry.intent === undefined ? {} : { intent: entry.intent }),
    },
  }
}
