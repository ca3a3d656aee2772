'use client'

/** On the edit page: which fields the cluster has otherwise than Git, each with a way to take the cluster's value into the form; and what others set there. */
import { useQuery } from '@tanstack/react-query'
import { useId, useMemo, useState, useSyncExternalStore } from 'react'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import { isObject, type Json } from '#lib/json.ts'
import { type LiveAddition, liveAdditions } from '#lib/manifest/live-additions.ts'
import { type LiveDifference, liveDifferences } from '#lib/manifest/live-differences.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { hidden, hiddenChanged } from '#lib/redact/redact.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import type { ManifestStore } from './manifest-store.ts'
import styles from './merge.module.css'
import { mergeListsOf } from './merge-lists.ts'
import { Value } from './merge-value.tsx'

const isHidden = (value: Json): boolean => typeof value === 'string' && (value.includes(hidden) || value.includes(hiddenChanged))

export function LiveNotice({
  at,
  kind,
  store,
  git,
}: {
  at: ResourceAddress
  kind: CompiledKind
  store: ManifestStore
  git: { text: string; document: number }
}) {
  const { data } = useQuery(queries.resource(at))
  const [open, setOpen] = useState(false)
  const listId = useId()
  const lists = useMemo(() => mergeListsOf(kind), [kind])
  // It came as JSON, so its values are Json.
  const live = data && isObject(data.object) ? data.object : undefined
  const { text, document } = git
  const differences = useMemo(
    () => (live ? liveDifferences(parseManifestFile(text).documents[document]?.value, live, { lists, isHidden }) : []),
    [text, document, live, lists],
  )
  const additions = useMemo(
    () => (live ? liveAdditions(parseManifestFile(text).documents[document]?.value, live, data?.owners ?? [], { lists }) : []),
    [text, document, live, data?.owners, lists],
  )
  // what was last seen of a deleted resource, or of a cluster that is away, says nothing about now
  if (!data?.live) return null
  return (
    <>
      {differences.length === 0 ? null : (
        <Banner
          tone="amber"
          action={
            <Button size="small" aria-expanded={open} aria-controls={listId} onClick={() => setOpen(!open)}>
              {open ? 'Hide' : 'Show'} the {differences.length === 1 ? 'field' : 'fields'}
            </Button>
          }
        >
          {counted(differences.length, 'field')} {differences.length === 1 ? 'is' : 'are'} different in the cluster: Git's version is not
          applied yet
          {data.git?.commit && data.git.commitUrl ? (
            <>
              {' '}
              (the last one applied is <a href={data.git.commitUrl}>{data.git.commit.slice(0, 7)}</a>)
            </>
          ) : null}
          , or somebody changed the resource past Git. You edit Git's version.
          <div id={listId} hidden={!open}>
            {open && live ? <Differences differences={differences} live={live} lists={lists} store={store} /> : null}
          </div>
        </Banner>
      )}
      {additions.length === 0 ? null : <Additions additions={additions} />}
    </>
  )
}

/** What others set: no difference, and nothing that a proposal changes. */
function Additions({ additions }: { additions: readonly LiveAddition[] }) {
  return (
    <details className={styles.additions}>
      <summary>
        {counted(additions.length, 'field')} {additions.length === 1 ? 'is' : 'are'} set in the cluster and not in Git
      </summary>
      <p className={styles.muted}>Controllers or people set them there. Your proposal leaves them as they are, unless you set them too.</p>
      <ul className={styles.live} aria-label="Fields that are set in the cluster and not in Git">
        {additions.map(({ path, live, managers }) => (
          <li key={JSON.stringify(path)}>
            <code>{fieldPath(path)}</code>
            <span className={styles.fromTo}>
              <Value value={live} /> <span className={styles.muted}>by {managers.join(', ')}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function Differences({
  differences,
  live,
  lists,
  store,
}: {
  differences: readonly LiveDifference[]
  live: Json
  lists: ReturnType<typeof mergeListsOf>
  store: ManifestStore
}) {
  const { value, broken } = useSyncExternalStore(store.subscribe, store.state, store.state)
  const left = useMemo(
    () => new Map(liveDifferences(value, live, { lists, isHidden }).map((difference) => [difference.id, difference])),
    [value, live, lists],
  )
  const take = ({ path, live: wanted }: LiveDifference) => (wanted === undefined ? store.unset(path) : store.set(path, wanted))
  return (
    <ul className={styles.live} aria-label="Fields that are different in the cluster">
      {differences.map(({ id, path, git, live: there }) => {
        const here = left.get(id)
        return (
          <li key={id}>
            <code>{fieldPath(path)}</code>
            <span className={styles.fromTo}>
              <span className={styles.muted}>Git</span> <Value value={git} /> <span className={styles.muted}>cluster</span>{' '}
              <Value value={there} />
            </span>
            {here ? (
              <Button
                size="small"
                disabled={broken !== undefined}
                onClick={() => take(here)}
                aria-label={`${there === undefined ? 'Remove it here too' : "Take the cluster's value"}: ${fieldPath(path)}`}
              >
                {there === undefined ? 'Remove it here too' : "Take the cluster's value"}
              </Button>
            ) : (
              <span className={styles.muted}>the same in your text</span>
            )}
          </li>
        )
      })}
    </ul>
  )
}
