/** How a copy reaches the create page: its text as a draft on the server, the notes to look at in this tab. */
import type { ResourceAddress } from '#components/data/query-keys.ts'

/** The draft of a copy: where it goes, its kind, and what it is copied from. */
export const copyDraftKey = (to: { cluster: string; namespace: string }, kind: string, of: { namespace: string; name: string }): string =>
  ['copy', to.cluster, to.namespace, kind, of.namespace, of.name].map(encodeURIComponent).join('/')

/** What the create page's address says it is a copy of: `namespace/name`. */
export function readCopyOf(text: string | null): Pick<ResourceAddress, 'namespace' | 'name'> | undefined {
  const [namespace, name, more] = (text ?? '').split('/')
  return namespace && name && more === undefined ? { namespace, name } : undefined
}

const storageKey = (draftKey: string) => `corbel.copy ${draftKey}`

/** Keeps the sentences that the create page shows above a copy. */
export function keepNotes(draftKey: string, notes: readonly string[]): void {
  try {
    sessionStorage.setItem(storageKey(draftKey), JSON.stringify(notes))
  } catch {
    // a browser that forbids it shows the copy without them
  }
}

/** The sentences kept for a copy in this tab. */
export function keptNotes(draftKey: string): string[] {
  try {
    const notes: unknown = JSON.parse(sessionStorage.getItem(storageKey(draftKey)) ?? '[]')
    return Array.isArray(notes) ? notes.filter((note) => typeof note === 'string') : []
  } catch {
    return []
  }
}
