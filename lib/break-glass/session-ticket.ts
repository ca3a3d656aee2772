/** Tickets: what they must look like, and where they lead. */
import { config } from '#lib/config/config.ts'
import { Invalid } from '#lib/errors.ts'
import { compileRe2 } from '#lib/schema/re2-pattern.ts'
import type { Offer } from './contract.ts'

/** What the form must say about tickets. */
export function ticketRules(): Offer['ticket'] {
  const { required, pattern = null } = config().breakGlass.ticket
  return { required, pattern, example: pattern === null ? null : exampleOf(pattern) }
}

/** Something that matches the pattern, made of its first choices; null where that is not found so simply. */
export function exampleOf(pattern: string): string | null {
  const made = pattern
    .replace(/\\d/g, '[0-9]')
    .replace(/\[[^\]]*?([A-Za-z0-9])[^\]]*\](?:\{(\d+)[^}]*\}|\+)?/g, (_, first: string, count?: string) =>
      filled(first, Number(count ?? 1)),
    )
    .replace(/\(\?:|[()^$\\]/g, '')
    .replace(/\|.*$/, '')
  return compileRe2(`^(?:${pattern})$`)?.matches(made) ? made : null
}

const filled = (first: string, count: number): string =>
  first === '0'
    ? '1234567890'.slice(0, Math.min(count, 10)).padEnd(Math.max(count, 1), '1')
    : first.repeat(Math.min(Math.max(count, 1), 20))

/** The ticket as it is kept. Throws Invalid where it is missing, or is not what the pattern wants. */
export function checkTicket(given: string | null): string | null {
  const { required, pattern } = config().breakGlass.ticket
  const ticket = given?.trim() || null
  if (ticket === null) {
    if (required) throw new Invalid('A break-glass session needs a ticket.', [{ path: ['ticket'], message: 'is missing' }])
    return null
  }
  const refused = new Invalid('The ticket does not look like one of yours.', [
    { path: ['ticket'], message: pattern === undefined ? 'must be one line' : `must match ${pattern}` },
  ])
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(ticket)) throw refused
  if (pattern !== undefined && compileRe2(`^(?:${pattern})$`)?.matches(ticket) !== true) throw refused
  return ticket
}

/** Where a ticket is found. The address comes from the settings; of the ticket nothing can lead elsewhere. */
export function ticketLink(ticket: string | null): { text: string; url: string | null } | null {
  if (ticket === null) return null
  const template = config().breakGlass.ticket.url
  return { text: ticket, url: template === undefined ? null : template.replaceAll('{ticket}', () => encodeURIComponent(ticket)) }
}
