import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { laneOf, replacedBy, type Work, workOf } from './events.ts'
import { openWorkQueue } from './work-queue.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ci-queue-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const plan = (pull: number): Work => ({ kind: 'plan', repository: 'a/b', pull })
const open = (run: (work: Work) => Promise<void>) => openWorkQueue<Work>({ directory, laneOf, replacedBy, run, log: () => {} })
const empty = async () => {
  while (readdirSync(directory).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('work of one lane runs in order, once, and leaves nothing behind', async () => {
  const done: number[] = []
  const queue = open(async (work) => {
    if (work.kind === 'plan') done.push(work.pull)
  })
  for (const pull of [1, 2, 3]) queue.add(plan(pull))
  await empty()
  expect(done).toEqual([1, 2, 3])
  await queue.stop()
})

test('a later push replaces a plan that waits', async () => {
  const done: number[] = []
  const queue = open(async (work) => {
    if (work.kind === 'plan') done.push(work.pull)
  })
  for (const pull of [1, 1, 1, 2]) queue.add(plan(pull))
  await empty()
  expect(done).toEqual([1, 2])
  await queue.stop()
})

test('what was under way or waiting runs after a start', async () => {
  const stuck = open(() => new Promise(() => {}))
  stuck.add(plan(1))
  stuck.add(plan(2))
  const done: number[] = []
  const queue = open(async (work) => {
    if (work.kind === 'plan') done.push(work.pull)
  })
  await empty()
  expect(done).toEqual([1, 2])
  await queue.stop()
})

test('failing work is tried again', async () => {
  let tries = 0
  const queue = open(async () => {
    if (++tries < 2) throw new Error('not yet')
  })
  queue.add(plan(1))
  await empty()
  expect(tries).toBe(2)
  await queue.stop()
})

test('events ask for the work they mean', () => {
  const repository = { full_name: 'a/b', default_branch: 'main' }
  const push = (ref: string, after = 'a'.repeat(40)) => workOf('push', { repository, ref, before: 'b'.repeat(40), after })
  expect(workOf('pull_request', { action: 'synchronize', repository, pull_request: { number: 7 } })).toEqual(plan(7))
  expect(workOf('pull_request', { action: 'closed', repository, pull_request: { number: 7 } })).toBeUndefined()
  expect(push('refs/heads/main')).toMatchObject({ kind: 'apply', branch: 'main' })
  expect(push('refs/heads/feature')).toBeUndefined()
  expect(push('refs/heads/main', '0'.repeat(40))).toBeUndefined()
  expect(workOf('check_run', {})).toBeUndefined()
})
