'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useCallback, useMemo, useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { count, kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { NarrowOnly } from '#components/ui/table.tsx'
import type { ImportChoice, ImportRow, ImportRun } from '#lib/imports/contract.ts'
import styles from './choose.module.css'
import { importPages } from './import-paths.ts'
import { adoptionLooks, assetTypeWord, categoryLooks, unmappedWords, verdictLook, verdictLooks } from './import-words.ts'
import { LookBadge } from './look-badge.tsx'
import { type TreeLine, treeLines } from './row-tree.ts'
import { TriState } from './tri-state.tsx'
import { canChoose } from './use-choice.ts'
import { type WindowedColumn, WindowedTable } from './windowed-table.tsx'

const columns: WindowedColumn[] = [
  { key: 'chosen', title: <span className="visually-hidden">Chosen</span>, width: '34px' },
  { key: 'name', title: 'Name' },
  { key: 'kind', title: 'Kind', width: '21%', wideOnly: true },
  { key: 'outcome', title: 'What becomes of it', width: '30%', wideOnly: true },
  { key: 'changed', title: 'Changed', width: '84px', number: true, wideOnly: true },
]

/** Assets to choose from, as one list or below their parents. Space chooses, enter opens. */
export function AssetTable({
  run,
  rows,
  total,
  tree,
  more,
  choose,
}: {
  run: ImportRun
  rows: readonly ImportRow[]
  total: number
  tree: boolean
  /** Loads the next rows; absent while they are on their way or there are none. */
  more: (() => void) | undefined
  choose: (choice: ImportChoice) => void
}) {
  const router = useRouter()
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map())
  const open = useCallback((key: string) => turned.get(key) ?? rows.length <= 500, [turned, rows.length])
  const lines = useMemo(
    (): readonly TreeLine[] =>
      tree ? treeLines(rows, open) : rows.map((row) => ({ type: 'row', key: row.id, depth: 0, row, below: [], open: false })),
    [tree, rows, open],
  )
  const turn = (line: TreeLine) => setTurned(new Map(turned).set(line.key, !line.open))
  const loadMore = useCallback(
    (_: number, end: number) => {
      if (!tree && more && end > rows.length - 50) more()
    },
    [tree, more, rows.length],
  )
  const detail = (row: ImportRow) => importPages.run(run.id, 'review', { row: row.id })
  return (
    <WindowedTable
      label={tree ? 'Assets below their parents' : 'Assets'}
      columns={columns}
      total={tree ? lines.length : total}
      rowAt={(index) => lines[index]}
      rowKey={(line) => line.key}
      selected={(line) => line.type === 'row' && line.row.chosen}
      onRange={loadMore}
      onKey={(event, line) => {
        if (event.key === ' ' && line.type === 'row' && canChoose(line.row)) {
          event.preventDefault()
          choose({ chosen: !line.row.chosen, rows: [line.row.id] })
        } else if (event.key === 'Enter' && line.type === 'row') router.push(detail(line.row))
        else if ((event.key === 'ArrowRight') !== line.open && /^Arrow(Left|Right)$/.test(event.key) && line.below.length > 0) turn(line)
      }}
      cells={(line) => [
        line.type === 'row' && canChoose(line.row) ? (
          <TriState
            key="chosen"
            label={`Choose ${line.row.displayName}`}
            checked={line.row.chosen}
            onChange={(chosen) => choose({ chosen, rows: [line.row.id] })}
          />
        ) : null,
        <NameCell
          key="name"
          line={line}
          tree={tree}
          turn={() => turn(line)}
          href={line.type === 'row' ? detail(line.row) : null}
          choose={choose}
        />,
        line.type === 'row' ? (
          <span key="kind" title={line.row.assetType}>
            {line.row.kind ? kindOf(line.row.kind) : assetTypeWord(line.row.assetType)}
          </span>
        ) : null,
        line.type === 'row' ? <Outcome key="outcome" row={line.row} /> : null,
        line.type === 'row' ? <RelativeTime key="changed" at={line.row.updatedAt} short /> : null,
      ]}
    />
  )
}

