/**
 * Turns what the API server answers on failure (a `Status`, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)
 * into our errors. Pure. The API server likes to repeat the whole object inside messages, secrets included: every value it
 * repeats is cut out.
 */
import {
  Conflict,
  type CorbelError,
  type FieldError,
  Forbidden,
  Invalid,
  NotFound,
  RateLimited,
  TooLarge,
  Unauthenticated,
  Unavailable,
} from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import { parseFieldPath, rejoinKeys } from './field-path.ts'
import { Gone } from './gone.ts'

/** What was tried, for the sentence. */
export interface Attempted {
  cluster: string
  /** As RBAC calls it: get, list, watch, create, patch, delete. */
  verb: string
  /** e.g. StorageBucket; the path where the call is not about a kind. */
  kind: string
  namespace?: string | undefined
  name?: string | undefined
  /** Whose credentials were used. */
  by: 'person' | 'portal'
}

/**
 * `status` is the HTTP status, `body` the parsed answer (a Status, or anything else a proxy may send), `sent` the object
 * that was sent, which tells keys with dots from paths.
 */
export function statusError(
  status: number,
  body: Json | undefined,
  attempted: Attempted,
  { retryAfterSeconds, sent }: { retryAfterSeconds?: number | undefined; sent?: Json | undefined } = {},
): CorbelError | Gone {
  const text = textAt(body, 'message') ?? ''
  const thing = described(attempted)
  if (isSchemaComplaint(status, text)) return invalid(body, text, thing, sent)
  switch (status) {
    case 401:
      return new Unauthenticated(
        attempted.by === 'person'
          ? `Cluster "${attempted.cluster}" no longer accepts your sign-in. Sign in again.`
          : `Cluster "${attempted.cluster}" refuses the credentials of its kubeconfig. Renew them and restart.`,
      )
    case 403:
      return forbidden(text, attempted, thing)
    case 404:
      return notFound(body, attempted, thing)
    case 409:
      return conflict(body, attempted, thing)
    case 410:
      return new Gone(`Cluster "${attempted.cluster}" no longer keeps the revision asked for.`)
    case 413:
      return new TooLarge(`Cluster "${attempted.cluster}" refuses ${thing}: it is too large.`)
    case 429:
      return new RateLimited('cluster', `Cluster "${attempted.cluster}" asks to slow down. ${again(retryAfterSeconds)}`, retryAfterSeconds)
  }
  if (status >= 400 && status < 500) return invalid(body, text, thing, sent)
  const said = isObject(body) && text ? ` It says: ${shortened(withoutEcho(text))}` : ''
  return new Unavailable('cluster', `Cluster "${attempted.cluster}" failed to ${attempted.verb} ${thing} (HTTP ${status}).${said}`)
}

const again = (seconds: number | undefined): string => (seconds === undefined ? 'Try again shortly.' : `Try again in ${seconds} s.`)

function described({ kind, namespace, name }: Attempted): string {
  return `${kind}${name ? ` "${name}"` : ''}${namespace ? ` in ${namespace}` : ''}`
}

/** Server-side apply answers some wrong types and unknown fields with 500 (kubernetes/kubernetes#94275 and like). */
const isSchemaComplaint = (status: number, text: string): boolean => status === 500 && /failed to create typed patch object/.test(text)

function forbidden(text: string, { cluster, kind, namespace, by }: Attempted, thing: string): Forbidden {
  const denial = admissionDenial(text)
  if (denial) return new Forbidden(`Cluster "${cluster}" refuses ${thing}: ${sentence(denial)}`)
  const who = /User "([^"]*)"/.exec(text)?.[1]
  const right = /cannot (\S+) resource "([^"]*)"(?: in API group "([^"]*)")?/.exec(text)
  const subject = by === 'person' ? 'You' : 'The portal'
  const account = who ? ` (${who} on cluster "${cluster}")` : ` on cluster "${cluster}"`
  const [, verb = 'do this', resource = kind, group = ''] = right ?? []
  const where = namespace ? ` in ${namespace}` : ''
  const grant = right
    ? ` Whoever administers access to the cluster can grant "${verb}" on "${group ? `${resource}.${group}` : resource}"${where}.`
    : ' Ask whoever administers access to the cluster.'
  return new Forbidden(`${subject}${account} may not ${verb} ${thing}.${grant}`)
}

