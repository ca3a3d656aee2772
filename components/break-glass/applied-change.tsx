import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { kindOf } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import styles from './break-glass.module.css'
import { breakGlassPages } from './break-glass-paths.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { ChangedFields } from './changed-fields.tsx'
import { Task, type TaskState } from './checklist-task.tsx'
import { HandBackTask, ProposalLinks } from './hand-back-task.tsx'
import { LeftOver } from './left-over.tsx'
import { undoing } from './pause-words.ts'
import { changeLooks, changeTitle } from './session-words.ts'
import { UndoChange } from './undo-change.tsx'
import { Undoers } from './undoers.tsx'

/** An open session of the person in the project, `none` where they would have to open one first, null where nothing is to be undone. */
export type UndoPlace = { session: string } | 'none' | null

/** What became of one change: in the cluster, in the cloud, in Git, and what is left over. */
export function AppliedChange({
  session,
  change,
  undo,
  several,
}: {
  session: SessionDetail
  change: SessionChange
  /** Where an applied edit can be undone. */
  undo: UndoPlace
  several: boolean
}) {
  const look = changeLooks[change.state]
  const title = changeTitle(change, session.changes)
  const { remaining, residue, state } = change
  return (
    <section className={several ? styles.box : styles.layout} aria-label={title}>
      <div className={styles.toolbar}>
        <h3>{title}</h3>
        <Badge tone={look.tone} icon={look.icon}>
          {look.word}
        </Badge>
        <span className={styles.small}>
          {kindOf(change.kind)}
          {change.appliedAt ? (
            <>
              {' '}
              · <RelativeTime at={change.appliedAt} />
            </>
          ) : null}
        </span>
      </div>
      {change.fields.length > 0 ? <ChangedFields fields={change.fields} label={title} /> : null}
      <ul className={styles.tasks}>
        {change.state === 'failed' ? (
          <Task title="It was not made" state="failed">
            {change.problem ? <p>{change.problem}</p> : null}
          </Task>
        ) : (
          <InCluster session={session} change={change} undo={<UndoHere place={undo} change={change} at={session} />} />
        )}
        {state === 'applied' && change.action === 'edit' && remaining && session.abilities.edit ? (
          <StillUndone session={session} change={change} />
        ) : null}
        {remaining ? <HandBackTask session={session} change={change} /> : <PullOfUndone change={change} />}
        {remaining || residue !== null ? <LeftOver session={session} change={change} /> : null}
      </ul>
    </section>
  )
}

/** While the session is open: who will put the change back before it is in Git, and the way to hold them back. */
function StillUndone({ session, change }: { session: SessionDetail; change: SessionChange }) {
  const difference = useQuery(breakGlassQueries.difference(session.id, change.id, change.revision))
  const against = undoing(difference.data?.undoers ?? [], session.pauses)
  if (against.length === 0) return null
  return (
    <Task title="It may be undone before it is in Git" state="now">
      <Undoers session={session} change={change.id} undoers={against} />
    </Task>
  )
}

function UndoHere({ place, change, at }: { place: UndoPlace; change: SessionChange; at: SessionDetail }) {
  if (place === null) return null
  if (place !== 'none') return <UndoChange session={place.session} change={change} />
  return (
    <p className={styles.muted}>
      The session is shut. To undo this in the cluster now,{' '}
      <a href={breakGlassPages.start({ ...at, kind: change.kind, name: change.name })}>open break-glass once more</a> and come back here.
    </p>
  )
}

const corroboration: Readonly<Record<SessionChange['corroborated'], string>> = {
  matched: "seen in the cluster's own audit log",
  waiting: "not seen in the cluster's own audit log yet",
  'not-read': "the cluster's own audit log is not read here",
}

function InCluster({ session, change, undo }: { session: SessionDetail; change: SessionChange; undo: ReactNode }) {
  const { readiness, state } = change
  const gone = change.action === 'delete' && (readiness === null || readiness.observed)
  const settled = readiness?.observed === true && (readiness.state === 'ready' || readiness.state === 'failed') ? readiness.state : null
  const task: TaskState =
    state === 'undone' || (state === 'applied' && (gone || settled === 'ready'))
      ? 'done'
      : state === 'unknown' || settled === 'failed'
        ? 'failed'
        : 'now'
  return (
    <Task title="In the cluster and the cloud" state={task}>
      {state === 'unknown' ? (
        <Banner tone="amber">
          {change.problem ??
            'The connection broke after the change was sent, so nobody can say yet whether the cluster took it. Corbel reads the object again until it knows, and never sends the change twice.'}
        </Banner>
      ) : state === 'undone' ? (
        <p>
          It was applied, and put back afterwards
          {change.undoneBy && change.undoneBy.session !== session.id ? (
            <>
              {' '}
              in <Link href={breakGlassPages.session(change.undoneBy.session)}>another session</Link>
            </>
          ) : null}
          .
        </p>
      ) : state === 'applying' ? (
        <p>Sent to the cluster; waiting for its answer.</p>
      ) : change.action === 'delete' ? (
        <p>{gone ? 'The cluster has deleted it.' : 'The cluster has accepted the deletion; the controller has not finished it.'}</p>
      ) : readiness === null || !readiness.observed ? (
        <p>Accepted by the cluster; the cloud has not finished.</p>
      ) : (
        <p>
          <StateBadge state={readiness.state} /> {readiness.headline}
        </p>
      )}
      <div className={styles.toolbar}>
        <span className={styles.seen} data-seen={change.corroborated === 'matched'}>
          <Icon name={change.corroborated === 'matched' ? 'check' : 'info'} size={14} />
          {corroboration[change.corroborated]}
        </span>
        {change.action === 'delete' ? null : (
          <Link className={styles.small} href={pagePaths.resource({ ...session, kind: change.kind, name: change.name })}>
            Open the resource
          </Link>
        )}
      </div>
      {change.problem && state !== 'unknown' ? <p>{change.problem}</p> : null}
      {state === 'applied' && change.action === 'edit' ? undo : null}
    </Task>
  )
}

/** What a change was handed back with before it was put back. What is to be done about it stands under what is left over. */
function PullOfUndone({ change: { state, proposal } }: { change: SessionChange }) {
  if (state !== 'undone' || proposal === null) return null
  return (
    <Task title="Back to Git" state="done">
      <p>
        It was handed back before it was put back: <ProposalLinks proposal={proposal} />
      </p>
    </Task>
  )
}
