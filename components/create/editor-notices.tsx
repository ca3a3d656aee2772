'use client'

import dynamic from 'next/dynamic'
import { useState } from 'react'
import { signInPath } from '#components/data/fetch-json.ts'
import { Button } from '#components/ui/button.tsx'
import { Banner } from '#components/ui/notices.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Draft } from '#lib/proposals/contract.ts'
import type { Keeping } from './draft-rules.ts'
import styles from './editor.module.css'

const CompareDialog = dynamic(() => import('./compare-dialog.tsx').then((file) => file.CompareDialog), { ssr: false })

/** A choice between this text and another one, with a look at the difference first. Nothing is lost before the choice. */
export function TextChoice({
  children,
  mine,
  other,
  otherName,
  keep,
  take,
  first,
}: {
  children: React.ReactNode
  mine: () => string
  other: string | null
  /** "the other tab's text" */
  otherName: string
  keep: () => void
  take: () => void
  /** A better way than either, before the others. */
  first?: React.ReactNode
}) {
  const [comparing, setComparing] = useState<string | null>(null)
  const choose = (choice: () => void) => () => {
    setComparing(null)
    choice()
  }
  const buttons = (
    <>
      {other === null ? null : <Button onClick={choose(take)}>Take {otherName}</Button>}
      <Button look="primary" onClick={choose(keep)}>
        Keep my text
      </Button>
    </>
  )
  return (
    <Banner tone="amber">
      {children}
      <span className={styles.choices}>
        {first}
        {other === null ? null : (
          <Button size="small" onClick={() => setComparing(mine())}>
            Compare
          </Button>
        )}
        {other === null ? null : (
          <Button size="small" onClick={take}>
            Take {otherName}
          </Button>
        )}
        <Button size="small" onClick={keep}>
          Keep my text
        </Button>
      </span>
      {comparing !== null && other !== null ? (
        <CompareDialog
          title="Two texts"
          about={`Lines with − stand in ${otherName} only, lines with + in yours only.`}
          before={other}
          after={comparing}
          footer={buttons}
          onClose={() => setComparing(null)}
        />
      ) : null}
    </Banner>
  )
}

/** What the person must know about the draft: signed out, or another tab has one too. */
export function DraftNotice({
  keeping,
  path,
  mine,
  keepMine,
  takeOther,
}: {
  keeping: Keeping
  /** The page's address, to come back to. */
  path: string
  mine: () => string
  keepMine: () => void
  takeOther: () => void
}) {
  if (keeping.state === 'signed-out')
    return (
      <Banner tone="amber">
        You are signed out. <a href={signInPath(path)}>Sign in again</a>; your text is kept in this tab.
      </Banner>
    )
  if (keeping.state !== 'conflict') return null
  return (
    <TextChoice mine={mine} other={keeping.other?.content.text ?? null} otherName="the other tab's text" keep={keepMine} take={takeOther}>
      <ConflictWords other={keeping.other} />
    </TextChoice>
  )
}

function ConflictWords({ other }: { other: Draft | null }) {
  return other ? (
    <>
      Another tab saved this draft <RelativeTime at={other.updatedAt} past />. Your text here is kept; choose which one goes on.
    </>
  ) : (
    <>Another tab sent or discarded this draft. Your text here is kept; keep it as a new draft, or close this page.</>
  )
}

/** After a return: what was restored, and the way to begin anew. */
export function RestoredNotice({ from, at, discard }: { from: 'server' | 'tab'; at: string | null; discard: () => void }) {
  return (
    <Banner
      tone="blue"
      action={
        <Button size="small" onClick={discard}>
          Discard
        </Button>
      }
    >
      {from === 'tab' ? (
        'What you typed here before is back.'
      ) : (
        <>
          Your draft of <RelativeTime at={at} past /> is back.
        </>
      )}
    </Banner>
  )
}
