/** Applies a JSON Patch (RFC 6902: add, remove, replace, test) to a value, as the API server would. The value itself is not changed. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { type ExactJson, isExactObject, ownExact, sameExact } from './exact-json.ts'
import { tokensOf } from './json-pointer.ts'

/** One operation. Kubernetes lets a `test` for null pass where there is nothing: that is how absence is tested. */
export type Operation = { op: 'test' | 'add' | 'replace'; path: string; value: ExactJson } | { op: 'remove'; path: string }

/** The value after the operations. Throws Conflict where a `test` fails and Invalid where an operation has no place. */
export function applyPatch(value: ExactJson, operations: readonly Operation[]): ExactJson {
  return operations.reduce((current, operation) => applyAt(current, tokensOf(operation.path), operation), value)
}

function applyAt(here: ExactJson | undefined, tokens: readonly string[], operation: Operation): ExactJson {
  const [token, ...rest] = tokens
  if (token === undefined) {
    if (operation.op === 'remove') throw noPlace(operation)
    if (operation.op !== 'test') return operation.value
    if (!sameExact(here ?? null, operation.value)) throw new Conflict(`The value at ${operation.path} is no longer as it was.`)
    return here ?? null
  }
  const last = rest.length === 0
  if (Array.isArray(here)) {
    const index = token === '-' ? here.length : Number(token)
    if (!/^(?:0|[1-9]\d*|-)$/.test(token) || index > here.length) throw noPlace(operation)
    if (last && operation.op === 'add') return here.toSpliced(index, 0, operation.value)
    if (index >= here.length) throw noPlace(operation)
    if (last && operation.op === 'remove') return here.toSpliced(index, 1)
    return here.with(index, applyAt(here[index], rest, operation))
  }
  if (!isExactObject(here)) throw noPlace(operation)
  const child = ownExact(here, token)
  if (child === undefined && !(last && (operation.op === 'add' || operation.op === 'test'))) throw noPlace(operation)
  const copy = { ...here }
  if (last && operation.op === 'remove') delete copy[token]
  else {
    const next = applyAt(child, rest, operation)
    if (operation.op !== 'test') copy[token] = next
  }
  return copy
}

const noPlace = ({ op, path }: Operation): Invalid => new Invalid(`There is nothing at ${path} to ${op}.`)
