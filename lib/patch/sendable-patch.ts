/** A patch as it is sent: guards first, one canonical text, and its hash, so that what was judged is what is sent. */

import { hexOf, type Sha256, utf8 } from '#lib/audit-format/audit-entry.ts'
import { Invalid, TooLarge } from '#lib/errors.ts'
import type { Operation } from './apply-patch.ts'
import { printOperation } from './exact-diff.ts'
import { type ExactJson, type ExactObject, exactAt, isExactObject, lostDigits } from './exact-json.ts'
import { isForbiddenKey } from './json-pointer.ts'

/** What the API server takes at most (k8s.io/apiserver: maxJSONPatchOperations). */
export const mostOperations = 10_000
/** The same as for a whole resource. */
export const largestPatchBytes = 1024 * 1024

export interface SendablePatch {
  operations: Operation[]
  /** The exact body to send, as `application/json-patch+json`. */
  bytes: string
  /** SHA-256 of the body as UTF-8, in hexadecimal. */
  hash: string
}

/** Which object, in which version of its spec. */
export interface ObjectVersion {
  uid: string
  generation: number
}

/** Throws Invalid where the object was never in a cluster. */
export function versionOf(live: ExactObject): ObjectVersion {
  const uid = exactAt(live, ['metadata', 'uid'])
  const generation = exactAt(live, ['metadata', 'generation'])
  if (typeof uid !== 'string' || uid === '' || typeof generation !== 'number')
    throw new Invalid('The live object has no uid and generation, so a change of it cannot be guarded. Load it again.')
  return { uid, generation }
}

/**
 * Puts the guards before the operations. The generation moves with every change of the spec and with no change of the status: a controller
 * that reports does not get in the way. Throws Invalid or TooLarge for what cannot be sent.
 */
export function sendable({ uid, generation }: ObjectVersion, changes: readonly Operation[], sha256: Sha256): SendablePatch {
  const guards: Operation[] = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/generation', value: generation },
  ]
  const operations = [...guards, ...changes]
  if (operations.length > mostOperations)
    throw new TooLarge(
      `The change takes ${operations.length.toLocaleString('en')} steps; the API server takes ${mostOperations.toLocaleString('en')}. Make it in parts, or through Git.`,
    )
  for (const operation of changes) if (operation.op !== 'remove') checkValue(operation.value, operation)
  const bytes = `[${operations.map(printOperation).join(',')}]`
  const encoded = utf8(bytes)
  if (encoded.length > largestPatchBytes)
    throw new TooLarge(
      `The change is ${(encoded.length / largestPatchBytes).toFixed(1)} MiB; 1 MiB can be sent. Make it in parts, or through Git.`,
    )
  return { operations, bytes, hash: hexOf(sha256(encoded)) }
}

const smallestInt64 = -(2n ** 63n)
const largestInt64 = 2n ** 63n - 1n

function checkValue(value: ExactJson, operation: Operation): void {
  if (lostDigits(value))
    throw new Invalid(`The number at ${operation.path} lost digits when it was read. Load the object again, or change it through Git.`)
  // a `test` may name a larger one: the API server has it as a rounded number and prints it so
  if (typeof value === 'bigint' && operation.op !== 'test' && (value < smallestInt64 || value > largestInt64))
    throw new Invalid(`${value} at ${operation.path} is beyond 64 bits: the API server would round it. Use a smaller number.`)
  if (Array.isArray(value)) for (const item of value) checkValue(item, operation)
  else if (isExactObject(value))
    for (const [key, item] of Object.entries(value)) {
      if (isForbiddenKey(key))
        throw new Invalid(`"${key}" below ${operation.path} cannot be a key in a break-glass change. Change it through Git.`)
      checkValue(item, operation)
    }
}
