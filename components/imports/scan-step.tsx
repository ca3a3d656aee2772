'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { count, counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { AsOf, RelativeTime } from '#components/ui/relative-time.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { ImportRun } from '#lib/imports/contract.ts'
import { importApi, importPages } from './import-paths.ts'
import { importKeys, isUnderWay } from './import-queries.ts'
import { assetTypeWord, categories, categoryLooks } from './import-words.ts'
import { LookBadge } from './look-badge.tsx'
import styles from './run.module.css'
import { useStartImport } from './use-start-import.ts'

/** What is read, while it is read and after: how much of what, what was withheld and why, and the way on. */
export function ScanStep({ run }: { run: ImportRun }) {
  const client = useQueryClient()
  const { start, starting, problem } = useStartImport()
  const [busy, setBusy] = useState(false)
  const underWay = isUnderWay(run.state)
  const tell = async (path: string) => {
    setBusy(true)
    try {
      client.setQueryData(importKeys.run(run.id), await fetchJson<ImportRun>(path, { method: 'POST' }))
      void client.invalidateQueries({ queryKey: importKeys.run(run.id) })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
    }
    setBusy(false)
  }
  const readable = run.counts.importable + run.counts.managed + run.counts.skipped + run.counts.unsupported > 0
  return (
    <div className={styles.scan}>
      <section className={styles.progress} aria-label="Progress of the scan">
        <div className={styles.progressHead}>
          <p className={styles.big} role="status">
            {headline(run)}
          </p>
          <div className={styles.actions}>
            {underWay ? (
              <Button icon="close" busy={busy} onClick={() => void tell(importApi.cancel(run.id))}>
                Cancel the scan
              </Button>
            ) : null}
            {run.state === 'failed' || run.state === 'cancelled' ? (
              <Button look="primary" busy={busy} onClick={() => void tell(importApi.resume(run.id))}>
                Go on where it stopped
              </Button>
            ) : null}
            {run.state === 'ready' ? (
              <Button
                busy={starting !== null}
                onClick={() => void start({ cluster: run.cluster, namespace: run.namespace, scope: run.namespace ? null : run.scope })}
              >
                Scan again
              </Button>
            ) : null}
            {run.state === 'ready' && readable ? (
              <LinkButton look="primary" href={importPages.run(run.id, 'choose')}>
                Choose what to import
                <Icon name="right" />
              </LinkButton>
            ) : null}
          </div>
        </div>
        {underWay ? <div className={styles.bar} data-waiting={run.waitingFor !== null} aria-hidden="true" /> : null}
        <p className={styles.small}>
          {run.snapshotAt ? (
            <>
              Every page tells the state of one moment: <AsOf at={run.snapshotAt} />, <RelativeTime at={run.snapshotAt} />. Corbel only
              reads.
            </>
          ) : (
            'Corbel only reads; you may leave this page, the scan goes on.'
          )}
        </p>
      </section>
      {run.waitingFor ? <Banner tone="amber">{run.waitingFor}</Banner> : null}
      {run.problem ? (
        <Banner tone={run.state === 'failed' ? 'red' : 'amber'}>
          {run.problem}
          {run.assetsRead > 0 && run.state === 'failed' ? ` What was read is kept: ${counted(run.assetsRead, 'asset')}.` : ''}
        </Banner>
      ) : null}
      {problem ? <Banner tone="red">{problem.detail}</Banner> : null}
      {run.gaps.length > 0 ? (
        <Banner tone="amber">
          <details className={styles.gaps} open={run.gaps.length <= 3}>
            <summary>{counted(run.gaps.length, 'part')} could not be read; the rest is complete</summary>
            <ul>
              {run.gaps.map((gap) => (
                <li key={`${gap.assetType ?? ''}${gap.message}`}>
                  {gap.assetType ? <code>{gap.assetType}</code> : null} {gap.message}
                </li>
              ))}
            </ul>
          </details>
        </Banner>
      ) : null}
      {readable ? (
        <div className={styles.counts}>
          {categories.map((category) => (
            <span key={category}>
              <strong>{count(run.counts[category])}</strong> <LookBadge look={categoryLooks[category]} plain />
            </span>
          ))}
        </div>
      ) : null}
      {run.readByType.length > 0 ? (
        <Section title={`${underWay ? 'Read so far' : 'Read'}, by type (${count(run.readByType.length)})`}>
          <ByType types={run.readByType} />
        </Section>
      ) : null}
    </div>
  )
}

function headline(run: ImportRun): string {
  switch (run.state) {
    case 'waiting':
      return 'The scan is about to begin'
    case 'scanning':
      return run.waitingFor ? `Waiting; ${counted(run.assetsRead, 'asset')} read` : `${counted(run.assetsRead, 'asset')} read`
    case 'ready':
      return run.assetsRead === 0 ? 'There is nothing in this cloud project' : `Done: ${counted(run.assetsRead, 'asset')} read`
    case 'cancelled':
      return `Cancelled after ${counted(run.assetsRead, 'asset')}`
    case 'failed':
      return `The scan stopped after ${counted(run.assetsRead, 'asset')}`
    default:
      return run.state satisfies never
  }
}

/** How much of each type, the most first; bars for the eye, numbers for everybody. */
function ByType({ types }: { types: ImportRun['readByType'] }) {
  const sorted = [...types].sort((a, b) => b.count - a.count || a.assetType.localeCompare(b.assetType))
  const most = Math.max(1, sorted[0]?.count ?? 1)
  return (
    <ul className={styles.types}>
      {sorted.map(({ assetType, count: read }) => (
        <li key={assetType} title={assetType}>
          <span className={styles.typeName}>
            {assetTypeWord(assetType)} <span className={styles.small}>{assetType.split('.')[0]}</span>
          </span>
          <span className={styles.typeBar} aria-hidden="true">
            <span style={{ width: `${Math.max(2, (read / most) * 100)}%` }} />
          </span>
          <span className={styles.typeCount}>{count(read)}</span>
        </li>
      ))}
    </ul>
  )
}
