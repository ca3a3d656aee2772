/** Pull requests, their comments and labels. */
import { z } from 'zod'
import { logCommits } from '../commits.ts'
import { findObject } from '../git.ts'
import { Problem, validationFailed } from '../problem.ts'
import { eventContext, mergePull, openPull, setPullState, tellPull } from '../pull-life.ts'
import { findComment, findPull, listComments, listPulls, type Pull, pullFacts, pullLabels, repositoryLabels } from '../pulls.ts'
import { created, noContent, type Operation, ok, onRepository, type RepositoryCall, readBody } from '../route.ts'
import { commitShape, fileShape } from '../shapes-git.ts'
import { commentShape, issueShape, labelShape, pullShape, simplePullShape } from '../shapes-pull.ts'
import { recordEvent } from '../webhooks.ts'

const newPull = z.object({
  title: z.string().min(1),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
})
const pullChange = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
})
const mergeRequest = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
})

function listed(call: RepositoryCall): Pull[] {
  const { world, repository, query } = call
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const pulls = listPulls(world, repository, state === 'closed' || state === 'all' ? state : 'open')
    .filter((pull) => !head?.includes(':') || `${repository.owner}:${pull.head}` === head)
    .filter((pull) => !base || pull.base === base)
  const sorted = query.get('sort') === 'updated' ? pulls.toSorted((a, b) => b.updated_at - a.updated_at) : pulls
  return query.get('direction') === 'asc' ? sorted.toReversed() : sorted
}

async function changePull({ world, repository, sender, id, body }: RepositoryCall) {
  const number = id('number')
  const change = readBody(pullChange, body)
  const pull = findPull(world, repository, number)
  const title = change.title ?? pull.title
  const text = change.body === undefined ? pull.body : change.body
  if (change.base !== undefined && change.base !== pull.base) {
    const sha = await findObject(repository.path, `refs/heads/${change.base}`)
    if (!sha) throw validationFailed({ resource: 'PullRequest', field: 'base', code: 'invalid' })
    world.store.run('UPDATE pull SET base = $base, base_sha = $sha WHERE id = $id', { id: pull.id, base: change.base, sha })
  }
  if (title !== pull.title || text !== pull.body) {
    world.store.run('UPDATE pull SET title = $title, body = $text, updated_at = $now WHERE id = $id', {
      id: pull.id,
      title,
      text,
      now: world.now(),
    })
    const changes = {
      ...(title === pull.title ? {} : { title: { from: pull.title } }),
      ...(text === pull.body ? {} : { body: { from: pull.body ?? '' } }),
    }
    await tellPull(world, repository, number, sender, 'edited', { changes })
  }
  if (change.state) await setPullState(world, repository, number, change.state, sender)
  return ok(await pullShape(world, repository, findPull(world, repository, number)))
}

function tellComment(
  { world, repository, sender }: RepositoryCall,
  action: string,
  id: number,
  extra: { changes?: { body: { from: string } } } = {},
) {
  const comment = findComment(world, repository, id)
  const issue = issueShape(world, repository, findPull(world, repository, comment.number))
  recordEvent(world, 'issue_comment', {
    action,
    ...extra,
    issue,
    comment: commentShape(world, repository, comment),
    ...eventContext(world, repository, sender),
  })
  world.wakeDeliveries()
  return comment
}

const commentRequest = z.object({ body: z.string().min(1) })
const labelRequest = z.union([
  z.object({ labels: z.array(z.union([z.string(), z.object({ name: z.string() })])) }),
  z.array(z.union([z.string(), z.object({ name: z.string() })])),
])

function addLabels(call: RepositoryCall, replacing: boolean) {
  const { world, repository, id, body } = call
  const pull = findPull(world, repository, id('number'))
  const request = readBody(labelRequest, body)
  const names = (Array.isArray(request) ? request : request.labels).map((label) => (typeof label === 'string' ? label : label.name))
  world.store.atomically(() => {
    if (replacing) world.store.run('DELETE FROM pull_label WHERE pull = $pull', { pull: pull.id })
    for (const name of names) {
      world.store.run(`INSERT OR IGNORE INTO label (repository, name, color, description) VALUES ($repository, $name, 'ededed', '')`, {
        repository: repository.fullName,
        name,
      })
      world.store.run(
        'INSERT OR IGNORE INTO pull_label (pull, label) SELECT $pull, id FROM label WHERE repository = $repository AND name = $name',
        {
          pull: pull.id,
          repository: repository.fullName,
          name,
        },
      )
    }
  })
  return ok(pullLabels(world, pull).map((label) => labelShape(world, repository, label)))
}

const readPulls = ['pull_requests:read'] as const
const onIssues = ['issues:write', 'pull_requests:write'] as const
const readIssues = ['issues:read', 'pull_requests:read'] as const

