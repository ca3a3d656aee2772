'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { Button } from '#components/ui/button.tsx'
import { count } from '#components/ui/format.ts'
import { TextField } from '#components/ui/inputs.tsx'
import { LinedList } from '#components/ui/lined-list.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { useSettled } from '#components/ui/use-settled.ts'
import type { ImportTarget } from '#lib/imports/contract.ts'
import { importPages } from './import-paths.ts'
import { importQueries } from './import-queries.ts'
import { runLooks } from './import-words.ts'
import styles from './imports.module.css'
import { LookBadge } from './look-badge.tsx'
import { useStartImport } from './use-start-import.ts'

/** From this many projects on there is a field to find one. */
const findFrom = 8
const shown = 100

/** The projects one may import to, with their place in the cloud and in Git, and a button that begins. */
export function TargetList() {
  const targets = useQuery(importQueries.targets())
  const { start, starting, problem } = useStartImport()
  const [typed, setTyped] = useState('')
  const words = useSettled(typed, 150).trim().toLowerCase()
  if (!targets.data)
    return targets.isError ? (
      <ErrorState error={targets.error} what="where you may import" retry={() => void targets.refetch()} />
    ) : (
      <Skeleton rows={5} label="Loading your projects" />
    )
  const { items, wide } = targets.data
  const found = words
    ? items.filter((each) =>
        [each.namespace, each.team, each.cloudProjectId, each.repository].some((text) => text?.toLowerCase().includes(words)),
      )
    : items
  const cannot = targets.data.problem
  return (
    <>
      {cannot ? <Banner tone="amber">{cannot}</Banner> : null}
      <Section title="Scan a project">
        {items.length > findFrom ? (
          <TextField
            className={styles.find}
            label="Find a project"
            hideLabel
            type="search"
            placeholder="Project, team, cloud project or repository"
            value={typed}
            onChange={setTyped}
          />
        ) : null}
        {items.length === 0 ? (
          <EmptyState title="No project to import to" icon="projects">
            You import to the projects of your own teams. Your platform team adds a project by labelling its namespace.
          </EmptyState>
        ) : found.length === 0 ? (
          <p className={styles.calm}>No project matches “{typed}”.</p>
        ) : (
          <LinedList>
            {found.slice(0, shown).map((target) => {
              const key = `${target.cluster}/${target.namespace}`
              return (
                <Target
                  key={key}
                  target={target}
                  busy={starting === key}
                  disabled={cannot !== null || starting !== null}
                  refused={problem?.of === key ? problem.detail : null}
                  scan={() => void start({ cluster: target.cluster, namespace: target.namespace, scope: null })}
                />
              )
            })}
          </LinedList>
        )}
        {found.length > shown ? <p className={styles.small}>{count(found.length - shown)} more: find them by name.</p> : null}
      </Section>
      {wide ? (
        <WideScan
          clusters={[...new Set(items.map(({ cluster }) => cluster))]}
          disabled={cannot !== null || starting !== null}
          starting={starting}
          problem={problem}
          scan={(cluster, scope) => void start({ cluster, namespace: null, scope })}
        />
      ) : null}
    </>
  )
}

function Target({
  target,
  busy,
  disabled,
  refused,
  scan,
}: {
  target: ImportTarget
  busy: boolean
  disabled: boolean
  refused: string | null
  scan: () => void
}) {
  const { cluster, namespace, team, cloudProjectId, cloudProjectNumber, repository, path, lastRun } = target
  return (
    <li className={styles.target}>
      <div className={styles.targetName}>
        <Link href={pagePaths.project(namespace, cluster)}>
          <strong>{namespace}</strong>
        </Link>
        <span className={styles.small}>{team ? `Team ${team}` : 'No team'}</span>
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>Cloud project</dt>
          <dd>
            {cloudProjectId ? <code>{cloudProjectId}</code> : 'not known'}
            {cloudProjectNumber ? <span className={styles.small}> number {cloudProjectNumber}</span> : null}
          </dd>
        </div>
        <div>
          <dt>Manifests go to</dt>
          <dd>{repository ? <code>{[repository, path].filter(Boolean).join(' · ')}</code> : 'no repository yet'}</dd>
        </div>
        <div>
          <dt>Last scan</dt>
          <dd>
            {lastRun ? (
              <>
                <Link href={importPages.run(lastRun.id)}>
                  <RelativeTime at={lastRun.createdAt} />
                </Link>{' '}
                <LookBadge look={runLooks[lastRun.state]} plain />
                {lastRun.unmanaged === null ? null : <span className={styles.small}> {count(lastRun.unmanaged)} not in Git</span>}
              </>
            ) : (
              'never'
            )}
          </dd>
        </div>
      </dl>
      <div className={styles.targetAction}>
        <Button
          look="primary"
          icon="search"
          busy={busy}
          disabled={disabled || target.problem !== null}
          onClick={scan}
          aria-label={`Scan ${namespace}`}
        >
          Scan
        </Button>
      </div>
      {target.problem ? <p className={styles.targetProblem}>{target.problem}</p> : null}
      {refused ? (
        <p className={styles.targetRefused} role="alert">
          {refused}
        </p>
      ) : null}
    </li>
  )
}

/** For platform people: everything below a folder or an organization. */
function WideScan({
  clusters,
  disabled,
  starting,
  problem,
  scan,
}: {
  clusters: string[]
  disabled: boolean
  starting: string | null
  problem: { of: string; detail: string } | null
  scan: (cluster: string, scope: string) => void
}) {
  const me = useQuery(queries.me())
  const all = [...new Set([...clusters, ...(me.data?.clusters.map(({ name }) => name) ?? [])])]
  const [scope, setScope] = useState('')
  const [cluster, setCluster] = useState<string | null>(null)
  const chosen = cluster ?? all[0]
  const written = scope.trim()
  const fits = /^(?:folders|organizations)\/\d{1,20}$/.test(written)
  return (
    <Section title="Scan a folder or an organization">
      <form
        className={styles.wide}
        onSubmit={(event) => {
          event.preventDefault()
          if (fits && chosen && !disabled) scan(chosen, written)
        }}
      >
        <TextField
          label="Folder or organization"
          mono
          placeholder="folders/123456789"
          help="Every project below it is read. What belongs to no project of the cluster is shown and cannot be imported."
          error={
            problem?.of === written
              ? problem.detail
              : written !== '' && !fits
                ? 'Write it like folders/123456789 or organizations/123456789.'
                : null
          }
          value={scope}
          onChange={setScope}
        />
        {all.length > 1 ? (
          <fieldset className={styles.options}>
            <legend>Cluster</legend>
            {all.map((name) => (
              <label key={name}>
                <input type="radio" name="cluster" checked={name === chosen} onChange={() => setCluster(name)} /> {name}
              </label>
            ))}
          </fieldset>
        ) : null}
        <Button type="submit" icon="search" busy={starting !== null && starting === written} disabled={disabled || !fits}>
          Scan everything below it
        </Button>
      </form>
    </Section>
  )
}
