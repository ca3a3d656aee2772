/**
 * Opens the pull requests of an import. Each group becomes one proposal, whose id follows from the request's key and the group's: sent again, a
 * group that was opened is answered, and only what is missing is done. What is wrong with one group keeps no other back. The rows know their
 * proposal from the transaction on that records it.
 */
import { createHash } from 'node:crypto'
import { Prisma } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, CorbelError, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import { submitProposal } from '#lib/proposals/submit-proposal.ts'
import { watchAdoptionJob } from './adoption-jobs.ts'
import type { ImportProposed, ImportProposeRequest } from './contract.ts'
import { type PlannedGroup, type PlannedRow, planableRun, planRun } from './plan-import.ts'
import { isQuiet } from './plan-text.ts'
import { freshRows } from './propose-fresh-rows.ts'
import { isFree, lockRows } from './row-conditions.ts'
import type { RunRow } from './run-access.ts'
import { StoredManifest } from './stored-asset.ts'

/**
 * Opens the groups that were chosen. Where something changed in the cloud since it was reviewed, nothing is opened: it is converted anew and
 * told. Throws NotFound, Forbidden, Conflict while the run is read, and what the inventory throws.
 */
export async function proposeImport(
  runId: string,
  request: ImportProposeRequest,
  actor: Actor,
  requestId: string,
): Promise<ImportProposed> {
  const run = await planableRun(runId, actor)
  const keys = [...new Set(request.groups)]
  const done = await openedBefore(keys, request.idempotencyKey, actor)
  const wanted = keys.filter((key) => !done.has(key))
  const answer: ImportProposed = { proposals: [...done].map(([key, id]) => ({ key, id })), freshness: null, problems: [] }
  if (wanted.length === 0) return answer
  const { groups } = await planRun(run, request, actor)
  const chosen: PlannedGroup[] = []
  for (const key of wanted) {
    const group = groups.find((planned) => planned.key === key)
    if (group) chosen.push(group)
    else answer.problems.push({ key, message: 'What it holds changed since this plan was made. Look at the plan again.' })
  }
  const freshness = await freshRows(
    run,
    chosen.flatMap(({ rows }) => rows),
  )
  if (freshness.changed.length + freshness.gone.length > 0) return { ...answer, freshness }
  for (const group of chosen) {
    try {
      const id = proposalIdOf(request.idempotencyKey, group.key)
      await submit(run, group, { id, actor, requestId })
      answer.proposals.push({ key: group.key, id })
    } catch (error) {
      if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
      answer.problems.push({ key: group.key, message: error.message })
    }
  }
  return answer
}

/** The id of a group's proposal: a UUID of version 8 (RFC 9562), the same for the same keys. */
function proposalIdOf(idempotencyKey: string, key: string): string {
  const hex = createHash('sha256').update(`${idempotencyKey}/${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Groups that an earlier sending of this request has opened, with their proposals. */
async function openedBefore(keys: string[], idempotencyKey: string, actor: Actor): Promise<Map<string, string>> {
  const ids = new Map(keys.map((key) => [proposalIdOf(idempotencyKey, key), key]))
  const rows = await database().proposal.findMany({ where: { id: { in: [...ids.keys()] } }, select: { id: true, requestedById: true } })
  if (rows.some(({ requestedById }) => requestedById !== actor.userId))
    throw new Conflict('This request was sent before by somebody else. Reload the page and propose again.')
  return new Map(rows.map(({ id }) => [ids.get(id) ?? '', id]))
}

async function submit(
  run: RunRow,
  group: PlannedGroup,
  { id, actor, requestId }: { id: string; actor: Actor; requestId: string },
): Promise<void> {
  const changes = group.rows.flatMap(({ namespace, manifests, places }) =>
    manifests.map(({ kind, text }, index) => {
      const path = places[index]?.path
      return {
        cluster: run.cluster,
        namespace,
        kind,
        action: 'create' as const,
        text,
        baseBlob: null,
        ...(path === undefined ? {} : { path }),
      }
    }),
  )
  const request = { changes, title: group.title, message: messageOf(run, group.rows, changes.length), idempotencyKey: id }
  await submitProposal(request, actor, requestId, {
    report: group.report,
    within: async (transaction) => {
      await claimRows(transaction, group, id)
      await appendAudit(transaction, {
        requestId,
        actor: actor.username,
        action: 'import.proposed',
        outcome: 'intent',
        target: { import: run.id, proposal: id, cluster: run.cluster, ...(run.namespace === null ? {} : { namespace: run.namespace }) },
        details: { repository: group.repository, assets: group.rows.length, manifests: changes.length },
      })
      await enqueue(transaction, watchAdoptionJob, { run: run.id }, { key: run.id, afterSeconds: 5 })
    },
  })
}

/** The commit's words; the pull request has the report beside them. */
function messageOf({ scope, snapshotAt }: RunRow, rows: readonly PlannedRow[], manifests: number): string {
  const when = snapshotAt ? ` at ${snapshotAt.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  const quiet = isQuiet(rows.map(({ verdict }) => ({ verdict: verdict?.verdict ?? null }))) ? ' Nothing is created.' : ''
  return `Adopts what exists in the cloud already: ${manifests} ${manifests === 1 ? 'manifest' : 'manifests'} made of the inventory of ${scope}${when}.${quiet}`
}

/**
 * The rows belong to the proposal from now on. Throws Conflict where one was left out, changed or proposed in another request, meanwhile.
 */
async function claimRows(transaction: Transaction, { rows }: PlannedGroup, proposalId: string): Promise<void> {
  const ids = rows.map(({ id }) => id)
  await lockRows(transaction, Prisma.sql`"id" = ANY(${ids}::uuid[])`)
  const now = await transaction.$queryRaw<{ id: string; manifests: string }[]>`
    SELECT a."id"::text AS "id", d."manifests"::text AS "manifests" FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id"
    WHERE a."id" = ANY(${ids}::uuid[]) AND a."chosen" AND ${isFree}`
  const textsNow = new Map(now.map(({ id, manifests }) => [id, JSON.stringify(textsOf(JSON.parse(manifests)))]))
  if (rows.some(({ id, manifests }) => textsNow.get(id) !== JSON.stringify(manifests.map(({ text }) => text))))
    throw new Conflict('Somebody chose, changed or proposed otherwise in this import meanwhile. Look at the plan again.')
  await transaction.$executeRaw`
    UPDATE "import_asset" SET "proposalId" = ${proposalId}::uuid, "adoption" = NULL, "adoptedAt" = NULL WHERE "id" = ANY(${ids}::uuid[])`
  await transaction.$executeRaw`UPDATE "import_asset_detail" SET "adoption" = NULL WHERE "assetId" = ANY(${ids}::uuid[])`
}

const textsOf = (stored: unknown): string[] =>
  StoredManifest.array()
    .parse(stored)
    .map(({ original, text }) => text ?? original)
