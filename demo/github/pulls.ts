/** Pull requests as rows, and what git says about them. */
import { z } from 'zod'
import { diffFiles, type FileChange, mergeBase } from './commits.ts'
import { git, isAncestor, type MergeTrial, tryMerge } from './git.ts'
import { notFound } from './problem.ts'
import type { Repository, World } from './world.ts'

const pullRow = z.object({
  id: z.number(),
  repository: z.string(),
  number: z.number(),
  title: z.string(),
  body: z.string().nullable(),
  author: z.string(),
  /** Branch names. */
  head: z.string(),
  base: z.string(),
  /** The newest commit of the head branch while open, the last one after. */
  head_sha: z.string(),
  /** The base branch's commit: its newest while open, the one merged into after. */
  base_sha: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.number(),
  merged_at: z.number().nullable(),
  merged_by: z.string().nullable(),
  merge_sha: z.string().nullable(),
  closed_at: z.number().nullable(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Pull = z.infer<typeof pullRow>

export function findPull(world: World, repository: Repository, number: number): Pull {
  const pull = world.store.one(pullRow, 'SELECT * FROM pull WHERE repository = $repository AND number = $number', {
    repository: repository.fullName,
    number,
  })
  if (!pull) throw notFound()
  return pull
}

/** Pull requests of a repository, newest first. */
export const listPulls = (world: World, repository: Repository, state: 'open' | 'closed' | 'all' = 'all'): Pull[] =>
  world.store.all(
    pullRow,
    `SELECT * FROM pull WHERE repository = $repository AND ($state = 'all' OR state = $state) ORDER BY number DESC`,
    { repository: repository.fullName, state },
  )

const commentRow = z.object({
  id: z.number(),
  repository: z.string(),
  number: z.number(),
  author: z.string(),
  body: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Comment = z.infer<typeof commentRow>

/** A pull request's comments, oldest first. */
export const listComments = (world: World, repository: Repository, number: number): Comment[] =>
  world.store.all(commentRow, 'SELECT * FROM comment WHERE repository = $repository AND number = $number ORDER BY id', {
    repository: repository.fullName,
    number,
  })

export function findComment(world: World, repository: Repository, id: number): Comment {
  const comment = world.store.one(commentRow, 'SELECT * FROM comment WHERE repository = $repository AND id = $id', {
    repository: repository.fullName,
    id,
  })
  if (!comment) throw notFound()
  return comment
}

const labelRow = z.object({ id: z.number(), name: z.string(), color: z.string(), description: z.string() })
export type Label = z.infer<typeof labelRow>

export const pullLabels = (world: World, pull: Pull): Label[] =>
  world.store.all(
    labelRow,
    'SELECT label.* FROM label JOIN pull_label ON pull_label.label = label.id WHERE pull_label.pull = $pull ORDER BY name',
    {
      pull: pull.id,
    },
  )

export const repositoryLabels = (world: World, repository: Repository): Label[] =>
  world.store.all(labelRow, 'SELECT * FROM label WHERE repository = $repository ORDER BY name', { repository: repository.fullName })

export interface PullFacts {
  commits: number
  files: FileChange[]
  merge: MergeTrial
}

const known = new Map<string, Promise<PullFacts>>()

/** What git says about a pull request's two commits. Remembered: commits never change. */
export function pullFacts(repository: Repository, pull: Pull): Promise<PullFacts> {
  const key = `${repository.path} ${pull.base_sha} ${pull.head_sha}`
  const remembered = known.get(key)
  if (remembered) return remembered
  const asked = readPullFacts(repository.path, pull.base_sha, pull.head_sha)
  if (known.size > 500) known.clear()
  known.set(key, asked)
  asked.catch(() => known.delete(key))
  return asked
}

async function readPullFacts(directory: string, base: string, head: string): Promise<PullFacts> {
  const [commits, from, merge] = await Promise.all([
    git(directory, ['rev-list', '--count', `${base}..${head}`]),
    mergeBase(directory, base, head),
    tryMerge(directory, base, head),
  ])
  return { commits: Number(commits), merge, files: await diffFiles(directory, from, head) }
}

/** Whether the head adds anything to the base. */
export const addsCommits = async (repository: Repository, base: string, head: string): Promise<boolean> =>
  !(await isAncestor(repository.path, head, base))
