/** What an applied change did, and what its kind's definition says of the fields. */
import type { BreakGlassChange } from '#db/client.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import type { Json, JsonPath } from '#lib/json.ts'
import type { MergeLists } from '#lib/manifest/merge-values.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import type { AppliedEdit } from './hand-back-text.ts'
import { patchedMarked, readMarked } from './hand-back-values.ts'
import { openChange } from './stored-change.ts'

/** What an applied edit did. Throws Conflict or Invalid where what was recorded cannot be read. */
export function editOf(change: BreakGlassChange): AppliedEdit {
  const { live, bytes } = openChange(change)
  return { before: readMarked(live), after: patchedMarked(live, bytes ?? '[]') }
}

export interface KindRules {
  lists: MergeLists
  /** What the API server sets where nothing is said. */
  defaultAt: (path: JsonPath) => Json | undefined
}

/** What a kind's definition says of its lists and defaults; where it cannot be had, lists are merged by names and nothing has a default. */
export async function kindRules(cluster: string, kind: string): Promise<KindRules> {
  const compiled = await compiledKind(cluster, kind).catch(() => undefined)
  const at = (path: JsonPath) => compiled && fieldAt(compiled.root, path)
  return {
    lists: (path) => {
      const node = at(path)
      if (node?.type !== 'list' || node.listType === undefined) return undefined
      return node.listType === 'map' ? node.keys : 'whole'
    },
    defaultAt: (path) => at(path)?.default,
  }
}
