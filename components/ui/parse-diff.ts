/** Reads unified diff text (as `diff` and git write it) into lines that can be drawn. */

export interface DiffLine {
  type: 'file' | 'hunk' | 'added' | 'removed' | 'same' | 'note'
  /** Line numbers before and after, from 1; null where the line does not exist on that side. */
  before: number | null
  after: number | null
  text: string
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/

/**
 * The lines of a unified diff. Inside a hunk the header's counts say how far it goes, so a removed line that starts
 * with `--` is not taken for a file header. Text outside every hunk is a file header line or a note.
 */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = []
  let before = 0
  let after = 0
  let leftBefore = 0
  let leftAfter = 0
  const texts = diff.split('\n')
  if (texts.at(-1) === '') texts.pop()
  for (const raw of texts) {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const mark = text[0]
    const inside = leftBefore > 0 || leftAfter > 0
    if (inside && mark === '+') {
      lines.push({ type: 'added', before: null, after: after++, text: text.slice(1) })
      leftAfter -= 1
    } else if (inside && mark === '-') {
      lines.push({ type: 'removed', before: before++, after: null, text: text.slice(1) })
      leftBefore -= 1
    } else if (mark === '\\') {
      lines.push({ type: 'note', before: null, after: null, text: text.slice(2) })
    } else if (inside) {
      lines.push({ type: 'same', before: before++, after: after++, text: text.slice(1) })
      leftBefore -= 1
      leftAfter -= 1
    } else {
      const hunk = hunkHead.exec(text)
      if (hunk) {
        before = Number(hunk[1])
        after = Number(hunk[3])
        leftBefore = Number(hunk[2] ?? 1)
        leftAfter = Number(hunk[4] ?? 1)
        lines.push({ type: 'hunk', before: null, after: null, text: (hunk[5] ?? '').trim() })
      } else if (text !== '' && !/^=+$/.test(text)) {
        lines.push({ type: 'file', before: null, after: null, text })
      }
    }
  }
  return lines
}

/** How many lines a diff adds and removes. */
export function diffSize(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.type === 'added').length,
    removed: lines.filter((line) => line.type === 'removed').length,
  }
}
