/** What a proposal holds after a commit was added to it. Pure. */
import type { ProposedResource } from './pull-request-text.ts'
import { addressOf, type ResourceAddress } from './resource-address.ts'
import type { ProposedFiles } from './stored-proposal.ts'

type Action = ProposedResource['action']

/** What two changes of one resource are together; undefined where the second takes back the first. */
export function combinedAction(first: Action | undefined, second: Action): Action | undefined {
  if (first === undefined) return second
  if (first === 'create') return second === 'delete' ? undefined : 'create'
  // what is gone on the branch only and made anew there, is changed for everybody else
  return second === 'delete' ? 'delete' : 'update'
}

/** A change of a resource by an added commit. */
export interface AddedResource extends ResourceAddress {
  /** What the proposal does with the resource from then on; null where it no longer touches it. */
  action: Action | null
  /** Whether the proposal did not have it before: then it is let go where the commit cannot be added. */
  fresh: boolean
}

/** What a commit's changes mean for the proposal that has these resources already. */
export function addedResources(before: readonly ProposedResource[], changes: readonly ProposedResource[]): AddedResource[] {
  const known = new Map(before.map((resource) => [addressOf(resource), resource.action]))
  return changes.map((change) => {
    const { cluster, namespace, kind, name, action } = change
    const first = known.get(addressOf(change))
    return { cluster, namespace, kind, name, action: combinedAction(first, action) ?? null, fresh: first === undefined }
  })
}

/** The proposal's resources after the commit, in their order, new ones last. */
export function resourcesAfter(before: readonly ProposedResource[], added: readonly AddedResource[]): ProposedResource[] {
  const after = new Map(before.map((resource) => [addressOf(resource), resource]))
  for (const { cluster, namespace, kind, name, action } of added) {
    const address = addressOf({ cluster, namespace, kind, name })
    if (action === null) after.delete(address)
    else after.set(address, { cluster, namespace, kind, name, action })
  }
  return [...after.values()]
}

/** The proposal's files after the commit: each from where it began to where it is now. A file that is as it began is none any more. */
export function filesAfter(before: ProposedFiles, added: ProposedFiles): ProposedFiles {
  const after = new Map(before.map((file) => [file.path, file]))
  for (const file of added) {
    const first = after.get(file.path)
    after.set(file.path, first ? { ...first, after: file.after } : file)
  }
  return [...after.values()].filter((file) => file.before !== file.after)
}

/**
 * The resources a proposal has only for a commit that failed: those that a commit brought, and none that waits or was added still has. Two
 * commits may be on their way with the same one.
 */
export function broughtInVain(
  failed: readonly AddedResource[],
  others: readonly { failed: boolean; added: readonly AddedResource[] }[],
): ResourceAddress[] {
  const has = (added: readonly AddedResource[], address: string, fresh: boolean): boolean =>
    added.some((each) => addressOf(each) === address && (!fresh || each.fresh))
  return failed
    .filter((resource) => {
      const address = addressOf(resource)
      const brought = resource.fresh || others.some(({ added }) => has(added, address, true))
      return brought && !others.some((other) => !other.failed && has(other.added, address, false))
    })
    .map(({ cluster, namespace, kind, name }) => ({ cluster, namespace, kind, name }))
}
