'use client'

import { useInfiniteQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { breakGlassPages } from '#components/break-glass/break-glass-paths.ts'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Button } from '#components/ui/button.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { fieldPath } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import tones from '#components/ui/tones.module.css'
import type { RevisionView } from '#lib/inventory/contract.ts'
import type { Json } from '#lib/json.ts'
import styles from './resource-page.module.css'
import { fieldsToShow, revisionAuthor, revisionWords, sessionBehind } from './revision-words.ts'
import { valueText } from './spec-facts.ts'

/** What happened to a resource, the newest first: fields that changed, conditions, and the proposal, commit and person behind. */
export function ResourceTimeline({ at }: { at: ResourceAddress }) {
  const history = useInfiniteQuery(queries.history(at))
  if (history.isPending) return <Skeleton rows={5} label="Loading the timeline" />
  if (!history.data) return <ErrorState error={history.error} what="the timeline" retry={() => void history.refetch()} />
  const items = history.data.pages.flatMap((page) => page.items)
  if (items.length === 0)
    return (
      <EmptyState title="Nothing has been recorded yet" icon="progressing">
        Corbel records what it sees change from the moment it first reads a resource.
      </EmptyState>
    )
  return (
    <>
      <ol className={styles.timeline}>
        {items.map((revision, index) => (
          <Entry key={revision.id} revision={revision} session={sessionBehind(items, index)} />
        ))}
      </ol>
      {history.isError ? <ErrorState error={history.error} what="older entries" retry={() => void history.fetchNextPage()} /> : null}
      {history.hasNextPage ? (
        <div>
          <Button busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            Show older
          </Button>
        </div>
      ) : null}
    </>
  )
}

const shownFields = 12

function Entry({ revision, session }: { revision: RevisionView; session: string | null }) {
  const look = revisionWords(revision)
  const author = revisionAuthor(revision)
  const { proposal, commit } = revision
  const fields = fieldsToShow(revision)
  return (
    <li className={styles.event}>
      <span className={classNames(styles.mark, tones[look.tone])}>
        <Icon name={look.icon} />
      </span>
      <div className={styles.what}>
        <header>
          <strong>{look.word}</strong>
          {author ? <span>by {session ? <Link href={breakGlassPages.session(session)}>{author}</Link> : author}</span> : null}
          <span className={styles.quiet}>
            <RelativeTime at={revision.at} />
            {revision.generation === null ? '' : ` · generation ${revision.generation}`}
          </span>
        </header>
        {revision.message ? (
          <p className={styles.quiet}>
            {revision.reason ? `${revision.reason}: ` : ''}
            {revision.message}
          </p>
        ) : null}
        {fields.length > 0 ? (
          <ul className={styles.changes}>
            {fields.slice(0, shownFields).map((field) => (
              <li key={JSON.stringify(field.path)}>
                <code>{fieldPath(field.path)}</code>: <span className={styles.before}>{valueText(field.before as Json | undefined)}</span>
                <span className="visually-hidden"> became </span>
                <span aria-hidden="true"> → </span>
                <span className={styles.after}>{valueText(field.after as Json | undefined)}</span>
              </li>
            ))}
            {fields.length > shownFields ? <li className={styles.quiet}>and {fields.length - shownFields} more fields</li> : null}
          </ul>
        ) : null}
        {proposal || commit ? (
          <p className={styles.quiet}>
            {proposal ? (
              <>
                Proposal <Link href={pagePaths.proposal(proposal.id)}>{proposal.title}</Link>
                {proposal.pullUrl ? (
                  <>
                    {' '}
                    (<a href={proposal.pullUrl}>pull request{proposal.pullNumber === null ? '' : ` #${proposal.pullNumber}`}</a>)
                  </>
                ) : null}
              </>
            ) : null}
            {proposal && commit ? ', ' : null}
            {commit ? (
              <>commit {revision.commitUrl ? <a href={revision.commitUrl}>{commit.slice(0, 10)}</a> : commit.slice(0, 10)}</>
            ) : null}
          </p>
        ) : null}
      </div>
    </li>
  )
}
