/** What the index keeps of an object of the cluster: the object itself, redacted and without managed fields, and what lists show. Pure. */
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { explainReadiness, type Readiness } from '#lib/readiness/explain-readiness.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { newestManager } from './revision-of.ts'

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

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Reads an object as the API server sends it. `namespace` is the empty text for cluster-wide kinds. */
export function indexedObject(raw: JsonObject): IndexedObject {
  const annotation = (key: string): string | null => textAt(raw, 'metadata', 'annotations', `corbel.dev/${key}`) ?? null
  const proposal = annotation('proposal')
  return {
    namespace: textAt(raw, 'metadata', 'namespace') ?? '',
    name: textAt(raw, 'metadata', 'name') ?? '',
    uid: textAt(raw, 'metadata', 'uid') ?? '',
    resourceVersion: textAt(raw, 'metadata', 'resourceVersion') ?? '',
    object: withoutManagedFields(redactResource(raw)),
    readiness: explainReadiness(raw),
    manager: newestManager(raw, 'rest'),
    statusManager: newestManager(raw, 'status'),
    repository: annotation('repository'),
    path: annotation('path'),
    commit: annotation('commit'),
    proposalId: proposal && uuid.test(proposal) ? proposal : null,
  }
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The columns of the row, without its keys, in the words of the database. */
export function rowColumns({ object, readiness, ...indexed }: IndexedObject, team: string | null) {
  const number = (...path: string[]): number | null => {
    const value = valueAt(object, path)
    return typeof value === 'number' ? value : null
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
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}
