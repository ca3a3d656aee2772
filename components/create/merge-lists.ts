/** How the lists of a kind are merged: as its schema says. Pure. */
import { documentNode } from '#components/yaml/document-fields.ts'
import type { MergeLists } from '#lib/manifest/merge-values.ts'
import { type CompiledKind, fieldAt } from '#lib/schema/field-tree.ts'

/** Items by `x-kubernetes-list-map-keys`; sets and atomic lists as one value; where the schema says nothing, by their names. */
export function mergeListsOf(kind: CompiledKind): MergeLists {
  const root = documentNode(kind)
  return (path) => {
    const node = fieldAt(root, path)
    if (node?.type !== 'list' || node.listType === undefined) return undefined
    return node.listType === 'map' ? node.keys : 'whole'
  }
}
