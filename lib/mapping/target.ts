/**
 * The fields of a kind as the mapping looks at them: the field tree (`lib/schema`) with the look-ups and the memory of earlier matches
 * that make converting many assets fast. Pure.
 */
import type { FieldNode } from '#lib/schema/field-tree.ts'
import { childrenOf } from '#lib/schema/field-tree.ts'
import type { FieldMatch } from './match-field.ts'
import { fold } from './words.ts'

export interface Target {
  key: string
  /** The key; entries of a list are called like the list. */
  called: string
  node: FieldNode
  type: FieldNode['type']
  isRequired: boolean
  /** The kind itself says that only the service writes it. */
  isOutputOnly: boolean
  /** The fields that must be there whenever this one is. */
  required: Target[]
  fields: Target[]
  byKey: Map<string, Target>
  byFold: Map<string, Target>
  /** Of lists and maps: what each entry is. */
  item?: Target
  /** The kind's own words; an entry of a list has those of the list. */
  prose: string
  /** An object without fields: it says what it says by being there (`blank: {}`). */
  isBare: boolean
  /** Such objects are here or below. */
  hasBare: boolean
  /** References below, at any depth of plain objects: `backendServiceRef` in `service`. */
  isReference: boolean
  /** Fields chosen earlier, by source key and shape. */
  matches: Map<string, FieldMatch | null>
  /** Kind names a reference may mean. */
  kinds: string[]
}

const deepest = 40

/** Builds the target of a field and everything below. */
export function targetOf(node: FieldNode, depth = 0, around?: { prose: string; called: string }): Target {
  const children = depth < deepest && node.type !== 'reference' ? childrenOf(node) : []
  const fields = children.map((child) => targetOf(child, depth + 1))
  const prose = node.description ?? around?.prose ?? ''
  const called = node.key === '' ? (around?.called ?? '') : node.key
  const inner = node.type === 'list' ? node.item : node.type === 'map' ? node.value : undefined
  const item = inner && depth < deepest ? targetOf(inner, depth + 1, { prose, called }) : undefined
  const isBare = node.type === 'free-form' && node.accepts === 'object'
  return {
    key: node.key,
    called,
    node,
    type: node.type,
    isRequired: node.required === true && node.default === undefined,
    isOutputOnly: node.required !== true && node.mined?.outputOnly === true,
    required: fields.filter((field) => field.isRequired),
    fields,
    byKey: new Map(fields.map((field) => [field.key, field])),
    byFold: new Map(fields.map((field) => [fold(field.key), field])),
    ...(item ? { item } : {}),
    prose,
    isBare,
    hasBare: isBare || item?.hasBare === true || fields.some((field) => field.hasBare),
    isReference: node.type === 'reference' || isLooseReference(node),
    matches: new Map(),
    kinds: node.type === 'reference' ? node.targets : [],
  }
}

/** An object called `…Ref` whose fields only name a resource. */
function isLooseReference(node: FieldNode): boolean {
  return node.type === 'object' && /Refs?$/.test(node.key) && node.children.some(({ key }) => key === 'external')
}

/** The fields that hold secrets: nobody can read them, so no import fills them. Paths start below the target; list entries are `*`. */
export function secretFields(target: Target, path: readonly string[] = []): string[][] {
  if (target.type === 'secret-or-literal') return [[...path]]
  const inner = target.item ? secretFields(target.item, [...path, '*']) : []
  return [...inner, ...target.fields.flatMap((field) => secretFields(field, [...path, field.key]))]
}
