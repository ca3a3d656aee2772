/**
 * The first journey without hands: preview and submit a new bucket as alice, wait for the pull request and CI's plan, merge,
 * and wait until the resource is ready. Every wait polls the portal's own API, as its pages would show it.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Demo } from '#demo/start-demo.ts'
import type { Proposal, ProposalDetail, ProposalPreview } from '#lib/proposals/contract.ts'
import { benchDemo } from './bench-demo.ts'
import { memoryFigures } from './memory.ts'
import { githubToken, type Person, signIn } from './person.ts'
import { type Figure, percentile, ratio, spread } from './statistics.ts'

const pollEveryMs = 100
const patienceMs = 120_000
const ended = ['ready', 'failed', 'closed', 'stuck']

/** Seconds of one round, by stretch of the way. */
interface Round {
  preview: number
  pullRequest: number
  plan: number
  apply: number
  ready: number
  whole: number
}

/** Walks `rounds` times through the journey in the benchmarks' demo. */
export async function run(rounds = 5): Promise<{ name: string; rows: Figure[] }> {
  const demo = await benchDemo()
  const alice = await signIn(demo.url, 'alice')
  const token = await githubToken(demo, 'alice')
  const began = Date.now().toString(36)
  const walked: Round[] = []
  for (let round = 0; round < rounds; round++) walked.push(await walk(demo, alice, token, `bench-${began}-${round}`))
  const of = (stretch: keyof Round): number[] => walked.map((round) => round[stretch])
  const row = (what: string, stretch: keyof Round, goal?: string): Figure => ({
    what,
    value: spread(of(stretch), 2),
    unit: 's min / median / max',
    ...(goal && { goal }),
  })
  const middle = (values: number[]): number => percentile(values, 0.5)
  return {
    name: 'first-journey',
    rows: [
      { what: 'rounds', value: rounds, unit: '' },
      row('preview with dry run', 'preview'),
      row('submit to open pull request', 'pullRequest'),
      row('open pull request to plan', 'plan'),
      row('merge to applied', 'apply'),
      row('merge to ready', 'ready'),
      row('whole loop, hands-free', 'whole', '< 60'),
      { what: 'share of the loop that is merge to ready', value: ratio(middle(of('ready')), middle(of('whole'))), unit: '×' },
      ...memoryFigures(demo.pids(), 'after the rounds'),
    ],
  }
}

async function walk(demo: Demo, alice: Person, token: string, name: string): Promise<Round> {
  const change = {
    cluster: 'demo',
    namespace: 'payments-prod',
    kind: 'StorageBucket.storage.cnrm.cloud.google.com',
    action: 'create',
    text: [
      'apiVersion: storage.cnrm.cloud.google.com/v1beta1',
      'kind: StorageBucket',
      'metadata:',
      `  name: ${name}`,
      '  namespace: payments-prod',
      'spec:',
      '  location: EUROPE-WEST1',
      '  uniformBucketLevelAccess: true',
      '',
    ].join('\n'),
  }
  const begin = performance.now()
  const since = (moment: number): number => (performance.now() - moment) / 1000
  const preview = await alice.call<ProposalPreview>('POST', '/api/v1/proposals/preview', { changes: [change] })
  const [dryRun] = preview.changes.map((each) => each.dryRun)
  if (!dryRun?.accepted) throw new Error(`The dry run of ${name} was not accepted: ${dryRun?.message ?? dryRun?.unavailable}`)
  const previewed = since(begin)

  const submitted = performance.now()
  const { id } = await alice.call<Proposal>('POST', '/api/v1/proposals', {
    changes: [change],
    title: preview.groups[0]?.title,
    message: '',
    idempotencyKey: randomUUID(),
  })
  const open = await until(alice, id, 'its pull request to open', (proposal) => proposal.state !== 'submitted')
  const pullRequest = since(submitted)

  const opened = performance.now()
  await until(alice, id, 'the plan of CI', ({ plan }) => plan?.status === 'completed')
  const plan = since(opened)

  const merging = performance.now()
  await merge(demo, token, open)
  await until(alice, id, 'CI to apply it', ({ state }) => ['applied', ...ended].includes(state))
  const apply = since(merging)
  const last = await until(alice, id, 'the resource to become ready', ({ state }) => ended.includes(state))
  if (last.state !== 'ready') throw new Error(`The proposal of ${name} ended ${last.state}: ${last.problem ?? last.apply?.summary ?? ''}`)
  return { preview: previewed, pullRequest, plan, apply, ready: since(merging), whole: since(begin) }
}

async function until(alice: Person, id: string, what: string, reached: (proposal: ProposalDetail) => boolean): Promise<ProposalDetail> {
  const started = performance.now()
  for (;;) {
    const proposal = await alice.call<ProposalDetail>('GET', `/api/v1/proposals/${id}`)
    if (reached(proposal)) return proposal
    if (proposal.state === 'stuck') throw new Error(`Proposal ${id} is stuck: ${proposal.problem}`)
    if (performance.now() - started > patienceMs)
      throw new Error(`Waited ${patienceMs / 1000} s for ${what}; proposal ${id} is ${proposal.state}.`)
    await sleep(pollEveryMs)
  }
}

async function merge(demo: Demo, token: string, { repository, pullNumber }: ProposalDetail): Promise<void> {
  const response = await fetch(`${demo.githubUrl}/api/v3/repos/${repository}/pulls/${pullNumber}/merge`, {
    method: 'PUT',
    headers: { authorization: `token ${token}` },
  })
  if (!response.ok)
    throw new Error(
      `Pull request ${pullNumber} of ${repository} could not be merged: ${response.status} ${(await response.text()).slice(0, 300)}`,
    )
}
