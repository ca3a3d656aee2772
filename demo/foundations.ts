/** What everything else stands on: a migrated PostgreSQL, and a control plane that trusts the demo's identity provider. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { checkAssets } from '#demo/control-plane/assets.ts'
import { type BuildProgress, buildControlPlane } from '#demo/control-plane/build.ts'
import { adminKubeconfig, controlPlanePart } from '#demo/control-plane/start.ts'
import { type IdentityKeys, identityKeys, issuerAt } from '#demo/identity/start.ts'
import { preparePostgres } from '#demo/postgres/installation.ts'
import type { Progress } from '#demo/progress.ts'
import { builds, type Ports } from '#demo/state.ts'
import { nodePart } from '#demo/supervisor/node-part.ts'
import type { Supervisor } from '#demo/supervisor/supervisor.ts'
import { migrate } from '#lib/database/migrate.ts'

/** The portal's client id, and the audience of tokens the API server takes. */
export const clientId = 'corbel'

export interface FoundationOptions {
  directory: string
  ports: Ports
  supervisor: Supervisor
  progress: Progress
}

export interface Foundations {
  /** Connection string of the portal's database; its account may create databases. */
  databaseUrl: string
  /** The administrator's kubeconfig. */
  kubeconfig: string
  identity: IdentityKeys
  /** Sentences about what is not as in the usual demo, because settings replace a part. */
  notes: string[]
}

/** Starts both side by side, building what is missing. Their parts are the supervisor's from then on. */
export async function startFoundations(options: FoundationOptions): Promise<Foundations> {
  const { progress } = options
  const notes: string[] = []
  const identity = identityKeys(join(options.directory, 'identity'))
  const database = startDatabase(options, notes).then(async (url) => {
    await progress.step('Database migrations', () => migrateDemo(url, options.directory))
    return url
  })
  const [databaseUrl, kubeconfig] = await Promise.all([database, startControlPlane(options, identity, notes)])
  return { databaseUrl, kubeconfig, identity, notes }
}

async function startDatabase({ directory, ports, supervisor, progress }: FoundationOptions, notes: string[]): Promise<string> {
  const own = process.env.DATABASE_URL
  if (own) {
    notes.push('The database is yours (DATABASE_URL).')
    await progress.step('Your PostgreSQL', () => checkDatabase(own))
    return own
  }
  const place = join(directory, 'postgres')
  const part = nodePart({
    name: 'postgres',
    title: 'PostgreSQL',
    program: 'demo/postgres/main.ts',
    options: { directory: place, port: ports.postgres },
    ports: [ports.postgres],
    readyWithinMs: 60_000,
    foundation: true,
  })
  await progress.step('PostgreSQL 18', () => supervisor.start(part))
  const password = readFileSync(`${preparePostgres(place).data}.password`, 'utf8').trim()
  return `postgresql://corbel:${password}@127.0.0.1:${ports.postgres}/corbel`
}

async function migrateDemo(url: string, directory: string): Promise<void> {
  try {
    await migrate(url)
  } catch (error) {
    if (process.env.DATABASE_URL || !(error instanceof Error)) throw error
    throw new Error(
      `${error.message}\nThis database is the demo's own, so nothing is lost that matters: delete ${directory} to begin anew.`,
    )
  }
}

async function startControlPlane(options: FoundationOptions, identity: IdentityKeys, notes: string[]): Promise<string> {
  const { directory, ports, supervisor, progress } = options
  const own = process.env.CORBEL_KUBECONFIG
  if (own) {
    if (!existsSync(own)) throw new Error(`CORBEL_KUBECONFIG names ${own}, which does not exist.`)
    const trust = `${issuerAt(ports.identityHttps)}, audience ${clientId}`
    notes.push(
      `The cluster is yours (CORBEL_KUBECONFIG). It takes people's tokens only if it trusts the demo's identity provider (${trust}).`,
    )
    return own
  }
  const assets = process.env.KUBEBUILDER_ASSETS
  const binary = join(builds, 'bin', 'control-plane')
  if (assets) {
    checkAssets(assets)
    notes.push(
      'The control plane is that of KUBEBUILDER_ASSETS. It has no controllers: deleted namespaces stay, nothing is garbage-collected.',
    )
  } else {
    await progress.step('Control plane build', (say) => buildControlPlane(binary, (how) => say(tellBuild(how))))
  }
  const program = assets ? { assets } : { binary }
  const trusted = { issuer: issuerAt(ports.identityHttps), authority: identity.authority.certificate, clientId }
  const place = join(directory, assets ? 'control-plane-assets' : 'control-plane')
  await progress.step('Control plane (kube-apiserver and etcd)', () =>
    supervisor.start(controlPlanePart({ program, directory: place, port: ports.controlPlane, trusted })),
  )
  return adminKubeconfig(place)
}

/** A line about the build, for people who wait. */
export function tellBuild(how: BuildProgress): string {
  switch (how.step) {
    case 'reading':
      return 'reading the sources'
    case 'downloading':
      return `downloading Go modules, ${how.modules} so far`
    case 'compiling':
      if (how.packages === 0) return 'compiling what Go has not compiled before'
      return `${how.percent} % (${how.packages} of ${how.of} packages; only the first time)`
    case 'linking':
      return 'linking'
    default:
      return how satisfies never
  }
}

async function checkDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await client.end()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `The PostgreSQL of DATABASE_URL cannot be reached (${why}). Start it or correct the setting; without it the demo brings its own.`,
    )
  }
}