export const pullOperations: Operation[] = [
  onRepository('POST /pulls', ['pull_requests:write'], async ({ world, repository, sender, body }) => {
    const wish = readBody(newPull, body)
    const pull = await openPull(world, repository, sender, { ...wish, body: wish.body ?? null, draft: wish.draft ?? false })
    return created(await pullShape(world, repository, pull))
  }),
  onRepository('GET /pulls', [...readPulls], (call) =>
    ok(call.page(listed(call)).map((pull) => simplePullShape(call.world, call.repository, pull))),
  ),
  onRepository('GET /pulls/{number}', [...readPulls], async ({ world, repository, id }) =>
    ok(await pullShape(world, repository, findPull(world, repository, id('number')))),
  ),
  onRepository('PATCH /pulls/{number}', ['pull_requests:write'], changePull),
  onRepository('GET /pulls/{number}/files', [...readPulls], async ({ world, repository, id, page }) => {
    const pull = findPull(world, repository, id('number'))
    const { files } = await pullFacts(repository, pull)
    return ok(page(files).map((file) => fileShape(world, repository, file, pull.head_sha)))
  }),
  onRepository('GET /pulls/{number}/commits', [...readPulls], async ({ world, repository, id, page }) => {
    const pull = findPull(world, repository, id('number'))
    const commits = (await logCommits(repository.path, [`${pull.base_sha}..${pull.head_sha}`])).reverse()
    return ok(page(commits).map((commit) => commitShape(world, repository, commit)))
  }),
  // Nobody reviews in the stand-in.
  onRepository('GET /pulls/{number}/reviews', [...readPulls], ({ world, repository, id }) => {
    findPull(world, repository, id('number'))
    return ok([])
  }),
  onRepository('GET /pulls/{number}/merge', [...readPulls], ({ world, repository, id }) =>
    findPull(world, repository, id('number')).merged_at === null ? { status: 404 } : noContent,
  ),
  onRepository('PUT /pulls/{number}/merge', ['contents:write'], async ({ world, repository, sender, id, body }) => {
    const wish = readBody(mergeRequest, body)
    if (wish.merge_method === 'rebase') throw new Problem(405, 'Rebase merges are not allowed on this repository.')
    const { commit_title: title, commit_message: message, merge_method: method = 'merge', sha } = wish
    const merged = await mergePull(world, repository, id('number'), sender, { sha, method, title, message })
    return ok({ sha: merged, merged: true, message: 'Pull Request successfully merged' })
  }),
  onRepository('GET /issues/{number}', [...readIssues], ({ world, repository, id }) =>
    ok(issueShape(world, repository, findPull(world, repository, id('number')))),
  ),
  onRepository('GET /issues/{number}/comments', [...readIssues], ({ world, repository, id, page, query }) => {
    findPull(world, repository, id('number'))
    const since = Date.parse(query.get('since') ?? '') || 0
    const comments = listComments(world, repository, id('number')).filter((comment) => comment.updated_at >= since)
    return ok(page(comments).map((comment) => commentShape(world, repository, comment)))
  }),
  onRepository('POST /issues/{number}/comments', [...onIssues], (call) => {
    const { world, repository, sender, id } = call
    const pull = findPull(world, repository, id('number'))
    const { body } = readBody(commentRequest, call.body)
    const row = world.store.run(
      `INSERT INTO comment (repository, number, author, body, created_at, updated_at) VALUES ($repository, $number, $author, $body, $now, $now)`,
      { repository: repository.fullName, number: pull.number, author: sender, body, now: world.now() },
    )
    return created(commentShape(world, repository, tellComment(call, 'created', row.id)))
  }),
  onRepository('GET /issues/comments/{comment}', [...readIssues], ({ world, repository, id }) =>
    ok(commentShape(world, repository, findComment(world, repository, id('comment')))),
  ),
  onRepository('PATCH /issues/comments/{comment}', [...onIssues], (call) => {
    const { world, repository, id } = call
    const before = findComment(world, repository, id('comment'))
    const { body } = readBody(commentRequest, call.body)
    world.store.run('UPDATE comment SET body = $body, updated_at = $now WHERE id = $id', { id: before.id, body, now: world.now() })
    return ok(commentShape(world, repository, tellComment(call, 'edited', before.id, { changes: { body: { from: before.body } } })))
  }),
  onRepository('DELETE /issues/comments/{comment}', [...onIssues], (call) => {
    const { id } = tellComment(call, 'deleted', call.id('comment'))
    call.world.store.run('DELETE FROM comment WHERE id = $id', { id })
    return noContent
  }),
  onRepository('GET /labels', [...readIssues], ({ world, repository, page }) =>
    ok(page(repositoryLabels(world, repository)).map((label) => labelShape(world, repository, label))),
  ),
  onRepository('POST /labels', [...onIssues], ({ world, repository, body }) => {
    const request = readBody(z.object({ name: z.string().min(1), color: z.string().optional(), description: z.string().optional() }), body)
    const { changes } = world.store.run(
      'INSERT OR IGNORE INTO label (repository, name, color, description) VALUES ($repository, $name, $color, $description)',
      { repository: repository.fullName, name: request.name, color: request.color ?? 'ededed', description: request.description ?? '' },
    )
    if (changes === 0) throw validationFailed({ resource: 'Label', field: 'name', code: 'already_exists' })
    return created(
      repositoryLabels(world, repository)
        .filter(({ name }) => name === request.name)
        .map((label) => labelShape(world, repository, label))[0],
    )
  }),
  onRepository('GET /issues/{number}/labels', [...readIssues], ({ world, repository, id, page }) => {
    const labels = pullLabels(world, findPull(world, repository, id('number')))
    return ok(page(labels).map((label) => labelShape(world, repository, label)))
  }),
  onRepository('POST /issues/{number}/labels', [...onIssues], (call) => addLabels(call, false)),
  onRepository('PUT /issues/{number}/labels', [...onIssues], (call) => addLabels(call, true)),
  onRepository('DELETE /issues/{number}/labels/{name}', [...onIssues], ({ world, repository, id, param }) => {
    const pull = findPull(world, repository, id('number'))
    const label = pullLabels(world, pull).find(({ name }) => name === param('name'))
    if (!label) throw new Problem(404, 'Label does not exist')
    world.store.run('DELETE FROM pull_label WHERE pull = $pull AND label = $label', { pull: pull.id, label: label.id })
    return ok(pullLabels(world, pull).map((one) => labelShape(world, repository, one)))
  }),
]
