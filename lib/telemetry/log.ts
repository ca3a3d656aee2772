/** Structured logs: JSON lines on standard output, one logger per process. */
import pino, { type Logger } from 'pino'
import { config } from '#lib/config/config.ts'

const held = globalThis as typeof globalThis & { corbelLog?: Logger }

/** The logger. Never give it tokens, manifests or request bodies; `redact` is the last line, not the first. */
export function log(): Logger {
  held.corbelLog ??= pino({
    level: config().logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ['*.token', '*.password', '*.authorization', '*.idToken', '*.refreshToken', '*.secret'], censor: '(hidden)' },
    serializers: { err: pino.stdSerializers.errWithCause },
  })
  return held.corbelLog
}
