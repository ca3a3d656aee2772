/**
 * What became of a row after its pull request: from the proposal, from what the index says of each of its manifests, and from the cloud as the
 * inventory shows it now. Pure.
 */
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { resourceTitle } from '#lib/proposals/change-identity.ts'
import { redactText } from '#lib/redact/redact.ts'
import { type AdoptionDifference, adoptionDifferences } from './adoption-differences.ts'
import type { Adoption } from './contract.ts'

/** A manifest's resource in the index; `live` is null while the cluster has none. */
export interface IndexedManifest {
  kind: string
  name: string
  live: {
    state: string
    headline: string
    reason: string | null
    /** Its conditions, as stored. */
    conditions: Json
    /** Who else stands for the same cloud resource, in words. */
    rival: string | null
  } | null
}

export interface ClusterOutcome {
  adoption: Adoption | 'ready'
  message: string
}

/** Without a pull request for good, unmerged, merged, or merged and CI gave up. */
export type ProposalStage = 'stuck' | 'open' | 'closed' | 'merged' | 'failed'

export const stageOf = (state: string): ProposalStage =>
  state === 'closed' || state === 'stuck'
    ? state
    : state === 'failed'
      ? 'failed'
      : ['merged', 'applying', 'applied', 'ready'].includes(state)
        ? 'merged'
        : 'open'

/** What proposal and cluster say; `ready` where the cloud decides. The worst of a row's manifests counts. */
export function clusterOutcome(stage: ProposalStage, manifests: readonly IndexedManifest[]): ClusterOutcome {
  if (stage === 'stuck') return { adoption: 'waiting', message: 'Its pull request could not be opened. Retry or withdraw it there.' }
  if (stage === 'open') return { adoption: 'waiting', message: 'Its pull request is not merged yet.' }
  if (stage === 'closed')
    return { adoption: 'unknown', message: 'Its pull request was closed without being merged, so nothing was adopted.' }
  const outcomes = manifests.map((manifest, index) => {
    const { adoption, message } = ofManifest(stage, manifest)
    return { adoption, message: index === 0 ? message : `Its part ${resourceTitle(manifest.kind, manifest.name)}: ${message}` }
  })
  for (const worst of ['conflict', 'failed', 'waiting'] as const) {
    const found = outcomes.find(({ adoption }) => adoption === worst)
    if (found) return found
  }
  return { adoption: 'ready', message: 'Ready in the cluster.' }
}

/** The end of a row that was followed as long as any is: what still waits then is not known. */
export const afterDays = (outcome: ClusterOutcome, days: number): ClusterOutcome =>
  outcome.adoption === 'waiting'
    ? { adoption: 'unknown', message: `Not followed any more, ${days} days after the merge. The last that was seen: ${outcome.message}` }
    : outcome

function ofManifest(stage: ProposalStage, { kind, name, live }: IndexedManifest): ClusterOutcome {
  if (!live) {
    return stage === 'failed'
      ? { adoption: 'failed', message: `CI could not apply ${resourceTitle(kind, name)}. The proposal says why.` }
      : { adoption: 'waiting', message: 'Merged; CI has not applied it yet.' }
  }
  const { state, headline, reason, conditions, rival } = live
  const said = conditionMessage(conditions)
  if (reason === 'ManagementConflict') {
    const who = rival === null ? '' : ` ${rival} stands for it.`
    return {
      adoption: 'conflict',
      message: `It is managed elsewhere.${who}${said} Decide who manages it, and remove it from the other side first.`,
    }
  }
  if (state === 'failed') return { adoption: 'failed', message: `${headline}${said}` }
  if (state === 'ready') return { adoption: 'ready', message: headline }
  return { adoption: 'waiting', message: headline }
}

/** The operator's own words, without credentials, short. */
function conditionMessage(conditions: Json): string {
  const ready = Array.isArray(conditions) ? conditions.filter(isObject).find(({ type }) => type === 'Ready') : undefined
  const message = textAt(ready, 'message')
  return message === undefined ? '' : ` The operator says: ${redactText(message).slice(0, 500)}`
}

/** What the inventory shows of the asset now; null where it could not be asked, with the reason. */
export type CloudReading = { asset: JsonObject | null } | { problem: string }

export interface CloudOutcome {
  adoption: Adoption
  message: string
  differences: AdoptionDifference[]
}

/** The end of a row that is ready in the cluster: what changed in the cloud since the snapshot. Both assets redacted. */
export function cloudOutcome(snapshot: Json, now: CloudReading): CloudOutcome {
  if ('problem' in now)
    return {
      adoption: 'unknown',
      message: `Ready in the cluster. Whether anything changed in the cloud cannot be told: ${now.problem}`,
      differences: [],
    }
  if (now.asset === null)
    return { adoption: 'changed', message: 'Ready in the cluster, but the inventory does not show it any more.', differences: [] }
  const differences = adoptionDifferences(snapshot, now.asset)
  const others = differences.filter(({ expected }) => !expected)
  if (others.length > 0) {
    const paths = others.slice(0, 5).map(({ path }) => path.join('.'))
    const more = others.length > 5 ? ` and ${others.length - 5} more` : ''
    return {
      adoption: 'changed',
      message: `Ready, and these fields are not as they were at the snapshot: ${paths.join(', ')}${more}.`,
      differences,
    }
  }
  return {
    adoption: 'acquired',
    message:
      differences.length > 0
        ? 'Acquired: Config Connector added its label, and every other field is as it was at the snapshot.'
        : 'Acquired: every field is as it was at the snapshot.',
    differences,
  }
}
