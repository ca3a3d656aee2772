import { unifiedDiff } from '#lib/manifest/diff-lines.ts'
import { redactManifests } from '#lib/redact/redact.ts'

/** The unified difference of a file without its secrets; null stands for no file. */
export function redactedDiff(before: string | null, after: string | null): string {
  const shown = redactManifests(before ?? '', after ?? '')
  return unifiedDiff(shown.before, shown.after)
}
