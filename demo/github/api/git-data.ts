/** Git database operations: refs, commits, trees, blobs. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readOneCommit } from '../commits.ts'
import { findObject, GitFailed, git, gitBytes, isAncestor, listBranches, listTree, moveRef, noObject, type ObjectType } from '../git.ts'
import { notFound, Problem, validationFailed } from '../problem.ts'
import { announce } from '../pull-life.ts'
import { created, noContent, type Operation, ok, onRepository, readBody } from '../route.ts'
import { commitShape, gitCommitShape, refShape, treeShape } from '../shapes-git.ts'
import { nodeId, repositoryUrl } from '../shapes-repository.ts'
import { account, type Repository, type World } from '../world.ts'

async function objectOr404(repository: Repository, name: string, type: ObjectType): Promise<string> {
  const sha = await findObject(repository.path, name, type)
  if (!sha) throw notFound()
  return sha
}

async function objectOr422(repository: Repository, name: string, type: ObjectType, complaint: string): Promise<string> {
  const sha = /^[0-9a-f]{40}$/.test(name) ? await findObject(repository.path, name, type) : undefined
  if (!sha) throw new Problem(422, complaint)
  return sha
}

const blobRequest = z.object({ content: z.string(), encoding: z.string().optional() })

const treeRequest = z.object({
  base_tree: z.string().optional(),
  tree: z
    .array(
      z.object({
        path: z.string(),
        mode: z.enum(['100644', '100755', '040000', '160000', '120000']),
        type: z.enum(['blob', 'tree', 'commit']).optional(),
        sha: z.string().nullish(),
        content: z.string().optional(),
      }),
    )
    .min(1),
})

const signatureRequest = z.object({ name: z.string().min(1), email: z.string().min(1), date: z.iso.datetime({ offset: true }).optional() })
const commitRequest = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).optional(),
  author: signatureRequest.optional(),
  committer: signatureRequest.optional(),
})

const badPath = (path: string): boolean =>
  path === '' ||
  path.includes('\0') ||
  path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')

async function writeTree(repository: Repository, request: z.infer<typeof treeRequest>): Promise<string> {
  const index = join(repository.path, `tree-${randomUUID()}.index`)
  const env = { GIT_INDEX_FILE: index }
  try {
    if (request.base_tree) {
      const base = await findObject(repository.path, request.base_tree, 'tree')
      if (!base) throw notFound()
      await git(repository.path, ['read-tree', base], { env })
    }
    let lines = ''
    for (const entry of request.tree) {
      if (badPath(entry.path)) throw new Problem(422, 'tree.path contains a malformed path component')
      if (entry.content === undefined && entry.sha === undefined) throw new Problem(422, 'Must supply either tree.sha or tree.content')
      if (entry.sha === null) {
        lines += `0 ${noObject}\t${entry.path}\0`
        continue
      }
      const sha =
        entry.content === undefined ? entry.sha : await git(repository.path, ['hash-object', '-w', '--stdin'], { input: entry.content })
      const type = entry.mode === '040000' ? 'tree' : 'blob'
      if (!sha || (entry.mode !== '160000' && !(await findObject(repository.path, sha, type)))) {
        throw new Problem(422, `tree.sha ${sha} is not a valid ${type}`)
      }
      if (type === 'blob') lines += `${entry.mode} ${sha}\t${entry.path}\0`
      else
        for (const below of await listTree(repository.path, sha, true))
          if (below.type === 'blob') lines += `${below.mode} ${below.sha}\t${entry.path}/${below.path}\0`
    }
    await git(repository.path, ['update-index', '-z', '--add', '--replace', '--index-info'], { env, input: lines })
    return await git(repository.path, ['write-tree'], { env })
  } finally {
    rmSync(index, { force: true })
  }
}

/** A name and address for commits made through the API by a person or the App. */
export function apiSignature(world: World, sender: string): { name: string; email: string } {
  const who = account(world, sender)
  return { name: who.name ?? who.login, email: who.email ?? `${who.id}+${who.login}@users.noreply.github.com` }
}

export interface CommitSignature {
  name: string
  email: string
  date?: string | undefined
}

