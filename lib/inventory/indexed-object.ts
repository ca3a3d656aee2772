/** What the index keeps of an object of the cluster: the object itself, redacted and without managed fields, and what lists show. Pure. */
import { isId } from '#lib/ids.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { explainReadiness, type Readiness } from '#lib/readiness/explain-readiness.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { newestManager } from './newest-manager.ts'

export interface IndexedObject {
  namespace: string
  name: string
  uid: string
  resourceVersion: string
  object: JsonObject
  readiness: Readiness
  /** Field manager of the newest write to the object without its status, and to its status. */
  manager: string | null
  statusManager: string | null
  repository: string | null
  path: string | null
  commit: string | null
  proposalId: string | null
}

/** Reads an object as the API server sends it. `namespace` is the empty text for cluster-wide kinds. */
export function indexedObject(asServed: JsonObject): IndexedObject {
  const raw = storable(asServed)
  const redacted = redactResource(raw)
  const annotation = (key: string): string | null => textAt(raw, 'metadata', 'annotations', `corbel.dev/${key}`) ?? null
  const proposal = annotation('proposal')
  return {
    namespace: textAt(raw, 'metadata', 'namespace') ?? '',
    name: textAt(raw, 'metadata', 'name') ?? '',
    uid: textAt(raw, 'metadata', 'uid') ?? '',
    resourceVersion: textAt(raw, 'metadata', 'resourceVersion') ?? '',
    object: withoutManagedFields(redacted),
    readiness: explainReadiness(redacted),
    manager: newestManager(raw, 'rest'),
    statusManager: newestManager(raw, 'status'),
    repository: annotation('repository'),
    path: annotation('path'),
    commit: annotation('commit'),
    proposalId: proposal && isId(proposal) ? proposal : null,
  }
}

/** A copy that the database takes: PostgreSQL's text knows no NUL, which the API server lets through. */
function storable(object: JsonObject): JsonObject {
  if (!JSON.stringify(object).includes('\\u0000')) return object
  const clean = (value: Json): Json => {
    if (typeof value === 'string') return value.replaceAll('\0', '\ufffd')
    if (Array.isArray(value)) return value.map(clean)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replaceAll('\0', '\ufffd'), clean(item)]))
  }
  const copy = clean(object)
  return isObject(copy) ? copy : {}
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** PostgreSQL's integer; operators may write any number where a generation belongs. */
const largestInteger = 2_147_483_647

/** The columns of the row, without its keys, in the words of the database. */
export function rowColumns({ object, readiness, ...indexed }: IndexedObject, team: string | null) {
  const number = (...path: string[]): number | null => {
    const value = valueAt(object, path)
    return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= largestInteger ? value : null
  }
  const labels = valueAt(object, ['metadata', 'labels'])
  return {
    uid: indexed.uid,
    team,
    state: readiness.state,
    headline: readiness.headline,
    reason: readiness.reason ?? null,
    stateSince: instant(readiness.since),
    generation: number('metadata', 'generation'),
    observedGeneration: number('status', 'observedGeneration'),
    resourceVersion: indexed.resourceVersion,
    labels: isObject(labels) ? labels : {},
    repository: indexed.repository,
    path: indexed.path,
    commit: indexed.commit,
    proposalId: indexed.proposalId,
    createdAt: instant(textAt(object, 'metadata', 'creationTimestamp')),
  }
}

/** An operator may write any text where a time belongs. */
const instant = (text: string | undefined): string | null => {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  const written = Number.isNaN(time) ? '' : new Date(time).toISOString()
  // years outside 0000 to 9999 are written with a sign, and PostgreSQL does not read that
  return /^\d{4}-/.test(written) && !written.startsWith('0000') ? written : null
}
