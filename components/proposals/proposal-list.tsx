'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { pagePaths } from '#components/data/api-paths.ts'
import { queries } from '#components/data/queries.ts'
import { StateBadge } from '#components/ui/badge.tsx'
import { LinkButton } from '#components/ui/button.tsx'
import { counted, listed } from '#components/ui/format.ts'
import { Banner, EmptyState, ErrorState } from '#components/ui/notices.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { Tabs } from '#components/ui/tabs.tsx'
import type { Proposal } from '#lib/proposals/contract.ts'
import {
  type ProposalFilter,
  proposalGroups,
  proposalListPath,
  proposalQuery,
  readProposalFilter,
  whoseProposals,
} from './proposal-filter.ts'
import styles from './proposals.module.css'

const whoWords = { mine: 'Mine', team: 'My teams', all: 'All' } as const

/** Pull requests opened from here, newest first; the address holds whose, which states and which page. */
export function ProposalList() {
  const filter = readProposalFilter(useSearchParams())
  const list = useQuery(queries.proposals(proposalQuery(filter)))
  const with_ = (change: Partial<ProposalFilter>) => proposalListPath({ ...filter, pages: [], ...change })
  return (
    <div className={styles.page}>
      <PageHeader
        title="Proposals"
        actions={
          <LinkButton href="/create" look="primary" icon="create">
            Create
          </LinkButton>
        }
      />
      <Tabs
        label="Whose proposals"
        tabs={whoseProposals.map((who) => ({ href: with_({ who }), title: whoWords[who], current: who === filter.who }))}
      />
      <nav className={styles.filter} aria-label="State">
        {[{ key: null, title: 'Every state' }, ...Object.entries(proposalGroups).map(([key, { title }]) => ({ key, title }))].map(
          ({ key, title }) => (
            <Link key={title} href={with_({ group: key })} aria-current={filter.group === key ? 'true' : undefined} replace scroll={false}>
              {title}
            </Link>
          ),
        )}
      </nav>
      {!list.data ? (
        list.isError ? (
          <ErrorState error={list.error} what="the proposals" retry={() => void list.refetch()} />
        ) : (
          <Skeleton rows={8} label="Loading proposals" />
        )
      ) : (
        <>
          {list.isError ? <Banner tone="amber">{list.error.message} What you see is the last answer.</Banner> : null}
          {list.data.items.length === 0 ? (
            <Nothing filter={filter} />
          ) : (
            <ul className={styles.list} aria-busy={list.isPlaceholderData}>
              {list.data.items.map((proposal) => (
                <li key={proposal.id}>
                  <ProposalRow proposal={proposal} />
                </li>
              ))}
            </ul>
          )}
          <div className={styles.pages}>
            {filter.pages.length > 0 ? (
              <LinkButton size="small" icon="left" href={proposalListPath({ ...filter, pages: filter.pages.slice(0, -1) })}>
                Newer
              </LinkButton>
            ) : null}
            {list.data.nextCursor ? (
              <LinkButton size="small" href={proposalListPath({ ...filter, pages: [...filter.pages, list.data.nextCursor] })}>
                Older
              </LinkButton>
            ) : null}
          </div>
        </>
      )}
    </div>
  )
}

function ProposalRow({ proposal }: { proposal: Proposal }) {
  const [first, ...more] = proposal.resources
  const projects = [...new Set(proposal.resources.map((resource) => resource.namespace))]
  return (
    <Link href={pagePaths.proposal(proposal.id)} className={styles.item}>
      <strong className={styles.itemName}>{proposal.title}</strong>
      <StateBadge state={proposal.state} />
      <span className={styles.headline}>
        {first
          ? `${first.kindName} ${first.name}${more.length > 0 ? ` and ${counted(more.length, 'more resource')}` : ''} in ${listed(projects)} · `
          : ''}
        {proposal.repository}
        {proposal.pullNumber === null ? '' : ` #${proposal.pullNumber}`} · {proposal.requestedBy.name} ·{' '}
        <RelativeTime at={proposal.updatedAt} />
      </span>
    </Link>
  )
}

function Nothing({ filter }: { filter: ProposalFilter }) {
  if (filter.group !== null || filter.pages.length > 0)
    return (
      <EmptyState
        title="No proposal here"
        icon="proposals"
        action={<LinkButton href={proposalListPath({ ...filter, group: null, pages: [] })}>Show every state</LinkButton>}
      >
        No proposal is in the state you chose.
      </EmptyState>
    )
  return (
    <EmptyState
      title={filter.who === 'mine' ? 'You have not proposed anything yet' : 'Nobody has proposed anything yet'}
      icon="proposals"
      action={
        <LinkButton href="/create" look="primary">
          Create a resource
        </LinkButton>
      }
    >
      Every change you make in a form becomes a pull request. It is followed here until the resource is ready.
    </EmptyState>
  )
}
