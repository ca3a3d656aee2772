/** Which fields of an object stand in the form and in what order: required, then set, then recommended, then opened by hand. Pure. */
import type { FieldHint } from '#lib/blueprint/kind-hints.ts'
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

export interface ShownOptions {
  isRevealed: (key: string) => boolean
  /** The fields that were set when the object was first drawn: one that is filled in later keeps its place. */
  wasSet?: (key: string) => boolean
  /** What the company says about a field. */
  hintOf?: (key: string) => FieldHint | undefined
  /** The object is the spec itself. */
  isSpec?: boolean
}

/**
 * The children to show. What is required comes first, then what is set, then what is recommended, each in the order the
 * hints give and else the schema's; values of keys the schema does not know are given as `unknown`, so that nothing in the
 * document is invisible.
 */
export function shownChildren(
  children: readonly FieldNode[],
  value: Json | undefined,
  { isRevealed, wasSet, hintOf = () => undefined, isSpec = false }: ShownOptions,
): { shown: FieldNode[]; hidden: FieldNode[]; unknown: string[] } {
  const object: JsonObject = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const isSet = (key: string): boolean => Object.hasOwn(object, key)
  const simple = children.length <= showAll && children.every((child) => child.type !== 'object' || child.children.length <= showAll)
  const isShown = (child: FieldNode): boolean => {
    if (child.required === true || isSet(child.key) || isRevealed(child.key)) return true
    const hint = hintOf(child.key)
    if (hint?.hide) return false
    if (hint?.recommended !== undefined || hint?.order !== undefined) return true
    return !child.deprecated && ((isSpec && usuallySet.has(child.key)) || (simple && !child.mined?.outputOnly))
  }
  const rank = (child: FieldNode): number => {
    if (isWanted(child)) return 0
    if ((wasSet ?? isSet)(child.key)) return 1
    const hint = hintOf(child.key)
    return hint && !hint.hide && (hint.recommended !== undefined || hint.order !== undefined) ? 2 : 3
  }
  const order = (child: FieldNode): number => hintOf(child.key)?.order ?? Number.MAX_SAFE_INTEGER
  const shown = children.filter(isShown)
  const known = new Set(children.map((child) => child.key))
  return {
    // a stable sort: equal ones stay in the schema's order
    shown: [...shown].sort((a, b) => rank(a) - rank(b) || order(a) - order(b)),
    hidden: children.filter((child) => !isShown(child)),
    unknown: Object.keys(object).filter((key) => !known.has(key)),
  }
}
