'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { changedRows } from '#components/data/updaters.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { Name } from '#components/ui/name.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { type Column, NarrowOnly, Table } from '#components/ui/table.tsx'
import type { ResourceRow } from '#lib/inventory/contract.ts'
import { headlineInList } from './headline-in-list.ts'
import { type ResourceFilter, sortOf } from './resource-filter.ts'
import styles from './resource-list.module.css'

const sameRow = (a: ResourceRow, b: ResourceRow) => a.state === b.state && a.headline === b.headline && a.updatedAt === b.updatedAt

/** The rows that changed since the last answer for the same view; empty again once they have flashed. */
function useChanged(rows: readonly ResourceRow[], view: string): ReadonlySet<string> {
  const before = useRef<{ view: string; rows: readonly ResourceRow[] }>({ view, rows })
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const old = before.current
    before.current = { view, rows }
    if (old.view !== view || old.rows === rows) return
    const found = changedRows(old.rows, rows, (row) => row.id, sameRow)
    if (found.size === 0) return
    setChanged(found)
    const timer = setTimeout(() => setChanged(new Set()), 1500)
    return () => clearTimeout(timer)
  }, [rows, view])
  return changed
}

/** Resources as a table. With `filter` its titles sort; `hide` leaves out columns that would say the same in every row. */
export function ResourceTable({
  rows,
  view,
  filter,
  hide = [],
  label,
}: {
  rows: readonly ResourceRow[]
  /** Names what is shown (its address): rows of another view do not flash. */
  view: string
  filter?: ResourceFilter
  hide?: string[]
  label: string
}) {
  const router = useRouter()
  const changed = useChanged(rows, view)
  const sort = (column: Parameters<typeof sortOf>[1]) => (filter ? { sort: sortOf(filter, column) } : {})
  const columns: Column<ResourceRow>[] = [
    {
      key: 'name',
      title: 'Name',
      ...sort('name'),
      cell: (row) => (
        <div className={styles.which}>
          <Name name={row.name} href={pagePaths.resource(row)} />
          <NarrowOnly>{hide.includes('namespace') ? row.kindName : `${row.kindName} in ${row.namespace}`}</NarrowOnly>
        </div>
      ),
    },
    { key: 'state', title: 'State', width: '130px', ...sort('state'), cell: (row) => <StateBadge state={row.state} plain /> },
    {
      key: 'headline',
      title: 'What is going on',
      width: '24%',
      wideOnly: true,
      cell: (row) => (
        <span className={styles.headline} title={row.headline}>
          {headlineInList(row)}
        </span>
      ),
    },
    {
      key: 'kind',
      title: 'Kind',
      width: hide.includes('headline') ? '30%' : '17%',
      wideOnly: true,
      ...sort('kind'),
      cell: (row) => <span title={row.kind}>{row.kindName}</span>,
    },
    {
      key: 'namespace',
      title: 'Project',
      width: '14%',
      wideOnly: true,
      ...sort('namespace'),
      cell: (row) => (
        <Link href={pagePaths.project(row.namespace, row.cluster)} title={row.team ? `Team ${row.team}` : undefined}>
          {row.namespace}
        </Link>
      ),
    },
    {
      key: 'updated',
      title: 'Changed',
      width: '88px',
      wideOnly: true,
      number: true,
      ...sort('updated'),
      cell: (row) => <RelativeTime at={row.updatedAt} short />,
    },
  ]
  return (
    <Table
      label={label}
      columns={columns.filter((column) => !hide.includes(column.key))}
      rows={rows}
      rowKey={(row) => row.id}
      changed={changed}
      open={(row) => router.push(pagePaths.resource(row))}
    />
  )
}
