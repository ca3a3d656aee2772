/** Assets below their parents, as lines to draw. Pure. */
import type { ImportRow } from '#lib/imports/contract.ts'

export type TreeLine =
  | { type: 'row'; key: string; depth: number; row: ImportRow; below: readonly string[]; open: boolean }
  /** A parent that is not among the rows itself: a project, or an asset the filter leaves out. */
  | { type: 'group'; key: string; depth: number; label: string; below: readonly string[]; open: boolean }

function put(children: Map<string, ImportRow[]>, parent: string, row: ImportRow): void {
  const here = children.get(parent)
  if (here) here.push(row)
  else children.set(parent, [row])
}

const lastPart = (name: string) => name.split('/').slice(-2).join('/')

/**
 * The lines of a tree: every row exactly once, below its parent where that is open. `below` names the rows under a line, at every depth.
 * Parents that go in circles (bad data) stand at the top.
 */
export function treeLines(rows: readonly ImportRow[], isOpen: (key: string) => boolean): TreeLine[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const children = new Map<string, ImportRow[]>()
  const tops: ImportRow[] = []
  for (const row of rows) {
    if (row.parent === null || row.parent === row.name) tops.push(row)
    else put(children, row.parent, row)
  }
  const reached = new Set<string>()
  const below = (row: ImportRow, ids = new Set<string>()): string[] => {
    for (const child of children.get(row.name) ?? []) {
      if (ids.has(child.id)) continue
      ids.add(child.id)
      below(child, ids)
    }
    return [...ids]
  }
  const lines: TreeLine[] = []
  const draw = (row: ImportRow, depth: number, shown: boolean) => {
    if (reached.has(row.id)) return
    reached.add(row.id)
    const open = isOpen(row.id)
    if (shown) lines.push({ type: 'row', key: row.id, depth, row, below: below(row), open })
    for (const child of children.get(row.name) ?? []) draw(child, depth + 1, shown && open)
  }
  for (const row of tops) draw(row, 0, true)
  for (const [parent, found] of children) {
    if (byName.has(parent)) continue
    const open = isOpen(parent)
    const ids = found.flatMap((row) => [row.id, ...below(row)])
    lines.push({ type: 'group', key: parent, depth: 0, label: lastPart(parent), below: ids, open })
    for (const row of found) draw(row, 1, open)
  }
  for (const row of rows) draw(row, 0, true)
  return lines
}
