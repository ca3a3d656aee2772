/** Check runs and commit statuses as rows. */
import { z } from 'zod'
import { notFound } from './problem.ts'
import type { Repository, World } from './world.ts'

const checkRow = z.object({
  id: z.number(),
  head_sha: z.string(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  details_url: z.string().nullable(),
  external_id: z.string().nullable(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  title: z.string().nullable(),
  summary: z.string().nullable(),
  text: z.string().nullable(),
})
export type CheckRun = z.infer<typeof checkRow>

export function findCheck(world: World, repository: Repository, id: number): CheckRun {
  const check = world.store.one(checkRow, 'SELECT * FROM check_run WHERE repository = $repository AND id = $id', {
    repository: repository.fullName,
    id,
  })
  if (!check) throw notFound()
  return check
}

/** Check runs of a commit, newest first. */
export const listChecks = (world: World, repository: Repository, sha: string): CheckRun[] =>
  world.store.all(checkRow, 'SELECT * FROM check_run WHERE repository = $repository AND head_sha = $sha ORDER BY id DESC', {
    repository: repository.fullName,
    sha,
  })

/** The newest check run of each name. */
export function latestChecks(world: World, repository: Repository, sha: string): CheckRun[] {
  const seen = new Set<string>()
  return listChecks(world, repository, sha).filter(({ name }) => !seen.has(name) && seen.add(name))
}

const statusRow = z.object({
  id: z.number(),
  sha: z.string(),
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string(),
  description: z.string().nullable(),
  target_url: z.string().nullable(),
  creator: z.string(),
  created_at: z.number(),
})
export type Status = z.infer<typeof statusRow>

/** Commit statuses, newest first. */
export const listStatuses = (world: World, repository: Repository, sha: string): Status[] =>
  world.store.all(statusRow, 'SELECT * FROM status WHERE repository = $repository AND sha = $sha ORDER BY id DESC', {
    repository: repository.fullName,
    sha,
  })

/** The newest status of each context. */
export function latestStatuses(world: World, repository: Repository, sha: string): Status[] {
  const seen = new Set<string>()
  return listStatuses(world, repository, sha).filter(({ context }) => !seen.has(context) && seen.add(context))
}

/** GitHub's rule: failure when one failed, pending while one waits or there is none, else success. */
export function combinedState(statuses: Pick<Status, 'state'>[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'error' || state === 'failure')) return 'failure'
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success'
}
