/**
 * Adds a commit to the branch of an open proposal's pull request.
 *
 *   waiting ──► added
 *      └──────► failed (with a sentence; what the person typed stays in the row)
 *
 * `addCommit` writes the row, holds the new resources, and enqueues the job in one transaction. The job makes the commit and moves the
 * branch, and may be killed anywhere and run again: it first looks on the branch for a commit with the trailer `Corbel-Change` of this
 * row. The branch is only ever moved forward, so what somebody pushed meanwhile stays; where they touched the same file, the commit is
 * refused instead. Whether the commit came in time is asked after it landed: a pull request merged a moment before does not have it.
 */
import { z } from 'zod'
import { Prisma } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database, isDuplicate, type Transaction } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, Invalid, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import type { Connection } from '#lib/forge/connect-github.ts'
import { asApp } from '#lib/forge/forge.ts'
import { type PullRequest, pullRequestText, readPullRequest, writePullRequestText } from '#lib/forge/pull-requests.ts'
import { commitFiles, commitsOf, headOf, moveBranch, readFile } from '#lib/forge/repository-content.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { authorOf } from './commit-author.ts'
import type { CommitRequest, Proposal } from './contract.ts'
import { defineKeepTrying } from './keep-trying.ts'
import { tell } from './move-proposal.ts'
import { observeProposalJob } from './observe-proposal.ts'
import { claimResources, mayPropose } from './open-proposals.ts'
import { type Onto, prepareTogether } from './prepare-changes.ts'
import { type AddedResource, addedResources, broughtInVain, filesAfter, resourcesAfter } from './proposal-parts.ts'
import { changeOf, commitMessage, defaultTitle, oneLine, pullRequestBody } from './pull-request-text.ts'
import { describeProposal, mayRead } from './read-proposals.ts'
import { addressOf } from './resource-address.ts'
import { removeSent } from './sent-parts.ts'
import { filesOf, ProposedFiles, resourceOf, type StoredProposal, stateOf, textsOf, withParts } from './stored-proposal.ts'

/** The steps, in order; a crash after any of them repeats nothing. */
export const commitSteps = ['read', 'commit', 'branch', 'record'] as const
export type CommitStep = (typeof commitSteps)[number]

const withProposal = {
  proposal: { include: withParts },
  requestedBy: { select: { username: true, name: true, email: true } },
} as const
type StoredCommit = Prisma.ProposalCommitGetPayload<{ include: typeof withProposal }>

const Added = z.array(
  z.object({
    cluster: z.string(),
    namespace: z.string(),
    kind: z.string(),
    name: z.string(),
    action: z.enum(['create', 'update', 'delete']).nullable(),
    fresh: z.boolean(),
  }),
)

/**
 * A proposal a person wants to add a commit to, and what is built upon. Throws NotFound where there is none they may see, Forbidden where
 * they may not propose what it changes, Conflict where its pull request is not open.
 */
export async function proposalToExtend(id: string, actor: Actor): Promise<{ proposal: StoredProposal; onto: Onto }> {
  const proposal = await database().proposal.findUnique({ where: { id }, include: withParts })
  if (!proposal || !(await mayRead(proposal, actor))) throw new NotFound('There is no such proposal, or you may not see its project.')
  if (!(await mayPropose(proposal.resources, actor))) {
    throw new Forbidden(
      `This proposal changes resources you may not propose for. Ask ${proposal.requestedBy.name}, or start one of your own.`,
    )
  }
  refuseUnlessOpen(proposal)
  const creates = new Set(proposal.resources.filter(({ action }) => action === 'create').map(addressOf))
  return { proposal, onto: { repository: proposal.repository, branch: proposal.branch, creates } }
}

function refuseUnlessOpen(proposal: { state: string; title: string }): void {
  const state = stateOf(proposal)
  if (state === 'open') return
  const why =
    state === 'submitted'
      ? 'is only being opened; try again in a moment'
      : state === 'stuck'
        ? 'has no pull request yet'
        : state === 'closed'
          ? 'was closed'
          : 'was merged'
  throw new Conflict(`"${proposal.title}" ${why}, so no commit can be added to it. Propose your change on its own.`)
}

