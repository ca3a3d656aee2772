/**
 * What was typed of a request for a session, kept in the tab until it is sent: proving who one is leads away from the
 * page and back. Pure but for the storage, which may be missing or full: then the page forgets, and says nothing.
 */
import type { ResourceAddress } from '#components/data/query-keys.ts'

export interface TypedRequest {
  reason: string
  ticket: string
  minutes: string
  drill: boolean
  incident: boolean
  /** It was to be sent when the person had proven who they are. */
  wanted: boolean
}

const keyOf = (username: string, { cluster, namespace, kind, name }: ResourceAddress) =>
  `corbel.break-glass ${JSON.stringify([username, cluster, namespace, kind, name])}`

/** Reads what was kept; null for anything else. */
export function readTypedRequest(text: string | null): TypedRequest | null {
  if (text === null) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { reason, ticket, minutes, drill, incident, wanted } = value as Record<string, unknown> // an object, checked above
  if (typeof reason !== 'string' || typeof ticket !== 'string' || typeof minutes !== 'string') return null
  return { reason, ticket, minutes, drill: drill === true, incident: incident === true, wanted: wanted === true }
}

export const keptRequest = {
  read(username: string, at: ResourceAddress): TypedRequest | null {
    try {
      return readTypedRequest(sessionStorage.getItem(keyOf(username, at)))
    } catch {
      return null
    }
  },
  /** Null forgets it. */
  write(username: string, at: ResourceAddress, typed: TypedRequest | null): void {
    try {
      if (typed === null) sessionStorage.removeItem(keyOf(username, at))
      else sessionStorage.setItem(keyOf(username, at), JSON.stringify(typed))
    } catch {
      // private windows and full stores: the text stands in the form all the same
    }
  },
}

/** What is wrong with a request, by field; nothing where it can be sent. The server judges again. */
export function requestProblems(
  typed: Pick<TypedRequest, 'reason' | 'ticket' | 'minutes'>,
  rules: { shortest: number; ticket: { required: boolean; pattern: string | null; example: string | null }; most: number },
): { reason?: string; ticket?: string; minutes?: string } {
  const missing = rules.shortest - Array.from(typed.reason.trim()).length
  const minutes = Number(typed.minutes)
  const ticket = typed.ticket.trim()
  const example = rules.ticket.example ? `, for example ${rules.ticket.example}` : ''
  return {
    ...(missing > 0 ? { reason: `Say why in ${rules.shortest} characters or more; ${missing} to go.` } : {}),
    ...(ticket === '' && rules.ticket.required
      ? { ticket: `Name the ticket${example}.` }
      : ticket !== '' && !fits(ticket, rules.ticket.pattern)
        ? { ticket: `A ticket looks different here${example}.` }
        : {}),
    ...(/^\d+$/.test(typed.minutes.trim()) && minutes >= 1 && minutes <= rules.most
      ? {}
      : { minutes: `Between 1 and ${rules.most} minutes.` }),
  }
}

/** Whether a ticket has the form the company asks for. A pattern this browser cannot read leaves it to the server. */
function fits(ticket: string, pattern: string | null): boolean {
  if (pattern === null) return true
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(ticket)
  } catch {
    return true
  }
}
