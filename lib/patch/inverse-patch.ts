/** The way back: the operations that undo a patch, and their guards once the patch is applied. */

import type { Sha256 } from '#lib/audit-format/audit-entry.ts'
import { Invalid } from '#lib/errors.ts'
import type { Operation } from './apply-patch.ts'
import { type ExactJson, isExactObject, readExactJson } from './exact-json.ts'
import { pointerOf, tokensOf } from './json-pointer.ts'
import { type ObjectVersion, type SendablePatch, sendable } from './sendable-patch.ts'
import { checkedSessionId, sessionMark } from './session-mark.ts'

const sessionPath = pointerOf(['metadata', 'annotations', sessionMark])

/**
 * Undoes operations that this room made, the last one first, each guarded by a `test` of what the patch put there. The session's annotation
 * stays; a map of labels or annotations that the patch made is emptied, which the API server takes for absent.
 */
export function inverseOf(operations: readonly Operation[]): Operation[] {
  const groups: Operation[][] = []
  let tested: { path: string; value: ExactJson } | undefined
  for (const operation of operations) {
    const { path } = operation
    const old = tested?.path === path ? tested.value : undefined
    if (operation.op === 'test') tested = operation
    else {
      tested = undefined
      if (operation.op === 'add') groups.push(withoutAdded(path, operation.value))
      else {
        if (old === undefined) throw new Invalid(`The change at ${path} names no old value, so it cannot be undone.`)
        if (operation.op === 'remove') groups.push(putBack(path, old))
        else
          groups.push([
            { op: 'test', path, value: operation.value },
            { op: 'replace', path, value: old },
          ])
      }
    }
  }
  return groups.reverse().flat()
}

const isMetadata = (path: string): boolean => tokensOf(path)[0] === 'metadata'

/** A label or annotation must not overwrite what somebody set meanwhile; the spec is guarded by its generation. */
const putBack = (path: string, value: ExactJson): Operation[] =>
  isMetadata(path)
    ? [
        { op: 'test', path, value: null },
        { op: 'add', path, value },
      ]
    : [{ op: 'add', path, value }]

function withoutAdded(path: string, value: ExactJson): Operation[] {
  if (path === sessionPath) return []
  const tokens = tokensOf(path)
  if (tokens.length === 2 && tokens[0] === 'metadata' && isExactObject(value))
    return Object.entries(value).flatMap(([key, item]) => withoutAdded(pointerOf([...tokens, key]), item))
  return [
    { op: 'test', path, value },
    { op: 'remove', path },
  ]
}

/** The undo as it is sent: guarded by the object's uid and its generation after the change, and marked with the session that undoes. */
export function guardInverse(
  inverse: readonly Operation[],
  { uid, generation, session, sha256 }: ObjectVersion & { session: string; sha256: Sha256 },
): SendablePatch {
  const mark: Operation = { op: 'add', path: sessionPath, value: checkedSessionId(session) }
  return sendable({ uid, generation }, [...inverse, mark], sha256)
}

/** Operations from their text, as `bytes` and stored inverses have it. Throws Invalid for anything else. */
export function readOperations(text: string): Operation[] {
  const list = readExactJson(text)
  if (!Array.isArray(list)) throw new Invalid('This is no JSON Patch: it is no list.')
  return list.map((entry): Operation => {
    if (!isExactObject(entry)) throw new Invalid('This is no JSON Patch: an operation is no object.')
    const { op, path, value } = entry
    if (typeof path !== 'string') throw new Invalid('This is no JSON Patch: an operation has no path.')
    tokensOf(path)
    if (op === 'remove') return { op, path }
    if ((op !== 'test' && op !== 'add' && op !== 'replace') || value === undefined)
      throw new Invalid(`This is no JSON Patch of a break-glass change: an operation at ${path} is unknown or has no value.`)
    return { op, path, value }
  })
}
