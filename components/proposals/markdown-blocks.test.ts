import fc from 'fast-check'
import { isValidElement, type ReactNode } from 'react'
import { describe, expect, test } from 'vitest'
import { type Inline, readBlocks, readCells, readInline } from '#components/proposals/markdown-blocks.ts'
import { MarkdownSummary } from '#components/proposals/markdown-summary.tsx'
import { code, fenced, html, plain } from '#lib/plan/markdown.ts'

const textOf = (parts: readonly Inline[]): string => parts.map((part) => ('parts' in part ? textOf(part.parts) : part.text)).join('')

interface Drawn {
  tags: string[]
  links: string[]
  text: string
  raw: boolean
}

/** What the summary of a text puts on the page. */
function draw(text: string): Drawn {
  const drawn: Drawn = { tags: [], links: [], text: '', raw: false }
  const visit = (node: ReactNode): void => {
    if (typeof node === 'string' || typeof node === 'number') drawn.text += node
    else if (Array.isArray(node)) node.forEach(visit)
    else if (isValidElement<{ children?: ReactNode; href?: string; dangerouslySetInnerHTML?: unknown }>(node)) {
      // The components inside use no hooks: calling them draws them.
      if (typeof node.type === 'function') {
        const component = node.type as (props: object) => ReactNode // all of them are functions, none is a class
        visit(component(node.props))
        return
      }
      if (typeof node.type === 'string') drawn.tags.push(node.type)
      if (node.props.href !== undefined) drawn.links.push(node.props.href)
      drawn.raw ||= node.props.dangerouslySetInnerHTML !== undefined
      visit(node.props.children)
    }
  }
  visit(MarkdownSummary({ text }))
  return drawn
}

const plan = `<!-- corbel:plan -->
### Plan: 1 to add, 0 to change

**This cannot be applied as it is.** See below what to correct.

| | Kind | Name | Namespace | Server |
|---|---|---|---|---|
| ➕ add | \`StorageBucket\` | \`orders\` | \`payments-prod\` | ❌ refused |

<details open><summary>StorageBucket <b>orders</b> · infra/orders.yaml</summary>

- \`spec.location\`: must not be empty

\`\`\`diff
@@ -0,0 +1,2 @@
+kind: StorageBucket
+# <!-- kept -->
\`\`\`

</details>
<sub>Commit \`abc\`, 3 s.</sub>
`

describe('the report of CI', () => {
  test('becomes heading, paragraph, table and details', () => {
    const blocks = readBlocks(plan)
    expect(blocks.map((block) => block.type)).toEqual(['heading', 'paragraph', 'table', 'details', 'paragraph'])
    const [, , table, details] = blocks
    expect(table?.type === 'table' && table.rows[0]?.map(textOf)).toEqual([
      '➕ add',
      'StorageBucket',
      'orders',
      'payments-prod',
      '❌ refused',
    ])
    expect(details?.type === 'details' && details.open).toBe(true)
    expect(details?.type === 'details' && textOf(details.summary)).toBe('StorageBucket orders · infra/orders.yaml')
    expect(details?.type === 'details' && details.blocks.map((block) => block.type)).toEqual(['list', 'code'])
  })

  test('keeps comments inside code', () => {
    expect(JSON.stringify(readBlocks(plan))).toContain('<!-- kept -->')
  })

  test('says unknown HTML as text', () => {
    const drawn = draw('<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[here](javascript:alert(1))')
    expect(drawn).toMatchObject({ links: [], raw: false })
    expect(drawn.tags).not.toContain('script')
    expect(drawn.tags).not.toContain('img')
    expect(drawn.text).toContain('<script>alert(1)</script>')
  })

  test('links lead to the web only', () => {
    expect(draw('[the run](https://github.example/run/1)').links).toEqual(['https://github.example/run/1'])
    expect(draw('[the run](/admin) [x](data:text/html,y)').links).toEqual([])
  })

  test('an unfinished block ends with the text', () => {
    expect(readBlocks('```yaml\na: 1')).toEqual([{ type: 'code', language: 'yaml', text: 'a: 1' }])
    expect(readBlocks('<details><summary>x</summary>\n\ny')).toMatchObject([{ type: 'details', blocks: [{ type: 'paragraph' }] }])
  })
})

describe('texts that the plan writes come back as they were', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\s+/g, ' ').trim())

  test('running text', () => {
    fc.assert(
      fc.property(line, (text) => {
        expect(textOf(readInline(plain(text))).replaceAll('\u200b', '')).toBe(text.replaceAll('\u200b', ''))
      }),
    )
  })

  test('code in a table cell', () => {
    fc.assert(
      fc.property(
        line.filter((text) => text !== '' && !text.includes('\\')),
        (text) => {
          const cells = readCells(`| ${code(text)} | end |`)
          expect(cells).toHaveLength(2)
          expect(textOf(readInline(cells[0] ?? ''))).toBe(text)
        },
      ),
    )
  })

  test('text in a summary', () => {
    fc.assert(
      fc.property(
        line.filter((text) => /^[\w .-]*$/.test(text.replace(/[<>&"]/g, ''))),
        (text) => {
          expect(textOf(readInline(html(text)))).toBe(text)
        },
      ),
    )
  })

  test('a block of code', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (lines) => {
        const text = lines.join('\n').replace(/\r/g, '').replace(/\n+$/, '')
        const [block, ...rest] = readBlocks(fenced(text, 'diff'))
        expect(rest).toEqual([])
        expect(block?.type === 'code' && block.text.replace(/\n$/, '')).toBe(text)
      }),
    )
  })
})

test('no text makes the reader throw or draws a tag of its own', () => {
  const piece = fc.constantFrom(
    '<details>',
    '<details><summary>a</summary>',
    '</details>',
    '|',
    '|---|',
    '\n',
    '`',
    '```',
    '**',
    '[a](',
    ')',
    '<b>',
    '\\',
    '- ',
    '# ',
    '&#60;',
    '<script>',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      const drawn = draw(pieces.join(''))
      expect(drawn.raw).toBe(false)
      expect(drawn.tags).not.toContain('script')
    }),
  )
})
