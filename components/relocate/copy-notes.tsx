'use client'

import Link from 'next/link'
import { useState } from 'react'
import { pagePaths } from '#components/data/api-paths.ts'
import { Banner } from '#components/ui/notices.tsx'
import { keptNotes } from './copy-hand-over.ts'

/** Above a copy: what it is a copy of, and what to look at before it is proposed. */
export function CopyNotes({
  of,
  cluster,
  kindKey,
  draftKey,
  isThere,
}: {
  of: { namespace: string; name: string }
  cluster: string
  kindKey: string
  draftKey: string
  /** Whether the copy was found: it may have been proposed or discarded since. */
  isThere: boolean
}) {
  const [notes] = useState(() => keptNotes(draftKey))
  const source = <Link href={pagePaths.resource({ cluster, kind: kindKey, ...of })}>{of.name}</Link>
  if (!isThere)
    return (
      <Banner tone="amber">
        The copy of {source} is not here any more: it was proposed or discarded. This is an empty form;{' '}
        <Link href={pagePaths.cloneResource({ cluster, kind: kindKey, ...of })}>clone it again</Link> to start anew.
      </Banner>
    )
  return (
    <Banner tone={notes.length > 0 ? 'amber' : 'blue'}>
      A copy of {source} in {of.namespace}. {notes.length > 0 ? 'Look at these before you propose it:' : ''}
      {notes.length > 0 ? (
        <ul>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
    </Banner>
  )
}
