/** The part `identity`: its certificate authority and how it is started. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodePart } from '#demo/supervisor/node-part.ts'
import type { Part } from '#demo/supervisor/part.ts'
import { type Authority, createAuthority, issueServerCertificate, type KeyedCertificate } from './certificates.ts'

/** What the identity part reads from its options. */
export interface IdentityOptions {
  directory: string
  /** Plain http on 127.0.0.1, for browser and portal. */
  httpPort: number
  /** https on 127.0.0.1, for the API server; the issuer is `https://localhost:PORT`. */
  httpsPort: number
  clientId: string
  clientSecret: string
  redirectUris: string[]
  postLogoutRedirectUris: string[]
}

/** What stays the same between runs. */
export interface IdentityKeys {
  authority: Authority
  server: KeyedCertificate
  clientSecret: string
}

const validDays = 365
const renewBeforeMs = 30 * 24 * 60 * 60 * 1000

/** The issuer of an identity provider on this https port. */
export const issuerAt = (httpsPort: number): string => `https://localhost:${httpsPort}`

/** Authority, server certificate and client secret, made on first use and renewed a month before they end. */
export function identityKeys(directory: string): IdentityKeys {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'certificates.json')
  if (existsSync(file)) {
    const kept: IdentityKeys & { madeAt: number } = JSON.parse(readFileSync(file, 'utf8'))
    if (kept.madeAt + validDays * 24 * 60 * 60 * 1000 - renewBeforeMs > Date.now()) return kept
  }
  const authority = createAuthority('Corbel demo identity authority', validDays)
  const server = issueServerCertificate(authority, ['localhost', '127.0.0.1'], validDays)
  const keys = { madeAt: Date.now(), authority, server, clientSecret: randomBytes(24).toString('base64url') }
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
  return keys
}

/** The identity provider as a part. */
export const identityPart = (options: IdentityOptions): Part =>
  nodePart({
    name: 'identity',
    title: 'The identity provider',
    program: 'demo/identity/main.ts',
    options,
    ports: [options.httpPort, options.httpsPort],
    readyWithinMs: 60_000,
  })
