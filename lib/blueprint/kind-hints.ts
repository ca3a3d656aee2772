/**
 * What a company says about a kind beside its definition: order and help of fields, which to hide, recommended values.
 * Written as YAML (`kind: KindHints`, see `read-kind-hints.ts`), sent to the browser as it is. Hints move and explain
 * fields; they never change what may be written.
 */
import type { Json } from '#lib/json.ts'

export interface KindHints {
  /** `Kind.group`. */
  kind: string
  /** Whether the platform team stands behind this kind: the catalogue marks it and lists it first. */
  curated: boolean
  /** Left out of catalogue and search, other than for admins. What is there is changed as before; nothing is forbidden. */
  hidden?: { reason: string | null }
  fields: FieldHint[]
}

export interface FieldHint {
  /** Keys from the resource's root: `['spec', 'location']`. An item of a list is `'*'`, and so is a map's value. */
  path: string[]
  /** Plain words shown with the field. */
  help?: string
  /** Only offered by "Add field", unless it is set or required. */
  hide?: true
  /** The value the company recommends; offered, never written by itself. */
  recommended?: Json
  /** Smaller stands first; fields without a number keep the schema's order after those with one. */
  order?: number
}

/** What is known of a kind that nobody wrote hints for. */
export const noHints = (kind: string): KindHints => ({ kind, curated: false, fields: [] })

/** The hint of a field, where there is one. `path` is where the field stands in the document, list indexes included. */
export function hintAt(hints: KindHints, path: readonly (string | number)[]): FieldHint | undefined {
  return hints.fields.find((hint) => hint.path.length === path.length && hint.path.every((key, at) => key === '*' || key === path[at]))
}
