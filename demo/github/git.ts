/**
 * Git as the stand-in's storage: every fact about content comes from a bare repository through the git command line
 * (git >= 2.38, for `merge-tree --write-tree`). Nothing here knows GitHub.
 */
import { spawn } from 'node:child_process'

/** Git said no. `exitCode` 1 often means "no such object" or "conflict"; `output` is what it had printed by then. */
export class GitFailed extends Error {
  readonly exitCode: number | null
  readonly output: Buffer
  constructor(args: string[], exitCode: number | null, output: Buffer, complaint: string) {
    super(`git ${args[0]} ended with ${exitCode}: ${complaint.trim()}`)
    this.exitCode = exitCode
    this.output = output
  }
}

/**
 * Environment for git programs: no configuration of the person or the machine reaches us, no hook or prompt waits for an answer, and a
 * repository owned by another user (a demo started once as root) still opens.
 */
export function gitEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  return {
    ...own,
    NODE_ENV: process.env.NODE_ENV,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    GIT_CONFIG_KEY_1: 'core.quotePath',
    GIT_CONFIG_VALUE_1: 'false',
    GIT_CONFIG_KEY_2: 'gc.auto',
    GIT_CONFIG_VALUE_2: '0',
    ...extra,
  }
}

export interface GitOptions {
  input?: string | Uint8Array
  env?: Record<string, string>
}

/** Runs git in a bare repository and gives its standard output. Throws GitFailed. */
export function gitBytes(directory: string, args: string[], options: GitOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', directory, ...args], { env: gitEnvironment(options.env) })
    const output: Buffer[] = []
    const complaints: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const all = Buffer.concat(output)
      if (code === 0) resolve(all)
      else reject(new GitFailed(args, code, all, Buffer.concat(complaints).toString()))
    })
    // Git may end before it has read everything (a refused object): the exit code says so, the pipe's error does not matter.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
  })
}

/** As gitBytes, as text without the trailing newline. */
export async function git(directory: string, args: string[], options: GitOptions = {}): Promise<string> {
  return (await gitBytes(directory, args, options)).toString().replace(/\n$/, '')
}

export type ObjectType = 'commit' | 'tree' | 'blob'

const noRevision = /^-|[\s^~:?*[\\]|\.\.|@\{/

/**
 * The object id a person's name for a revision stands for (branch, then full or short id, then tag), or undefined.
 * Revision syntax (`a..b`, `x^`, `--option`) is no name.
 */
export async function findObject(directory: string, name: string, type: ObjectType = 'commit'): Promise<string | undefined> {
  if (name === '' || noRevision.test(name)) return undefined
  const candidates = /^[0-9a-f]{40}$/.test(name) ? [name] : name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, name]
  for (const candidate of candidates) {
    const found = await git(directory, ['rev-parse', '--verify', '--quiet', `${candidate}^{${type}}`]).catch(() => undefined)
    if (found) return found
  }
  return undefined
}

/** The object at a path of a commit, or undefined. An empty path is the root folder. */
export async function findAtPath(directory: string, commit: string, path: string): Promise<{ sha: string; type: string } | undefined> {
  const sha = await git(directory, ['rev-parse', '--verify', '--quiet', `${commit}:${path}`]).catch(() => undefined)
  if (!sha) return undefined
  return { sha, type: await git(directory, ['cat-file', '-t', sha]) }
}

/** Branches with their commits. */
export async function listBranches(directory: string): Promise<Map<string, string>> {
  const lines = await git(directory, ['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads'])
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(41), line.slice(0, 40)]),
  )
}

export async function isAncestor(directory: string, ancestor: string, descendant: string): Promise<boolean> {
  try {
    await git(directory, ['merge-base', '--is-ancestor', ancestor, descendant])
    return true
  } catch (error) {
    if (error instanceof GitFailed && error.exitCode === 1) return false
    throw error
  }
}

export interface TreeEntry {
  mode: string
  type: string
  sha: string
  size: number | undefined
  path: string
}

/** What a folder holds; with `recursive` everything below it too, folders included. */
export async function listTree(directory: string, tree: string, recursive = false): Promise<TreeEntry[]> {
  const output = await git(directory, ['ls-tree', '-l', '-z', ...(recursive ? ['-r', '-t'] : []), tree])
  return output
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf('\t')
      const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/)
      return { mode, type, sha, size: size === '-' ? undefined : Number(size), path: line.slice(tab + 1) }
    })
}

export type MergeTrial = { state: 'clean'; tree: string } | { state: 'conflict'; files: string[] }

/** Tries a merge without touching anything: the merged tree, or the files both sides changed. */
export async function tryMerge(directory: string, base: string, head: string): Promise<MergeTrial> {
  try {
    const tree = await git(directory, ['merge-tree', '--write-tree', '--name-only', '--no-messages', base, head])
    return { state: 'clean', tree: tree.slice(0, 40) }
  } catch (error) {
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error
    return { state: 'conflict', files: error.output.toString().split('\n').slice(1).filter(Boolean) }
  }
}

export const noObject = '0'.repeat(40)

/** Moves a ref from an expected object to another, atomically. False when somebody else moved it first. */
export async function moveRef(directory: string, ref: string, to: string, from: string): Promise<boolean> {
  try {
    await git(directory, ['update-ref', ref, to, from])
    return true
  } catch (error) {
    if (error instanceof GitFailed) return false
    throw error
  }
}
