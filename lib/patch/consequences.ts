/** What a change does beyond itself: fields it takes from the controller, and fields that cannot change on a live resource. */
import type { JsonPath } from '#lib/json.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import type { FieldChange } from './exact-diff.ts'
import type { OwnedPath } from './field-owners.ts'
import { pathText } from './json-pointer.ts'

/** Config Connector's field manager (source: its `k8s.ControllerManagedFieldManager`). */
export const configConnectorManager = 'cnrm-controller-manager'

/**
 * Changed fields that only Config Connector has set so far, from what the cloud chose. Once somebody else writes one it counts as wanted,
 * and the controller no longer follows the cloud there.
 */
export function pinsOf(changes: readonly FieldChange[], owned: readonly OwnedPath[]): JsonPath[] {
  return changes.flatMap(({ kind, path }, index) => {
    const owners = (owned[index]?.owners ?? []).filter(({ subresource }) => subresource !== 'status')
    return kind === 'changed' && owners.length > 0 && owners.every(({ manager }) => manager === configConnectorManager) ? [path] : []
  })
}

export interface ImmutableChange {
  path: JsonPath
  /** `schema`: the API server refuses it. `description`: the field's description says so; the controller will. */
  by: 'schema' | 'description'
  message: string
}

/** Changed fields that are fixed once the resource exists, by themselves or with a field they are part of. */
export function immutableChanges(changes: readonly FieldChange[], kind: CompiledKind): ImmutableChange[] {
  return changes.flatMap(({ path }): ImmutableChange[] => {
    for (let length = 1; length <= path.length; length++) {
      const by = fieldAt(kind.root, path.slice(0, length))?.immutable
      if (!by) continue
      const who = by === 'schema' ? 'the API server refuses it' : 'its description says so, and the controller will refuse it'
      return [{ path, by, message: `${pathText(path.slice(0, length))} cannot change on a live resource: ${who}.` }]
    }
    return []
  })
}
