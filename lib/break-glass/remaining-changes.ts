/**
 * Which changes of a session are still work, as SQL on a change `c`, so that pages, hand back, the check of what is left and the worker ask
 * the same.
 *
 * An applied change is work until the cluster and Git say the same where it touched them. An undo and the change it put back are none together,
 * as long as Git never hears of either. Once the change was handed back Git may hear of it: while its pull request can still be merged, that
 * must be closed; after it was merged, the undo is to be handed back like any other change.
 */
import { type BreakGlassChange, Prisma } from '#db/client.ts'
import { database } from '#lib/database/client.ts'

/** States of a proposal whose pull request is not merged, and may be yet. `failed` is one that was merged. */
const mayBeMerged = Prisma.sql`('submitted', 'stuck', 'open')`

/** Whether `c` put back a change whose proposal, `p`, is as the condition says. An undo of an undo makes the change anew: that is none. */
const putBackWhere = (condition: Prisma.Sql): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT 1 FROM "break_glass_change" AS o LEFT JOIN "proposal" AS p ON p."id" = o."proposalId"
  WHERE o."id" = c."undoOf" AND o."state" = 'undone' AND o."undoOf" IS NULL AND (${condition}))`

/** To be looked at before its session may end: what remains, and what was undone while Git may still hear of it. */
export const counts = Prisma.sql`(c."state" = 'applied' AND NOT ${putBackWhere(Prisma.sql`p."id" IS NULL OR p."state" = 'closed'`)}
  OR c."state" = 'undone' AND EXISTS (SELECT 1 FROM "proposal" AS p WHERE p."id" = c."proposalId" AND p."state" <> 'closed'))`

/** To be handed back. */
const remains = Prisma.sql`(c."state" = 'applied' AND NOT ${putBackWhere(
  Prisma.sql`p."id" IS NULL OR p."state" = 'closed' OR p."state" IN ${mayBeMerged}`,
)})`

const changesWhere = async (sessionId: string, condition: Prisma.Sql): Promise<BreakGlassChange[]> => {
  const rows = await database().$queryRaw<{ id: string }[]>`
    SELECT c."id" FROM "break_glass_change" AS c WHERE c."sessionId" = ${sessionId}::uuid AND ${condition}`
  return database().breakGlassChange.findMany({
    where: { id: { in: rows.map(({ id }) => id) } },
    orderBy: [{ appliedAt: 'asc' }, { id: 'asc' }],
  })
}

/** The changes of a session to be handed back, in the order in which they were applied. */
export const remainingChanges = (sessionId: string): Promise<BreakGlassChange[]> => changesWhere(sessionId, remains)

/** The changes of a session to be looked at before it may end, in the order in which they were applied. */
export const countedChanges = (sessionId: string): Promise<BreakGlassChange[]> => changesWhere(sessionId, counts)

/** How each of some changes stands: whether it counts, whether it remains, and which change has put it back. */
export async function standingOf(ids: string[]): Promise<Map<string, ChangeStanding>> {
  if (ids.length === 0) return new Map()
  const rows = await database().$queryRaw<(ChangeStanding & { id: string })[]>`
    SELECT c."id", ${counts} AS "counts", ${remains} AS "remains", (
      SELECT jsonb_build_object('change', u."id", 'session', u."sessionId") FROM "break_glass_change" AS u
      WHERE c."state" = 'undone' AND u."undoOf" = c."id" AND u."state" = 'applied' LIMIT 1) AS "undoneBy"
    FROM "break_glass_change" AS c WHERE c."id" = ANY (${ids}::uuid[])`
  return new Map(rows.map(({ id, ...standing }) => [id, standing]))
}

export interface ChangeStanding {
  counts: boolean
  remains: boolean
  undoneBy: { change: string; session: string } | null
}

/**
 * For changes of a session that were undone, and undos of changes of other sessions: what must be closed, because it would bring to Git what
 * the cluster has no longer. A sentence by change.
 */
export async function toBeClosed(sessionId: string): Promise<Map<string, string>> {
  const rows = await database().$queryRaw<{ id: string; own: boolean; state: string; pullNumber: number | null }[]>`
    SELECT c."id", c."state" = 'undone' AS "own", p."state", p."pullNumber"
    FROM "break_glass_change" AS c
    LEFT JOIN "break_glass_change" AS o
      ON c."state" = 'applied' AND o."id" = c."undoOf" AND o."state" = 'undone' AND o."undoOf" IS NULL AND o."sessionId" <> c."sessionId"
    JOIN "proposal" AS p ON p."id" = CASE WHEN c."state" = 'undone' THEN c."proposalId" ELSE o."proposalId" END
    WHERE c."sessionId" = ${sessionId}::uuid AND c."state" IN ('applied', 'undone') AND p."state" IN ${mayBeMerged}`
  return new Map(rows.map(({ id, own, state, pullNumber }) => [id, closeSentence(own, state, pullNumber)]))
}

function closeSentence(own: boolean, state: string, pullNumber: number | null): string {
  const [its, of] = own ? ['Its', ''] : ['The', ' of the change that this one undid']
  const because = own ? ', because the change was undone.' : '.'
  if (state === 'stuck') return `${its} proposal${of} could not be opened and may be tried again: withdraw it${because}`
  if (pullNumber === null) return `${its} pull request${of} is about to be opened: close it then${because}`
  return `${its} pull request #${pullNumber}${of} is still open: close it${because}`
}
