/** Markdown that people and programs wrote, as safe HTML: tags show as text, comments are hidden as on GitHub, tables render. */
import markdownIt from 'markdown-it'
import { escapeHtml, Html } from './html.ts'

const renderer = markdownIt({ html: false, linkify: true, breaks: true })

// A line that starts a comment: nothing until its end is shown.
renderer.block.ruler.before(
  'paragraph',
  'comment',
  (state, startLine, endLine, silent) => {
    const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0)
    if (!state.src.startsWith('<!--', start)) return false
    if (silent) return true
    const end = state.src.indexOf('-->', start)
    let line = startLine
    while (line < endLine && (end < 0 || (state.eMarks[line] ?? 0) < end + 3)) line += 1
    state.line = Math.min(endLine, line + 1)
    return true
  },
  { alt: ['paragraph', 'blockquote', 'list'] },
)
renderer.inline.ruler.before('text', 'comment', (state) => {
  if (!state.src.startsWith('<!--', state.pos)) return false
  const end = state.src.indexOf('-->', state.pos)
  if (end < 0) return false
  state.pos = end + 3
  return true
})

// Lines of a `diff` block get the colours of a diff.
const fence = renderer.renderer.rules.fence
renderer.renderer.rules.fence = (tokens, index, options, env, self) => {
  const token = tokens[index]
  if (token?.info.trim() !== 'diff') return fence?.(tokens, index, options, env, self) ?? ''
  const lines = token.content.replace(/\n$/, '').split('\n')
  const look = (line: string) =>
    line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@@') ? 'hunk' : 'same'
  return `<pre class="diff" tabindex="0"><code>${lines.map((line) => `<span class="${look(line)}">${escapeHtml(line)}</span>`).join('\n')}</code></pre>\n`
}

export const markdown = (text: string | null): Html => new Html(renderer.render(text ?? ''))
