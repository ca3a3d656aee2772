/** Applies a JSON Patch (RFC 6902: add, remove, replace, test) to a value, as the API server would. The value itself is not changed. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, isExactObject, ownExact, sameExact } from './exact-json.ts'
import { tokensOf } from './json-pointer.ts'

/** One operation. Kubernetes lets a `test` for null pass where there is nothing: that is how absence is tested. */
export type Operation =
  | { op: 'test'; path: string; value: ExactJson }
  | { op: 'add' | 'replace'; path: string; value: ExactJson }
  | { op: 'remove'; path: string }

/**
 * The value after the operations; `look` sees it as it is before each. Throws Conflict where a `test` fails and Invalid where an operation
 * has no place.
 */
export function applyPatch(
  value: ExactJson,
  operations: readonly Operation[],
  look: (now: ExactJson, operation: Operation) => void = () => {},
): ExactJson {
  const draft: ExactObject = { root: structuredClone(value) }
  for (const operation of operations) {
    look(draft.root ?? null, operation)
    carryOut(draft, operation)
  }
  return withoutEmptyMaps(draft.root ?? null)
}

/** The API server keeps no empty map of labels or annotations. */
export function withoutEmptyMaps(value: ExactJson): ExactJson {
  const metadata = isExactObject(value) ? ownExact(value, 'metadata') : undefined
  if (!isExactObject(value) || !isExactObject(metadata)) return value
  const kept = Object.entries(metadata).filter(
    ([key, map]) => !((key === 'labels' || key === 'annotations') && isExactObject(map) && Object.keys(map).length === 0),
  )
  return { ...value, metadata: Object.fromEntries(kept) }
}

/** Changes the draft in place. */
function carryOut(draft: ExactObject, operation: Operation): void {
  const tokens = ['root', ...tokensOf(operation.path)]
  const last = tokens.pop() ?? 'root'
  let parent: ExactJson | undefined = draft
  for (const token of tokens)
    parent = Array.isArray(parent) ? parent[indexOf(token, parent.length)] : isExactObject(parent) ? ownExact(parent, token) : undefined
  if (Array.isArray(parent)) changeList(parent, last, operation)
  else if (isExactObject(parent)) changeObject(parent, last, operation)
  else throw noPlace(operation)
}

const indexOf = (token: string, end: number): number => (token === '-' ? end : /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : -1)

function changeList(list: ExactJson[], token: string, operation: Operation): void {
  const index = indexOf(token, list.length)
  if (index < 0 || index > list.length || (index === list.length && operation.op !== 'add')) throw noPlace(operation)
  if (operation.op === 'test') check(list[index], operation)
  else if (operation.op === 'remove') list.splice(index, 1)
  else list.splice(index, operation.op === 'add' ? 0 : 1, structuredClone(operation.value))
}

function changeObject(object: ExactObject, token: string, operation: Operation): void {
  if (operation.op === 'test') check(ownExact(object, token), operation)
  else if (operation.op !== 'add' && !Object.hasOwn(object, token)) throw noPlace(operation)
  else if (operation.op === 'remove') delete object[token]
  else object[token] = structuredClone(operation.value)
}

function check(there: ExactJson | undefined, { path, value }: Extract<Operation, { op: 'test' }>): void {
  if (!sameExact(there ?? null, value)) throw new Conflict(`The value at ${path} is no longer as it was.`)
}

const noPlace = ({ op, path }: Operation): Invalid => new Invalid(`There is nothing at ${path} to ${op}.`)
