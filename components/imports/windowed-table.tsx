'use client'

import { type KeyboardEvent, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { classNames } from '#components/ui/class-names.ts'
import { nextRow } from '#components/ui/cursor-moves.ts'
import tableStyles from '#components/ui/table.module.css'
import { useRowWindow } from './use-row-window.ts'
import styles from './windowed-table.module.css'

export interface WindowedColumn {
  key: string
  title: ReactNode
  width?: string
  number?: boolean
  wideOnly?: boolean
}

const narrow = '(max-width: 760px)'
const followWidth = (listener: () => void) => {
  const query = window.matchMedia(narrow)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the screen is a phone's. */
const useNarrow = (): boolean =>
  useSyncExternalStore(
    followWidth,
    () => window.matchMedia(narrow).matches,
    () => false,
  )

const wideRow = 36
const narrowRow = 52
/** Of the sticky header. */
const head = 33

/**
 * The kit's table for many rows: of thousands only those in view are drawn, all of one height, in a part of the page that scrolls.
 * j, k, arrows, Home and End move the cursor while the table has the focus; other keys are told to `onKey` with the row under it.
 * A row that is not there yet is drawn as a grey bar.
 */
export function WindowedTable<Row>({
  label,
  columns,
  total,
  rowAt,
  rowKey,
  cells,
  selected,
  onKey,
  onRange,
}: {
  label: string
  columns: WindowedColumn[]
  total: number
  rowAt: (index: number) => Row | undefined
  rowKey: (row: Row) => string
  /** In the order of the columns. */
  cells: (row: Row) => ReactNode[]
  selected?: (row: Row) => boolean
  onKey?: (event: KeyboardEvent, row: Row) => void
  /** Told which rows are in view; to load them. */
  onRange?: (first: number, end: number) => void
}) {
  const [cursor, setCursor] = useState(-1)
  const height = useNarrow() ? narrowRow : wideRow
  const { region, first, end, onScroll, show } = useRowWindow({ height, total, viewport: 800, head })

  useEffect(() => onRange?.(first, end), [onRange, first, end])

  const keyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const next = nextRow(event.key, Math.min(cursor, total - 1), total)
    if (next !== undefined) {
      event.preventDefault()
      setCursor(next)
      show(next)
      return
    }
    const row = cursor >= 0 ? rowAt(cursor) : undefined
    if (row !== undefined) onKey?.(event, row)
  }
  const drawn = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at)
  return (
    <section
      ref={region}
      className={classNames(tableStyles.scroll, styles.scroll)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard, and holds the row cursor
      tabIndex={0}
      aria-label={label}
      onKeyDown={keyDown}
      onScroll={onScroll}
    >
      <table className={classNames(tableStyles.table, styles.table)} aria-rowcount={total + 1}>
        <thead className={tableStyles.head}>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classNames(column.number && tableStyles.number, column.wideOnly && tableStyles.wideOnly)}
                style={column.width ? { width: column.width } : undefined}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? (
            <tr className={styles.space}>
              <td style={{ height: first * height }} />
            </tr>
          ) : null}
          {drawn.map((index) => {
            const row = rowAt(index)
            const inside = row === undefined ? undefined : cells(row)
            return (
              <tr
                key={row === undefined ? `at ${index}` : rowKey(row)}
                aria-rowindex={index + 2}
                data-cursor={index === cursor || undefined}
                data-selected={(row !== undefined && selected?.(row)) || undefined}
                style={{ height }}
              >
                {columns.map((column, at) => (
                  <td
                    key={column.key}
                    className={classNames(column.number && tableStyles.number, column.wideOnly && tableStyles.wideOnly) || undefined}
                  >
                    {inside ? inside[at] : <span className={styles.bone} />}
                  </td>
                ))}
              </tr>
            )
          })}
          {end < total ? (
            <tr className={styles.space}>
              <td style={{ height: (total - end) * height }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}
