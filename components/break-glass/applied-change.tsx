'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Value } from '#components/create/merge-value.tsx'
import { pagePaths } from '#components/data/api-paths.ts'
import { Badge, StateBadge } from '#components/ui/badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { counted, fieldPath, kindOf, shortenMiddle } from '#components/ui/format.ts'
import { Icon } from '#components/ui/icons.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Residue, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import type { Json } from '#lib/json.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { ChangedFields } from './changed-fields.tsx'
import { Task, type TaskState } from './checklist-task.tsx'
import { HandBackTask } from './hand-back-task.tsx'
import { changeLooks } from './session-words.ts'
import { useAct } from './use-act.ts'

/** What became of one change: in the cluster, in the cloud, in Git, and what is left over. */
export function AppliedChange({
  session,
  change,
  undoing,
  several,
}: {
  session: SessionDetail
  change: SessionChange
  /** Whether another change of the session takes it back. */
  undoing: boolean
  several: boolean
}) {
  const look = changeLooks[change.state]
  const title =
    change.undoOf !== null
      ? `Undo of ${change.name}`
      : change.action === 'delete'
        ? `Deletion of ${change.name}`
        : `Change of ${change.name}`
  const takenBack = change.state === 'undone' || undoing
  return (
    <section className={several ? styles.box : styles.layout} aria-label={title}>
      <div className={styles.toolbar}>
        <h3>{title}</h3>
        <Badge tone={look.tone} icon={look.icon}>
          {look.word}
        </Badge>
        <span className={styles.small}>
          {kindOf(change.kind)} · <RelativeTime at={change.appliedAt} />
        </span>
      </div>
      {change.fields.length > 0 ? <ChangedFields fields={change.fields} label={title} /> : null}
      <ul className={styles.tasks}>
        <InCluster session={session} change={change} takenBack={takenBack} />
        {takenBack || change.undoOf !== null || change.state !== 'applied' ? null : <HandBackTask session={session} change={change} />}
        {takenBack && change.residue === null ? null : <LeftOver session={session} change={change} />}
      </ul>
    </section>
  )
}

const corroboration: Readonly<Record<SessionChange['corroborated'], string>> = {
  matched: "seen in the cluster's own audit log",
  waiting: "not seen in the cluster's own audit log yet",
  'not-read': "the cluster's own audit log is not read here",
}

