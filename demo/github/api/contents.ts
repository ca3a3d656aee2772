/** Repositories, branches, commits, comparisons and files by path. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { z } from 'zod'
import { commitFiles, diffFiles, logCommits, mergeBase, readOneCommit } from '../commits.ts'
import { findAtPath, findObject, git, gitBytes, listBranches, listTree, moveRef, noObject } from '../git.ts'
import { notFound, Problem } from '../problem.ts'
import { announce } from '../pull-life.ts'
import { listPulls } from '../pulls.ts'
import { type Operation, ok, onRepository, type RepositoryCall, readBody } from '../route.ts'
import { commitShape, contentShape, fileShape, gitCommitShape } from '../shapes-git.ts'
import { simplePullShape } from '../shapes-pull.ts'
import { fullRepositoryShape, pageUrl, repositoryUrl } from '../shapes-repository.ts'
import type { Repository } from '../world.ts'
import { apiSignature, writeCommit } from './git-data.ts'

export async function commitOr404(repository: Repository, name: string, message?: string): Promise<string> {
  const sha = await findObject(
    repository.path,
    name.replace(/^(heads|tags)\//, (kind) => `refs/${kind}`),
  )
  if (!sha) throw message ? new Problem(422, message) : notFound()
  return sha
}

async function branchAnswer({ world, repository, param }: RepositoryCall) {
  const name = param('branch')
  const sha = (await listBranches(repository.path)).get(name)
  if (!sha) throw new Problem(404, 'Branch not found')
  const self = `${repositoryUrl(world, repository)}/branches/${encodeURIComponent(name)}`
  return ok({
    name,
    commit: commitShape(world, repository, await readOneCommit(repository.path, sha)),
    _links: { self, html: `${pageUrl(world, repository)}/tree/${name}` },
    protected: false,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${self}/protection`,
  })
}

async function listCommits({ world, repository, query, page }: RepositoryCall) {
  const start = await commitOr404(repository, query.get('sha') ?? 'main')
  const limits = (['since', 'until', 'author'] as const).flatMap((name) => (query.get(name) ? [`--${name}=${query.get(name)}`] : []))
  const path = query.get('path')
  const ids = await git(repository.path, ['rev-list', ...limits, start, '--', ...(path ? [path] : [])])
  const wanted = page(ids.split('\n').filter(Boolean))
  const commits = wanted.length > 0 ? await logCommits(repository.path, ['--no-walk=unsorted', ...wanted]) : []
  return ok(commits.map((commit) => commitShape(world, repository, commit)))
}

async function oneCommit({ world, repository, param }: RepositoryCall) {
  const sha = await commitOr404(repository, param('ref'), `No commit found for SHA: ${param('ref')}`)
  const commit = await readOneCommit(repository.path, sha)
  const files = await commitFiles(repository.path, commit)
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return ok({
    ...commitShape(world, repository, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: files.map((file) => fileShape(world, repository, file, sha)),
  })
}

async function compare({ world, repository, param, page }: RepositoryCall) {
  const [baseName = '', headName = ''] = param('basehead')
    .split('...')
    .map((side) => side.replace(`${repository.owner}:`, ''))
  const base = await commitOr404(repository, baseName)
  const head = await commitOr404(repository, headName)
  const common = await mergeBase(repository.path, base, head)
  const counts = await git(repository.path, ['rev-list', '--left-right', '--count', `${base}...${head}`])
  const [behind = 0, ahead = 0] = counts.split('\t').map(Number)
  const commits = (await logCommits(repository.path, [`${base}..${head}`])).reverse()
  const url = `${repositoryUrl(world, repository)}/compare/${baseName}...${headName}`
  const html = `${pageUrl(world, repository)}/compare/${baseName}...${headName}`
  const shape = async (sha: string) => commitShape(world, repository, await readOneCommit(repository.path, sha))
  return ok({
    url,
    html_url: html,
    permalink_url: `${pageUrl(world, repository)}/compare/${base}...${head}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: await shape(base),
    merge_base_commit: await shape(common),
    status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: commits.length,
    commits: page(commits).map((commit) => commitShape(world, repository, commit)),
    files: (await diffFiles(repository.path, common, head)).map((file) => fileShape(world, repository, file, head)),
  })
}

async function getContent(call: RepositoryCall, path: string) {
  const { world, repository, query } = call
  const ref = query.get('ref') ?? 'main'
  const commit = await findObject(
    repository.path,
    ref.replace(/^(heads|tags)\//, (kind) => `refs/${kind}`),
  )
  if (!commit) throw new Problem(404, `No commit found for the ref ${ref}`)
  const found = await findAtPath(repository.path, commit, path)
  if (!found) throw notFound()
  if (found.type === 'tree') {
    const prefix = path ? `${path}/` : ''
    const entries = await listTree(repository.path, found.sha)
    return ok(entries.map((entry) => contentShape(world, repository, ref, prefix + entry.path, { ...entry, size: entry.size ?? 0 })))
  }
  const bytes = await gitBytes(repository.path, ['cat-file', 'blob', found.sha])
  const shape = contentShape(world, repository, ref, path, { ...found, size: bytes.length })
  return ok({ ...shape, encoding: 'base64', content: bytes.toString('base64').replace(/(.{60})(?=.)/g, '$1\n') })
}

const person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() })
const fileRequest = z.object({
  message: z.string(),
  content: z.base64().optional(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: person.optional(),
  committer: person.optional(),
})

/** Writes (content) or deletes (none) one file as a commit on a branch. */
async function changeFile(call: RepositoryCall, deleting: boolean) {
  const { world, repository, sender, param, body } = call
  const path = param('path')
  const request = readBody(fileRequest, body)
  const branch = request.branch ?? 'main'
  if (!deleting && request.content === undefined) throw new Problem(422, 'Invalid request.\n\n"content" wasn\'t supplied.')
  return world.inOrder(repository, async () => {
    const head = (await listBranches(repository.path)).get(branch)
    if (!head) throw new Problem(404, `Branch ${branch} not found`)
    const existing = await findAtPath(repository.path, head, path)
    if (deleting && !existing) throw notFound()
    if (existing && !request.sha) throw new Problem(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if (existing && request.sha !== existing.sha) throw new Problem(409, `${path} does not match ${request.sha}`)
    const blob = deleting
      ? undefined
      : await git(repository.path, ['hash-object', '-w', '--stdin'], { input: Buffer.from(request.content ?? '', 'base64') })
    const tree = await treeWithFile(repository, head, path, blob)
    const author = request.author ?? apiSignature(world, sender)
    const sha = await writeCommit(repository, tree, [head], request.message, author, request.committer ?? author)
    if (!(await moveRef(repository.path, `refs/heads/${branch}`, sha, head))) throw new Problem(409, `${branch} was modified`)
    await announce(world, repository, sender)
    const bytes = Buffer.from(request.content ?? '', 'base64').length
    return {
      status: existing ? 200 : 201,
      body: {
        content: blob ? contentShape(world, repository, branch, path, { sha: blob, type: 'blob', size: bytes }) : null,
        commit: gitCommitShape(world, repository, await readOneCommit(repository.path, sha)),
      },
    }
  })
}

async function treeWithFile(repository: Repository, commit: string, path: string, blob: string | undefined): Promise<string> {
  const index = `${repository.path}/file-${randomUUID()}.index`
  const env = { GIT_INDEX_FILE: index }
  try {
    await git(repository.path, ['read-tree', commit], { env })
    const line = blob ? `100644 ${blob}\t${path}\0` : `0 ${noObject}\t${path}\0`
    await git(repository.path, ['update-index', '-z', '--add', '--replace', '--index-info'], { env, input: line })
    return await git(repository.path, ['write-tree'], { env })
  } finally {
    rmSync(index, { force: true })
  }
}

export const contentOperations: Operation[] = [
  onRepository('GET ', ['metadata:read'], ({ world, repository }) => ok(fullRepositoryShape(world, repository))),
  onRepository('GET /branches', ['contents:read'], async ({ world, repository, page }) => {
    const branches = page([...(await listBranches(repository.path))])
    const url = `${repositoryUrl(world, repository)}/commits`
    return ok(branches.map(([name, sha]) => ({ name, commit: { sha, url: `${url}/${sha}` }, protected: false })))
  }),
  onRepository('GET /branches/{branch+}', ['contents:read'], branchAnswer),
  onRepository('GET /commits', ['contents:read'], listCommits),
  onRepository('GET /commits/{sha}/pulls', ['contents:read', 'pull_requests:read'], async ({ world, repository, param, page }) => {
    const sha = await commitOr404(repository, param('sha'), `No commit found for SHA: ${param('sha')}`)
    const pulls = listPulls(world, repository).filter((pull) => pull.head_sha === sha || pull.merge_sha === sha)
    return ok(page(pulls).map((pull) => simplePullShape(world, repository, pull)))
  }),
  onRepository('GET /commits/{ref}', ['contents:read'], oneCommit),
  onRepository('GET /compare/{basehead+}', ['contents:read'], compare),
  onRepository('GET /contents', ['contents:read'], (call) => getContent(call, '')),
  onRepository('GET /contents/{path+}', ['contents:read'], (call) => getContent(call, call.param('path'))),
  onRepository('PUT /contents/{path+}', ['contents:write'], (call) => changeFile(call, false)),
  onRepository('DELETE /contents/{path+}', ['contents:write'], (call) => changeFile(call, true)),
]
