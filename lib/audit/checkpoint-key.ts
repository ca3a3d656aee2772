/** The key that signs checkpoints, and the name under which the chain is known outside. */
import { type VerifierKey, verifierKey } from '#lib/audit-format/signed-note.ts'
import { config } from '#lib/config/config.ts'
import { type Signer, sha256, signerOf } from './audit-crypto.ts'

export interface CheckpointKey extends Signer {
  verifier: VerifierKey
}

/** The chain's name: of the host alone, so that another port is no other chain. */
export const auditOrigin = (): string => `${new URL(config().url).hostname}/audit`

let held: { pem: string; origin: string; key: CheckpointKey } | undefined

/** The configured key, or null where there is none. */
export function checkpointKey(): CheckpointKey | null {
  const pem = config().audit.key
  const origin = auditOrigin()
  if (pem === '') return null
  if (held?.pem !== pem || held.origin !== origin) {
    const signer = signerOf(pem)
    held = { pem, origin, key: { ...signer, verifier: verifierKey(origin, signer.publicKey, sha256) } }
  }
  return held.key
}
