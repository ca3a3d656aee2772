import { useSyncExternalStore } from 'react'
import type { ManifestStore } from '#components/create/manifest-store.ts'

/** The text of a document being edited; renders again with every change of it. */
export function useStoreText(store: ManifestStore): string {
  const read = () => store.state().text
  return useSyncExternalStore(store.subscribe, read, read)
}