/**
 * Records a commit that is to be added, and starts adding it. Sent again with the same key nothing is added twice. Throws what
 * proposalToExtend and prepareTogether throw, and Conflict where another open proposal has one of the resources.
 */
export async function addCommit(proposalId: string, request: CommitRequest, actor: Actor, requestId: string): Promise<Proposal> {
  const id = request.idempotencyKey
  if (await sentBefore(id, proposalId, actor)) return describeProposal(proposalId)
  const { onto } = await proposalToExtend(proposalId, actor)
  const { resources, files } = await prepareTogether(request.changes, onto)
  try {
    await database().$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM proposal WHERE id = ${proposalId}::uuid FOR UPDATE`
      const proposal = await transaction.proposal.findUniqueOrThrow({ where: { id: proposalId }, include: withParts })
      refuseUnlessOpen(proposal)
      await claimResources(transaction, resources, new Set([proposalId]))
      const before = proposal.resources.map(resourceOf)
      const added = addedResources(before, resources)
      if (resourcesAfter(before, added).length === 0) {
        throw new Invalid(`With this commit "${proposal.title}" would change nothing any more. Close its pull request instead.`)
      }
      const title = oneLine(request.title) || defaultTitle(resources)
      await transaction.proposalCommit.create({
        data: {
          id,
          proposalId,
          requestedById: actor.userId,
          title,
          message: request.message.trim(),
          files: files.map(({ path, blob, before: was, after }) => ({ path, blob, before: was, after })),
          resources: added.map((resource) => ({ ...resource })),
        },
      })
      // ids sort as the resources do: lists and trailers follow them
      const ids = added.map(() => newId()).sort()
      const rows = added.flatMap(({ fresh, action, ...address }, place) =>
        fresh && action ? [{ id: ids[place] ?? newId(), proposalId, ...address, action }] : [],
      )
      await transaction.proposalResource.createMany({ data: rows })
      await appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action: 'proposal.extended',
        outcome: 'intent',
        target: { proposal: proposalId, repository: proposal.repository, pullNumber: proposal.pullNumber, change: id },
        details: { title, paths: files.map(({ path }) => path) },
      })
      await removeSent(transaction, request, actor)
      await enqueue(transaction, addCommitJob, { id }, { key: id })
      await tell(transaction, { id: proposalId, resources })
    })
  } catch (error) {
    // Two requests at once: the other one was faster.
    if (!((isDuplicate(error) || error instanceof Conflict) && (await sentBefore(id, proposalId, actor)))) throw error
  }
  return describeProposal(proposalId)
}

/** Whether this person sent this for this proposal: with another proposal's key nobody is told anything of this one. */
async function sentBefore(id: string, proposalId: string, actor: Actor): Promise<boolean> {
  const row = await database().proposalCommit.findUnique({ where: { id }, select: { requestedById: true, proposalId: true } })
  if (row && (row.requestedById !== actor.userId || row.proposalId !== proposalId))
    throw new Conflict('This request was sent before, by somebody else or for another proposal. Reload the page and propose again.')
  return row !== null
}

/** What a test may put in: called after each step, it may throw as a killed process would stop. */
interface AddingOptions {
  afterStep?: (step: CommitStep) => void
}

/** Adds a recorded commit to its branch. Throws what is worth a retry; what is not makes it `failed`. */
export async function extendProposal(id: string, { afterStep = () => {} }: AddingOptions = {}): Promise<void> {
  const commit = await database().proposalCommit.findUnique({ where: { id }, include: withProposal })
  if (commit?.state !== 'waiting') return
  try {
    const connection = asApp(commit.proposal.repository)
    const sha = await landed(connection, commit, afterStep)
    afterStep('branch')
    const pull = await pullOf(connection, commit)
    if (pull.state !== 'open' && !(await commitsOf(connection, pull.headSha)).some((each) => each.sha === sha)) throw tooLate(pull)
    await describeAnew(connection, commit, pull)
    await recordAdded(commit, sha, pull.headSha)
    afterStep('record')
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unavailable || error instanceof RateLimited) throw error
    await recordFailed(id, error.message)
  }
}

/** Names what the pull request holds now in its text, unless people have written there. */
async function describeAnew(connection: Connection, commit: StoredCommit, pull: PullRequest): Promise<void> {
  const { proposal } = commit
  const added = addedOf(commit)
  const brought = new Set(added.filter(({ fresh }) => fresh).map(addressOf))
  const before = proposal.resources.map(resourceOf).filter((resource) => !brought.has(addressOf(resource)))
  const texts = textsOf(proposal, proposal.openedAs === 'github-user' ? 'github-user' : 'github-app')
  const body = pullRequestBody({ ...texts, resources: resourcesAfter(before, added) })
  const ours = pullRequestBody({ ...texts, resources: before })
  if (body !== ours && (await pullRequestText(connection, pull.number)).trim() === ours.trim())
    await writePullRequestText(connection, pull.number, body)
}

/** How often the branch may move away under a commit before giving up. */
const tries = 5

/** The commit on the branch: found there, or made and put there. */
async function landed(connection: Connection, commit: StoredCommit, afterStep: (step: CommitStep) => void): Promise<string> {
  const { branch } = commit.proposal
  for (let turn = 0; turn < tries; turn++) {
    const there = (await commitsOf(connection, branch)).find(({ message }) => changeOf(message) === commit.id)
    if (there) return there.sha
    const pull = await pullOf(connection, commit)
    if (pull.state !== 'open') throw tooLate(pull)
    const parent = await headOf(connection, branch)
    if (!parent) throw new Conflict(`The branch ${branch} is gone, so the commit cannot be added. Propose the change on its own.`)
    const sha = await makeCommit(connection, commit, parent, afterStep)
    if (await moveBranch(connection, branch, sha)) return sha
  }
  throw new Conflict(`The branch ${branch} keeps moving, so the commit could not be added. Try again.`)
}

async function makeCommit(
  connection: Connection,
  commit: StoredCommit,
  parent: string,
  afterStep: (step: CommitStep) => void,
): Promise<string> {
  const { proposal } = commit
  const files = ProposedFiles.parse(commit.files)
  for (const file of files) {
    const now = await readFile(connection, file.path, parent)
    if ((now?.blob ?? null) === file.blob) continue
    throw new Conflict(`${file.path} changed on ${proposal.branch} meanwhile. Look at the new version, and make your change anew.`)
  }
  afterStep('read')
  const message = commitMessage(
    {
      id: proposal.id,
      title: commit.title,
      message: commit.message,
      requestedBy: commit.requestedBy,
      // all of them: where the pull request is squashed, the last trailers are the ones that stay
      resources: resourcesAfter(proposal.resources.map(resourceOf), addedOf(commit)),
    },
    commit.id,
  )
  const author = authorOf(commit.requestedBy, commit.createdAt)
  const sha = await commitFiles(connection, { parent, files: files.map(({ path, after }) => ({ path, text: after })), message, author })
  afterStep('commit')
  return sha
}

const addedOf = (commit: { resources: unknown }): AddedResource[] => Added.parse(commit.resources)

async function pullOf(connection: Connection, { proposal }: StoredCommit): Promise<PullRequest> {
  if (proposal.pullNumber === null) throw new Conflict(`"${proposal.title}" has no pull request. Propose your change on its own.`)
  return readPullRequest(connection, proposal.pullNumber)
}

const tooLate = (pull: PullRequest): Conflict =>
  new Conflict(
    `Pull request #${pull.number} was ${pull.merged ? 'merged' : 'closed'} before the commit could be added. Propose your change on its own.`,
  )

async function recordAdded(commit: StoredCommit, sha: string, headSha: string): Promise<void> {
  await settle(commit.id, async (transaction, { proposal }) => {
    const added = addedOf(commit)
    for (const { fresh, action, ...address } of added) {
      const where = { proposalId: proposal.id, ...address }
      if (action === null) await transaction.proposalResource.deleteMany({ where })
      else await transaction.proposalResource.updateMany({ where, data: { action } })
    }
    const planIsOld = proposal.headSha !== headSha
    await transaction.proposal.update({
      where: { id: proposal.id },
      data: {
        files: filesAfter(filesOf(proposal), ProposedFiles.parse(commit.files)),
        headSha,
        ...(planIsOld ? { plan: Prisma.DbNull } : {}),
      },
    })
    await transaction.proposalCommit.update({ where: { id: commit.id }, data: { state: 'added', sha, problem: null } })
    await audit(transaction, commit, 'succeeded', { sha })
    await enqueue(transaction, observeProposalJob, { id: proposal.id }, { key: proposal.id })
  })
}

/** Gives up on a commit that no retry can add; the sentence says why. Resources that only it brought are let go. */
async function recordFailed(id: string, problem: string): Promise<void> {
  await settle(id, async (transaction, commit) => {
    const others = await transaction.proposalCommit.findMany({ where: { proposalId: commit.proposalId, id: { not: id } } })
    const gone = broughtInVain(
      addedOf(commit),
      others.map((other) => ({ failed: other.state === 'failed', added: addedOf(other) })),
    )
    for (const address of gone) await transaction.proposalResource.deleteMany({ where: { proposalId: commit.proposalId, ...address } })
    await transaction.proposalCommit.update({ where: { id }, data: { state: 'failed', problem } })
    await audit(transaction, commit, 'failed', { problem })
    await enqueue(transaction, observeProposalJob, { id: commit.proposalId }, { key: commit.proposalId })
  })
}

/** Ends a commit's waiting, once: under the lock of its proposal, and only where nobody has yet. */
async function settle(id: string, work: (transaction: Transaction, commit: StoredCommit) => Promise<void>): Promise<void> {
  await database().$transaction(async (transaction) => {
    await transaction.$queryRaw`
      SELECT 1 FROM proposal WHERE id = (SELECT "proposalId" FROM proposal_commit WHERE id = ${id}::uuid) FOR UPDATE`
    const commit = await transaction.proposalCommit.findUnique({ where: { id }, include: withProposal })
    if (commit?.state !== 'waiting') return
    await work(transaction, commit)
    await tell(transaction, commit.proposal)
  })
}

async function audit(
  transaction: Transaction,
  { id, proposal, requestedBy }: StoredCommit,
  outcome: 'succeeded' | 'failed',
  details: { sha: string } | { problem: string },
): Promise<void> {
  await appendAudit(transaction, {
    requestId: id,
    actor: requestedBy.username,
    action: 'proposal.extended',
    outcome,
    target: { proposal: proposal.id, repository: proposal.repository, pullNumber: proposal.pullNumber, change: id },
    details,
  })
}

/** Says on the commit what it waits for. */
async function recordWaiting(id: string, problem: string): Promise<void> {
  await database().$transaction(async (transaction) => {
    const { count } = await transaction.proposalCommit.updateMany({ where: { id, state: 'waiting' }, data: { problem } })
    const commit = count > 0 ? await transaction.proposalCommit.findUnique({ where: { id }, include: withProposal }) : null
    if (commit) await tell(transaction, commit.proposal)
  })
}

/** Adds a commit to a pull request; tried again for hours while GitHub is away. */
export const addCommitJob = defineKeepTrying('add-commit', (id) => extendProposal(id), { waiting: recordWaiting, gaveUp: recordFailed })

/** Takes up commits whose job was lost. Returns how many. */
export async function enqueueWaitingCommits(olderThan: Date): Promise<number> {
  const rows = await database().proposalCommit.findMany({ where: { state: 'waiting', createdAt: { lt: olderThan } }, select: { id: true } })
  for (const { id } of rows) await enqueue(null, addCommitJob, { id }, { key: id })
  return rows.length
}
