/** What renaming or moving a resource takes: decided from what the person wants and what the cluster and Git say. Pure. */
import type { Json } from '#lib/json.ts'
import { setValue } from '#lib/manifest/edit-manifest.ts'
import type { Whereabouts } from '#lib/manifest/relocate-references.ts'
import { isAbandoned, type TakeOver } from '#lib/manifest/take-over.ts'

export type RelocationPlan =
  /** Nothing is wanted yet. */
  | { do: 'nothing' }
  /** Only its file changes. */
  | { do: 'move-file' }
  /** A new object takes over the cloud resource. Safe once `abandoned`. */
  | { do: 'take-over'; cloudName: string | undefined; why: string; abandoned: 'yes' | 'in-git' | 'no' | 'unknown' }
  /** It is deleted, and another one is created. */
  | { do: 'replace'; why: string }

/** `isLive`: the object was read from the cluster just now, so that its deletion policy is the one that counts. */
export function planRelocation(wanted: {
  from: Whereabouts
  to: Whereabouts
  movesFile: boolean
  takeOver: TakeOver
  live: Json
  isLive: boolean
  inGit: Json
}): RelocationPlan {
  const { from, to, movesFile, takeOver, live, isLive, inGit } = wanted
  const same = from.cluster === to.cluster && from.namespace === to.namespace && from.name === to.name
  if (same) return { do: movesFile ? 'move-file' : 'nothing' }
  if (!takeOver.possible) return { do: 'replace', why: takeOver.why }
  const abandoned = !isLive ? 'unknown' : isAbandoned(live) ? 'yes' : isAbandoned(inGit) ? 'in-git' : 'no'
  return { do: 'take-over', cloudName: takeOver.cloudName, why: takeOver.why, abandoned }
}

const policy = ['metadata', 'annotations', 'cnrm.cloud.google.com/deletion-policy']

/** The file with the deletion policy set to abandon. Throws Invalid where the file does not allow it. */
export const withAbandon = (text: string, document: number): string => setValue(text, document, policy, 'abandon')
