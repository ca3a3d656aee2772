/** Structured logs: JSON lines on standard output, one logger per process. */
import pino, { type Logger } from 'pino'
import { config } from '#lib/config/config.ts'
import { redactText } from '#lib/redact/redact.ts'

const held = globalThis as typeof globalThis & { corbelLog?: Logger }

/** The logger. Never give it tokens, manifests or request bodies; `redact` is the last line, not the first. */
export function log(): Logger {
  held.corbelLog ??= pino({
    level: config().logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['*.token', '*.password', '*.authorization', '*.idToken', '*.refreshToken', '*.secret'], censor: '(hidden)' },
    serializers: { err: loggedError },
  })
  return held.corbelLog
}

/** How many causes of an error are told. */
const mostCauses = 5

/**
 * What the log has of an error: its kind, message, place, code and status, and the same of its causes. Nothing else it carries: errors of
 * HTTP clients hold requests with bodies and headers, those of OpenID clients hold tokens.
 */
export function loggedError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error, message: redactText(String(error)).slice(0, 2000) }
  const { code, status } = { code: undefined, status: undefined, ...error }
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: redactText(error.message).slice(0, 2000),
    stack: redactText(stackOf(error)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(error.cause !== undefined && depth < mostCauses ? { cause: loggedError(error.cause, depth + 1) } : {}),
  }
}

/** The lines of a stack that say where; its first ones repeat the message. */
const stackOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .join('\n')
