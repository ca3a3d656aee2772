/** How categories, verdicts, states and outcomes of an import are said: a word, a tone and an icon, never a colour alone. */
import { counted } from '#components/ui/format.ts'
import type { IconName } from '#components/ui/icons.tsx'
import type { StateLook, Tone } from '#components/ui/states.ts'
import type { Adoption, ImportCategory, ImportLayout, ImportLeaf, ImportState, ImportVerdict } from '#lib/imports/contract.ts'

const look = (tone: Tone, icon: IconName, word: string): StateLook => ({ tone, icon, word })

export const categoryLooks: Record<ImportCategory, StateLook> = {
  importable: look('green', 'ready', 'Importable'),
  managed: look('grey', 'commit', 'Already managed'),
  unsupported: look('amber', 'warning', 'Not supported'),
  skipped: look('grey', 'paused', 'Skipped'),
}
export const categories = ['importable', 'managed', 'unsupported', 'skipped'] as const satisfies readonly ImportCategory[]

export const verdictLooks: Record<ImportVerdict, StateLook> = {
  'nothing-changes': look('green', 'ready', 'Nothing changes'),
  'adds-label': look('green', 'ready', 'Adds one label'),
  'would-change': look('red', 'failed', 'Would change'),
  'cannot-tell': look('amber', 'unknown', 'Cannot tell'),
}
/** Of a number of unmapped fields. */
export const unmappedWords = (unmapped: number): string =>
  `${counted(unmapped, 'field')} ${unmapped === 1 ? 'has' : 'have'} no place in the manifest`

/** A verdict where some fields of the asset may have no place in the manifest: never plain green then, whatever it says of the others. */
export function verdictLook(verdict: ImportVerdict, unmapped: number): StateLook {
  const said = verdictLooks[verdict]
  if (unmapped === 0) return said
  const word = `${said.word}; ${unmappedWords(unmapped)}`
  return said.tone === 'green' ? look('amber', 'warning', word) : { ...said, word }
}

export const verdicts = ['would-change', 'cannot-tell', 'adds-label', 'nothing-changes'] as const satisfies readonly ImportVerdict[]

/** What a verdict means, in a sentence. */
export const verdictSentences: Record<ImportVerdict, string> = {
  'nothing-changes': 'Adopting it changes nothing in the cloud.',
  'adds-label': 'Adopting it adds the label managed-by-cnrm and changes nothing else in the cloud. Config Connector always adds it.',
  'would-change': 'Adopting it would change fields in the cloud. Put the manifest right, or leave it out.',
  'cannot-tell': 'Corbel cannot tell whether adopting it changes something. Read the reasons before you propose it.',
}

export const adoptionLooks: Record<Adoption, StateLook> = {
  waiting: look('amber', 'progressing', 'Waiting'),
  acquired: look('green', 'ready', 'Adopted'),
  changed: look('red', 'warning', 'Adopted, and changed'),
  conflict: look('red', 'failed', 'Managed elsewhere'),
  failed: look('red', 'failed', 'Failed'),
  unknown: look('grey', 'unknown', 'Unknown'),
}
/** What needs a person first. */
export const adoptions = ['changed', 'conflict', 'failed', 'unknown', 'waiting', 'acquired'] as const satisfies readonly Adoption[]

export const runLooks: Record<ImportState, StateLook> = {
  waiting: look('amber', 'progressing', 'About to begin'),
  scanning: look('amber', 'progressing', 'Reading'),
  ready: look('green', 'ready', 'Scanned'),
  cancelled: look('grey', 'close', 'Cancelled'),
  failed: look('red', 'failed', 'Failed'),
}

export const fateLooks: Record<ImportLeaf['fate'], StateLook & { about: string }> = {
  written: { ...look('green', 'right', 'written'), about: 'stands in the manifest' },
  'output-only': { ...look('grey', 'info', 'output only'), about: 'said by the service; nobody sets it' },
  default: { ...look('grey', 'info', 'default'), about: 'empty, or what is meant when nothing is said' },
  unreadable: { ...look('violet', 'warning', 'unreadable'), about: 'a secret, or withheld by the inventory' },
  unmapped: { ...look('amber', 'warning', 'unmapped'), about: 'Corbel does not know where it goes' },
}
export const fates = ['unmapped', 'unreadable', 'written', 'default', 'output-only'] as const satisfies readonly ImportLeaf['fate'][]

export const layoutWords: Record<ImportLayout, { title: string; about: string }> = {
  resource: { title: 'One file per resource', about: 'The usual layout: small files, small differences.' },
  kind: { title: 'One file per kind', about: 'All buckets in one file, all topics in another.' },
  service: { title: 'One file per service', about: 'Everything of storage in one file, everything of pubsub in another.' },
}
export const layouts = ['resource', 'kind', 'service'] as const satisfies readonly ImportLayout[]

/** A short name for where a run looked: the cloud project's id, or the folder or organization. */
export const scopeWords = (scope: string): string => scope.replace(/^projects\//, '').replace(/^(folder|organization)s\//, '$1 ')

/** A full resource name, short: `//pubsub.googleapis.com/projects/p/topics/orders` → `topics/orders`. */
export const assetNameWord = (name: string): string =>
  name
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/^[^/]*\.googleapis\.com\//, '')

/** What an asset type is called: `storage.googleapis.com/Bucket` → `Bucket`. */
export const assetTypeWord = (assetType: string): string => assetType.slice(assetType.lastIndexOf('/') + 1)
