/**
 * The job that opens a proposal's pull request. Every step looks for its earlier result first (see proposal-life.ts): killed anywhere
 * and run again, exactly one commit, branch and pull request exist.
 */
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, NotFound, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { Connection } from '#lib/forge/connect-github.ts'
import { asApp, asPerson } from '#lib/forge/forge.ts'
import { openPullRequest, type PullRequest, pullRequestFrom } from '#lib/forge/pull-requests.ts'
import { commitFiles, commitMessageOf, headOf, openBranch, readFile } from '#lib/forge/repository-content.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { authorOf } from './commit-author.ts'
import { accountToken } from './github-account.ts'
import { defineKeepTrying } from './keep-trying.ts'
import { tell } from './move-proposal.ts'
import { observeProposalJob } from './observe-proposal.ts'
import { commitMessage, inert, oneLine, proposalOf, pullRequestBody } from './pull-request-text.ts'
import { filesOf, type StoredProposal, stateOf, textsOf, withParts } from './stored-proposal.ts'

/** The steps, in order; a crash after any of them repeats nothing. */
export const steps = ['read', 'commit', 'branch', 'pull request', 'record'] as const
export type Step = (typeof steps)[number]

/** What a test may put in: called after each step, it may throw as a killed process would stop. */
export interface OpeningOptions {
  afterStep?: (step: Step) => void
}

/** Opens the pull request of a submitted proposal. Throws what is worth a retry; what is not makes the proposal `stuck`. */
export async function openProposal(id: string, { afterStep = () => {} }: OpeningOptions = {}): Promise<void> {
  const proposal = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!proposal || stateOf(proposal) !== 'submitted') return
  try {
    const connection = asApp(proposal.repository)
    const headSha = (await branchOfOurs(connection, proposal)) ?? (await makeBranch(connection, proposal, afterStep))
    afterStep('branch')
    const { pull, openedAs } = await openAs(connection, proposal)
    afterStep('pull request')
    await recordOpened(proposal, { headSha, pull, openedAs })
    afterStep('record')
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unavailable || error instanceof RateLimited) throw error
    await recordStuck(id, error.message)
  }
}

/** The commit the proposal's branch is at, where an earlier run made it. Throws Conflict where somebody else did. */
async function branchOfOurs(connection: Connection, proposal: StoredProposal): Promise<string | undefined> {
  const there = await headOf(connection, proposal.branch)
  if (!there || proposalOf(await commitMessageOf(connection, there)) === proposal.id) return there
  // people may push to the branch of an open pull request
  if (await pullRequestFrom(connection, proposal.branch)) return there
  throw new Conflict(`${proposal.repository} has a branch ${proposal.branch} that Corbel did not make. Delete it, then retry.`)
}

async function makeBranch(connection: Connection, proposal: StoredProposal, afterStep: (step: Step) => void): Promise<string> {
  const parent = await headOf(connection, proposal.baseBranch)
  if (!parent) throw new NotFound(`${proposal.repository} has no branch ${proposal.baseBranch} any more. Propose the change anew.`)
  const files = filesOf(proposal)
  if (parent !== proposal.baseSha) {
    for (const file of files) {
      const now = await readFile(connection, file.path, parent)
      if ((now?.blob ?? null) !== file.blob) {
        throw new Conflict(
          `${file.path} of ${proposal.repository} changed on ${proposal.baseBranch} meanwhile. Give this proposal up and make the change anew.`,
        )
      }
    }
  }
  afterStep('read')
  const author = authorOf(proposal.requestedBy, proposal.createdAt)
  const message = commitMessage(textsOf(proposal, 'github-app', await sessionOf(proposal)))
  const commit = await commitFiles(connection, { parent, files: files.map(({ path, after }) => ({ path, text: after })), message, author })
  afterStep('commit')
  const head = await openBranch(connection, proposal.branch, commit)
  if (head === commit || proposalOf(await commitMessageOf(connection, head)) === proposal.id) return head
  throw new Conflict(`${proposal.repository} has a branch ${proposal.branch} that Corbel did not make. Delete it, then retry.`)
}

