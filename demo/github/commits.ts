/** Commits and differences read from a bare repository. */
import { git } from './git.ts'

export interface Signature {
  name: string
  email: string
  /** ISO 8601 in UTC, to the second, as GitHub writes it. */
  date: string
}

export interface Commit {
  sha: string
  tree: string
  parents: string[]
  author: Signature
  committer: Signature
  message: string
}

/** An instant as GitHub writes it: UTC, without fractions of a second. */
export const timestamp = (at: Date | number | string): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const format = '%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B'

function readCommit(text: string): Commit {
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] = text.split('\n')
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: timestamp(ad) },
    committer: { name: cn, email: ce, date: timestamp(cd) },
    message: message.join('\n').trimEnd(),
  }
}

/** Commits reachable from the arguments of `git log` (revisions, `--skip`, `-n`, `-- path`), newest first. */
export async function logCommits(directory: string, args: string[]): Promise<Commit[]> {
  const output = await git(directory, ['log', '-z', `--format=${format}`, ...args])
  return output.split('\0').filter(Boolean).map(readCommit)
}

/** One commit by its full id. Throws GitFailed when there is none. */
export async function readOneCommit(directory: string, sha: string): Promise<Commit> {
  return readCommit(await git(directory, ['show', '-s', `--format=${format}`, sha]))
}

export interface FileChange {
  path: string
  status: 'added' | 'removed' | 'modified'
  /** The blob after the change; null for a removed file. */
  sha: string | null
  additions: number
  deletions: number
  /** The hunks, without git's header lines; undefined for binary files and those without a line changed. */
  patch: string | undefined
}

/** The empty tree, which git knows without storing it: the parent of a first commit. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

const statuses: Record<string, FileChange['status']> = { A: 'added', D: 'removed' }

/** What changed between two trees or commits, file by file. A rename is a removal and an addition. */
export async function diffFiles(directory: string, from: string, to: string): Promise<FileChange[]> {
  const options = ['diff-tree', '-r', '--no-renames', from, to]
  const [raw, numbers, patches] = await Promise.all([
    git(directory, [...options, '-z', '--raw', '--no-abbrev']),
    git(directory, [...options, '-z', '--numstat']),
    git(directory, [...options, '-p', '--no-color', '--full-index']),
  ])
  const counted = new Map(
    numbers
      .split('\0')
      .filter(Boolean)
      .map((line) => {
        const [additions, deletions, ...path] = line.split('\t')
        return [path.join('\t'), { additions: Number(additions) || 0, deletions: Number(deletions) || 0 }]
      }),
  )
  // Patches come in the order of the raw list, one per file, each starting with its own header line.
  const hunks = ` \n${patches}`.split('\ndiff --git ').slice(1)
  const fields = raw.split('\0').filter(Boolean)
  const changes: FileChange[] = []
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, , , sha = '', letter = 'M'] = (fields[index] ?? '').split(' ')
    const path = fields[index + 1] ?? ''
    const status = statuses[letter] ?? 'modified'
    const patch = hunks[index / 2] ?? ''
    const start = patch.indexOf('\n@@ ')
    changes.push({
      path,
      status,
      sha: status === 'removed' ? null : sha,
      ...(counted.get(path) ?? { additions: 0, deletions: 0 }),
      patch: start < 0 ? undefined : patch.slice(start + 1),
    })
  }
  return changes
}

/** What a commit changed against its first parent. */
export const commitFiles = (directory: string, commit: Commit): Promise<FileChange[]> =>
  diffFiles(directory, commit.parents[0] ?? emptyTree, commit.sha)

/** The newest common ancestor; the base itself where histories have none. */
export const mergeBase = (directory: string, base: string, head: string): Promise<string> =>
  git(directory, ['merge-base', base, head]).catch(() => base)
