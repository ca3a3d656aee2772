'use client'

/** Putting what an editor holds into the basket. The person stays, and is told what the basket holds and how to go on. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState, useSyncExternalStore } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queries } from '#components/data/queries.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { counted } from '#components/ui/format.ts'
import { showToast } from '#components/ui/toast.tsx'
import type { BasketItem, BasketList, ResourceChange } from '#lib/proposals/contract.ts'
import type { DraftKeeper } from './draft-keeper.ts'
import styles from './editor.module.css'
import { Fact } from './editor-bar.tsx'
import type { ManifestStore } from './manifest-store.ts'

export interface PutAside {
  busy: boolean
  /** What was put in last, while the text is still what it was then. */
  added: readonly BasketItem[] | null
  /** Gives the items, or nothing where the server refused; that is said. `base`: the version in Git the text is based on. */
  put: (changes: readonly ResourceChange[], base: string | null) => Promise<BasketItem[] | undefined>
}

/** The draft goes with what is put aside; what is typed after that is a draft of its own. */
export function usePutAside({ store, keeper, draftKey }: { store: ManifestStore; keeper: DraftKeeper; draftKey: string }): PutAside {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [last, setLast] = useState<{ items: BasketItem[]; text: string } | null>(null)
  const isSame = () => last !== null && store.state().text === last.text
  const same = useSyncExternalStore(store.subscribe, isSame, () => false)
  const put = async (changes: readonly ResourceChange[], base: string | null): Promise<BasketItem[] | undefined> => {
    setBusy(true)
    const { text } = store.state()
    const items: BasketItem[] = []
    // the server takes the draft away with it: a save that came after that would bring it back, or be called another tab's
    const goOn = await keeper.hold()
    try {
      for (const [index, change] of changes.entries()) {
        const body = { change, ...(index === changes.length - 1 ? { draftKey } : {}) }
        items.push(await fetchJson<BasketItem>(apiPaths.basket, { method: 'POST', body, stay: true }))
      }
      void keeper.end({ deleteOnServer: false })
      keeper.begin(text, base)
      setLast({ items, text })
      showToast('Added to your basket')
      return items
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      const some = items.length > 0 ? ` ${items.length} of ${counted(changes.length, 'change')} are in your basket.` : ''
      showToast(`${error.detail}${some}`, 'bad')
      return undefined
    } finally {
      goOn()
      setBusy(false)
      const isPutIn = ({ change }: BasketItem) => items.some((item) => resourceOf(item) === resourceOf({ change }))
      client.setQueryData<BasketList>(queryKeys.basket(), (known) =>
        known ? { items: [...known.items.filter((item) => !isPutIn(item)), ...items] } : known,
      )
      for (const queryKey of [queryKeys.basket(), queryKeys.drafts()]) void client.invalidateQueries({ queryKey })
    }
  }
  return { busy, added: same && last ? last.items : null, put }
}

const resourceOf = ({ change: { cluster, namespace, kind, name } }: Pick<BasketItem, 'change'>): string =>
  JSON.stringify([cluster, namespace, kind, name])

/** In an editor's bar, after something was put aside: how many changes wait there, and the ways on. */
export function AddedToBasket({ another }: { another: { title: string; run: () => void } | undefined }) {
  const { data: basket } = useQuery(queries.basket())
  return (
    <Fact icon="basket" tone="good">
      Added. <Link href={pagePaths.basket}>Review {basket ? counted(basket.items.length, 'change') : 'the changes'} in your basket</Link>
      {another ? (
        <>
          {' or '}
          <button type="button" className={styles.inline} onClick={another.run}>
            {another.title}
          </button>
        </>
      ) : null}
    </Fact>
  )
}
