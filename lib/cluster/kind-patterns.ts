import { type JsonObject, textAt } from '#lib/json.ts'

/** The label that offers a kind whatever its group; `"false"` hides one whose group matches. */
export const offeredLabel = 'corbel.dev/offered'

/**
 * Whether the portal offers a definition: its label says so, or its group matches a pattern. In patterns `*` stands for
 * one or more characters: `*.cnrm.cloud.google.com` matches `storage.cnrm.cloud.google.com` and not `cnrm.cloud.google.com`.
 */
export function isOffered(definition: JsonObject, patterns: string[]): boolean {
  const label = textAt(definition, 'metadata', 'labels', offeredLabel)
  if (label === 'true' || label === 'false') return label === 'true'
  const group = textAt(definition, 'spec', 'group') ?? ''
  return patterns.some((pattern) => groupMatches(group, pattern))
}

/** Whether a group matches one pattern. */
export function groupMatches(group: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`).test(group)
}
