/** Entries of the audit log as CloudEvents 1.0 (structured JSON, cloudevents.io). Pure. */
import type { ChainEntry } from '#lib/audit-format/audit-entry.ts'
import type { JsonObject } from '#lib/json.ts'

/** Says which fields `data` has; grows with every change that readers must know of. */
export const dataSchema = 'https://corbel.dev/schemas/audit-entry/v1'

/** The entry as an event. `origin` names the chain; the id is the same however often it is sent, so receivers can drop what they have. */
export function cloudEvent(entry: ChainEntry, origin: string): JsonObject {
  const { cluster, namespace, kind, name } = entry.target
  const subject = [cluster, namespace, kind, name].filter((part) => typeof part === 'string').join('/')
  return {
    specversion: '1.0',
    id: `${origin}/${entry.seq}`,
    source: `urn:corbel:${origin}`,
    type: `dev.corbel.${entry.action}.${entry.outcome}.v1`,
    ...(subject === '' ? {} : { subject }),
    time: entry.at,
    datacontenttype: 'application/json',
    dataschema: dataSchema,
    sequence: String(entry.seq).padStart(16, '0'),
    data: { ...entry },
  }
}
