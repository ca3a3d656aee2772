/** Which fields of an object stand in the form and in what order: required, then set, then opened by hand. Pure. */
import type { Json, JsonObject } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

/** Objects with this many fields or fewer show all of them: searching would take longer than reading. */
const showAll = 6

/**
 * What people nearly always decide when they create something, whatever the kind: where it is, how big, what it is called
 * for people. Shown from the start in the spec itself, never deeper.
 */
const usuallySet = new Set([
  'location',
  'region',
  'zone',
  'tier',
  'machineType',
  'memorySizeGb',
  'databaseVersion',
  'storageClass',
  'displayName',
  'description',
  'uniformBucketLevelAccess',
  'size',
  'replicas',
  'type',
  'schedule',
])

/** Required by the schema, or required by its prose once the object is set. */
export const isWanted = (node: FieldNode): boolean => node.required === true || node.mined?.required === true

/**
 * The children to show. What is required comes first, the rest keeps the schema's order; values of keys the schema does
 * not know are given as `unknown`, so that nothing in the document is invisible.
 */
export function shownChildren(
  children: readonly FieldNode[],
  value: Json | undefined,
  isRevealed: (key: string) => boolean,
  isSpec = false,
): { shown: FieldNode[]; hidden: FieldNode[]; unknown: string[] } {
  const object: JsonObject = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const simple = children.length <= showAll && children.every((child) => child.type !== 'object' || child.children.length <= showAll)
  const isShown = (child: FieldNode): boolean =>
    child.required === true ||
    Object.hasOwn(object, child.key) ||
    isRevealed(child.key) ||
    (isSpec && usuallySet.has(child.key) && !child.deprecated) ||
    (simple && !child.deprecated && !child.mined?.outputOnly)
  const shown = children.filter(isShown)
  const known = new Set(children.map((child) => child.key))
  return {
    shown: [...shown.filter(isWanted), ...shown.filter((child) => !isWanted(child))],
    hidden: children.filter((child) => !isShown(child)),
    unknown: Object.keys(object).filter((key) => !known.has(key)),
  }
}
