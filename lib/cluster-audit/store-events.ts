/**
 * Keeps what a cluster's audit log tells about break-glass, and compares it with our own chain.
 *
 *   waiting ─► matched      our chain told of this very call: same Audit-ID, session, person, object, about the same time
 *      │
 *      └────► unmatched     a minute later it still has not: somebody acted as the account past Corbel. An alert.
 *   refused                 the cluster said no; kept, no alert
 *   anonymous               the account itself signed in, no person is known. An alert.
 *
 * Clients choose Audit-IDs, annotations and User-Agents, so no single one of them is believed: all must agree.
 */
import { database, type Transaction } from '#lib/database/client.ts'
import { raiseAlert } from './alerts.ts'
import { type AccountUse, type GateWrite, isUuid } from './read-event.ts'

/** Who the portal itself is at a cluster: its gate writes are expected. */
export interface ClusterIdentity {
  cluster: string
  portal: string | undefined
  /** What the API server puts before people's names. */
  prefix: string
}

/** Our entry may come a moment after the event that it tells of: dry runs are told afterwards. */
const patienceSeconds = 60
const aroundMs = 5 * 60_000
/** How many events are settled by one query. */
const atOnce = 500

/** Stores events; what is stored already stays as it is. Part of the caller's transaction. */
export async function storeEvents(
  transaction: Transaction,
  { cluster, portal }: ClusterIdentity,
  events: (AccountUse | GateWrite)[],
): Promise<void> {
  for (const event of events) {
    if (event.type === 'gate') await noteGateWrite(transaction, cluster, portal, event)
    else await storeUse(transaction, cluster, event)
  }
}

async function storeUse(transaction: Transaction, cluster: string, use: AccountUse): Promise<void> {
  const kind = await kindOf(transaction, cluster, use)
  const verdict = use.code >= 400 ? 'refused' : use.impersonated === null ? 'anonymous' : 'waiting'
  const stored = await transaction.$executeRaw`
    INSERT INTO "cluster_audit_event" ("cluster", "auditId", "at", "username", "impersonated", "verb", "namespace", "kind", "name", "dryRun", "code", "session", "verdict")
    VALUES (${cluster}, ${use.auditId}, ${use.at}::timestamptz, ${use.username}, ${use.impersonated}, ${use.verb}, ${use.namespace}, ${kind}, ${use.name},
      ${use.dryRun}, ${use.code}::int, ${use.session}, ${verdict})
    ON CONFLICT DO NOTHING`
  if (stored === 0 || verdict !== 'anonymous') return
  await raiseAlert(transaction, {
    type: 'anonymous-use',
    cluster,
    namespace: use.namespace,
    about: `${use.auditId} ${use.at}`,
    session: use.session,
    message: `${use.username} itself ${verbInWords(use)} ${kind} ${use.name}: no person stands behind it. Somebody has a token of this account. Remove it, and what the change did.`,
  })
}

/** Kind.group where the index knows the plural, else plural.group. */
async function kindOf(transaction: Transaction, cluster: string, { group, resource }: AccountUse): Promise<string> {
  const row = await transaction.kind.findFirst({ where: { cluster, group, plural: resource }, select: { key: true } })
  return row?.key ?? [resource, group].filter(Boolean).join('.')
}

async function noteGateWrite(transaction: Transaction, cluster: string, portal: string | undefined, write: GateWrite): Promise<void> {
  if (write.code >= 400 || write.dryRun || write.username === portal) return
  await raiseAlert(transaction, {
    type: 'gate-by-hand',
    cluster,
    namespace: write.namespace,
    about: `${write.auditId} ${write.at}`,
    session: write.sessions.find(isUuid) ?? null,
    message: `${write.username} changed the break-glass gate of ${write.namespace} by hand (session ${write.sessions.join(', ')}). While the portal is down that is the runbook; otherwise ask why.`,
  })
}

interface Waiting {
  auditId: string
  at: Date
  exactAt: string
  username: string
  verb: string
  namespace: string
  kind: string
  name: string
  dryRun: boolean
  session: string | null
  late: boolean
}

/** Compares what waits with the chain. Gives how many events got their verdict. */
export async function settleEvents({ cluster, prefix }: ClusterIdentity): Promise<number> {
  const waiting = await database().$queryRaw<Waiting[]>`
    SELECT "auditId", "at", "at"::text AS "exactAt", "username", "verb", "namespace", "kind", "name", "dryRun", "session",
      "at" < clock_timestamp() - make_interval(secs => ${patienceSeconds}::int) AS "late"
    FROM "cluster_audit_event" WHERE "cluster" = ${cluster} AND "verdict" = 'waiting' ORDER BY "at" LIMIT ${atOnce}::int`
  let settled = 0
  for (const event of waiting) {
    const why = await mismatch(cluster, prefix, event)
    if (why !== undefined && !event.late) continue
    await database().$transaction((transaction) => settle(transaction, cluster, event, why))
    settled++
  }
  return settled
}