function notFound(body: Json | undefined, { cluster, kind, namespace, name }: Attempted, thing: string): NotFound {
  if (/could not find the requested resource/.test(textAt(body, 'message') ?? '') || !isObject(body))
    return new NotFound(`Cluster "${cluster}" does not serve ${kind}. Is its definition installed?`)
  if (textAt(body, 'details', 'kind') === 'namespaces' && name !== textAt(body, 'details', 'name'))
    return new NotFound(`Namespace "${namespace ?? textAt(body, 'details', 'name')}" does not exist on cluster "${cluster}".`)
  return new NotFound(`${thing} does not exist on cluster "${cluster}".`)
}

function conflict(body: Json | undefined, { cluster }: Attempted, thing: string): Conflict {
  if (textAt(body, 'reason') === 'AlreadyExists') return new Conflict(`${thing} exists already on cluster "${cluster}".`, { exists: true })
  const managers = causesOf(body)
    .filter((cause) => textAt(cause, 'reason') === 'FieldManagerConflict')
    .map((cause) => ({
      manager: /conflict with "((?:[^"\\]|\\.)*)"/.exec(textAt(cause, 'message') ?? '')?.[1] ?? 'another manager',
      path: parseFieldPath(textAt(cause, 'field') ?? ''),
    }))
  if (managers.length === 0)
    return new Conflict(`${thing} changed on cluster "${cluster}" since it was read. Review the difference and try again.`)
  const names = [...new Set(managers.map(({ manager }) => `"${manager}"`))].join(', ')
  const fields = managers.length === 1 ? 'a field is' : `${managers.length} fields are`
  return new Conflict(`${thing}: ${fields} managed by ${names} on cluster "${cluster}". Leave them out, or take them over.`, {
    managers,
  })
}

function invalid(body: Json | undefined, text: string, thing: string, sent: Json | undefined): Invalid {
  const fields = fieldErrors(body, text).map(({ path, message }) => ({ path: rejoinKeys(path, sent), message }))
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  const first = fields[0]
  const where = first && first.path.length > 0 ? ` At ${first.path.join('.')}:` : ''
  const why = first ? `${first.message}${more}` : sentence(shortened(withoutEcho(text))) || 'It gave no reason.'
  return new Invalid(`The API server does not accept ${thing}.${where} ${why}`, fields)
}

function fieldErrors(body: Json | undefined, text: string): FieldError[] {
  const strict = strictDecodingErrors(text)
  if (strict.length > 0) return strict
  const typed = typedPatchErrors(text)
  if (typed.length > 0) return typed
  const causes = causesOf(body)
  const fromCauses = causes.map((cause): FieldError => {
    const field = textAt(cause, 'field')
    const message = textAt(cause, 'message') ?? ''
    const denial = admissionDenial(message)
    if (denial) return { path: pathIn(denial), message: sentence(denial) }
    return { path: field ? parseFieldPath(field) : pathIn(message), message: complaint(message, field) }
  })
  const notes = /^Some validation rules were not checked/
  const telling = fromCauses.filter(({ message }) => !notes.test(message))
  if (fromCauses.length > 0) return unique(telling.length > 0 ? telling : fromCauses)
  const denial = admissionDenial(text)
  return denial ? [{ path: pathIn(denial), message: sentence(denial) }] : []
}

const causesOf = (body: Json | undefined): JsonObject[] => {
  const causes = valueAt(body, ['details', 'causes'])
  return Array.isArray(causes) ? causes.filter(isObject) : []
}

/** `strict decoding error: unknown field "spec.x", duplicate field "spec.y"` */
function strictDecodingErrors(text: string): FieldError[] {
  const start = text.indexOf('strict decoding error')
  if (start < 0) return []
  return [...text.slice(start).matchAll(/(unknown|duplicate) field "((?:[^"\\]|\\.)*)"/g)].map(([, what, field = '']) => ({
    path: parseFieldPath(field),
    message: what === 'unknown' ? 'This kind has no such field.' : 'The field is given twice.',
  }))
}

