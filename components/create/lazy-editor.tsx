'use client'

/**
 * The editor and the deletion dialog, loaded beside the page and not before it: forms and the YAML reader are half of
 * the page's script, and what the page must read first (kind, project, draft) is asked for at the same time.
 */
import { type ComponentProps, lazy, Suspense } from 'react'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { DeletionDialog as Deletion } from './deletion-dialog.tsx'
import type { ManifestEditor as Editor } from './manifest-editor.tsx'

const loadEditor = () => import('./manifest-editor.tsx')
// begun as soon as this module runs in a browser; a failure is met again, and shown, when the editor is drawn
const early = typeof window === 'undefined' ? undefined : loadEditor().catch(() => loadEditor())
const LazyEditor = lazy(async () => ({ default: (await (early ?? loadEditor())).ManifestEditor }))
const LazyDeletion = lazy(async () => ({ default: (await import('./deletion-dialog.tsx')).DeletionDialog }))

export function ManifestEditor(props: ComponentProps<typeof Editor>) {
  return (
    <Suspense fallback={<Skeleton lines={3} rows={8} label="Loading the editor" />}>
      <LazyEditor {...props} />
    </Suspense>
  )
}

export function DeletionDialog(props: ComponentProps<typeof Deletion>) {
  return (
    <Suspense>
      <LazyDeletion {...props} />
    </Suspense>
  )
}
