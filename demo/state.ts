/**
 * What a demo keeps between runs, in one directory (`.corbel`, or CORBEL_STATE): data of the parts, their ports and
 * secrets, their logs, and demo.json, which says what runs now.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { holdPort } from '#demo/supervisor/ports.ts'
import { commandOf } from '#demo/supervisor/processes.ts'

/** The repository's root. */
export const root = join(import.meta.dirname, '..')

/** Where compiled things lie, for every demo of this checkout. */
export const builds = join(root, '.corbel')

const portNames = ['postgres', 'controlPlane', 'identityHttp', 'identityHttps', 'github', 'ci', 'assetInventory', 'worker', 'web'] as const
const firstWebPort = 3000

export type Ports = Record<(typeof portNames)[number], number>

export interface Secrets {
  /** CORBEL_SECRET. */
  portal: string
  githubWebhook: string
  ciWebhook: string
  githubClientSecret: string
  /** Of the GitHub App; the stand-in gets the public half. */
  githubAppPublicKey: string
}

/** Written to demo.json. `url` is there once the demo is ready. */
export interface DemoRecord {
  pid: number
  url?: string
  startedAt: string
  ports?: Ports
  pids?: Record<string, number>
  kubeconfig?: string
  databaseUrl?: string
  github?: string
  logs: string
}

/** The state directory of this start: CORBEL_STATE, else .corbel in the checkout. */
export const stateDirectory = (): string => resolve(process.env.CORBEL_STATE ?? builds)

/** Makes a state directory. Root's may be entered by name (PostgreSQL runs as another user), its contents stay closed. */
export function prepareState(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  chmodSync(directory, process.getuid?.() === 0 ? 0o711 : 0o700)
}

/** Ports for all parts, held for them: those of the last run where they are free, others where they are not. */
export async function choosePorts(directory: string): Promise<Ports> {
  const file = join(directory, 'ports.json')
  const before: Partial<Ports> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { web: firstWebPort }
  const chosen: Partial<Ports> = {}
  for (const name of portNames) {
    const port = await holdPort(before[name])
    chosen[name] = Object.values(chosen).includes(port) ? await holdPort() : port
  }
  // every name was given a port just above
  const ports = chosen as Ports
  writeFileSync(file, JSON.stringify(ports, undefined, 2), { mode: 0o600 })
  return ports
}

/** Where the GitHub App's private key lies. */
export const githubAppKeyFile = (directory: string): string => join(directory, 'github-app.pem')

/** Where the key lies that signs the audit log's checkpoints; made on first use. */
export function auditKeyFile(directory: string): string {
  const file = join(directory, 'audit.pem')
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  }
  return file
}

/** The demo's secrets, made on first use. */
export function keepSecrets(directory: string): Secrets {
  const file = join(directory, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  const secret = (): string => randomBytes(36).toString('base64url')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(githubAppKeyFile(directory), privateKey, { mode: 0o600 })
  const secrets = {
    portal: secret(),
    githubWebhook: secret(),
    ciWebhook: secret(),
    githubClientSecret: secret(),
    githubAppPublicKey: publicKey,
  }
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

const recordFile = (directory: string): string => join(directory, 'demo.json')

/** The demo that runs in this directory now, if one does. */
export function runningDemo(directory: string): DemoRecord | undefined {
  try {
    const record: DemoRecord = JSON.parse(readFileSync(recordFile(directory), 'utf8'))
    const command = commandOf(record.pid)
    return record.pid !== process.pid && /demo\/run\.ts|scripts\/test\.ts|bench\/run\.ts/.test(command) ? record : undefined
  } catch {
    return undefined
  }
}

/** Says what runs. */
export function writeRecord(directory: string, record: DemoRecord): void {
  const file = recordFile(directory)
  writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Says that nothing runs any more. */
export const removeRecord = (directory: string): void => rmSync(recordFile(directory), { force: true })