/** `failed to create typed patch object (…): errors:\n  .spec.a: field not declared in schema\n  .spec.b: expected string, got …` */
function typedPatchErrors(text: string): FieldError[] {
  if (!text.includes('failed to create typed patch object')) return []
  return [...text.matchAll(/(\.[^\s:]+): ((?:field not declared in schema)|(?:expected [^,\n]+))/g)].map(([, field = '', what = '']) => ({
    path: parseFieldPath(field),
    message: what.startsWith('field not') ? 'This kind has no such field.' : `Wrong type: ${what}.`,
  }))
}

/** What an admission policy or webhook said, without the preamble that names it. */
function admissionDenial(text: string): string | undefined {
  const policy = /ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request: ([\s\S]*)/.exec(text)
  const webhook = /admission webhook "[^"]*" denied the request(?:: ([\s\S]*)| without explanation)/.exec(text)
  const denial = policy ? policy[1] : webhook ? (webhook[1] ?? 'an admission webhook refused it without a reason') : undefined
  return denial === undefined ? undefined : shortened(withoutEcho(denial))
}

/** A path that the message itself names, e.g. "spec.location is immutable". */
function pathIn(message: string): JsonPath {
  const found = /(?:^|[\s'"`(:.])((?:spec|metadata)(?:\.[A-Za-z_][\w-]*|\[[^\]\s]*\])+)/.exec(message)?.[1]
  return found ? parseFieldPath(found) : []
}

/** One cause in a person's words. `field` as the API server wrote it. */
function complaint(message: string, field: string | undefined): string {
  const supported = /^Unsupported value: .*: supported values: (.*)$/s.exec(message)?.[1]
  if (supported) return `Must be one of ${supported}.`
  if (/^Required value$/.test(message)) return 'Is required.'
  const detail = /^Required value: (.*)$/s.exec(message)?.[1]
  if (detail) return sentence(detail)
  let rest = withoutEcho(message)
  if (field && rest.startsWith(`${field} in body `)) rest = rest.slice(field.length + ' in body '.length)
  const empty = /must be of type (\w+): "null"$/.exec(rest)?.[1]
  if (empty) return `Is empty: ${toWrite[empty] ?? 'write a value'}, or remove the line.`
  return sentence(shortened(rest))
}

/** What belongs where a key has no value, by the schema's type. */
const toWrite: Record<string, string> = {
  string: 'write a text',
  integer: 'write a whole number',
  number: 'write a number',
  boolean: 'write true or false',
  array: 'write a list',
  object: 'write its fields',
}

/** Cuts out the values the API server repeats: `Invalid value: {…}: detail` becomes `detail`. */
export function withoutEcho(message: string): string {
  const start = /(?:Invalid|Duplicate|Unsupported) value: /.exec(message)
  if (!start) return message
  const from = start.index + start[0].length
  // newer API servers leave the value out and say the rule's message at once
  const end = /^(null\b|true\b|false\b|-?\d|["{[]|map\[)/.test(message.slice(from)) ? endOfValue(message, from) : from
  const detail = message.slice(end).replace(/^:\s*/, '')
  const before = message.slice(0, start.index)
  const what = start[0].startsWith('Duplicate') ? 'the value is there already' : 'the value is not allowed'
  return before + (detail ? withoutEcho(detail) : what)
}

/** Where a value printed by the API server ends: at the ": " outside of its quotes and brackets. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (quoted && char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && (char === '{' || char === '[')) depth++
    else if (!quoted && (char === '}' || char === ']')) depth--
    else if (!quoted && depth === 0 && char === ':' && text[at + 1] === ' ') return at
  }
  return text.length
}

const unique = (errors: FieldError[]): FieldError[] => {
  const seen = new Set<string>()
  return errors.filter((error) => {
    const key = JSON.stringify(error)
    return !seen.has(key) && seen.add(key)
  })
}

const longest = 1000
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const sentence = (text: string): string => {
  const trimmed = text.trim()
  return trimmed ? capital(/[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`) : ''
}
