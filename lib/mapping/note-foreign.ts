/** What becomes of a key that the kind has no field for. Pure. */
import type { Json, JsonPath } from '#lib/json.ts'
import { noteLeaves } from './account.ts'
import { isOutputOnlyName, isUnspecified } from './output-only.ts'
import { isNothing, type Walk } from './walk.ts'
import { fold } from './words.ts'

/** Notes it: the service's own word, nothing that anybody chose, or something a person must look at. */
export function noteForeign(walk: Walk, key: string, value: Json, from: JsonPath): void {
  noteLeaves(
    walk.account,
    value,
    from,
    isServices(walk, key, from)
      ? { fate: 'output-only' }
      : isNothing(value)
        ? { fate: 'default', why: 'empty' }
        : typeof value === 'string' && (isUnspecified(value) || value === 'DEFAULT')
          ? { fate: 'default', why: 'nobody chose' }
          : isUnset(value)
            ? { fate: 'default', why: 'what unset means' }
            : { fate: 'unmapped', why: `the kind has no field that means ${key}` },
  )
}

/** Nothing in it is on, counted or chosen. */
function isUnset(value: Json): boolean {
  if (typeof value === 'string') return value === '' || isUnspecified(value)
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isUnset)
  return value === false || value === 0 || value === null
}

/** Whether only the service writes a key, by its name or because the kind shows it in its status. */
export const isServices = (walk: Walk, key: string, from: JsonPath): boolean =>
  isOutputOnlyName(key) || walk.observed.has(observedPath(from)) || walk.observed.has(`*.${fold(key)}`)

/** A path in the form of `Walk.observed`: which entry of a list it is does not matter. */
const observedPath = (path: JsonPath): string =>
  path
    .filter((step) => typeof step === 'string')
    .map(fold)
    .join('.')