async function settle(transaction: Transaction, cluster: string, event: Waiting, why: string | undefined): Promise<void> {
  const written = await transaction.$executeRaw`
    UPDATE "cluster_audit_event" SET "verdict" = ${why === undefined ? 'matched' : 'unmatched'},
      "changeId" = (SELECT "id" FROM "break_glass_change" WHERE ("auditId" = ${event.auditId} OR "dryRunAuditId" = ${event.auditId}) LIMIT 1)
    WHERE "cluster" = ${cluster} AND "auditId" = ${event.auditId} AND "at" = ${event.exactAt}::timestamptz AND "verdict" = 'waiting'`
  if (written === 0 || why === undefined) return
  await raiseAlert(transaction, {
    type: 'unmatched-use',
    cluster,
    namespace: event.namespace,
    about: `${event.auditId} ${event.exactAt}`,
    session: event.session,
    message: `${event.username} ${verbInWords(event)} ${event.kind} ${event.name} as the break-glass account, and not through Corbel: ${why}`,
  })
}

interface Told {
  actor: string
  at: Date
  name: string | null
  kind: string | null
  namespace: string | null
  requester: string
}

/** Why an event is not one of ours; undefined where it is. */
async function mismatch(cluster: string, prefix: string, event: Waiting): Promise<string | undefined> {
  if (event.session === null) return 'it names no session.'
  // an earlier one that the cluster refused has used it up as well
  const [{ again } = { again: true }] = await database().$queryRaw<{ again: boolean }[]>`
    SELECT EXISTS (SELECT 1 FROM "cluster_audit_event" WHERE "cluster" = ${cluster} AND "auditId" = ${event.auditId}
      AND ("verdict" = 'matched' AND "at" <> ${event.exactAt}::timestamptz OR "at" < ${event.exactAt}::timestamptz)) AS "again"`
  if (again) return 'its Audit-ID belongs to another call.'
  const told = await database().$queryRaw<Told[]>`
    SELECT e."actor", e."at", e."target" ->> 'name' AS "name", e."target" ->> 'kind' AS "kind", e."target" ->> 'namespace' AS "namespace", u."username" AS "requester"
    FROM "corbel_audit"."entry" e
    JOIN "break_glass_session" s ON s."id" = ${event.session}::uuid AND s."cluster" = ${cluster} AND s."namespace" = ${event.namespace}
    JOIN "user" u ON u."id" = s."requestedById"
    WHERE e."target" ->> 'session' = ${event.session} AND e."action" LIKE 'break-glass.%' AND e."outcome" <> 'denied'
      AND (e."action" = 'break-glass.dry-run') = ${event.dryRun}::boolean
      AND (e."details" ->> 'auditId' = ${event.auditId} OR e."details" -> 'auditIds' @> to_jsonb(${event.auditId}::text))
    ORDER BY e."seq" LIMIT 5`
  const [ours] = told
  if (!ours) return 'no entry of the audit log tells of it.'
  if (ours.actor.startsWith('system:') ? prefix + ours.requester !== event.username : prefix + ours.actor !== event.username)
    return `the audit log tells of it as an act of ${ours.actor}.`
  if (ours.namespace !== event.namespace || ours.kind !== event.kind || ours.name !== event.name)
    return `the audit log tells of it for ${ours.kind} ${ours.name}.`
  if (!told.some(({ at }) => Math.abs(at.getTime() - event.at.getTime()) < aroundMs)) return 'the audit log tells of it at another time.'
  return undefined
}

/**
 * Our acts that the cluster's log should show and does not: intents of a write whose outcome is not a failure, older than what was read of the
 * log by a minute. `readTo`: the newest moment that was read. Gives how many were found.
 */
export async function findIntentsWithoutEvent({ cluster }: ClusterIdentity, readTo: Date): Promise<number> {
  const missing = await database().$queryRaw<
    { id: string; auditId: string; namespace: string; kind: string; name: string; session: string; username: string }[]
  >`
    SELECT c."id", c."auditId", s."namespace", c."kind", c."name", s."id"::text AS "session", u."username"
    FROM "break_glass_change" c JOIN "break_glass_session" s ON s."id" = c."sessionId" JOIN "user" u ON u."id" = s."requestedById"
    WHERE s."cluster" = ${cluster} AND c."auditId" IS NOT NULL AND c."state" IN ('applied', 'unknown', 'undone')
      AND c."updatedAt" > ${readTo}::timestamptz - interval '7 days'
      AND coalesce(c."appliedAt", c."updatedAt") < ${readTo}::timestamptz - make_interval(secs => ${patienceSeconds}::int)
      AND c."createdAt" > (SELECT p."createdAt" FROM "cluster_audit_place" p WHERE p."cluster" = ${cluster})
      AND NOT EXISTS (SELECT 1 FROM "cluster_audit_event" e WHERE e."cluster" = ${cluster} AND e."auditId" = c."auditId")
      AND NOT EXISTS (SELECT 1 FROM "break_glass_alert" a WHERE a."cluster" = ${cluster} AND a."type" = 'intent-without-event' AND a."about" = c."id"::text)
    LIMIT ${atOnce}::int`
  for (const { id, namespace, kind, name, session, username } of missing)
    await database().$transaction((transaction) =>
      raiseAlert(transaction, {
        type: 'intent-without-event',
        cluster,
        namespace,
        about: id,
        session,
        message: `Corbel's audit log says that ${username} changed ${kind} ${name}; the cluster's own audit log does not show it. Compare both, and the object's managed fields.`,
      }),
    )
  return missing.length
}

const verbs: Record<string, string> = {
  create: 'created',
  update: 'changed',
  patch: 'changed',
  delete: 'deleted',
  deletecollection: 'deleted',
}
const verbInWords = ({ verb, dryRun }: { verb: string; dryRun: boolean }): string =>
  dryRun ? `tried (dry run, ${verb})` : (verbs[verb] ?? verb)