function InCluster({ session, change, takenBack }: { session: SessionDetail; change: SessionChange; takenBack: boolean }) {
  const { readiness } = change
  const cloudDone = readiness?.observed === true && readiness.state === 'ready'
  const cloudFailed = readiness?.observed === true && readiness.state === 'failed'
  const state: TaskState = change.state === 'unknown' ? 'failed' : takenBack || cloudDone ? 'done' : cloudFailed ? 'failed' : 'now'
  return (
    <Task title="In the cluster and the cloud" state={state}>
      {change.state === 'unknown' ? (
        <Banner tone="amber">
          {change.problem ?? 'The connection broke after the change was sent, so nobody can say yet whether the cluster took it.'} Corbel
          reads the object again until it knows, and never sends the change twice.
        </Banner>
      ) : takenBack ? (
        <p>It was applied, and put back afterwards.</p>
      ) : change.state === 'applying' ? (
        <p>Sent to the cluster; waiting for its answer.</p>
      ) : change.action === 'delete' ? (
        <p>
          {readiness === null
            ? 'The cluster has deleted it.'
            : 'The cluster has accepted the deletion; the controller has not finished it.'}
        </p>
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
      {change.problem && change.state !== 'unknown' ? <p>{change.problem}</p> : null}
      {change.state === 'applied' && !takenBack && session.abilities.edit && change.action === 'edit' ? (
        <Undo session={session} change={change} />
      ) : null}
    </Task>
  )
}

/** Takes a change back with the same guards; its name is asked for as when it was applied. */
function Undo({ session, change }: { session: SessionDetail; change: SessionChange }) {
  const [asking, setAsking] = useState(false)
  const [name, setName] = useState('')
  const { busy, problem, act, clear } = useAct()
  const undo = async () => {
    if (name !== change.name || busy) return
    if (await act<SessionChange>('undo', breakGlassApi.changeAct(session.id, change.id, 'undo'), { name })) setAsking(false)
  }
  return (
    <div className={styles.go}>
      <Button
        size="small"
        icon="left"
        onClick={() => {
          clear()
          setAsking(true)
        }}
      >
        Undo
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Undo the change of ${shortenMiddle(change.name, 40)}?`}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Leave it</Button>
            <Button look="danger" busy={busy !== null} disabled={name !== change.name} onClick={() => void undo()}>
              Undo
            </Button>
          </>
        }
      >
        <form
          className={styles.fields}
          onSubmit={(event) => {
            event.preventDefault()
            void undo()
          }}
        >
          <p>
            The {counted(change.fields.length, 'field')} get the values from before, at once. It is refused if somebody has changed them
            since. Type <code className={styles.copied}>{change.name}</code> to go on.
          </p>
          <TextField label="Name of the resource" mono value={name} onChange={setName} maxLength={300} autoFocus />
          <ActProblem problem={problem} />
        </form>
      </Dialog>
    </div>
  )
}

const asJson = (value: unknown) => value as Json | undefined // it came as JSON, so it is Json

/** Whether live and Git say the same at what was touched. */
function LeftOver({ session, change }: { session: SessionDetail; change: SessionChange }) {
  const { busy, problem, act } = useAct()
  const { residue } = change
  const clean = residue !== null && residue.problem === null && residue.differences.length === 0
  return (
    <Task title={clean ? 'Nothing is left over' : 'What is left over'} state={clean ? 'done' : 'now'}>
      <LeftOverWords residue={residue} />
      {residue && residue.differences.length > 0 ? (
        <div className={styles.changes}>
          <table className={styles.stacked}>
            <caption className="visually-hidden">Fields of {change.name} that differ between the cluster and Git</caption>
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">In the cluster</th>
                <th scope="col">In Git</th>
              </tr>
            </thead>
            <tbody>
              {residue.differences.map(({ path, live, git }) => (
                <tr key={JSON.stringify(path)}>
                  <td>
                    <code>{fieldPath(path) || 'the whole resource'}</code>
                  </td>
                  <td data-label="in the cluster">
                    <Value value={asJson(live)} />
                  </td>
                  <td data-label="in Git">
                    <Value value={asJson(git)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {session.state === 'closed' ? null : (
        <div className={styles.go}>
          <Button
            size="small"
            busy={busy !== null}
            onClick={() => void act<SessionDetail>('check', breakGlassApi.act(session.id, 'check'))}
          >
            Look again
          </Button>
        </div>
      )}
      <ActProblem problem={problem} />
    </Task>
  )
}

function LeftOverWords({ residue }: { residue: Residue | null }) {
  if (residue === null)
    return <p>Corbel compares the cluster with Git once the change is merged and applied, and before that whenever you ask.</p>
  if (residue.problem !== null) return <p>{residue.problem}</p>
  const file = residue.file ? (
    <a href={residue.file.url}>
      {residue.file.repository} · {residue.file.path}
    </a>
  ) : (
    'Git, which has no file for it'
  )
  return residue.differences.length === 0 ? (
    <p>
      The cluster and {file} say the same at every field that was touched (<RelativeTime at={residue.checkedAt} />
      ).
    </p>
  ) : (
    <p>
      {counted(residue.differences.length, 'field')} {residue.differences.length === 1 ? 'differs' : 'differ'} between the cluster and{' '}
      {file} (
      <RelativeTime at={residue.checkedAt} />
      ). The session cannot be closed before they are the same.
    </p>
  )
}
