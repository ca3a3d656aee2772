/** What changes between two versions of a repository's manifests. Pure. */
import { sameJson } from '#lib/json.ts'
import type { DeclaredResource } from './read-manifests.ts'

export type ChangeAction = 'added' | 'changed' | 'removed' | 'unchanged'

export interface ManifestChange {
  key: string
  action: ChangeAction
  before: DeclaredResource | undefined
  after: DeclaredResource | undefined
  /** The file it stood in before, when that is another one. */
  movedFrom: string | undefined
}

/** Compares by resource, not by file: a resource moved to another file without a change is unchanged. In the order of `after`, then the removed ones. */
export function compareManifests(before: DeclaredResource[], after: DeclaredResource[]): ManifestChange[] {
  const old = new Map(before.map((resource) => [resource.key, resource]))
  const fresh = new Set(after.map((resource) => resource.key))
  const changes = after.map((resource): ManifestChange => {
    const was = old.get(resource.key)
    const action = !was ? 'added' : sameJson(was.object, resource.object) ? 'unchanged' : 'changed'
    return { key: resource.key, action, before: was, after: resource, movedFrom: was && was.file !== resource.file ? was.file : undefined }
  })
  const removed = before
    .filter((resource) => !fresh.has(resource.key))
    .map((resource): ManifestChange => ({ key: resource.key, action: 'removed', before: resource, after: undefined, movedFrom: undefined }))
  return [...changes, ...removed]
}
