/** Who wrote an object last, as the API server recorded it. Pure. */
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'

/**
 * The manager of the newest write to the object's status, or to the rest of it; null where nobody is recorded. Of the
 * rest, a write to the spec comes before one to metadata alone: controllers add finalizers after every creation.
 * Source: metadata.managedFields, whose times are whole seconds.
 */
export function newestManager(object: JsonObject, part: 'status' | 'rest'): string | null {
  const entries = valueAt(object, ['metadata', 'managedFields'])
  let newest: { time: string; manager: string; spec: boolean } | undefined
  for (const entry of Array.isArray(entries) ? entries : []) {
    const time = textAt(entry, 'time') ?? ''
    const manager = textAt(entry, 'manager')
    if (!manager || (textAt(entry, 'subresource') === 'status') !== (part === 'status')) continue
    const spec = valueAt(entry, ['fieldsV1', 'f:spec']) !== undefined
    if (!newest || (spec === newest.spec ? time >= newest.time : spec)) newest = { time, manager, spec }
  }
  return newest?.manager ?? null
}
