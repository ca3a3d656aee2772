/** Whether a write whose answer never came was done, told by the object as it is now. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'

export interface SentWrite {
  action: 'edit' | 'delete'
  /** Of the object it was meant for, before. */
  uid: string
  generation: number
  /** When its intent was written down. */
  sentAt: Date
  /** The field manager it writes as. */
  manager: string
  /** Every field it sets or removes; a side without the field is undefined. */
  touched: { path: JsonPath; before: Json | undefined; after: Json | undefined }[]
}

/** `unclear`: others have written since, so that the object tells nothing. */
export type WriteVerdict = 'done' | 'not-done' | 'unclear'

/** `object` is undefined where there is none of that name. Numbers beyond 2^53 may look alike; then the generation decides. */
export function verdictOf(sent: SentWrite, object: JsonObject | undefined): WriteVerdict {
  const present = object && textAt(object, 'metadata', 'uid') === sent.uid ? object : undefined
  if (sent.action === 'delete') return present && !textAt(present, 'metadata', 'deletionTimestamp') ? 'not-done' : 'done'
  if (!present) return 'unclear'
  const asAfter = sent.touched.every(({ path, after }) => sameJson(valueAt(present, path), after))
  const asBefore = sent.touched.every(({ path, before }) => sameJson(valueAt(present, path), before))
  const untouched = valueAt(present, ['metadata', 'generation']) === sent.generation
  if (asAfter && !asBefore) return 'done'
  if (wroteSince(present, sent, untouched)) return 'done'
  return asBefore && untouched ? 'not-done' : 'unclear'
}

/** Whether the API server's record of writers names our manager since. Its times are whole seconds: within that of the intent, an older
 * write of ours is told from this one by the generation, which that had raised already. */
function wroteSince(object: JsonObject, { manager, sentAt }: SentWrite, untouched: boolean): boolean {
  const entries = valueAt(object, ['metadata', 'managedFields'])
  const second = Math.floor(sentAt.getTime() / 1000) * 1000 + (untouched ? 1 : 0)
  return (Array.isArray(entries) ? entries : [])
    .filter(isObject)
    .some((entry) => textAt(entry, 'manager') === manager && Date.parse(textAt(entry, 'time') ?? '') >= second)
}
