/** Changed files, lines coloured and numbered. */
import type { FileChange } from '../commits.ts'
import { type Html, html } from './html.ts'

interface Line {
  kind: 'added' | 'removed' | 'hunk' | 'same'
  before: number | undefined
  after: number | undefined
  text: string
}

/** The lines of a patch with their numbers on both sides. */
export function patchLines(patch: string): Line[] {
  let before = 0
  let after = 0
  return patch.split('\n').map((text): Line => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text)
    if (hunk) {
      before = Number(hunk[1])
      after = Number(hunk[2])
      return { kind: 'hunk', before: undefined, after: undefined, text }
    }
    if (text.startsWith('+')) return { kind: 'added', before: undefined, after: after++, text }
    if (text.startsWith('-')) return { kind: 'removed', before: before++, after: undefined, text }
    if (text.startsWith('\\')) return { kind: 'same', before: undefined, after: undefined, text }
    return { kind: 'same', before: before++, after: after++, text }
  })
}

const limit = 2000

function oneFile(change: FileChange): Html {
  const lines = change.patch === undefined ? [] : patchLines(change.patch)
  return html`<section class="panel" aria-label="${change.path}">
<div class="head"><code>${change.path}</code> <span class="quiet">${change.status}</span> <span class="plus">+${change.additions}</span> <span class="minus">-${change.deletions}</span></div>
${
  lines.length === 0
    ? html`<div class="content quiet"><p>No lines to show.</p></div>`
    : html`<div class="scroll" tabindex="0" role="region" aria-label="Changes of ${change.path}"><table class="diff"><tbody>${lines
        .slice(0, limit)
        .map(
          (line) =>
            html`<tr class="${line.kind}"><td class="number">${line.before}</td><td class="number">${line.after}</td><td>${line.text}</td></tr>`,
        )}</tbody></table></div>`
}
${lines.length > limit && html`<div class="content quiet"><p>${lines.length - limit} more lines.</p></div>`}
</section>`
}

export function diffView(files: FileChange[]): Html {
  return html`<h2>${files.length} changed ${files.length === 1 ? 'file' : 'files'}</h2>${files.map(oneFile)}`
}
