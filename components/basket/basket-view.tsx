'use client'

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson, shouldRetry } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { DiffView } from '#components/ui/diff-view.tsx'
import { counted, kindOf } from '#components/ui/format.ts'
import { LinedList } from '#components/ui/lined-list.tsx'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { showToast } from '#components/ui/toast.tsx'
import type { BasketItem, ProposalPreview } from '#lib/proposals/contract.ts'
import { DryRunProblems } from '../create/dry-run-problems.tsx'
import { ReviewDialog } from '../create/review-dialog.tsx'
import styles from './basket.module.css'
import { type BasketGroup, basketGroups, type ShownItem, verdictOf } from './basket-groups.ts'

/** Changes put aside, by repository: each repository's become one pull request. */
export function BasketView() {
  const basket = useQuery(queries.basket())
  const projects = useQuery(queries.projects())
  const items = basket.data?.items ?? []
  const body = { changes: items.map(({ change }) => change) }
  const preview = useQuery({
    queryKey: ['preview', body],
    queryFn: ({ signal }) => fetchJson<ProposalPreview>(apiPaths.preview, { method: 'POST', body, signal, stay: true }),
    enabled: items.length > 0,
    retry: shouldRetry,
    staleTime: 10_000,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })
  const [reviewing, setReviewing] = useState<BasketItem[] | null>(null)
  const router = useRouter()

  if (!basket.data)
    return basket.isError ? (
      <ErrorState error={basket.error} what="your basket" retry={() => void basket.refetch()} />
    ) : (
      <Skeleton rows={6} label="Loading your basket" />
    )
  if (items.length === 0)
    return (
      <EmptyState
        page
        title="Your basket is empty"
        icon="basket"
        action={
          <LinkButton href="/create" look="primary">
            Create a resource
          </LinkButton>
        }
      >
        Put changes here that belong together: choose “Add to basket” in the form of any resource, new or existing. You then review them
        together, and each repository gets one pull request.
      </EmptyState>
    )
  const known = preview.isPlaceholderData ? undefined : preview.data
  const groups = basketGroups(
    items,
    known,
    ({ cluster, namespace }) =>
      projects.data?.items.find((project) => project.cluster === cluster && project.namespace === namespace)?.repository ?? null,
  )
  return (
    <div className={styles.page}>
      <PageHeader
        title="Basket"
        actions={
          <LinkButton href="/create" icon="create">
            Add another resource
          </LinkButton>
        }
      >
        You have put {counted(items.length, 'change')} aside; only you see {items.length === 1 ? 'it' : 'them'}. Each repository gets one
        pull request.
      </PageHeader>
      {preview.isError ? (
        <Banner
          tone="amber"
          action={
            <Button size="small" onClick={() => void preview.refetch()}>
              Try again
            </Button>
          }
        >
          The changes could not be checked. {preview.error instanceof ApiProblem ? preview.error.detail : ''} They are kept.
        </Banner>
      ) : null}
      {groups.map((group) => (
        <Group key={group.repository} group={group} review={setReviewing} />
      ))}
      {reviewing ? (
        <ReviewDialog
          changes={reviewing.map(({ change }) => change)}
          basketItems={reviewing.map(({ id }) => id)}
          heading={`Review ${counted(reviewing.length, 'change')} as one pull request`}
          here={pagePaths.basket}
          onClose={() => setReviewing(null)}
          onSent={(id) => router.push(pagePaths.proposal(id))}
        />
      ) : null}
    </div>
  )
}

function Group({ group, review }: { group: BasketGroup; review: (items: BasketItem[]) => void }) {
  const items = group.projects.flatMap((project) => project.items.map(({ item }) => item))
  return (
    <Section
      title={group.repository ?? 'Without a repository'}
      more={
        group.repository === null ? null : (
          <Button look="primary" onClick={() => review(items)}>
            Review and propose {counted(items.length, 'change')}
          </Button>
        )
      }
    >
      {group.projects.map((project) => (
        <div key={project.namespace} className={styles.project}>
          <h3>
            <Link href={pagePaths.project(project.namespace, project.items[0]?.item.change.cluster)}>{project.namespace}</Link>
          </h3>
          <LinedList>
            {project.items.map((shown) => (
              <Item key={shown.item.id} shown={shown} />
            ))}
          </LinedList>
        </div>
      ))}
    </Section>
  )
}

