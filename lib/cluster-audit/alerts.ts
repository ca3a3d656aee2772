/** Alerts about break-glass: raised once for each matter, told in the audit chain, and looked at by people of the platform team and auditors. */
import { appendAudit } from '#lib/audit/append-audit.ts'
import type { Alert, AlertList } from '#lib/break-glass/contract.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { log } from '#lib/telemetry/log.ts'

export interface RaisedAlert {
  type: Alert['type']
  cluster: string
  namespace: string
  /** What it is about: the same matter raises no second alert. */
  about: string
  message: string
  session: string | null
}

const most = 200

/** Raises an alert, unless this matter has one. Part of the caller's transaction. */
export async function raiseAlert(transaction: Transaction, { session, ...alert }: RaisedAlert): Promise<void> {
  const id = newId()
  // a session that the log names need not be one of ours
  const known = session === null ? 0 : await transaction.breakGlassSession.count({ where: { id: session } })
  const raised = await transaction.$executeRaw`
    INSERT INTO "break_glass_alert" ("id", "type", "cluster", "namespace", "about", "message", "sessionId")
    VALUES (${id}::uuid, ${alert.type}, ${alert.cluster}, ${alert.namespace}, ${alert.about}, ${alert.message}, ${known > 0 ? session : null}::uuid)
    ON CONFLICT ("type", "cluster", "about") DO NOTHING`
  if (raised === 0) return
  log().warn({ alert: alert.type, cluster: alert.cluster, namespace: alert.namespace, about: alert.about }, alert.message)
  await appendAudit(transaction, {
    requestId: id,
    actor: 'system:cluster-audit',
    action: 'break-glass.alert',
    outcome: 'succeeded',
    target: { cluster: alert.cluster, namespace: alert.namespace, alert: id, ...(known > 0 && session !== null ? { session } : {}) },
    details: { type: alert.type, message: alert.message, about: alert.about },
  })
}

/** The newest alerts, those that nobody looked at first; and how far each cluster's log is read. Throws Forbidden for other people. */
export async function listAlerts(actor: Actor): Promise<AlertList> {
  mayLook(actor)
  const [rows, places] = await Promise.all([
    database().breakGlassAlert.findMany({ orderBy: [{ acknowledgedAt: { sort: 'asc', nulls: 'first' } }, { at: 'desc' }], take: most }),
    database().clusterAuditPlace.findMany({ orderBy: { cluster: 'asc' } }),
  ])
  return {
    items: rows.map(alertOf),
    reading: places.map(({ cluster, eventAt, problem }) => ({ cluster, eventAt: eventAt?.toISOString() ?? null, problem })),
  }
}

/** Somebody looked at an alert and says what it was. Throws NotFound, Conflict where another was first, Forbidden. */
export async function acknowledgeAlert(id: string, note: string, actor: Actor, requestId: string): Promise<Alert> {
  mayLook(actor)
  return database().$transaction(async (transaction) => {
    const taken = await transaction.$executeRaw`
      UPDATE "break_glass_alert" SET "acknowledgedBy" = ${actor.username}, "acknowledgedAt" = clock_timestamp(), "note" = ${note}
      WHERE "id" = ${id}::uuid AND "acknowledgedAt" IS NULL`
    const row = await transaction.breakGlassAlert.findUnique({ where: { id } })
    if (!row) throw new NotFound('There is no such alert.')
    if (taken === 0) throw new Conflict(`${row.acknowledgedBy} has looked at this alert already. Load the page again.`)
    await appendAudit(transaction, {
      requestId,
      actor: actor.username,
      action: 'break-glass.alert-acknowledged',
      outcome: 'succeeded',
      target: { cluster: row.cluster, namespace: row.namespace, alert: id, ...(row.sessionId === null ? {} : { session: row.sessionId }) },
      details: { type: row.type, note },
    })
    return alertOf(row)
  })
}

function mayLook(actor: Actor): void {
  if (!actor.admin && !actor.auditor) throw new Forbidden('Alerts about break-glass are for the platform team and auditors: ask them.')
}

type Row = Awaited<ReturnType<ReturnType<typeof database>['breakGlassAlert']['findMany']>>[number]

const alertOf = ({ id, type, cluster, namespace, message, sessionId, at, acknowledgedBy, acknowledgedAt, note }: Row): Alert => ({
  id,
  type: type as Alert['type'], // written by raiseAlert alone
  cluster,
  namespace,
  message,
  session: sessionId,
  at: at.toISOString(),
  acknowledgedBy,
  acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
  note,
})
