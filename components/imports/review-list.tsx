'use client'

import Link from 'next/link'
import { useEffect } from 'react'
import { kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import tones from '#components/ui/tones.module.css'
import type { ImportRow } from '#lib/imports/contract.ts'
import { assetTypeWord, unmappedWords, verdictLook } from './import-words.ts'
import styles from './review.module.css'
import { useRowWindow } from './use-row-window.ts'

const height = 48

/** What is chosen, to go through; of thousands only those in view are drawn. */
export function ReviewList({
  rows,
  total,
  current,
  hrefOf,
  more,
}: {
  rows: readonly ImportRow[]
  total: number
  current: string
  hrefOf: (row: string) => string
  more: (() => void) | undefined
}) {
  const { region, first, end, onScroll, show } = useRowWindow({ height, total, viewport: 600 })
  const at = rows.findIndex(({ id }) => id === current)
  useEffect(() => {
    if (at >= 0) show(at)
  }, [at, show])
  useEffect(() => {
    if (more && end > rows.length - 20) more()
  }, [more, end, rows.length])
  return (
    <nav ref={region} className={styles.list} aria-label="Chosen resources" onScroll={onScroll}>
      <ul style={{ height: total * height }}>
        {rows.slice(first, end).map((row, index) => (
          <li key={row.id} style={{ top: (first + index) * height, height }}>
            <Link href={hrefOf(row.id)} aria-current={row.id === current ? 'true' : undefined} replace scroll={false}>
              <span className={styles.listName} title={row.name}>
                {shortenMiddle(row.displayName, 40)}
              </span>
              <span className={styles.listKind}>
                {row.kind ? kindOf(row.kind) : assetTypeWord(row.assetType)}
                {row.edited ? ' · edited' : ''}
              </span>
              <Marks row={row} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Verdict and dry run as signs, with words for everybody who cannot see them. */
function Marks({ row }: { row: ImportRow }) {
  const verdict = row.verdict ? verdictLook(row.verdict, row.unmapped) : null
  return (
    <span className={styles.marks}>
      {row.unmapped > 0 ? (
        <span className={styles.mark} title={unmappedWords(row.unmapped)}>
          <span className={tones.amber}>{row.unmapped}</span>
          <span className="visually-hidden"> {row.unmapped === 1 ? 'field' : 'fields'} without a place</span>
        </span>
      ) : null}
      {row.accepted === false ? (
        <span className={styles.mark} title="The API server refuses it">
          <span className={tones.red}>
            <Icon name="close" size={12} />
          </span>
          <span className="visually-hidden">refused</span>
        </span>
      ) : row.accepted ? (
        <span className={styles.mark} title="The API server accepts it">
          <span className={tones.green}>
            <Icon name="check" size={12} />
          </span>
          <span className="visually-hidden">accepted</span>
        </span>
      ) : null}
      {verdict ? (
        <span className={styles.mark} title={verdict.word}>
          <span className={tones[verdict.tone]}>
            <Icon name={verdict.icon} size={12} />
          </span>
          <span className="visually-hidden">{verdict.word}</span>
        </span>
      ) : null}
    </span>
  )
}
