/** What one should know of a change before sending it, in sentences: what deleting does, who relies on it, what cannot be done, what others did. */

import { CorbelError, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { ResourceAddress } from '#lib/inventory/read-resource.ts'
import { resourceRelations } from '#lib/inventory/relations.ts'
import type { Json } from '#lib/json.ts'
import { textAt } from '#lib/json.ts'
import { deletionEffect } from '#lib/manifest/deletion-effect.ts'
import type { FieldChange } from '#lib/patch/exact-diff.ts'
import { pathText } from '#lib/patch/json-pointer.ts'

/** `live` is the object as it is; only its metadata and deletion policies are quoted. */
export async function deletionWarnings(live: Json, address: ResourceAddress, actor: Actor): Promise<string[]> {
  return [
    'A deletion cannot be undone. It is done in two steps: the resource is marked with this session, then deleted if it is still the same one.',
    deletionEffect(live),
    ...(await dependentWarnings(address, actor)),
  ]
}

async function dependentWarnings(address: ResourceAddress, actor: Actor): Promise<string[]> {
  try {
    const { dependents, total, hidden, isLowerBound } = await resourceRelations(address, 5, actor)
    if (total === 0 && !hidden) return []
    const named = dependents.map(({ row }) => `${row.kindName} ${row.name}`)
    const more = total > named.length ? ` and ${isLowerBound ? 'at least ' : ''}${total - named.length} more` : ''
    const others = hidden ? `${named.length > 0 ? ', and others' : 'Others'} in projects you may not see` : ''
    return [`${named.join(', ')}${more}${others} refer to it and will miss it.`]
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
    return [`What refers to it could not be found out: ${error.message}`]
  }
}

/** `live` as above. */
export function editWarnings(live: Json, changes: readonly FieldChange[], note: string | null): string[] {
  const warnings = note === null ? [] : [note]
  if (textAt(live, 'metadata', 'deletionTimestamp'))
    warnings.push('The resource is being deleted already. A change may never be carried out.')
  const policy = textAt(live, 'metadata', 'annotations', 'cnrm.cloud.google.com/state-into-spec')
  if (policy === 'merge')
    warnings.push(
      'Config Connector writes what the cloud has into this spec (state-into-spec: merge). A field you set stays yours from then on; it is no longer followed from the cloud.',
    )
  const large = changes.filter(({ before, after }) => holdsLarge(before) || holdsLarge(after))
  if (large.length > 0)
    warnings.push(
      `${large.map(({ path }) => pathText(path)).join(', ')} ${large.length === 1 ? 'holds a whole number' : 'hold whole numbers'} beyond 2^53. It is sent with every digit; other tools may round it.`,
    )
  return warnings
}

function holdsLarge(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsLarge)
}
