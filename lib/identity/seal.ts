/** Encryption of what must not lie open in the database or a cookie: AES-256-GCM under a key derived from CORBEL_SECRET. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const keys = new Map<string, Buffer>()

function keyOf(secret: string): Buffer {
  let key = keys.get(secret)
  if (!key) {
    key = Buffer.from(hkdfSync('sha256', secret, 'corbel', 'sealed text v1', 32))
    keys.set(secret, key)
  }
  return key
}

/** Encrypts a text. `purpose` is bound to it: text sealed for one purpose does not open for another. */
export function seal(secret: string, purpose: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce).setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
}

/** Opens what `seal` closed; undefined for anything else: another secret, another purpose, a changed byte. */
export function unseal(secret: string, purpose: string, sealed: string): string | undefined {
  if (!sealed.startsWith('v1.')) return undefined
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  if (bytes.length < 28) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), bytes.subarray(0, 12))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
