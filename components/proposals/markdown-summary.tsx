import type { ReactNode } from 'react'
import { DiffView } from '#components/ui/diff-view.tsx'
import { type Block, type Inline, readBlocks } from './markdown-blocks.ts'
import styles from './proposals.module.css'

/** A check's summary, drawn from its Markdown by elements alone: no HTML of it ever reaches the page. */
export function MarkdownSummary({ text }: { text: string }) {
  return <div className={styles.markdown}>{readBlocks(text).map(drawBlock)}</div>
}

const drawAll = (parts: readonly Inline[]): ReactNode => parts.map(drawInline)

function drawInline(part: Inline, index: number): ReactNode {
  switch (part.type) {
    case 'text':
      return part.text
    case 'code':
      return <code key={index}>{part.text}</code>
    case 'bold':
      return <strong key={index}>{drawAll(part.parts)}</strong>
    case 'link':
      return (
        <a key={index} href={part.href} rel="noreferrer">
          {drawAll(part.parts)}
        </a>
      )
    default:
      return part satisfies never
  }
}

/** The blocks of a text have no identity but their place. */
function drawBlock(block: Block, index: number): ReactNode {
  switch (block.type) {
    case 'heading':
      return block.level <= 3 ? <h3 key={index}>{drawAll(block.parts)}</h3> : <h4 key={index}>{drawAll(block.parts)}</h4>
    case 'paragraph':
      return <p key={index}>{drawAll(block.parts)}</p>
    case 'list':
      return (
        <ul key={index}>
          {block.items.map((item, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place
            <li key={place}>{drawAll(item)}</li>
          ))}
        </ul>
      )
    case 'table':
      return <SummaryTable key={index} block={block} />
    case 'code':
      return block.language === 'diff' ? (
        <DiffView key={index} diff={block.text} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <pre key={index} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'details':
      return (
        <details key={index} open={block.open}>
          <summary>{drawAll(block.summary)}</summary>
          <div className={styles.markdown}>{block.blocks.map(drawBlock)}</div>
        </details>
      )
    default:
      return block satisfies never
  }
}

function SummaryTable({ block }: { block: Extract<Block, { type: 'table' }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={styles.tableBox} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {block.head.map((cell, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity but their place
              <th key={place} scope="col">
                {cell.length === 0 ? <span className="visually-hidden">Outcome</span> : drawAll(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            <tr key={line}>
              {row.map((cell, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells have no identity but their place
                <td key={place}>{drawAll(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
