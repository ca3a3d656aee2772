/** What the pure room `audit-format` is given: SHA-256 and Ed25519 (RFC 8032) of Node. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { CheckSignature } from '#lib/audit-format/signed-note.ts'

export const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer')

/** The 12 bytes before an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex')

export const checkSignature: CheckSignature = (publicKey, message, signature) =>
  publicKey.length === 32 &&
  signature.length === 64 &&
  verify(null, message, createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: 'der', type: 'spki' }), signature)

/** A private key that signs. */
export interface Signer {
  /** 32 bytes. */
  publicKey: Uint8Array
  sign: (message: Uint8Array) => Uint8Array
}

/** Reads an Ed25519 private key (PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it). Throws Error with a sentence. */
export function signerOf(pem: string): Signer {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    throw new Error('it holds no private key in PEM', { cause: error })
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`its key is ${key.asymmetricKeyType ?? 'of no known sort'}, not Ed25519`)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { publicKey: new Uint8Array(spki.subarray(spkiHead.length)), sign: (message) => new Uint8Array(sign(null, message, key)) }
}
