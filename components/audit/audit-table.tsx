'use client'

import { Badge } from '#components/ui/badge.tsx'
import { count } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { type Column, Table } from '#components/ui/table.tsx'
import type { AuditRow } from '#lib/audit/contract.ts'
import styles from './audit.module.css'
import { actionWords, outcomeLooks, targetOf } from './audit-words.ts'

/** Entries, newest first. A row opens in a dialog. */
export function AuditTable({ rows, all, onShow }: { rows: readonly AuditRow[]; all: boolean; onShow: (row: AuditRow) => void }) {
  const person: Column<AuditRow> = {
    key: 'actor',
    title: 'Person',
    width: '22%',
    cell: ({ actor }) => <span title={actor}>{actor}</span>,
  }
  return (
    <Table
      label="Entries of the audit log"
      rows={rows}
      rowKey={({ id }) => id}
      open={onShow}
      columns={[
        {
          key: 'action',
          title: 'What happened',
          cell: (row) => (
            <button type="button" className={styles.row} onClick={() => onShow(row)}>
              {actionWords(row.action)}
            </button>
          ),
        },
        { key: 'outcome', title: 'Outcome', width: '116px', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
        ...(all ? [person] : []),
        {
          key: 'target',
          title: 'About',
          width: '27%',
          wideOnly: true,
          cell: (row) => {
            const { text } = targetOf(row)
            return <span title={text}>{text || '–'}</span>
          },
        },
        { key: 'seq', title: 'Entry', width: '84px', number: true, wideOnly: true, cell: ({ seq }) => count(seq) },
        { key: 'at', title: 'When', width: '110px', wideOnly: all, cell: ({ at }) => <RelativeTime at={at} /> },
      ]}
    />
  )
}

export function OutcomeBadge({ outcome }: { outcome: AuditRow['outcome'] }) {
  const { tone, icon, word } = outcomeLooks[outcome]
  return (
    <Badge tone={tone} icon={icon} plain>
      {word}
    </Badge>
  )
}
