/** Markdown that people and programs wrote, as safe HTML: tags show as text, comments are hidden as on GitHub, tables render. */
import markdownIt from 'markdown-it'
import { Html } from './html.ts'

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

export const markdown = (text: string | null): Html => new Html(renderer.render(text ?? ''))
