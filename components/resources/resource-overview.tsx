import Link from 'next/link'
import { Fragment } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { classNames } from '#components/ui/class-names.ts'
import { counted } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { lookOf } from '#components/ui/states.ts'
import tones from '#components/ui/tones.module.css'
import type { ResourceDetail } from '#lib/inventory/contract.ts'
import type { Json } from '#lib/json.ts'
import styles from './resource-page.module.css'
import { ResourceRelations } from './resource-relations.tsx'
import { specFacts } from './spec-facts.ts'

/** State in words first, with what to do; then what it is made of, and where it comes from. */
export function ResourceOverview({ at, detail }: { at: ResourceAddress; detail: ResourceDetail }) {
  return (
    <div className={styles.grid}>
      <div className={styles.column}>
        <Verdict at={at} readiness={detail.readiness} />
        <Conditions conditions={detail.conditions} open={detail.readiness.state === 'failed'} />
        <Spec at={at} object={detail.object} />
        <ResourceRelations key={JSON.stringify(at)} at={at} />
      </div>
      <div className={styles.column}>
        <Origin at={at} detail={detail} />
        <Proposals proposals={detail.proposals} />
      </div>
    </div>
  )
}

function Verdict({ at, readiness }: { at: ResourceAddress; readiness: ResourceDetail['readiness'] }) {
  const look = lookOf(readiness.state)
  const { dependency } = readiness
  return (
    <section className={classNames(styles.verdict, tones[look.tone])} aria-label="State">
      <Icon name={look.icon} size={18} />
      <strong>{readiness.headline}</strong>
      {readiness.since ? (
        <div className={styles.quiet}>
          {look.word} since <RelativeTime at={readiness.since} />
          {readiness.reason ? ` (${readiness.reason})` : ''}
        </div>
      ) : null}
      {readiness.advice.length > 0 ? (
        <div>
          <ul>
            {readiness.advice.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {dependency ? (
        <div>
          <Link
            href={
              dependency.kind.includes('.')
                ? pagePaths.resource({
                    ...at,
                    namespace: dependency.namespace ?? at.namespace,
                    kind: dependency.kind,
                    name: dependency.name,
                  })
                : pagePaths.resources({ namespace: [dependency.namespace ?? at.namespace], q: dependency.name })
            }
          >
            Open {dependency.name}
          </Link>
        </div>
      ) : null}
    </section>
  )
}

function Conditions({ conditions, open }: { conditions: ResourceDetail['conditions']; open: boolean }) {
  if (conditions.length === 0) return null
  return (
    <details className={styles.conditions} open={open}>
      <summary>
        {counted(conditions.length, 'condition')} as the controller wrote {conditions.length === 1 ? 'it' : 'them'}
      </summary>
      <ul>
        {conditions.map((condition) => (
          <li key={condition.type}>
            <span>
              <strong>
                {condition.type} = {condition.status}
              </strong>
              {condition.reason ? <code>{condition.reason}</code> : null}
              <span className={styles.quiet}>
                <RelativeTime at={condition.since} />
              </span>
            </span>
            {condition.message ? <span className={styles.quiet}>{condition.message}</span> : null}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Spec({ at, object }: { at: ResourceAddress; object: ResourceDetail['object'] }) {
  const facts = specFacts(object.spec as Json | undefined) // came as JSON
  return (
    <Section title="Specification" more={<Link href={pagePaths.resource(at, 'manifest')}>Whole manifest</Link>}>
      {facts.length === 0 ? (
        <p className={styles.quiet}>Nothing is set: the kind's defaults apply.</p>
      ) : (
        <dl className={styles.fields}>
          {facts.map((fact) => (
            <Fragment key={fact.path}>
              <dt>{fact.path}</dt>
              <dd>
                {fact.reference ? (
                  <Link href={pagePaths.resources({ namespace: [at.namespace], q: fact.reference })}>{fact.text}</Link>
                ) : (
                  fact.text
                )}
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </Section>
  )
}

function Origin({ at, detail: { row, git } }: { at: ResourceAddress; detail: ResourceDetail }) {
  return (
    <Section title="Where it comes from">
      <dl className={styles.facts}>
        <dt>Project</dt>
        <dd>
          <Link href={pagePaths.project(at.namespace, at.cluster)}>{at.namespace}</Link>
        </dd>
        <dt>Kind</dt>
        <dd>
          <Link href={pagePaths.resources({ kind: [at.kind] })} title={at.kind}>
            {row.kindName}
          </Link>
        </dd>
        {row.team ? (
          <>
            <dt>Team</dt>
            <dd>
              <Link href={pagePaths.resources({ team: [row.team] })}>{row.team}</Link>
            </dd>
          </>
        ) : null}
        <dt>Cluster</dt>
        <dd>{at.cluster}</dd>
        {git ? (
          <>
            <dt>Repository</dt>
            <dd>{git.repository}</dd>
            {git.path ? (
              <>
                <dt>File</dt>
                <dd>{git.fileUrl ? <a href={git.fileUrl}>{git.path}</a> : git.path}</dd>
              </>
            ) : null}
            {git.commit ? (
              <>
                <dt>Commit</dt>
                <dd>
                  <code>{git.commitUrl ? <a href={git.commitUrl}>{git.commit.slice(0, 10)}</a> : git.commit.slice(0, 10)}</code>
                </dd>
              </>
            ) : null}
          </>
        ) : (
          <>
            <dt>Git</dt>
            <dd>
              <Badge>Not in Git</Badge> It was made outside of Corbel, so it cannot be changed by pull request yet.
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <RelativeTime at={row.createdAt} />
        </dd>
        <dt>Changed</dt>
        <dd>
          <RelativeTime at={row.updatedAt} />
        </dd>
      </dl>
    </Section>
  )
}

function Proposals({ proposals }: { proposals: ResourceDetail['proposals'] }) {
  if (proposals.length === 0) return null
  return (
    <Section title="Proposals">
      <ul className={styles.conditions}>
        {proposals.map((proposal) => (
          <li key={proposal.id}>
            <span>
              <Link href={pagePaths.proposal(proposal.id)}>{proposal.title}</Link>
              <StateBadge state={proposal.state} plain />
            </span>
            <span className={styles.quiet}>
              {proposal.requestedBy}, <RelativeTime at={proposal.createdAt} />
              {proposal.pullUrl ? (
                <>
                  {' · '}
                  <a href={proposal.pullUrl}>pull request{proposal.pullNumber === null ? '' : ` #${proposal.pullNumber}`}</a>
                </>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
