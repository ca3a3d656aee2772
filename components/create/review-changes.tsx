import Link from 'next/link'
import { pagePaths } from '#components/data/api-paths.ts'
import type { ProblemCode } from '#components/data/api-problem.ts'
import { Badge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { FieldError } from '#lib/errors.ts'
import type { PreviewedChange, ResourceChange } from '#lib/proposals/contract.ts'
import { DryRunProblems } from './dry-run-problems.tsx'
import styles from './editor.module.css'

const words = { create: 'Create', update: 'Change', delete: 'Delete' } as const

/** One change of a review: among several with its name and a way to leave it out; what is wrong with it, and what the API server says. */
export function ReviewedChange({
  asked,
  change,
  alone,
  onto,
  onChangedInGit,
  leaveOut,
}: {
  asked: ResourceChange
  change: PreviewedChange
  alone: boolean
  /** The proposal that the change is to be added to. */
  onto: string | undefined
  onChangedInGit?: (() => void) | undefined
  leaveOut?: (() => void) | undefined
}) {
  const name = change.name ?? asked.name
  return (
    <section className={alone ? styles.reviewed : `${styles.reviewed} ${styles.framed}`} aria-label={`${kindOf(asked.kind)} ${name ?? ''}`}>
      {alone ? null : (
        <div className={styles.reviewedHead}>
          <span>
            <Badge tone={asked.action === 'delete' ? 'red' : 'grey'}>{words[asked.action]}</Badge> {kindOf(asked.kind)}{' '}
            <strong>{name ?? 'without a name'}</strong> in {asked.namespace}
          </span>
          {leaveOut ? (
            <Button size="small" onClick={leaveOut} aria-label={`Leave out ${name ?? 'this change'}`}>
              Leave out
            </Button>
          ) : null}
        </div>
      )}
      {change.problem ? (
        <Refusal {...change.problem} onChangedInGit={alone && !onto ? onChangedInGit : undefined}>
          {onto && change.problem.code === 'conflict' && name ? (
            <p>
              <Link href={pagePaths.editResource({ ...asked, name }, onto)}>Open the proposal's version in the editor</Link>
            </p>
          ) : null}
        </Refusal>
      ) : null}
      {alone
        ? null
        : change.openProposals.map((other) => (
            <p key={other.id} className={styles.facts}>
              <span>
                Open already: <Link href={pagePaths.proposal(other.id)}>{other.title}</Link> by {other.requestedBy}.
              </span>
            </p>
          ))}
      {change.problem && change.problem.code !== 'unavailable' ? null : <DryRunVerdict dryRun={change.dryRun} brief={!alone} />}
    </section>
  )
}

/** Why something cannot go on, with the fields it is about. */
export function Refusal({
  message,
  code,
  fields,
  onChangedInGit,
  children,
}: {
  message: string
  code: ProblemCode
  fields: readonly FieldError[]
  onChangedInGit?: (() => void) | undefined
  children?: React.ReactNode
}) {
  return (
    <Banner
      tone="red"
      action={
        code === 'conflict' && onChangedInGit ? (
          <Button size="small" onClick={onChangedInGit}>
            Load Git's version
          </Button>
        ) : undefined
      }
    >
      {code === 'unauthenticated' ? 'You are signed out. Sign in again in another tab; your text is kept.' : message}
      {fields.length > 0 ? (
        <ul>
          {fields.map((field) => (
            <li key={`${JSON.stringify(field.path)}${field.message}`}>{field.message}</li>
          ))}
        </ul>
      ) : null}
      {children}
    </Banner>
  )
}

/** What the API server says of a change. */
function DryRunVerdict({ dryRun, brief }: { dryRun: PreviewedChange['dryRun']; brief: boolean }) {
  if (dryRun.unavailable !== null)
    return (
      <Banner tone="amber">The API server could not be asked: {dryRun.unavailable} The checks of the pull request will ask again.</Banner>
    )
  if (!dryRun.accepted)
    return (
      <Banner tone="red">
        <DryRunProblems dryRun={dryRun}>The pull request's check would fail.</DryRunProblems>
      </Banner>
    )
  if (brief && dryRun.warnings.length === 0)
    return (
      <span>
        <Badge tone="green" icon="ready" plain>
          The API server accepts this
        </Badge>
      </span>
    )
  return dryRun.warnings.length > 0 ? (
    <Banner tone="amber">The API server accepts this, with warnings: {dryRun.warnings.join(' ')}</Banner>
  ) : (
    <Banner tone="green">The API server accepts this (dry run, {dryRun.milliseconds} ms). Nothing was changed.</Banner>
  )
}
