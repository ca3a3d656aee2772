/**
 * What an event of a cluster's audit log (audit.k8s.io/v1) says about break-glass. Pure. Everything in an event that clients choose (Audit-ID,
 * User-Agent, annotations of the object) is a hint to be compared, never believed alone.
 */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** A write by a break-glass account: carried out, tried in a dry run, or refused by the cluster. */
export interface AccountUse {
  type: 'use'
  auditId: string
  /** When the API server got it; microseconds. */
  at: string
  /** Who signed in at the API server. */
  username: string
  /** The break-glass account; null where the caller *was* the account, so that no person is known. */
  impersonated: string | null
  verb: string
  namespace: string
  group: string
  /** The plural. */
  resource: string
  subresource: string | null
  name: string
  dryRun: boolean
  code: number
  /** The session that the gate let it through for, as the gate's audit annotation tells; null where that is no id. */
  session: string | null
}

/** Somebody wrote session annotations of a project's Namespace. */
export interface GateWrite {
  type: 'gate'
  auditId: string
  at: string
  username: string
  namespace: string
  dryRun: boolean
  code: number
  /** The sessions whose gate was opened or shut. */
  sessions: string[]
}

const account = /^system:serviceaccount:([^:]+):break-glass$/
const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])
const gatePrefix = 'session.corbel.dev/'

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** Longer than any name that Kubernetes has. */
const longestName = 300

/**
 * A text of an event. Addresses may hold any bytes and be a mebibyte long, also of requests that the API server refuses; the database takes
 * no NUL, and no long texts in its indexes, and one event that cannot be stored would end the reading of the log.
 */
function nameAt(event: JsonObject, ...path: string[]): string | undefined {
  return textAt(event, ...path)
    ?.replaceAll('\0', '\ufffd')
    .slice(0, longestName)
    .toWellFormed()
}

/** Undefined for events that have nothing to do with break-glass, or are not the last of their request. */
export function readEvent(event: Json): AccountUse | GateWrite | undefined {
  if (!isObject(event)) return undefined
  const stage = textAt(event, 'stage')
  if (stage !== 'ResponseComplete' && stage !== 'Panic') return undefined
  const auditId = nameAt(event, 'auditID')
  const at = textAt(event, 'requestReceivedTimestamp')
  const username = nameAt(event, 'user', 'username')
  const verb = nameAt(event, 'verb')
  if (auditId === undefined || at === undefined || Number.isNaN(Date.parse(at)) || username === undefined || verb === undefined)
    return undefined
  if (!writes.has(verb)) return undefined
  const common = {
    auditId,
    at,
    username,
    dryRun: /[?&]dryRun=/.test(textAt(event, 'requestURI') ?? ''),
    code: codeOf(event),
  }
  const impersonated = nameAt(event, 'impersonatedUser', 'username')
  const acting = impersonated ?? username
  const namespace = nameAt(event, 'objectRef', 'namespace') ?? ''
  if (account.test(acting)) {
    return {
      type: 'use',
      ...common,
      impersonated: impersonated ?? null,
      verb,
      namespace,
      group: nameAt(event, 'objectRef', 'apiGroup') ?? '',
      resource: nameAt(event, 'objectRef', 'resource') ?? '',
      subresource: nameAt(event, 'objectRef', 'subresource') ?? null,
      name: nameAt(event, 'objectRef', 'name') ?? '',
      session: gateSession(event),
    }
  }
  if (nameAt(event, 'objectRef', 'resource') !== 'namespaces') return undefined
  const sessions = sessionsIn(valueAt(event, ['requestObject']))
  return sessions.length === 0
    ? undefined
    : { type: 'gate', ...common, namespace: nameAt(event, 'objectRef', 'name') ?? namespace, sessions }
}

function codeOf(event: JsonObject): number {
  const code = valueAt(event, ['responseStatus', 'code'])
  return typeof code === 'number' ? code : 0
}

/** What the gate's policy wrote beside the event; `<policy>/session`. */
function gateSession(event: JsonObject): string | null {
  const annotations = valueAt(event, ['annotations'])
  if (!isObject(annotations)) return null
  for (const [key, value] of Object.entries(annotations))
    if (/break-glass-gate\/session$/.test(key) && typeof value === 'string' && isUuid(value)) return value
  return null
}

/** Session annotations named anywhere in a request's body, however deep: an object, a merge patch or a JSON patch of whatever it replaces. */
function sessionsIn(body: Json | undefined): string[] {
  const found = new Set<string>()
  const take = (text: string): void => {
    const plain = text.replaceAll('~1', '/')
    const at = plain.indexOf(gatePrefix)
    if (at >= 0)
      found.add(
        plain
          .slice(at + gatePrefix.length)
          .slice(0, 100)
          .replaceAll('\0', '\ufffd')
          .toWellFormed(),
      )
  }
  const walk = (value: Json): void => {
    if (Array.isArray(value)) for (const item of value) walk(item)
    if (!isObject(value)) return
    for (const [key, item] of Object.entries(value)) {
      take(key)
      if (key === 'path' && typeof item === 'string') take(item)
      walk(item)
    }
  }
  if (body !== undefined) walk(body)
  return [...found]
}
