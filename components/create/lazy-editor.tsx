'use client'

/**
 * The editor and the deletion dialog, loaded beside the page and not before it: forms and the YAML reader are half of
 * the page's script, and what the page must read first (kind, project, draft) is asked for at the same time.
 *
 * The editor is no `lazy` component in a `Suspense`: React keeps the fallback of one for 300 ms once it was drawn, also
 * when the script is there already, and those would be added to every opening of a form.
 */
import { type ComponentProps, lazy, Suspense, useEffect, useState } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { DeletionDialog as Deletion } from './deletion-dialog.tsx'
import type { ManifestEditor as Editor } from './manifest-editor.tsx'

let loaded: typeof Editor | undefined
const loadEditor = async () => {
  loaded ??= (await import('./manifest-editor.tsx')).ManifestEditor
}
// begun as soon as this module runs in a browser; a failure is met again, and shown, when the editor is drawn
if (typeof window !== 'undefined') loadEditor().catch(() => {})
const LazyDeletion = lazy(async () => ({ default: (await import('./deletion-dialog.tsx')).DeletionDialog }))

export function ManifestEditor(props: ComponentProps<typeof Editor>) {
  const [outcome, setOutcome] = useState<{ failure?: unknown }>()
  useEffect(() => {
    if (!loaded)
      loadEditor().then(
        () => setOutcome({}),
        (failure) => setOutcome({ failure }),
      )
  }, [])
  if (loaded) {
    const Loaded = loaded
    return <Loaded {...props} />
  }
  if (outcome) throw outcome.failure // the page's boundary says it, with a way to try again
  return <Skeleton lines={3} rows={8} label="Loading the editor" />
}

export function DeletionDialog(props: ComponentProps<typeof Deletion>) {
  return (
    <Suspense>
      <LazyDeletion {...props} />
    </Suspense>
  )
}
