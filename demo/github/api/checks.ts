/** Check runs and commit statuses. */
import { z } from 'zod'
import { type CheckRun, combinedState, findCheck, latestChecks, latestStatuses, listChecks, listStatuses } from '../checks.ts'
import { timestamp } from '../commits.ts'
import { findObject } from '../git.ts'
import { Problem } from '../problem.ts'
import { eventContext } from '../pull-life.ts'
import { created, type Operation, ok, onRepository, type RepositoryCall, readBody } from '../route.ts'
import { checkShape, simpleStatusShape, statusShape } from '../shapes-pull.ts'
import { minimalRepositoryShape, repositoryUrl } from '../shapes-repository.ts'
import { recordEvent } from '../webhooks.ts'
import { commitOr404 } from './contents.ts'

const conclusions = z.enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])

const checkFields = {
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  started_at: z.iso.datetime({ offset: true }).optional(),
  completed_at: z.iso.datetime({ offset: true }).optional(),
  conclusion: conclusions.optional(),
  // GitHub refuses longer texts: 65,535 characters each.
  output: z.object({ title: z.string().optional(), summary: z.string().max(65_535), text: z.string().max(65_535).optional() }).optional(),
}
const newCheck = z.object({ name: z.string().min(1), head_sha: z.string(), ...checkFields })
const checkChange = z.object({ name: z.string().min(1).optional(), ...checkFields })

/** The row after a change. A conclusion or end completes it; completing without conclusion is refused. */
function nextCheck(before: CheckRun, change: z.infer<typeof checkChange>, now: string): CheckRun {
  const status = change.conclusion || change.completed_at ? 'completed' : (change.status ?? before.status)
  const conclusion = change.conclusion ?? (status === 'completed' ? before.conclusion : null)
  if (status === 'completed' && conclusion === null) {
    throw new Problem(422, 'Invalid request.\n\nNo subschema in "anyOf" matched.\n"conclusion" wasn\'t supplied.')
  }
  return {
    ...before,
    name: change.name ?? before.name,
    status,
    conclusion,
    details_url: change.details_url ?? before.details_url,
    external_id: change.external_id ?? before.external_id,
    started_at: change.started_at ? timestamp(change.started_at) : (before.started_at ?? (status === 'queued' ? null : now)),
    completed_at: status !== 'completed' ? null : change.completed_at ? timestamp(change.completed_at) : (before.completed_at ?? now),
    title: change.output?.title ?? before.title,
    summary: change.output?.summary ?? before.summary,
    text: change.output?.text ?? before.text,
  }
}

function saveCheck({ world, repository, sender }: RepositoryCall, check: CheckRun): CheckRun {
  const { id, ...values } = check
  const all = { ...values, repository: repository.fullName }
  const saved = world.store.atomically(() => {
    let known = id
    if (id === 0) {
      known = world.store.run(
        `INSERT INTO check_run (repository, head_sha, name, status, conclusion, details_url, external_id, started_at, completed_at, title, summary, text)
         VALUES ($repository, $head_sha, $name, $status, $conclusion, $details_url, $external_id, $started_at, $completed_at, $title, $summary, $text)`,
        all,
      ).id
    } else {
      world.store.run(
        `UPDATE check_run SET name = $name, status = $status, conclusion = $conclusion, details_url = $details_url, external_id = $external_id,
         started_at = $started_at, completed_at = $completed_at, title = $title, summary = $summary, text = $text
         WHERE id = $id AND repository = $repository AND head_sha = $head_sha`,
        { ...all, id },
      )
    }
    const now = { ...check, id: known }
    const action = now.status === 'completed' ? 'completed' : id === 0 ? 'created' : undefined
    if (action) {
      recordEvent(world, 'check_run', {
        action,
        check_run: checkShape(world, repository, now),
        ...eventContext(world, repository, sender),
      })
    }
    return now
  })
  world.wakeDeliveries()
  return saved
}

const blankCheck: CheckRun = {
  id: 0,
  head_sha: '',
  name: '',
  status: 'queued',
  conclusion: null,
  details_url: null,
  external_id: null,
  started_at: null,
  completed_at: null,
  title: null,
  summary: null,
  text: null,
}

const statusRequest = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().optional(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
})

export const checkOperations: Operation[] = [
  onRepository('POST /check-runs', ['checks:write'], async (call) => {
    const { world, repository, body } = call
    const request = readBody(newCheck, body)
    const sha = /^[0-9a-f]{40}$/.test(request.head_sha) ? await findObject(repository.path, request.head_sha) : undefined
    if (!sha) throw new Problem(422, `No commit found for SHA: ${request.head_sha}`)
    const check = nextCheck({ ...blankCheck, head_sha: sha }, request, timestamp(world.now()))
    return created(checkShape(world, repository, saveCheck(call, check)))
  }),
  onRepository('GET /check-runs/{check}', ['checks:read'], ({ world, repository, id }) =>
    ok(checkShape(world, repository, findCheck(world, repository, id('check')))),
  ),
  onRepository('PATCH /check-runs/{check}', ['checks:write'], (call) => {
    const { world, repository, id, body } = call
    const check = nextCheck(findCheck(world, repository, id('check')), readBody(checkChange, body), timestamp(world.now()))
    return ok(checkShape(world, repository, saveCheck(call, check)))
  }),
  onRepository('GET /commits/{ref}/check-runs', ['checks:read'], async ({ world, repository, param, query, page }) => {
    const sha = await commitOr404(repository, param('ref'), `No commit found for SHA: ${param('ref')}`)
    const all = query.get('filter') === 'all' ? listChecks(world, repository, sha) : latestChecks(world, repository, sha)
    const name = query.get('check_name')
    const status = query.get('status')
    const wanted = all.filter((check) => (!name || check.name === name) && (!status || check.status === status))
    return ok({ total_count: wanted.length, check_runs: page(wanted).map((check) => checkShape(world, repository, check)) })
  }),
  onRepository('POST /statuses/{sha}', ['statuses:write'], async ({ world, repository, sender, param, body }) => {
    const request = readBody(statusRequest, body)
    const sha = await findObject(repository.path, param('sha'))
    if (!sha) throw new Problem(422, `No commit found for SHA: ${param('sha')}`)
    world.store.run(
      `INSERT INTO status (repository, sha, state, context, description, target_url, creator, created_at)
       VALUES ($repository, $sha, $state, $context, $description, $target, $creator, $now)`,
      {
        repository: repository.fullName,
        sha,
        state: request.state,
        context: request.context ?? 'default',
        description: request.description ?? null,
        target: request.target_url ?? null,
        creator: sender,
        now: world.now(),
      },
    )
    return created(listStatuses(world, repository, sha).map((status) => statusShape(world, repository, status))[0])
  }),
  onRepository('GET /commits/{ref}/statuses', ['statuses:read'], async ({ world, repository, param, page }) => {
    const sha = await commitOr404(repository, param('ref'))
    return ok(page(listStatuses(world, repository, sha)).map((status) => statusShape(world, repository, status)))
  }),
  onRepository('GET /commits/{ref}/status', ['statuses:read'], async ({ world, repository, param, page }) => {
    const sha = await commitOr404(repository, param('ref'))
    const statuses = latestStatuses(world, repository, sha)
    const url = `${repositoryUrl(world, repository)}/commits/${sha}`
    return ok({
      state: combinedState(statuses),
      statuses: page(statuses).map((status) => simpleStatusShape(world, repository, status)),
      sha,
      total_count: statuses.length,
      repository: minimalRepositoryShape(world, repository),
      commit_url: url,
      url: `${url}/status`,
    })
  }),
]
