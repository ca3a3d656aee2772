'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useMemo, useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { counted, fieldPath, kindOf } from '#components/ui/format.ts'
import { Banner, ErrorState } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ImportDetail, ImportManifest, ImportRun } from '#lib/imports/contract.ts'
import { importQueries } from './import-queries.ts'
import { assetTypeWord, categoryLooks, verdictLook, verdictLooks, verdictSentences } from './import-words.ts'
import { LeafView } from './leaf-view.tsx'
import { LookBadge } from './look-badge.tsx'
import { ManifestEdit } from './manifest-edit.tsx'
import styles from './review.module.css'
import { canChoose, useChoice } from './use-choice.ts'
import { useDetailChange } from './use-detail-change.ts'

/** One asset: what adopting it means and why, what the API server says, and asset and manifest side by side. */
export function ReviewDetail({ run, rowId, editing, here }: { run: ImportRun; rowId: string; editing: string | null; here: string }) {
  const detail = useQuery(importQueries.detail(run.id, rowId))
  if (!detail.data)
    return detail.isError ? (
      <ErrorState error={detail.error} what="this asset" retry={() => void detail.refetch()} />
    ) : (
      <Skeleton lines={3} rows={8} label="Loading the asset" />
    )
  const manifest = editing === null ? undefined : detail.data.manifests[Number(editing)]
  if (manifest) return <ManifestEdit run={run} detail={detail.data} index={Number(editing)} manifest={manifest} back={here} />
  return <Loaded run={run} detail={detail.data} here={here} />
}

function Loaded({ run, detail, here }: { run: ImportRun; detail: ImportDetail; here: string }) {
  const { row, manifests } = detail
  const { change, busy, problem } = useDetailChange(run.id, row.id)
  const { choose } = useChoice(run.id)
  const dryRuns = manifests.flatMap(({ dryRun }) => (dryRun ? [dryRun] : []))
  return (
    <article className={styles.article} aria-label={row.displayName}>
      <header className={styles.head}>
        <h2 title={row.name}>{row.displayName}</h2>
        <p className={styles.small}>
          {row.kind ? kindOf(row.kind) : assetTypeWord(row.assetType)}
          {row.location ? ` in ${row.location}` : ''}
          {row.namespace ? (
            <>
              {' '}
              to <Link href={pagePaths.project(row.namespace, run.cluster)}>{row.namespace}</Link>
            </>
          ) : null}
          {row.updatedAt ? (
            <>
              {' '}
              · changed <RelativeTime at={row.updatedAt} />
            </>
          ) : null}{' '}
          <CopyButton text={row.name} label="Copy the full resource name" />
        </p>
        <div className={styles.headActions}>
          {canChoose(row) ? (
            <Button size="small" onClick={() => void choose({ chosen: !row.chosen, rows: [row.id] }).then(() => undefined)}>
              {row.chosen ? 'Leave out' : 'Choose it'}
            </Button>
          ) : null}
          {manifests.length > 0 ? (
            <Button size="small" icon="check" busy={busy === 'dry-run'} onClick={() => void change({ type: 'dry-run' })}>
              {dryRuns.length > 0 ? 'Dry run again' : 'Dry run'}
            </Button>
          ) : null}
        </div>
      </header>
      <Verdict detail={detail} />
      {problem ? <Banner tone="red">{problem.detail}</Banner> : null}
      <DryRuns manifests={manifests} />
      <Unmapped detail={detail} here={here} />
      {detail.unreadable.length > 0 ? (
        <Banner tone="violet">
          {counted(detail.unreadable.length, 'field')} of this kind {detail.unreadable.length === 1 ? 'holds a secret' : 'hold secrets'}{' '}
          that nobody can read: {detail.unreadable.map((path) => fieldPath(path)).join(', ')}. Left out of the manifest, what is set in the
          cloud stays.
        </Banner>
      ) : null}
      <LeafView
        detail={detail}
        head={(index) => <ManifestHead manifest={manifests[index]} index={index} here={here} change={change} busy={busy} />}
      />
    </article>
  )
}