function NameCell({
  line,
  tree,
  turn,
  href,
  choose,
}: {
  line: TreeLine
  tree: boolean
  turn: () => void
  href: string | null
  choose: (choice: ImportChoice) => void
}) {
  const label = line.type === 'row' ? line.row.displayName : line.label
  const indent = tree ? { paddingLeft: Math.min(line.depth, 6) * 16 } : undefined
  return (
    <div className={styles.nameCell} style={indent}>
      {tree ? (
        line.below.length > 0 ? (
          <button type="button" className={styles.turn} aria-expanded={line.open} aria-label={`What is below ${label}`} onClick={turn}>
            <Icon name={line.open ? 'down' : 'right'} size={12} />
          </button>
        ) : (
          <span className={styles.turn} />
        )
      ) : null}
      <span className={styles.nameText}>
        {href ? (
          <Link href={href} title={line.type === 'row' ? line.row.name : undefined}>
            {shortenMiddle(label, 60)}
          </Link>
        ) : (
          <strong>{label}</strong>
        )}
        {line.type === 'row' ? (
          <>
            {line.row.location ? <span className={styles.location}> {line.row.location}</span> : null}
            <NarrowOnly>
              {line.row.kind ? kindOf(line.row.kind) : assetTypeWord(line.row.assetType)} ·{' '}
              {line.row.category === 'importable' && line.row.verdict
                ? verdictLook(line.row.verdict, line.row.unmapped).word
                : (line.row.message ?? categoryLooks[line.row.category].word)}
            </NarrowOnly>
          </>
        ) : null}
      </span>
      {tree && line.below.length > 0 ? (
        <Button
          size="small"
          look="quiet"
          aria-label={`Choose all ${line.below.length} below ${label}`}
          onClick={() => choose({ chosen: true, rows: line.below.slice(0, 5000) })}
        >
          {count(line.below.length)} below: choose all
        </Button>
      ) : null}
    </div>
  )
}

/** What becomes of an asset in a few words: the verdict, or why it is left out; who manages it, with the way there. */
function Outcome({ row }: { row: ImportRow }) {
  if (row.proposalId)
    return (
      <span className={styles.outcome}>
        <Link href={pagePaths.proposal(row.proposalId)}>In a pull request</Link>
        {row.adoption ? <LookBadge look={adoptionLooks[row.adoption]} plain /> : null}
      </span>
    )
  if (row.managedBy)
    return (
      <span className={styles.outcome} title={row.message ?? undefined}>
        <Icon name="commit" size={14} /> Managed by{' '}
        <Link
          href={pagePaths.resource(row.managedBy)}
          title={row.managedBy.path ? `${row.managedBy.repository ?? ''} ${row.managedBy.path}` : undefined}
        >
          {row.managedBy.namespace}/{row.managedBy.name}
        </Link>
      </span>
    )
  if (row.category === 'importable' || (row.category === 'skipped' && row.chosen))
    return (
      <span className={styles.outcome}>
        {row.verdict ? <LookBadge look={verdictLooks[row.verdict]} plain /> : <LookBadge look={categoryLooks.importable} plain />}
        {row.unmapped > 0 ? (
          <span className={styles.unmapped} title={unmappedWords(row.unmapped)}>
            <Badge tone="amber" icon="warning" plain>
              {count(row.unmapped)}
              <span className="visually-hidden"> {row.unmapped === 1 ? 'field has' : 'fields have'} no place in the manifest</span>
            </Badge>
          </span>
        ) : null}
        {row.edited ? <span className={styles.small}>edited</span> : null}
      </span>
    )
  return (
    <span className={styles.outcome} title={row.message ?? undefined}>
      <span className={styles.why} data-tone={categoryLooks[row.category].tone}>
        <Icon name={categoryLooks[row.category].icon} size={14} />
        <span>{row.message ?? categoryLooks[row.category].word}</span>
      </span>
    </span>
  )
}