/** The break-glass session whose change the proposal brings back, or undefined. */
async function sessionOf({ id }: StoredProposal): Promise<string | undefined> {
  const change = await database().breakGlassChange.findFirst({ where: { proposalId: id }, select: { sessionId: true } })
  return change?.sessionId
}

/** Opens the pull request as the person, else as the App: a person without access to the repository still gets their change reviewed. */
async function openAs(app: Connection, proposal: StoredProposal): Promise<{ pull: PullRequest; openedAs: 'github-user' | 'github-app' }> {
  const session = await sessionOf(proposal)
  const request = (openedAs: 'github-user' | 'github-app') => ({
    branch: proposal.branch,
    base: proposal.baseBranch,
    title: inert(oneLine(proposal.title)),
    body: pullRequestBody(textsOf(proposal, openedAs, session)),
  })
  const token = await accountToken(proposal.requestedById)
  if (token) {
    try {
      return { pull: await openPullRequest(asPerson(proposal.repository, token), request('github-user')), openedAs: 'github-user' }
    } catch (error) {
      if (!(error instanceof Forbidden || error instanceof NotFound || error instanceof Unauthenticated)) throw error
    }
  }
  return { pull: await openPullRequest(app, request('github-app')), openedAs: 'github-app' }
}

async function recordOpened(proposal: StoredProposal, opened: { headSha: string; pull: PullRequest; openedAs: string }): Promise<void> {
  await database().$transaction(async (transaction) => {
    const [row] = await transaction.$queryRaw<{ state: string; at: Date }[]>`
      SELECT state, clock_timestamp() AS at FROM proposal WHERE id = ${proposal.id}::uuid FOR UPDATE`
    if (row?.state !== 'submitted') return
    const { pull, headSha, openedAs } = opened
    await transaction.proposal.update({
      where: { id: proposal.id },
      data: { state: 'open', headSha, pullNumber: pull.number, pullUrl: pull.url, openedAs, openedAt: row.at, problem: null },
    })
    await appendAudit(transaction, {
      requestId: proposal.id,
      actor: proposal.requestedBy.username,
      action: 'proposal.opened',
      outcome: 'succeeded',
      target: { proposal: proposal.id, repository: proposal.repository, pullNumber: pull.number },
      details: { headSha, openedAs },
    })
    // webhooks that came before this row knew its pull request concerned nobody
    await enqueue(transaction, observeProposalJob, { id: proposal.id }, { key: proposal.id })
    await tell(transaction, proposal)
  })
}

/** Gives up on a proposal that no retry can open; the sentence says why. A person may retry or withdraw it. */
export async function recordStuck(id: string, problem: string): Promise<void> {
  await database().$transaction(async (transaction) => {
    const { count } = await transaction.proposal.updateMany({ where: { id, state: 'submitted' }, data: { state: 'stuck', problem } })
    const proposal = count > 0 ? await transaction.proposal.findUnique({ where: { id }, include: withParts }) : null
    if (!proposal) return
    await appendAudit(transaction, {
      requestId: id,
      actor: proposal.requestedBy.username,
      action: 'proposal.stuck',
      outcome: 'failed',
      target: { proposal: id, repository: proposal.repository },
      details: { problem },
    })
    await tell(transaction, proposal)
  })
}

/** Says on the proposal what it waits for; it stays submitted. */
async function recordWaiting(id: string, problem: string): Promise<void> {
  await database().$transaction(async (transaction) => {
    const { count } = await transaction.proposal.updateMany({
      where: { id, state: 'submitted', OR: [{ problem: null }, { problem: { not: problem } }] },
      data: { problem },
    })
    const proposal = count > 0 ? await transaction.proposal.findUnique({ where: { id }, include: withParts }) : null
    if (proposal) await tell(transaction, proposal)
  })
}

/** Opens the pull request of a proposal; tried again for hours while GitHub is away. */
export const openPullRequestJob = defineKeepTrying('open-pull-request', (id) => openProposal(id), {
  waiting: recordWaiting,
  gaveUp: recordStuck,
})