const actions = { create: 'Create', update: 'Change', delete: 'Delete' } as const

/** Where an item is edited again; deletions have nothing to edit. */
function editPath({ change }: BasketItem): string | null {
  if (change.action === 'delete') return null
  return change.action === 'create'
    ? `${pagePaths.createKind(change.kind, change)}&basket=${encodeURIComponent(change.name)}`
    : pagePaths.editResource(change)
}

function Item({ shown: { item, preview, diff } }: { shown: ShownItem }) {
  const client = useQueryClient()
  const [removing, setRemoving] = useState(false)
  const { change } = item
  const verdict = verdictOf(preview)
  const edit = editPath(item)
  const remove = async () => {
    setRemoving(true)
    try {
      await fetchJson<void>(apiPaths.basketItem(item.id), { method: 'DELETE', stay: true })
      showToast(`${change.name} is out of the basket`)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      showToast(error.detail, 'bad')
      setRemoving(false)
    }
    await client.invalidateQueries({ queryKey: queryKeys.basket() })
  }
  return (
    <li className={styles.item} aria-label={`${kindOf(change.kind)} ${change.name}`}>
      <div className={styles.head}>
        <span className={styles.name}>
          <Badge tone={change.action === 'delete' ? 'red' : 'grey'}>{actions[change.action]}</Badge> {kindOf(change.kind)}{' '}
          <strong>{change.name}</strong>{' '}
          <span className={styles.small}>
            added <RelativeTime at={item.addedAt} />
          </span>
        </span>
        <Badge tone={verdict.tone} icon={verdict.icon}>
          {verdict.word}
        </Badge>
        <span className={styles.actions}>
          {edit ? (
            <LinkButton size="small" icon="edit" href={edit} aria-label={`Edit ${change.name}`}>
              Edit
            </LinkButton>
          ) : null}
          <Button size="small" busy={removing} onClick={() => void remove()} aria-label={`Remove ${change.name} from the basket`}>
            Remove
          </Button>
        </span>
      </div>
      {preview ? <Said preview={preview} edit={edit} /> : null}
      {diff !== undefined && preview?.path ? (
        <details className={styles.fold}>
          <summary>
            What changes in <code>{preview.path}</code>
          </summary>
          <DiffView diff={diff} path={preview.path} />
        </details>
      ) : null}
    </li>
  )
}

/** Everything worth a sentence: what is wrong, what the API server says, who else changes the resource. */
function Said({ preview, edit }: { preview: ProposalPreview['changes'][number]; edit: string | null }) {
  const { problem, dryRun, openProposals } = preview
  return (
    <>
      {problem ? (
        <p className={styles.bad}>
          {problem.message} {edit && problem.code !== 'unavailable' ? <Link href={edit}>Open it in the editor</Link> : null}
        </p>
      ) : null}
      {!problem && dryRun.unavailable !== null ? <p className={styles.small}>No dry run: {dryRun.unavailable}</p> : null}
      {!problem && dryRun.unavailable === null && !dryRun.accepted ? (
        <div className={styles.bad}>
          <DryRunProblems dryRun={dryRun} />
        </div>
      ) : null}
      {dryRun.accepted && dryRun.warnings.length > 0 ? <p className={styles.small}>{dryRun.warnings.join(' ')}</p> : null}
      {openProposals.map((other) => (
        <p key={other.id} className={styles.small}>
          <Link href={pagePaths.proposal(other.id)}>{other.title}</Link> by {other.requestedBy} is open for this resource. The review asks
          what to do about it.
        </p>
      ))}
    </>
  )
}
