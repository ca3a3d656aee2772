/** Why assets are left out, said of all that share the reason: what is said of one asset (its `message`) may name it. Pure. */
import { refusalReasons } from '#lib/mapping/refusal.ts'

export const managedAlready = 'A resource of a cluster manages them already.'

/** Reasons whose sentence differs from asset to asset, beside the refusals. */
const ofImport: Record<string, string> = {
  proposed: 'A proposal that is not finished brings them in.',
  part: 'They stand in the manifest of what they are a part of.',
  'managed-elsewhere': 'The Config Connector of another cluster holds them, or did.',
  'makes-another': 'Applying their manifests would make other resources instead of adopting them.',
  'too-large': 'They are larger than what a cluster stores in one object.',
}

/** A sentence for all assets of a category with this reason; `message`, said of one of them, where the reason says the same of each. */
export function reasonSentence(category: string, reason: string | null, message: string | null): string {
  if (category === 'managed' && reason === 'managed') return managedAlready
  const own = Object.entries(ofImport).find(([name]) => name === reason)?.[1]
  if (own !== undefined) return own
  const refusal = Object.entries(refusalReasons).find(([name]) => name === reason)?.[1]
  return refusal === undefined ? (message ?? reason ?? 'They were left out.') : `${refusal}.`
}
