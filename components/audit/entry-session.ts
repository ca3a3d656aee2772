/** The break-glass session behind an entry of the audit log. */
import { breakGlassPages } from '#components/break-glass/break-glass-paths.ts'
import type { AuditRow } from '#lib/audit/contract.ts'
import { isId } from '#lib/ids.ts'

/** The page of the session an entry names; null where it names none. */
export function sessionPageOf({ target: { session } }: Pick<AuditRow, 'target'>): string | null {
  return typeof session === 'string' && isId(session) ? breakGlassPages.session(session) : null
}
