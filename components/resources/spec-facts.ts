/** What the overview tells of a resource's spec: its plain fields, not its depths. */
import { fieldPath } from '#components/ui/format.ts'
import type { Json } from '#lib/json.ts'

export interface SpecFact {
  path: string
  text: string
  /** The name of another resource of the same namespace it refers to. */
  reference: string | null
}

const isMap = (value: Json): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One value as a reader takes it in: lists of plain values joined, others counted. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return 'unset'
  if (value === null) return 'null'
  if (value === '') return '""'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) {
    if (value.length === 0) return 'empty list'
    return value.every((item) => typeof item !== 'object')
      ? value.map(String).join(', ')
      : `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  }
  if (isMap(value)) return JSON.stringify(value)
  return String(value)
}

/** The fields of a spec in their order: maps opened down to three levels, references as what they name; at most `limit`. */
export function specFacts(spec: Json | undefined, limit = 24): SpecFact[] {
  const facts: SpecFact[] = []
  const visit = (value: Json, path: (string | number)[]) => {
    if (facts.length >= limit) return
    if (!isMap(value)) {
      facts.push({ path: fieldPath(path), text: valueText(value), reference: null })
      return
    }
    const last = path.at(-1)
    if (typeof last === 'string' && last.endsWith('Ref') && (typeof value.name === 'string' || typeof value.external === 'string')) {
      const name = typeof value.name === 'string' ? value.name : null
      facts.push({ path: fieldPath(path), text: name ?? String(value.external), reference: name })
    } else if (path.length >= 3 || Object.keys(value).length === 0) {
      facts.push({
        path: fieldPath(path),
        text: Object.keys(value).length === 0 ? 'set, without values' : JSON.stringify(value),
        reference: null,
      })
    } else for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key])
  }
  if (spec !== undefined && isMap(spec)) for (const [key, inner] of Object.entries(spec)) visit(inner, [key])
  return facts
}
