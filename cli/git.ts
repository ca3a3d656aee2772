/** Reads a Git repository with the git command: commits, files of a commit, trailers. Nothing is written. */
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { Invalid } from '#lib/errors.ts'
import type { SourceFile } from '#lib/plan/read-manifests.ts'

const execute = promisify(execFile)
const largestOutput = 512 * 1024 * 1024

async function git(directory: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await execute('git', ['-C', directory, ...args], { maxBuffer: largestOutput, encoding: 'utf8' })
    return stdout
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Invalid('git is not installed, or not on the PATH. Install it.')
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : ''
    throw new Invalid(
      `git ${args[0]} failed in ${directory}: ${said || 'it gave no reason'}. Is this the repository, and was its history fetched?`,
    )
  }
}

/** The full id of a commit. Throws Invalid for one that is not there. */
export async function commitId(directory: string, ref: string): Promise<string> {
  if (ref.startsWith('-')) throw new Invalid(`"${ref}" is no commit.`)
  try {
    return (await git(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])).trim()
  } catch (error) {
    throw new Invalid(`There is no commit "${ref}" in ${directory}. Fetch it (git fetch --unshallow), or correct the name.`, [], {
      cause: error,
    })
  }
}

/** The text of a file at a commit; undefined where it does not exist. */
export async function fileAt(directory: string, commit: string, path: string): Promise<string | undefined> {
  const [entry] = await treeOf(directory, commit, [path])
  return entry ? (await blobs(directory, [entry.blob])).get(entry.blob) : undefined
}

/** The manifest files (.yaml, .yml, .json) below folders at a commit, in order of path. */
export async function manifestFiles(directory: string, commit: string, folders: string[]): Promise<SourceFile[]> {
  const entries = (await treeOf(directory, commit, folders)).filter(({ path }) => /\.(?:ya?ml|json)$/.test(path))
  const texts = await blobs(directory, [...new Set(entries.map(({ blob }) => blob))])
  return entries.map(({ path, blob }) => ({ path, text: texts.get(blob) ?? '' }))
}

async function treeOf(directory: string, commit: string, paths: string[]): Promise<{ path: string; blob: string }[]> {
  const listing = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...paths])
  return listing.split('\0').flatMap((line) => {
    const match = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(line)
    const [, mode, blob, path] = match ?? []
    // Symbolic links (120000) hold a path, not a manifest.
    return mode && mode !== '120000' && blob && path ? [{ path, blob }] : []
  })
}

/** The contents of blobs, read by one git process. */
async function blobs(directory: string, ids: string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  if (ids.length === 0) return texts
  const child = spawn('git', ['-C', directory, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Invalid(`git cat-file failed in ${directory}.`))))
  })
  child.stdin.on('error', () => {})
  child.stdin.end(`${ids.join('\n')}\n`)
  await ended
  const all = Buffer.concat(chunks)
  let at = 0
  while (at < all.length) {
    const lineEnd = all.indexOf(10, at)
    const [id = '', , size = '0'] = all.subarray(at, lineEnd).toString('utf8').split(' ')
    const start = lineEnd + 1
    texts.set(id, all.subarray(start, start + Number(size)).toString('utf8'))
    at = start + Number(size) + 1
  }
  return texts
}

/** What the trailers of a range of commits say about proposals. */
export interface ProposalTrailer {
  proposal: string
  /** `cluster/namespace/Kind.group/name`, as in the trailer Corbel-Resource. */
  resources: string[]
  /** The break-glass sessions whose changes it brings to Git. */
  sessions: string[]
}

/** Proposals named by the commits after `base` up to `head`; without base only by `head`. Newest first. */
export async function proposalTrailers(directory: string, base: string | undefined, head: string): Promise<ProposalTrailer[]> {
  const keys = ['Corbel-Proposal', 'Corbel-Resource', 'Corbel-Session']
  const format = `${keys.map((key) => `%(trailers:key=${key},valueonly,separator=%x2C)`).join('%x00')}%x01`
  const range = base ? [`${base}..${head}`] : ['-1', head]
  const log = await git(directory, ['log', `--format=${format}`, ...range, '--'])
  const listed = (text: string): string[] =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean)
  return log.split('\x01').flatMap((entry) => {
    const [proposals = '', resources = '', sessions = ''] = entry.trim().split('\0')
    const proposal = proposals.split(',')[0]?.trim()
    return proposal && /^[0-9a-f-]{36}$/i.test(proposal) ? [{ proposal, resources: listed(resources), sessions: listed(sessions) }] : []
  })
}

/** owner/name of the remote `origin`; undefined without one. */
export async function originRepository(directory: string): Promise<string | undefined> {
  try {
    const url = (await git(directory, ['remote', 'get-url', 'origin'])).trim()
    return /[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(url)?.[1]
  } catch {
    // No remote is no error: the repository can be named on the command line.
    return undefined
  }
}
