'use client'

import Link from 'next/link'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { classNames } from './class-names.ts'
import { nextRow } from './cursor-moves.ts'
import { Icon } from './icons.tsx'
import styles from './table.module.css'

export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** CSS width; columns without one share what is left. */
  width?: string
  number?: boolean
  /** Left out on narrow screens. */
  wideOnly?: boolean
  /** Where a click on the title leads, and which way this column sorts now. */
  sort?: { href: string; direction: 'ascending' | 'descending' | null }
}

/** In a cell, for narrow screens: what the columns say that they have no room for. Names alone are not unique. */
export function NarrowOnly({ children }: { children: ReactNode }) {
  return <span className={styles.narrowOnly}>{children}</span>
}

/**
 * A dense table: sticky header, rows of 36 px, links as sort buttons, and a keyboard cursor (j, k, enter) while the
 * table has focus. `changed` names rows that flash once. The first column must hold a link: enter follows it.
 */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  changed,
  open,
}: {
  label: string
  columns: Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  changed?: ReadonlySet<string>
  /** What enter does on a row. */
  open?: (row: Row) => void
}) {
  const [cursor, setCursor] = useState<string | null>(null)
  const body = useRef<HTMLTableSectionElement>(null)
  const here = cursor === null ? -1 : rows.findIndex((row) => rowKey(row) === cursor)

  useEffect(() => {
    if (here >= 0) body.current?.rows[here]?.scrollIntoView({ block: 'nearest' })
  }, [here])

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const current = rows[here]
    if (event.key === 'Enter' && current && open) {
      event.preventDefault() // else the same key presses whatever the opened dialog has focused
      open(current)
      return
    }
    const next = nextRow(event.key, here, rows.length)
    const row = next === undefined ? undefined : rows[next]
    if (!row) return
    event.preventDefault()
    setCursor(rowKey(row))
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard, and holds the row cursor
    <section className={styles.scroll} tabIndex={0} aria-label={label} onKeyDown={onKey}>
      <table className={styles.table}>
        <thead className={styles.head}>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classNames(column.number && styles.number, column.wideOnly && styles.wideOnly)}
                style={column.width ? { width: column.width } : undefined}
                aria-sort={column.sort?.direction ?? undefined}
              >
                {column.sort ? (
                  <Link href={column.sort.href} className={styles.sort} data-on={column.sort.direction !== null} replace scroll={false}>
                    {column.title}
                    <Icon name={column.sort.direction ?? 'sort'} size={12} />
                  </Link>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => {
            const key = rowKey(row)
            return (
              <tr
                key={key}
                data-cursor={key === cursor || undefined}
                className={classNames(changed?.has(key) && styles.changed) || undefined}
              >
                {columns.map((column) => (
                  <td
                    key={column.key}
                    className={classNames(column.number && styles.number, column.wideOnly && styles.wideOnly) || undefined}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