/** Makes a commit object; no ref moves. */
export function writeCommit(
  repository: Repository,
  tree: string,
  parents: string[],
  message: string,
  author: CommitSignature,
  committer: CommitSignature,
) {
  return git(repository.path, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], {
    input: message,
    env: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      ...(author.date ? { GIT_AUTHOR_DATE: author.date } : {}),
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      ...(committer.date ? { GIT_COMMITTER_DATE: committer.date } : {}),
    },
  })
}

const refRequest = z.object({ ref: z.string(), sha: z.string() })
const refUpdate = z.object({ sha: z.string(), force: z.boolean().optional() })

async function checkRefName(repository: Repository, ref: string): Promise<void> {
  const refused = new Problem(422, 'Reference name must start with "refs/" and contain at least two slashes.')
  if (!/^refs\/[^/]+\/./.test(ref)) throw refused
  await git(repository.path, ['check-ref-format', ref]).catch(() => {
    throw new Problem(422, `${ref} is not a valid ref name.`)
  })
}

export const gitDataOperations: Operation[] = [
  onRepository('GET /git/ref/{ref+}', ['contents:read'], async ({ world, repository, param }) => {
    const ref = `refs/${param('ref')}`
    const sha = await git(repository.path, ['rev-parse', '--verify', '--quiet', ref]).catch(() => undefined)
    if (!sha || !/^refs\/[^/]+\//.test(ref)) throw notFound()
    return ok(refShape(world, repository, ref, sha, await git(repository.path, ['cat-file', '-t', sha])))
  }),
  onRepository('GET /git/matching-refs/{ref+}', ['contents:read'], async ({ world, repository, param, page }) => {
    const lines = await git(repository.path, ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)'])
    const refs = lines.split('\n').map((line) => line.split(' '))
    const wanted = refs.filter(([, , ref]) => ref?.startsWith(`refs/${param('ref')}`))
    return ok(page(wanted).map(([sha = '', type = '', ref = '']) => refShape(world, repository, ref, sha, type)))
  }),
  onRepository('POST /git/refs', ['contents:write'], async ({ world, repository, sender, body }) => {
    const { ref, sha } = readBody(refRequest, body)
    await checkRefName(repository, ref)
    const commit = await objectOr422(repository, sha, 'commit', 'Object does not exist')
    return world.inOrder(repository, async () => {
      if (await git(repository.path, ['rev-parse', '--verify', '--quiet', ref]).catch(() => ''))
        throw new Problem(422, 'Reference already exists')
      if (!(await moveRef(repository.path, ref, commit, noObject))) throw new Problem(422, 'Reference already exists')
      await announce(world, repository, sender)
      return created(refShape(world, repository, ref, commit))
    })
  }),
  onRepository('PATCH /git/refs/{ref+}', ['contents:write'], async ({ world, repository, sender, param, body }) => {
    const { sha, force } = readBody(refUpdate, body)
    const ref = `refs/${param('ref')}`
    return world.inOrder(repository, async () => {
      const old = await findObject(repository.path, ref)
      if (!old) throw new Problem(422, 'Reference does not exist')
      const commit = await objectOr422(repository, sha, 'commit', 'Object does not exist')
      if (!force && !(await isAncestor(repository.path, old, commit))) throw new Problem(422, 'Update is not a fast forward')
      if (!(await moveRef(repository.path, ref, commit, old))) throw new Problem(422, 'Reference cannot be updated')
      await announce(world, repository, sender)
      return ok(refShape(world, repository, ref, commit))
    })
  }),
  onRepository('DELETE /git/refs/{ref+}', ['contents:write'], async ({ world, repository, sender, param }) => {
    const ref = `refs/${param('ref')}`
    return world.inOrder(repository, async () => {
      if (ref === 'refs/heads/main') throw new Problem(422, 'Cannot delete the default branch')
      if (!(await findObject(repository.path, ref))) throw new Problem(422, 'Reference does not exist')
      await git(repository.path, ['update-ref', '-d', ref])
      await announce(world, repository, sender)
      return noContent
    })
  }),
  onRepository('GET /git/commits/{sha}', ['contents:read'], async ({ world, repository, param }) => {
    const sha = await objectOr404(repository, param('sha'), 'commit')
    return ok(gitCommitShape(world, repository, await readOneCommit(repository.path, sha)))
  }),
  onRepository('POST /git/commits', ['contents:write'], async ({ world, repository, sender, body }) => {
    const request = readBody(commitRequest, body)
    const tree = await objectOr422(repository, request.tree, 'tree', 'Tree SHA does not exist')
    const parents: string[] = []
    for (const parent of request.parents ?? [])
      parents.push(await objectOr422(repository, parent, 'commit', 'Parent SHA does not exist or is not a commit object'))
    const author = request.author ?? apiSignature(world, sender)
    const sha = await writeCommit(repository, tree, parents, request.message, author, request.committer ?? author)
    return created(gitCommitShape(world, repository, await readOneCommit(repository.path, sha)))
  }),
  onRepository('GET /git/trees/{sha+}', ['contents:read'], async ({ world, repository, param, query }) => {
    const name = param('sha')
    const sha = await objectOr404(repository, name, 'tree')
    // Any value of `recursive` counts, "0" and "false" too (GitHub's documentation of the operation).
    return ok(treeShape(world, repository, sha, await listTree(repository.path, sha, query.has('recursive'))))
  }),
  onRepository('POST /git/trees', ['contents:write'], async ({ world, repository, body }) => {
    const sha = await writeTree(repository, readBody(treeRequest, body))
    return created(treeShape(world, repository, sha, await listTree(repository.path, sha)))
  }),
  onRepository('GET /git/blobs/{sha}', ['contents:read'], async ({ world, repository, param }) => {
    const sha = await objectOr404(repository, param('sha'), 'blob')
    const content = await gitBytes(repository.path, ['cat-file', 'blob', sha])
    const url = `${repositoryUrl(world, repository)}/git/blobs/${sha}`
    return ok({ sha, node_id: nodeId('B', sha), url, size: content.length, content: content.toString('base64'), encoding: 'base64' })
  }),
  onRepository('POST /git/blobs', ['contents:write'], async ({ world, repository, body }) => {
    const { content, encoding } = readBody(blobRequest, body)
    if (encoding && encoding !== 'utf-8' && encoding !== 'base64')
      throw validationFailed({ resource: 'Blob', field: 'encoding', code: 'invalid' })
    const input = encoding === 'base64' ? Buffer.from(content, 'base64') : content
    const sha = await git(repository.path, ['hash-object', '-w', '--stdin'], { input })
    return created({ sha, url: `${repositoryUrl(world, repository)}/git/blobs/${sha}` })
  }),
  onRepository('POST /merges', ['contents:write'], async ({ world, repository, sender, body }) => {
    const request = readBody(z.object({ base: z.string(), head: z.string(), commit_message: z.string().optional() }), body)
    return world.inOrder(repository, () => mergeBranches(world, repository, sender, request))
  }),
]

/** Merges one branch into another without a pull request. 201 with the commit, 204 when there is nothing to do, 409 on conflict. */
async function mergeBranches(
  world: World,
  repository: Repository,
  sender: string,
  wish: { base: string; head: string; commit_message?: string | undefined },
) {
  const base = (await listBranches(repository.path)).get(wish.base)
  const head = await findObject(repository.path, wish.head)
  if (!base) throw new Problem(404, 'Base does not exist')
  if (!head) throw new Problem(404, 'Head does not exist')
  if (await isAncestor(repository.path, head, base)) return noContent
  const tree = await git(repository.path, ['merge-tree', '--write-tree', '--no-messages', base, head]).catch((error: unknown) => {
    if (error instanceof GitFailed && error.exitCode === 1) throw new Problem(409, 'Merge conflict')
    throw error
  })
  const who = apiSignature(world, sender)
  const sha = await writeCommit(repository, tree, [base, head], wish.commit_message ?? `Merge ${wish.head} into ${wish.base}`, who, who)
  await moveRef(repository.path, `refs/heads/${wish.base}`, sha, base)
  await announce(world, repository, sender)
  return created(commitShape(world, repository, await readOneCommit(repository.path, sha)))
}
