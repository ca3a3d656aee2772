'use client'

import { Value } from '#components/create/merge-value.tsx'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Residue, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import type { Json } from '#lib/json.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassApi } from './break-glass-paths.ts'
import { Task } from './checklist-task.tsx'
import { plainName } from './session-words.ts'
import { useAct } from './use-act.ts'

const asJson = (value: unknown) => value as Json | undefined // it came as JSON, so it is Json

/** Whether live and Git say the same at what was touched. */
export function LeftOver({ session, change }: { session: SessionDetail; change: SessionChange }) {
  const { busy, problem, act } = useAct()
  const { residue } = change
  const clean = residue !== null && residue.problem === null && residue.differences.length === 0
  const notCompared = clean && residue.notCompared !== null
  return (
    <Task
      title={notCompared ? 'What Corbel cannot compare' : clean ? 'Nothing is left over' : 'What is left over'}
      state={clean && (!notCompared || residue.stated !== null) ? 'done' : 'now'}
    >
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
  if (residue.notCompared !== null)
    return (
      <>
        <p>{residue.notCompared}</p>
        {residue.stated ? (
          <p>
            {plainName(residue.stated.by)} said <RelativeTime at={residue.stated.at} />: {residue.stated.text}
          </p>
        ) : null}
      </>
    )
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
