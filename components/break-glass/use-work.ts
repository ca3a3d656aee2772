'use client'

import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { ApiProblem } from '#components/data/api-problem.ts'
import type { ChangeEditor, SessionChange, SessionDetail } from '#lib/break-glass/contract.ts'
import type { JsonPath } from '#lib/json.ts'
import { breakGlassKeys } from './break-glass-keys.ts'
import { breakGlassApi } from './break-glass-paths.ts'
import type { LiveEditorHandle } from './live-editor.tsx'
import { changeAtWork, isOpen, stepAt } from './session-words.ts'
import { useAct } from './use-act.ts'

export interface Work {
  /** The step one stands at, counted from 0. */
  step: number
  /** The change at work, or the newest. */
  change: SessionChange | undefined
  /** What is typed is compared with the live object. */
  look: () => void
  edit: () => void
  goTo: (path: JsonPath) => void
  dryRun: () => void
  /** Begins a change, anew with the live object as it is now. */
  begin: (action: 'edit' | 'delete') => void
  startAgain: () => void
  /** A dry run is under way. */
  asking: boolean
  beginning: boolean
  problem: ApiProblem | null
  editor: RefObject<LiveEditorHandle | null>
}

/**
 * Where the person stands within an open session: the state on the server knows whether something is typed, judged or
 * applied; which of the steps between is looked at is known to the page alone. `wanted` is what the session begins with
 * by itself; null for whoever only looks on.
 */
export function useWork(session: SessionDetail, wanted: 'edit' | 'delete' | null): Work {
  const { busy, problem, act } = useAct()
  const [looking, setLooking] = useState(false)
  const [back, setBack] = useState(false)
  const [chosen, setChosen] = useState<string | null>(null)
  const client = useQueryClient()
  const editor = useRef<LiveEditorHandle>(null)
  const begun = useRef(false)
  const work = isOpen(session.state) ? changeAtWork(session.changes, chosen) : undefined
  const change = work ?? session.changes.at(-1)
  const reached = stepAt(session, looking || work?.action === 'delete', chosen)
  const asking = busy === 'dry-run'
  const refused = work?.dryRun?.accepted === false
  const step = back && work ? 2 : reached === 3 && (asking || refused || (problem !== null && looking)) ? 4 : reached

  const begin = async (action: 'edit' | 'delete') => {
    setLooking(false)
    setBack(false)
    const begun = await act<ChangeEditor>('begin', breakGlassApi.changes(session.id), { kind: session.kind, name: session.name, action })
    if (!begun) return
    setChosen(begun.change.id)
    client.setQueryData(breakGlassKeys.change(session.id, begun.change.id), begun)
  }
  const first = session.abilities.edit && session.state === 'open' && session.changes.length === 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the session is open and nothing was begun in it
  useEffect(() => {
    // a higher tier may be for a deletion: then the person says which, unless the address does
    if (!first || begun.current || wanted === null || (session.tier === 'approval' && wanted === 'edit')) return
    begun.current = true
    void begin(wanted)
  }, [first, wanted])

  const edit = () => {
    setLooking(false)
    setBack(true)
  }
  const dryRun = async () => {
    if (!work || asking) return
    setLooking(true)
    setBack(false)
    editor.current?.complain([])
    const judged = await act<SessionChange>('dry-run', breakGlassApi.changeAct(session.id, work.id, 'dry-run'))
    // at once, so that nobody is led back to the difference until the session has been read again
    if (judged)
      client.setQueryData<SessionDetail>(breakGlassKeys.session(session.id), (known) =>
        known ? { ...known, changes: known.changes.map((each) => (each.id === judged.id ? judged : each)) } : known,
      )
    if (judged?.dryRun && judged.dryRun.fields.length > 0) editor.current?.complain(judged.dryRun.fields)
  }
  return {
    step,
    change,
    look: () => {
      setBack(false)
      setLooking(true)
    },
    edit,
    goTo: (path) => {
      edit()
      requestAnimationFrame(() => requestAnimationFrame(() => editor.current?.goTo(path)))
    },
    dryRun: () => void dryRun(),
    begin: (action) => void begin(action),
    startAgain: () => void begin('edit'),
    asking,
    beginning: busy === 'begin',
    problem,
    editor,
  }
}
