/** The demo's repositories from behind, as somebody with a checkout reaches them. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

function bareRepository(name: string): string {
  const directory = process.env.E2E_STATE
  if (!directory) throw new Error('E2E_STATE names no state directory. Run the journeys with npm test, or start a demo and name its own.')
  return join(directory, 'github', `${name}.git`)
}

const git = (...words: string[]): string => execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Writes a file (or, with null, deletes it) on the main branch, as a colleague with a terminal would. */
export function commitToMain(repository: string, path: string, text: string | null): void {
  const checkout = mkdtempSync(join(tmpdir(), 'corbel-journey-'))
  try {
    git('clone', '--quiet', '--depth', '1', `file://${bareRepository(repository)}`, checkout)
    const file = join(checkout, path)
    if (text === null) rmSync(file)
    else {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const author = ['-c', 'user.name=Bob', '-c', 'user.email=bob@acme.test']
    git('-C', checkout, 'add', '--all')
    git('-C', checkout, ...author, 'commit', '--quiet', '--message', `Change ${path} by hand`)
    push(checkout)
  } finally {
    rmSync(checkout, { recursive: true })
  }
}

/** Pushes to main; when somebody else was faster, on top of theirs. */
function push(checkout: string, tries = 3): void {
  try {
    git('-C', checkout, 'push', '--quiet', 'origin', 'HEAD:main')
  } catch (error) {
    if (tries === 0) throw error
    git('-C', checkout, '-c', 'user.name=Bob', '-c', 'user.email=bob@acme.test', 'pull', '--quiet', '--rebase', 'origin', 'main')
    push(checkout, tries - 1)
  }
}

/** A file as the newest commit of any branch has it that touches it. */
export function newestVersion(repository: string, path: string): string {
  const bare = bareRepository(repository)
  const commit = git('--git-dir', bare, 'log', '--all', '-1', '--format=%H', '--', path).trim()
  return git('--git-dir', bare, 'show', `${commit}:${path}`)
}
