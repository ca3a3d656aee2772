'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { counted } from '#components/ui/format.ts'
import { ErrorState } from '#components/ui/notices.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ProposalQuery } from '#lib/proposals/contract.ts'
import { draftPath } from './draft-path.ts'
import styles from './home.module.css'

const unfinished: ProposalQuery['state'] = ['submitted', 'open', 'merged', 'applying', 'applied', 'failed', 'stuck']

/** My proposals that are not at their end. */
export function MyProposals() {
  const list = useQuery(queries.proposals({ who: 'mine', state: unfinished, limit: 8 }))
  return (
    <Section title="My open proposals" more={<Link href="/proposals">All proposals</Link>}>
      {list.isError ? (
        <ErrorState error={list.error} what="your proposals" retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={2} />
      ) : list.data.items.length === 0 ? (
        <p className={styles.calm}>No pull request of yours is under way.</p>
      ) : (
        <ul className={styles.list}>
          {list.data.items.map((proposal) => (
            <li key={proposal.id}>
              <Link className={styles.item} href={pagePaths.proposal(proposal.id)}>
                <strong className={styles.full}>{proposal.title}</strong>
                <span className={styles.small}>
                  {proposal.repository}
                  {proposal.pullNumber === null ? '' : ` #${proposal.pullNumber}`}
                  {proposal.resources.length > 1 ? ` · ${counted(proposal.resources.length, 'resource')}` : ''} ·{' '}
                  <RelativeTime at={proposal.updatedAt} />
                </span>
                <StateBadge state={proposal.state} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

/** What I typed and have not sent. */
export function MyDrafts() {
  const list = useQuery(queries.drafts())
  if (list.isPending) return null
  return (
    <Section title="Drafts">
      {list.isError ? (
        <ErrorState error={list.error} what="your drafts" retry={() => void list.refetch()} />
      ) : list.data.items.length === 0 ? (
        <p className={styles.calm}>What you type in a form is kept here until you send it.</p>
      ) : (
        <ul className={styles.list}>
          {list.data.items.map((draft) => (
            <li key={draft.key}>
              <Link className={styles.item} href={draftPath(draft.key)}>
                <strong>{draft.title || 'Without a name'}</strong>
                <span className={styles.small}>
                  <RelativeTime at={draft.updatedAt} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
