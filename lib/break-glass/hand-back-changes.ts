/** The changes of a session that are still to be brought to Git, and what each did. */
import type { BreakGlassChange } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import type { Json, JsonPath } from '#lib/json.ts'
import type { MergeLists } from '#lib/manifest/merge-values.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import type { AppliedEdit } from './hand-back-text.ts'
import { patchedMarked, readMarked } from './hand-back-values.ts'
import { openChange } from './stored-change.ts'

/** Applied and not put back, in the order in which they were applied. An undo that put something back leaves nothing. */
export async function remainingChanges(sessionId: string): Promise<BreakGlassChange[]> {
  const changes = await database().breakGlassChange.findMany({
    where: { sessionId, state: 'applied' },
    orderBy: [{ appliedAt: 'asc' }, { id: 'asc' }],
  })
  const undone = await database().breakGlassChange.findMany({
    where: { id: { in: changes.flatMap(({ undoOf }) => undoOf ?? []) }, state: 'undone', undoOf: null },
    select: { id: true },
  })
  return changes.filter(({ undoOf }) => !undone.some(({ id }) => id === undoOf))
}

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
