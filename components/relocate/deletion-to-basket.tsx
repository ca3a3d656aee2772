'use client'

/** Putting a deletion into the basket, to be proposed together with other changes. Its name is typed first, as for any deletion. */
import { useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { apiPaths, pagePaths } from '#components/data/api-paths.ts'
import { ApiProblem } from '#components/data/api-problem.ts'
import { fetchJson } from '#components/data/fetch-json.ts'
import { queryKeys } from '#components/data/query-keys.ts'
import { Button, LinkButton } from '#components/ui/button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { TextField } from '#components/ui/inputs.tsx'
import { Banner } from '#components/ui/notices.tsx'
import type { BasketItem, ResourceChange } from '#lib/proposals/contract.ts'
import styles from './relocate.module.css'

export function DeletionToBasket({
  change,
  name,
  kindName,
  onBack,
  onClose,
}: {
  change: ResourceChange
  name: string
  kindName: string
  onBack: () => void
  onClose: () => void
}) {
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [added, setAdded] = useState(false)
  const [refusal, setRefusal] = useState<string>()
  const add = async () => {
    setBusy(true)
    setRefusal(undefined)
    try {
      await fetchJson<BasketItem>(apiPaths.basket, { method: 'POST', body: { change }, stay: true })
      setAdded(true)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setRefusal(error.detail)
    } finally {
      setBusy(false)
      void client.invalidateQueries({ queryKey: queryKeys.basket() })
    }
  }
  if (added)
    return (
      <Dialog
        key="added"
        open
        title={`Deleting ${name} is in your basket`}
        onClose={onClose}
        footer={
          <>
            <Button onClick={onClose}>Close</Button>
            <LinkButton href={pagePaths.basket} look="primary" icon="basket">
              Go to the basket
            </LinkButton>
          </>
        }
      >
        <p>
          Nothing is proposed yet. Propose it in your <Link href={pagePaths.basket}>basket</Link>, together with what belongs to it.
        </p>
      </Dialog>
    )
  return (
    <Dialog
      open
      title={`Put the deletion of ${name} into the basket`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onBack}>Back</Button>
          <Button look="danger" icon="basket" busy={busy} disabled={typed !== name} onClick={() => void add()}>
            Add to basket
          </Button>
        </>
      }
    >
      <div className={styles.group}>
        {refusal === undefined ? null : <Banner tone="red">{refusal}</Banner>}
        <p>
          {kindName} {name} is deleted when a pull request with this change is merged. Until you propose it from the basket, nothing
          happens. A change of it that waits in your basket is replaced.
        </p>
        <TextField label={`Type ${name} to confirm`} mono required value={typed} onChange={setTyped} />
      </div>
    </Dialog>
  )
}
