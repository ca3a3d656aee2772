'use client'

/** What another tool does with the file: Kustomize, kpt, something that makes it. What concerns a field is also said at the field. */
import { useEffect } from 'react'
import type { FormView } from '#components/forms/form-view.ts'
import { Button } from '#components/ui/button.tsx'
import { counted, fieldPath } from '#components/ui/format.ts'
import { Banner } from '#components/ui/notices.tsx'
import type { ManifestNote } from '#lib/proposals/contract.ts'
import type { ManifestStore } from './manifest-store.ts'
import styles from './merge.module.css'

export function ManagedNotice({ notes, store, view }: { notes: readonly ManifestNote[]; store: ManifestStore; view: FormView }) {
  const atFields = notes.filter(({ path }) => path !== null)
  useEffect(() => {
    store.complain(
      'managed',
      notes.flatMap(({ path, message }) => (path ? [{ path, message, hint: true }] : [])),
    )
  }, [notes, store])
  if (notes.length === 0) return null
  return (
    <Banner tone="amber">
      {notes
        .filter(({ path }) => path === null)
        .map(({ message, url }) => (
          <p key={message}>
            {message} {url ? <a href={url}>Open the file</a> : null}
          </p>
        ))}
      {atFields.length > 0 ? (
        <p className={styles.fields}>
          Another tool overwrites {counted(atFields.length, 'field')}:{' '}
          {atFields.map(({ path, message }) => (
            <Button
              key={`${JSON.stringify(path)}${message}`}
              size="small"
              look="quiet"
              title={message}
              onClick={() => view.reveal(path ?? [])}
            >
              {fieldPath(path ?? [])}
            </Button>
          ))}
        </p>
      ) : null}
    </Banner>
  )
}
