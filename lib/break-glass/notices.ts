/** What people are told because of a session, until each of them has seen it: approvers that one is open without them, or waits for them. */
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import type { StoredSession } from './session-row.ts'

const most = 50

/** Tells every approver group of a session: `opened` nobody had to agree to, or `asked` for and waiting. Part of the caller's transaction. Requesters who are approvers know already. */
export async function tellApprovers(transaction: Transaction, session: StoredSession, what: 'opened' | 'asked'): Promise<void> {
  const { approverGroups } = config().breakGlass
  const about = `${session.kind.slice(0, session.kind.indexOf('.'))} ${session.name} in ${session.namespace}`
  const who = session.requestedBy.name
  const drill = session.drill ? 'a drill of ' : ''
  const message =
    what === 'opened'
      ? `${who} opened ${drill}break-glass for ${about} without waiting for you: ${session.reason}`
      : `${who} asks for ${drill}break-glass for ${about} and waits for one of you: ${session.reason}`
  await transaction.breakGlassNotice.createMany({
    data: approverGroups.map((group) => ({ id: newId(), sessionId: session.id, group, message, seenBy: [session.requestedBy.username] })),
  })
}

/** Questions need no answer any more once a session was decided, or is over. What only tells stays. */
export async function dropQuestions(transaction: Transaction, session: StoredSession): Promise<void> {
  if (session.tier === 'approval') await transaction.breakGlassNotice.deleteMany({ where: { sessionId: session.id } })
}

/** What the person has not seen yet, newest first; once, however many of their groups it went to. */
export async function listNotices(actor: Actor) {
  const rows = await database().$queryRaw<{ id: string; session: string; message: string; createdAt: Date }[]>`
    SELECT * FROM (
      SELECT DISTINCT ON (n."sessionId", n."message") n."id", n."sessionId" AS "session", n."message", n."createdAt"
      FROM "break_glass_notice" AS n
      WHERE n."group" = ANY (${actor.groups}) AND NOT coalesce(${actor.username} = ANY (n."seenBy"), FALSE)
      ORDER BY n."sessionId", n."message", n."id"
    ) AS "unseen" ORDER BY "createdAt" DESC, "id" DESC LIMIT ${most}`
  return { items: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })) }
}

/** The person has seen it, in whichever of their groups. Throws NotFound for what was not told to them. */
export async function seeNotice(id: string, actor: Actor): Promise<void> {
  const seen = await database().$executeRaw`
    UPDATE "break_glass_notice" AS n SET "seenBy" = array_append(array_remove(n."seenBy", ${actor.username}), ${actor.username})
    FROM "break_glass_notice" AS told
    WHERE told."id" = ${id}::uuid AND told."group" = ANY (${actor.groups})
      AND n."sessionId" = told."sessionId" AND n."message" = told."message" AND n."group" = ANY (${actor.groups})`
  if (seen === 0) throw new NotFound('There is no such notice for you.')
}
