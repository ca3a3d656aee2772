/** The fields "Add field" offers, in the groups the schema has them in. Pure. */
import { childrenOf, type FieldNode, stepInto } from '#lib/schema/field-tree.ts'

export interface FoundGroup {
  /** Where its fields stand: `Settings › IP configuration`; `''` for the object itself. */
  title: string
  fields: { node: FieldNode; path: readonly string[] }[]
}

/** Groups found fields by what they stand in, the group of the best hit first; within a group the order is kept. `path` is the pattern below `nodes`. */
export function groupFound(nodes: readonly FieldNode[], found: readonly { node: FieldNode; path: readonly string[] }[]): FoundGroup[] {
  const groups = new Map<string, FoundGroup>()
  for (const field of found) {
    const parent = field.path.slice(0, -1)
    const key = JSON.stringify(parent)
    const group = groups.get(key) ?? { title: titleOf(nodes, parent), fields: [] }
    group.fields.push(field)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function titleOf(nodes: readonly FieldNode[], path: readonly string[]): string {
  const labels: string[] = []
  let here: FieldNode | undefined
  for (const key of path) {
    here = here ? stepInto(here, key === '*' && here.type === 'list' ? 0 : key) : nodes.find((node) => node.key === key)
    if (here?.label) labels.push(here.label)
  }
  return labels.join(' › ')
}

/** How many fields a section has in it, at any depth: what opening it would offer. */
export function fieldsInside(node: FieldNode): number {
  if (node.type === 'list') return fieldsInside(node.item)
  if (node.type === 'map') return fieldsInside(node.value)
  return childrenOf(node).reduce((sum, child) => sum + 1 + fieldsInside(child), 0)
}
