/**
 * Markdown that people and programs wrote, as safe HTML: tables render, comments are hidden as on GitHub, and of HTML only
 * a few tags without power (foldable parts, small print) are tags; everything else shows as text.
 */
import markdownIt from 'markdown-it'
import { escapeHtml, Html } from './html.ts'

const renderer = markdownIt({ html: true, linkify: true, breaks: true })

/** Tags that are let through, written exactly so: no other attribute than `open` ever is. */
const harmless = /&lt;(\/?(?:details|summary|sub|sup|b|kbd)|details open|br)&gt;/g
const onlyHarmless = (html: string): string => {
  const shown = html.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
  return shown.trim() === '' ? '' : escapeHtml(shown).replaceAll(harmless, '<$1>')
}
renderer.renderer.rules.html_block = (tokens, index) => onlyHarmless(tokens[index]?.content ?? '')
renderer.renderer.rules.html_inline = (tokens, index) => onlyHarmless(tokens[index]?.content ?? '')

// Cells are aligned by attribute, as on GitHub: the pages allow no inline styles.
renderer.core.ruler.push('aligned_cells', ({ tokens }) => {
  for (const token of tokens) {
    const alignment = /^text-align:(\w+)$/.exec(String(token.attrGet('style') ?? ''))?.[1]
    if (alignment) token.attrs = [['align', alignment]]
  }
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
