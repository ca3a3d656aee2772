/** Which complaints stand at a field: its own, and those inside it where the field is drawn as one. Pure. */
import type { FieldError } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'

export interface SaidHere {
  /** With the key in front, where it speaks of something inside the field. */
  message: string
  /** The last key of its place; `''` for the field itself. */
  key: string
  hint: boolean
}

/** The complaints to say at `path`; `inside`: those below it too, each with its key. */
export function saidHere(all: readonly FieldError[], path: JsonPath, inside: boolean): SaidHere[] {
  return all.flatMap(({ path: at, message, hint }): SaidHere[] => {
    if (at.length < path.length || (!inside && at.length > path.length) || !path.every((key, index) => at[index] === key)) return []
    const key = at.length > path.length ? String(at.at(-1)) : ''
    return [{ message: key === '' ? message : `${key}: ${message}`, key, hint: hint === true }]
  })
}