/** What adopting means for the cloud, with the reasons; of what cannot be imported, why. */
function Verdict({ detail: { row, verdict, manifests } }: { detail: ImportDetail }) {
  if (row.managedBy)
    return (
      <Banner tone="grey">
        Already managed by <Link href={pagePaths.resource(row.managedBy)}>{`${row.managedBy.namespace}/${row.managedBy.name}`}</Link>
        {row.managedBy.repository ? (
          <>
            , declared in <code>{[row.managedBy.repository, row.managedBy.path].filter(Boolean).join(' · ')}</code>
          </>
        ) : null}
        . There is nothing to import.
      </Banner>
    )
  if (row.category === 'unsupported' || (row.category === 'skipped' && !row.chosen))
    return (
      <Banner tone={row.category === 'unsupported' ? 'amber' : 'grey'}>
        <strong>{categoryLooks[row.category].word}.</strong> {row.message}
        {row.category === 'skipped' && manifests.length > 0 ? ' You may choose it all the same.' : ''}
      </Banner>
    )
  if (!verdict) return null
  const look = verdictLook(verdict.verdict, row.unmapped)
  const isQuiet = verdictLooks[verdict.verdict].tone === 'green'
  return (
    <div className={styles.verdict}>
      <Banner tone={look.tone}>
        <strong>{look.word}.</strong> {verdictSentences[verdict.verdict]}
        {verdict.reasons.length > 0 ? (
          <details className={styles.why} open={!isQuiet}>
            <summary>Why</summary>
            <ul className={styles.reasons}>
              {verdict.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </details>
        ) : null}
        {!isQuiet && verdict.fields.length > 0 ? (
          <p>
            {verdict.verdict === 'would-change' ? 'Would change: ' : 'Look at: '}
            {verdict.fields.map((path) => (
              <code key={fieldPath(path)}>{fieldPath(path)} </code>
            ))}
          </p>
        ) : null}
      </Banner>
    </div>
  )
}

/** What the API server said of each manifest, where it was asked. */
function DryRuns({ manifests }: { manifests: readonly ImportManifest[] }) {
  const asked = manifests.flatMap(({ kind, name, dryRun }) => (dryRun ? [{ key: `${kind}/${name}`, name, dryRun }] : []))
  if (asked.length === 0) return null
  const warnings = [...new Set(asked.flatMap(({ dryRun }) => dryRun.warnings))]
  if (asked.length === manifests.length && asked.every(({ dryRun }) => dryRun.accepted))
    return warnings.length > 0 ? (
      <Banner tone="amber">The API server accepts it, and warns: {warnings.join(' ')}</Banner>
    ) : (
      <p className={styles.accepted} role="status">
        <LookBadge
          look={{
            tone: 'green',
            icon: 'check',
            word: `The API server accepts ${asked.length === 1 ? 'it' : `all ${asked.length} manifests`}`,
          }}
          plain
        />{' '}
        <span className={styles.small}>dry run; nothing was written</span>
      </p>
    )
  return (
    <>
      {asked
        .filter(({ dryRun }) => !dryRun.accepted)
        .map(({ key, name, dryRun }) =>
          dryRun.unavailable === null ? (
            <Banner key={key} tone="red">
              The API server refuses {asked.length > 1 ? name : 'this'}: {dryRun.message ?? 'it gave no reason.'}
              {dryRun.fields.length > 0 ? (
                <ul className={styles.reasons}>
                  {dryRun.fields.map(({ path, message }) => (
                    <li key={`${JSON.stringify(path)}${message}`}>
                      <code>{fieldPath(path)}</code>: {message}
                    </li>
                  ))}
                </ul>
              ) : null}
            </Banner>
          ) : (
            <Banner key={key} tone="amber">
              No dry run of {name}: {dryRun.unavailable}
            </Banner>
          ),
        )}
    </>
  )
}

/** Leaves that nobody knows a place for: they must be looked at, so they stand before everything else. */
function Unmapped({ detail, here }: { detail: ImportDetail; here: string }) {
  const leaves = detail.leaves.filter(({ fate }) => fate === 'unmapped')
  if (leaves.length === 0) return null
  return (
    <Banner
      tone="amber"
      action={
        detail.manifests.length > 0 ? (
          <LinkButton size="small" icon="edit" href={`${here}&edit=0`}>
            Edit the manifest
          </LinkButton>
        ) : null
      }
    >
      <strong>
        {counted(leaves.length, 'field')} of the asset {leaves.length === 1 ? 'has' : 'have'} no place in the manifest.
      </strong>{' '}
      Write {leaves.length === 1 ? 'it' : 'them'} where {leaves.length === 1 ? 'it belongs' : 'they belong'}, or leave the resource out.
      Your platform team can teach Corbel the place with an ImportMapping.
      <ul className={styles.reasons}>
        {leaves.slice(0, 12).map((leaf) => (
          <li key={JSON.stringify(leaf.from)}>
            <code>{fieldPath(leaf.from)}</code>
            {leaf.why ? `: ${leaf.why}` : ''}
          </li>
        ))}
        {leaves.length > 12 ? <li>and {leaves.length - 12} more, marked below</li> : null}
      </ul>
    </Banner>
  )
}

/** Over a manifest: what it is called, where it goes, and the ways to change it. */
function ManifestHead({
  manifest,
  index,
  here,
  change,
  busy,
}: {
  manifest: ImportManifest | undefined
  index: number
  here: string
  change: ReturnType<typeof useDetailChange>['change']
  busy: ReturnType<typeof useDetailChange>['busy']
}) {
  const router = useRouter()
  const [asking, setAsking] = useState(false)
  const edited = useMemo(() => manifest !== undefined && manifest.text !== manifest.original, [manifest])
  if (!manifest) return null
  return (
    <div className={styles.paneHead}>
      <span className={styles.paneTitle}>
        <strong>
          {kindOf(manifest.kind)} {manifest.name}
        </strong>
        {edited ? <LookBadge look={{ tone: 'blue', icon: 'edit', word: 'edited' }} /> : null}
        {manifest.path ? (
          <span className={styles.small}>
            <code>{manifest.path}</code>
            {manifest.fileExists ? ' (added to this file)' : ''}
          </span>
        ) : null}
      </span>
      <span className={styles.paneActions}>
        {edited ? (
          <Button size="small" busy={busy === 'original'} onClick={() => setAsking(true)}>
            Back to the original
          </Button>
        ) : null}
        <Button size="small" icon="edit" onClick={() => router.push(`${here}&edit=${index}`, { scroll: false })}>
          Edit
        </Button>
        <CopyButton text={manifest.text} label={`Copy ${manifest.name} as YAML`} />
      </span>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Back to the original?"
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep my changes</Button>
            <Button look="danger" onClick={() => void change({ type: 'original', manifest: index }).then(() => setAsking(false))}>
              Drop my changes
            </Button>
          </>
        }
      >
        The manifest of {manifest.name} becomes what Corbel made of the asset. What was changed by hand is lost.
      </Dialog>
    </div>
  )
}
