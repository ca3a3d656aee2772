/** The way back: what undoes a patch (makePatch's `inverse`), guarded once the patch is applied. */

import type { Sha256 } from '#lib/audit-format/audit-entry.ts'
import { Invalid } from '#lib/errors.ts'
import { applyPatch, type Operation } from './apply-patch.ts'
import { testOf } from './exact-diff.ts'
import { type ExactJson, type ExactObject, isExactObject, ownExact, readExactJson } from './exact-json.ts'
import { pointerOf, tokensOf } from './json-pointer.ts'
import { metadataInverse } from './metadata-steps.ts'
import { type ObjectVersion, type SendablePatch, sendable } from './sendable-patch.ts'
import { checkedSessionId, sessionMark } from './session-mark.ts'

const sessionPath = pointerOf(['metadata', 'annotations', sessionMark])

/**
 * What undoes operations, from the object they are for: the last one first, each guarded by a `test` of what was put there. Labels and
 * annotations are put back key by key; the session's annotation stays.
 */
export function inverseOf(before: ExactObject, operations: readonly Operation[]): Operation[] {
  const groups: Operation[][] = []
  const after = applyPatch(before, operations, (now, operation) => {
    const tokens = tokensOf(operation.path)
    if (operation.op === 'test' || tokens[0] === 'metadata') return
    const isNew = operation.op === 'add' && Array.isArray(valueAtTokens(now, tokens.slice(0, -1)))
    groups.push(undone(operation, isNew ? undefined : valueAtTokens(now, tokens)))
  })
  const object = isExactObject(after) ? after : {}
  return [
    ...groups.reverse().flat(),
    ...(['labels', 'annotations'] as const).flatMap((part) => metadataInverse(before, object, part, sessionMark)),
  ]
}

function undone(operation: Exclude<Operation, { op: 'test' }>, old: ExactJson | undefined): Operation[] {
  const { path } = operation
  if (operation.op === 'remove') return old === undefined ? [] : [{ op: 'add', path, value: old }]
  const back: Operation = old === undefined ? { op: 'remove', path } : { op: 'replace', path, value: old }
  return [...testOf(path, operation.value), back]
}

function valueAtTokens(value: ExactJson, tokens: readonly string[]): ExactJson | undefined {
  let here: ExactJson | undefined = value
  for (const token of tokens) {
    if (Array.isArray(here)) here = here[Number(token)]
    else here = isExactObject(here) ? ownExact(here, token) : undefined
  }
  return here
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
