'use client'

import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { count, exactTime, fieldPath, kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { LinedList } from '#components/ui/lined-list.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { AdoptionReport, AdoptionRow, ImportRun } from '#lib/imports/contract.ts'
import type { Json } from '#lib/json.ts'
import styles from './adoption.module.css'
import { adoptionHeadline, adoptionNumbers } from './adoption-words.ts'
import { importApi, importPages } from './import-paths.ts'
import { importKeys, importQueries } from './import-queries.ts'
import { adoptionLooks, adoptions, scopeWords } from './import-words.ts'
import { LookBadge } from './look-badge.tsx'

/** The proof: what became of every resource after the merge, and every difference to the snapshot, as a page to share and to print. */
export function AdoptionStep({ run }: { run: ImportRun }) {
  const client = useQueryClient()
  const report = useInfiniteQuery(importQueries.adoption(run.id))
  const [looking, setLooking] = useState(false)
  const lookAgain = async () => {
    setLooking(true)
    try {
      const answer = await fetchJson<AdoptionReport>(importApi.adoption(run.id), { method: 'POST' })
      client.setQueryData<InfiniteData<AdoptionReport, string | null>>(importKeys.adoption(run.id), { pages: [answer], pageParams: [null] })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
    }
    setLooking(false)
  }
  if (!report.data)
    return report.isError ? (
      <ErrorState error={report.error} what="what became of the resources" retry={() => void report.refetch()} />
    ) : (
      <Skeleton lines={2} rows={8} label="Loading what became of the resources" />
    )
  const counts: Partial<AdoptionReport['counts']> = report.data.pages[0]?.counts ?? {}
  const items = report.data.pages.flatMap((page) => page.items)
  const numbers = adoptionNumbers(counts)
  if (numbers.total === 0)
    return (
      <EmptyState
        title="No pull request was opened yet"
        icon="proposals"
        action={
          run.counts.chosen > 0 ? (
            <LinkButton look="primary" href={importPages.run(run.id, 'pull-requests')}>
              Open pull requests
            </LinkButton>
          ) : (
            <LinkButton look="primary" href={importPages.run(run.id, 'choose')}>
              Choose what to import
            </LinkButton>
          )
        }
      >
        After the merge each resource is watched until Config Connector has adopted it, and compared with the snapshot: the proof that
        nothing changed.
      </EmptyState>
    )
  const tone = numbers.changed + numbers.stopped > 0 ? 'red' : numbers.waiting > 0 ? 'amber' : 'green'
  return (
    <div className={styles.page}>
      <section className={styles.proof} data-tone={tone} aria-label="Outcome">
        <Icon name={tone === 'green' ? 'ready' : tone === 'amber' ? 'progressing' : 'warning'} size={28} />
        <div className={styles.proofWords}>
          <h2>
            <span role="status">{adoptionHeadline(counts, items)}</span>
          </h2>
          <p className={styles.small}>
            {run.namespace ?? scopeWords(run.scope)} ({scopeWords(run.scope)}) on {run.cluster}. Compared with the cloud as it was at{' '}
            {run.snapshotAt ? exactTime(Date.parse(run.snapshotAt)) : 'the scan'}. Counters and times that the service itself moves are not
            compared.
          </p>
        </div>
        <div className={styles.actions}>
          <Button icon="search" busy={looking} onClick={() => void lookAgain()}>
            Look again now
          </Button>
          <CopyButton text={typeof window === 'undefined' ? '' : `${window.location.origin}${importPages.run(run.id, 'adoption')}`}>
            Copy link
          </CopyButton>
          <Button onClick={() => window.print()}>Print</Button>
        </div>
      </section>
      <ul className={styles.counts} aria-label="Resources by outcome">
        {adoptions.map((each) =>
          (counts[each] ?? 0) > 0 ? (
            <li key={each}>
              <strong>{count(counts[each] ?? 0)}</strong> <LookBadge look={adoptionLooks[each]} plain />
            </li>
          ) : null,
        )}
      </ul>
      {report.isError ? <Banner tone="amber">{report.error.message} What you see is the last answer.</Banner> : null}
      {numbers.waiting > 0 ? (
        <p className={styles.small}>
          Resources wait for the merge of their pull request, for CI, and then for Config Connector. This page follows by itself.
        </p>
      ) : null}
      <LinedList>
        {items.map((item) => (
          <Item key={item.row} item={item} run={run.id} />
        ))}
      </LinedList>
      {report.hasNextPage ? (
        <Button busy={report.isFetchingNextPage} onClick={() => void report.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </div>
  )
}

function Item({ item, run }: { item: AdoptionRow; run: string }) {
  const unexpected = item.differences.filter(({ expected }) => !expected)
  const at = { cluster: item.cluster, namespace: item.namespace, kind: item.kind, name: item.resource }
  return (
    <li className={styles.item}>
      <div className={styles.itemHead}>
        <span className={styles.itemName}>
          {item.adoption === 'waiting' ? (
            <Link href={importPages.run(run, 'review', { row: item.row })}>{item.resource}</Link>
          ) : (
            <Link href={pagePaths.resource(at)}>{item.resource}</Link>
          )}{' '}
          <span className={styles.small}>
            {kindOf(item.kind)} in {item.namespace}
          </span>
        </span>
        <LookBadge look={adoptionLooks[item.adoption]} />
      </div>
      <p className={styles.message}>
        {item.message}{' '}
        <span className={styles.small}>
          {item.proposalId ? <Link href={pagePaths.proposal(item.proposalId)}>Pull request</Link> : null}
          {item.checkedAt ? (
            <>
              {' '}
              looked at <RelativeTime at={item.checkedAt} />
            </>
          ) : null}
        </span>
      </p>
      {item.differences.length > 0 ? (
        <details className={styles.differences} open={unexpected.length > 0}>
          <summary>
            {unexpected.length > 0
              ? `${unexpected.length} unexpected ${unexpected.length === 1 ? 'difference' : 'differences'} to the snapshot`
              : `${item.differences.length} expected ${item.differences.length === 1 ? 'difference' : 'differences'} to the snapshot`}
          </summary>
          <div className={styles.scroll}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Field</th>
                  <th scope="col">Before</th>
                  <th scope="col">After</th>
                </tr>
              </thead>
              <tbody>
                {item.differences.map((difference) => (
                  <tr key={fieldPath(difference.path)} data-expected={difference.expected}>
                    <td>
                      <code>{fieldPath(difference.path)}</code>{' '}
                      {difference.expected ? <span className={styles.small}>expected</span> : null}
                    </td>
                    <td>
                      <Value value={difference.before} />
                    </td>
                    <td>
                      <Value value={difference.after} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      ) : null}
    </li>
  )
}

function Value({ value }: { value: Json }) {
  if (value === null) return <span className={styles.small}>not set</span>
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
}
