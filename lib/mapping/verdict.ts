/**
 * What happens to the live resource when its manifest is adopted, told before it happens. Computed from the account and from what is
 * known of the controllers: those generated from older schemas keep live values of fields that a manifest leaves out, the others may
 * clear them. Pure.
 */
import type { JsonPath } from '#lib/json.ts'
import type { Account } from './account.ts'
import { isLabelled } from './labelled-kinds.ts'

export type VerdictName = 'nothing-changes' | 'adds-label' | 'would-change' | 'cannot-tell'

export interface Verdict {
  verdict: VerdictName
  /** Sentences for people, most important first. */
  reasons: string[]
  /** The fields of the asset it is about; empty for most. */
  fields: JsonPath[]
}

export interface VerdictQuestion {
  kind: string
  account: Account
  /** The live labels that go into the manifest; undefined when the asset shows none. */
  labels: Readonly<Record<string, string>> | undefined
  /** The controller keeps live values of fields that a manifest leaves out. */
  keepsUnsetFields: boolean
  /** What the controller does at the first reconcile whatever the manifest says: a sentence. */
  alwaysUpdates: string | undefined
  /** A field that the controller fills with the manifest's name, and that holds something else. */
  renamed: JsonPath | undefined
  /** Where the manifest leaves a secret out that the kind asks for. */
  emptied: readonly JsonPath[]
}

const adoptionLabel = 'managed-by-cnrm'

/** Judges one resource. */
export function judge({ kind, account, labels, keepsUnsetFields, alwaysUpdates, renamed, emptied }: VerdictQuestion): Verdict {
  const unmapped = account.entries.filter(({ fate }) => fate === 'unmapped').map(({ from }) => from)
  const unreadable = account.entries.filter(({ fate }) => fate === 'unreadable').map(({ from }) => from)
  if (renamed)
    return {
      verdict: 'would-change',
      reasons: [`The controller of this kind writes the manifest's name into ${renamed.join('.')}, which holds something else.`],
      fields: [renamed],
    }
  if (alwaysUpdates !== undefined) return { verdict: 'would-change', reasons: [alwaysUpdates], fields: [] }
  const [secret] = emptied
  if (secret)
    return {
      verdict: 'would-change',
      reasons: [
        `The kind asks for ${secret.join('.')}, a secret that nobody can read. The manifest leaves it empty, and the controller would write that: name the Secret that holds it first.`,
      ],
      fields: [],
    }
  if (!keepsUnsetFields && unmapped.length + unreadable.length > 0)
    return {
      verdict: 'cannot-tell',
      reasons: ['The controller of this kind may clear what the manifest leaves out, and these fields are left out.'],
      fields: [...unmapped, ...unreadable],
    }
  const fields = [...unmapped, ...unreadable]
  const left =
    fields.length > 0 ? ['What the manifest leaves out keeps its live value: the controller of this kind does not touch it.'] : []
  if (!keepsUnsetFields && account.unreadable.length > 0)
    left.push('Whether a secret is set cannot be read: look at the fields for secrets yourself.')
  if ((labels !== undefined || isLabelled(kind)) && labels?.[adoptionLabel] !== 'true')
    return {
      verdict: 'adds-label',
      reasons: [`Config Connector adds the label ${adoptionLabel}: true. Nothing else changes.`, ...left],
      fields,
    }
  return {
    verdict: 'nothing-changes',
    reasons: left.length > 0 ? left : ['Every field that can be set is in the manifest as it is live.'],
    fields,
  }
}
