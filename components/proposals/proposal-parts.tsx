import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { count } from '#components/ui/format.ts'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { AddedCommit, ProposalDetail } from '#lib/proposals/contract.ts'
import { resourceProgress } from './proposal-steps.ts'
import styles from './proposals.module.css'

const words = { create: 'Create', update: 'Change', delete: 'Delete' } as const

/** The resources a proposal changes, each with what the index knows of it now. */
export function ProposalResources({ proposal }: { proposal: ProposalDetail }) {
  const { resources } = proposal
  const progress = resourceProgress(proposal)
  return (
    <Section title={resources.length === 1 ? 'Resource' : `${count(resources.length)} resources`} more={progress}>
      <ul className={styles.list}>
        {resources.map((resource) => (
          <li key={`${resource.cluster}/${resource.namespace}/${resource.kind}/${resource.name}`} className={styles.item}>
            <span className={styles.itemName}>
              <Badge tone={resource.action === 'delete' ? 'red' : 'grey'}>{words[resource.action]}</Badge> {resource.kindName}{' '}
              {resource.state === null ? (
                <strong>{resource.name}</strong>
              ) : (
                <Link href={pagePaths.resource(resource)}>{resource.name}</Link>
              )}{' '}
              <span className={styles.small}>in {resource.namespace}</span>
            </span>
            <span>
              {resource.state === null ? (
                <span className={styles.small}>{resource.action === 'delete' ? 'not in the cluster' : 'not in the cluster yet'}</span>
              ) : (
                <StateBadge state={resource.state} plain />
              )}
            </span>
            {resource.headline ? <span className={styles.headline}>{resource.headline}</span> : null}
            {proposal.state === 'open' && resource.action !== 'delete' ? (
              <span className={styles.headline}>
                <Link href={pagePaths.editResource(resource, proposal.id)}>Edit {resource.name} in this proposal</Link>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Commits that people added after the pull request was opened; nothing where there are none. */
export function AddedCommits({ proposal }: { proposal: ProposalDetail }) {
  if (proposal.commits.length === 0) return null
  return (
    <Section title="Commits added later">
      <ul className={styles.list}>
        {proposal.commits.map((commit) => (
          <li key={commit.id} className={styles.item}>
            <span className={styles.itemName}>
              <strong>{commit.title}</strong>{' '}
              <span className={styles.small}>
                by {commit.requestedBy} <RelativeTime at={commit.createdAt} />
              </span>
            </span>
            <CommitBadge commit={commit} />
            {commit.problem ? <span className={styles.headline}>{commit.problem}</span> : null}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function CommitBadge({ commit }: { commit: AddedCommit }) {
  switch (commit.state) {
    case 'added':
      return (
        <Badge tone="green" icon="ready">
          Added
        </Badge>
      )
    case 'waiting':
      return (
        <Badge tone="amber" icon="progressing">
          Being added
        </Badge>
      )
    case 'failed':
      return (
        <Badge tone="red" icon="failed">
          Not added
        </Badge>
      )
    default:
      return commit.state satisfies never
  }
}
