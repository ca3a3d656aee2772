/**
 * An evidence bundle: the entries of one matter (a break-glass session, say) with their content, every entry between them as a mere hash, the
 * signed checkpoint that covers them, and attachments; all of it signed once more. It verifies on another machine with nothing but the public
 * key, and tells nothing of other matters. Pure.
 */
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { ChainEntry, EntryStub, type Sha256, utf8 } from './audit-entry.ts'
import { canonicalJson } from './canonical-json.ts'
import { type CheckSignature, fromBase64, readVerifierKey, type VerifierKey } from './signed-note.ts'
import { type ChainReport, chainVerifier } from './verify-chain.ts'

const Bundle = z.strictObject({
  corbel: z.literal('audit bundle'),
  version: z.literal(1),
  origin: z.string(),
  made: z.string(),
  /** What it is about, e.g. {"session": "…"}. */
  subject: z.custom<JsonObject>(isObject),
  after: z.strictObject({ seq: z.number().int().min(0), hash: z.string() }),
  entries: z.array(z.union([ChainEntry.strict(), EntryStub.strict()])).min(1),
  /** A signed note of the last entry. */
  checkpoint: z.string(),
  attachments: z.custom<JsonObject>(isObject),
  key: z.string(),
  /** Ed25519 over "corbel/audit-bundle/v1" LF and the canonical JSON of all other members, in base64. */
  signature: z.string(),
})
export type EvidenceBundle = z.infer<typeof Bundle>

export const signedBytes = (bundle: Omit<EvidenceBundle, 'signature'>): Uint8Array =>
  // Proof of the cast: every member is JSON by its schema; a custom type hides that from the compiler.
  utf8(`corbel/audit-bundle/v1\n${canonicalJson(bundle as unknown as Json)}`)

/** Puts a signature to a bundle. */
export function signBundle(
  parts: Omit<EvidenceBundle, 'corbel' | 'version' | 'key' | 'signature'>,
  key: VerifierKey,
  sign: (message: Uint8Array) => Uint8Array,
): EvidenceBundle {
  const bundle = { corbel: 'audit bundle' as const, version: 1 as const, ...parts, key: key.text }
  return { ...bundle, signature: btoa(String.fromCharCode(...sign(signedBytes(bundle)))) }
}

/** Verifies a bundle's text. Without `keys` nothing vouches for it but itself, which is not enough. */
export function verifyBundle(
  text: string,
  { keys, kept, sha256, check }: { keys: readonly VerifierKey[]; kept: readonly string[]; sha256: Sha256; check: CheckSignature },
): ChainReport {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const read = Bundle.safeParse(value)
  if (!read.success) {
    const verifier = chainVerifier({ sha256, check, keys, kept })
    verifier.problem('unreadable', null, 'The file is no evidence bundle as this version writes them, or was cut off.')
    return verifier.end()
  }
  const { signature, ...signed } = read.data
  const verifier = chainVerifier({ sha256, check, keys, kept, after: signed.after })
  const own = readVerifierKey(signed.key, sha256)
  const bytes = fromBase64(signature)
  if (!own || !bytes || !check(own.publicKey, signedBytes(signed), bytes))
    verifier.problem('signature', null, 'The signature of the bundle is not that of its content.')
  else if (keys.length > 0 && !keys.some((key) => key.text === own.text))
    verifier.problem('signature', null, `The bundle is signed by ${own.name}+${own.id}, which is none of the keys you gave.`)
  verifier.checkpoint(signed.checkpoint)
  for (const entry of signed.entries) verifier.entry(entry)
  return verifier.end()
}
