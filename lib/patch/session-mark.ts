/** The annotation that names the break-glass session of a write; the admission policy reads it. Set by every patch of this room. */
import { Invalid } from '#lib/errors.ts'

export const sessionMark = 'corbel.dev/session'

/** A session's id as it may stand in the annotation. Throws Invalid for anything but a lower-case UUID. */
export function checkedSessionId(session: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(session)) throw new Invalid('This is no id of a break-glass session.')
  return session
}
