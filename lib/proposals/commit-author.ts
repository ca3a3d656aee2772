import type { Signature } from '#lib/forge/repository-content.ts'
import { oneLine } from './pull-request-text.ts'

/** A person as the author of a commit: only what Git can store. */
export const authorOf = ({ name, email, username }: { name: string; email: string | null; username: string }, at: Date): Signature => ({
  name: oneLine(name || username).replace(/[<>]/g, '') || 'unknown',
  email: emailInGit(email ?? username),
  at,
})

const emailInGit = (email: string): string =>
  /^[^\s<>@]+@[^\s<>@]+$/.test(email) ? email : `${email.replace(/[^\w.+-]+/g, '-')}@users.noreply.invalid`
