/** The live object as YAML to edit: every digit of it, without what only the API server and controllers write. */
import { stringify } from 'yaml'
import { serverMetadata } from '#lib/schema/metadata-rules.ts'
import { type ExactObject, exactObject, isExactObject } from './exact-json.ts'

const leftOut: readonly string[] = [...serverMetadata, 'finalizers', 'ownerReferences']

/**
 * Reading the text again with makePatch and no edit gives no change. Redact it (lib/redact) where people see it; makePatch puts the secrets
 * back.
 */
export function editableText(live: string | ExactObject): string {
  const { apiVersion, kind, metadata, status: _, ...rest } = exactObject(live)
  const kept = isExactObject(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !leftOut.includes(key))) : {}
  const shown = { apiVersion, kind, metadata: kept, ...rest }
  // texts that YAML 1.1 readers would take for something else are quoted
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' })
}
