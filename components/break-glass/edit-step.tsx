'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { queries } from '#components/data/queries.ts'
import { Button } from '#components/ui/button.tsx'
import { kindOf } from '#components/ui/format.ts'
import { ErrorState } from '#components/ui/notices.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ChangeEditor, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import { ActProblem } from './act-problem.tsx'
import styles from './break-glass.module.css'
import { breakGlassKeys } from './break-glass-keys.ts'
import { breakGlassQueries } from './break-glass-queries.ts'
import { isWritten } from './session-words.ts'
import type { Work } from './use-work.ts'

// forms and the YAML reader are large, and most people only read a session
const LiveEditor = lazy(async () => ({ default: (await import('./live-editor.tsx')).LiveEditor }))

/** How often a change is read again while it is edited: another tab may write it, and somebody else the live object. */
const lookEvery = 5000

const isUnfinished = (change: SessionChange): boolean => !isWritten(change)

/** Step 3 for whoever may edit: begins a change, and edits the live object. */
export function EditStep({ session, work }: { session: SessionDetail; work: Work }) {
  const { change } = work
  if (!change || !isUnfinished(change))
    return (
      <>
        <ActProblem problem={work.problem} />
        {work.beginning ? (
          <Skeleton lines={3} rows={6} label="Reading the live object" />
        ) : (
          <div className={styles.go}>
            <Button look="primary" data-first icon="edit" onClick={() => work.begin('edit')}>
              Edit {session.name}
            </Button>
            {session.tier === 'approval' ? (
              <Button icon="deleting" onClick={() => work.begin('delete')}>
                Delete {session.name}
              </Button>
            ) : null}
          </div>
        )}
      </>
    )
  if (change.action === 'delete')
    return (
      <>
        <p>{change.name} is to be deleted. Look at the difference and the dry run below before you apply it.</p>
        {work.step === 2 ? (
          <div className={styles.go}>
            <Button look="primary" data-first onClick={work.look}>
              Show what happens
            </Button>
            <Button onClick={() => work.begin('edit')}>Edit it instead</Button>
          </div>
        ) : null}
      </>
    )
  return <Loaded key={change.id} session={session} work={work} change={change.id} />
}

function Loaded({ session, work, change }: { session: SessionDetail; work: Work; change: string }) {
  const client = useQueryClient()
  const editor = useQuery({ ...breakGlassQueries.change(session.id, change), refetchInterval: work.step === 2 ? lookEvery : false })
  const kind = useQuery(queries.kind(session.cluster, session.kind))
  const failed = editor.isError && !editor.data ? editor : kind.isError && !kind.data ? kind : null
  const loading = <Skeleton lines={3} rows={8} label={`Loading ${session.name} as it is in the cluster`} />
  if (failed)
    return (
      <ErrorState
        error={failed.error}
        what={failed === kind ? `the kind ${kindOf(session.kind)}` : `${session.name} from the cluster`}
        retry={() => void failed.refetch()}
      />
    )
  if (!editor.data || !kind.data) return loading
  return (
    <Suspense fallback={loading}>
      <ActProblem problem={work.step === 2 ? work.problem : null} />
      <LiveEditor
        session={session}
        kind={kind.data}
        editor={editor.data}
        onSaved={(saved: ChangeEditor) => {
          client.setQueryData(breakGlassKeys.change(session.id, change), saved)
          void client.invalidateQueries({ queryKey: breakGlassKeys.session(session.id) })
        }}
        onward={work.look}
        busy={work.beginning}
        ref={work.editor}
      />
    </Suspense>
  )
}
