'use client'

/** What every editor does about its draft: keeps it while the page is open, tells what became of it, and throws it away when asked. */
import { usePathname, useSearchParams } from 'next/navigation'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { holdPage } from '#components/data/fetch-json.ts'
import { showToast } from '#components/ui/toast.tsx'
import type { Draft } from '#lib/proposals/contract.ts'
import type { DraftKeeper } from './draft-keeper.ts'
import type { Keeping, Opening } from './draft-rules.ts'
import { DraftNotice, RestoredNotice } from './editor-notices.tsx'
import type { ManifestStore } from './manifest-store.ts'

export interface EditorDraft {
  keeping: Keeping
  /** The address of the page, with its query: where a sign-in leads back to. */
  here: string
  /** Begins anew with what the editor starts with. */
  discard: () => Promise<void>
  /** The text was put somewhere else: what was restored is no draft any more. */
  handedOver: () => void
  /** What was restored, and what stands in the way of keeping it. */
  notices: React.ReactNode
}

export function useDraft({
  store,
  keeper,
  opening,
  draft,
  start,
  onBase,
}: {
  store: ManifestStore
  keeper: DraftKeeper
  opening: Opening
  draft: Draft | null
  /** What the editor begins with where there is no draft. `blob`: its version in Git. */
  start: { text: string; document: number; blob: string | null }
  /** The text is based on another version in Git from here on. */
  onBase?: (blob: string | null) => void
}): EditorDraft {
  const path = usePathname()
  const search = useSearchParams().toString()
  const here = search ? `${path}?${search}` : path
  const [restored, setRestored] = useState(opening.from === 'server' || opening.from === 'tab' ? opening.from : null)
  const keeping = useSyncExternalStore(keeper.subscribe, keeper.keeping, keeper.keeping)
  useEffect(() => keeper.start(), [keeper])
  useEffect(() => holdPage(), [])
  const discard = async () => {
    await keeper
      .end({ deleteOnServer: true })
      .catch(() => showToast('The draft on the server could not be deleted; it may come back.', 'bad'))
    setRestored(null)
    onBase?.(start.blob)
    store.replace(start.text, 'outside', start.document)
    keeper.begin(start.text, start.blob)
  }
  const notices = (
    <>
      {restored && keeping.state !== 'conflict' ? (
        <RestoredNotice from={restored} at={draft?.updatedAt ?? null} discard={() => void discard()} />
      ) : null}
      <DraftNotice
        keeping={keeping}
        path={here}
        mine={() => store.state().text}
        keepMine={() => void keeper.keepMine()}
        takeOther={() => {
          const blob = keeper.takeOther()
          onBase?.(blob)
        }}
      />
    </>
  )
  return { keeping, here, discard, handedOver: () => setRestored(null), notices }
}
