/** Differences between two texts, line by line. */
import { structuredPatch } from 'diff'

/** One line of a difference. Numbers count from 1; a line has those of the sides it stands on. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
  before?: number
  after?: number
}

export interface DiffHunk {
  header: string
  lines: DiffLine[]
}

/** How long a comparison may search, in milliseconds, before it is shown as everything removed and everything added. */
const timeoutMs = 2000

/** The changed places of two texts with lines around them; empty when they are equal. */
export function diffLines(before: string, after: string, context = 3): DiffHunk[] {
  if (before === after) return []
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, { context, timeout: timeoutMs })
  if (!patch) return [{ header: '@@ whole file @@', lines: [...allLines(before, 'removed'), ...allLines(after, 'added')] }]
  return patch.hunks.map((hunk) => {
    let old = hunk.oldStart
    let fresh = hunk.newStart
    const lines: DiffLine[] = []
    for (const line of hunk.lines) {
      const text = line.slice(1)
      if (line.startsWith('+')) lines.push({ kind: 'added', text, after: fresh++ })
      else if (line.startsWith('-')) lines.push({ kind: 'removed', text, before: old++ })
      else if (line.startsWith(' ')) lines.push({ kind: 'same', text, before: old++, after: fresh++ })
    }
    return { header: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`, lines }
  })
}

function allLines(text: string, kind: 'added' | 'removed'): DiffLine[] {
  const lines = text.replace(/\n$/, '').split('\n')
  return lines.map((line, index) => (kind === 'added' ? { kind, text: line, after: index + 1 } : { kind, text: line, before: index + 1 }))
}

const signs = { same: ' ', added: '+', removed: '-' } as const

/** The difference as a unified diff without file names; empty when the texts are equal. */
export function unifiedDiff(before: string, after: string, context = 3): string {
  return diffLines(before, after, context)
    .map((hunk) => `${hunk.header}\n${hunk.lines.map((line) => signs[line.kind] + line.text).join('\n')}\n`)
    .join('')
}

/** How many lines a change adds and removes. */
export function countChanges(before: string, after: string): { added: number; removed: number } {
  const lines = diffLines(before, after, 0).flatMap((hunk) => hunk.lines)
  return { added: lines.filter((line) => line.kind === 'added').length, removed: lines.filter((line) => line.kind === 'removed').length }
}
