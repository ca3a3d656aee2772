/** The audit log for people: everybody's acts for administrators and auditors, one's own for everybody else. */
import { type AuditEntry, Prisma } from '#db/client.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Forbidden, Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { chainEntryOf } from './append-audit.ts'
import { guardProblems } from './chain-guards.ts'
import { auditOrigin, checkpointKey } from './checkpoint-key.ts'
import type { AuditFacets, AuditFilter, AuditPage, AuditQuery, AuditRow, AuditStatus } from './contract.ts'
import { chainHead, lastCheckpoint } from './read-chain.ts'

/** Whether a person sees everybody's acts. */
export const seesEverything = (actor: Actor): boolean => actor.admin || actor.auditor

/** The filter, cut to what the person may see. Throws Forbidden where it asks for somebody else's acts. */
export function permitted<Filter extends AuditFilter>(filter: Filter, actor: Actor): Filter {
  if (seesEverything(actor)) return filter
  if (filter.actor !== undefined && filter.actor !== actor.username)
    throw new Forbidden('You see your own acts. Those of other people are for auditors and the platform team: ask them.')
  return { ...filter, actor: actor.username }
}

/** Entries, newest first. */
export const listAudit = (query: AuditQuery, actor: Actor): Promise<AuditPage> => auditPage(database(), permitted(query, actor))

/** A page of a list that is cut already. */
export async function auditPage(transaction: Transaction, query: AuditQuery): Promise<AuditPage> {
  const rows = await newestFirst(transaction, query, query.cursor, query.limit + 1)
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  return { items: items.map(rowOf), nextCursor: rows.length > query.limit && last ? cursorOf(last) : null }
}

const columns = Prisma.sql`"seq", "format", "id", "at", "requestId", "actor", "action", "outcome", "intent", "awaits", "target", "details", "previous", "hash"`

/** So many rows after a place, by (at, seq): every filter has an index in that order. */
async function newestFirst(
  transaction: Transaction,
  filter: AuditFilter,
  cursor: string | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const { namespace, ...rest } = filter
  const shared = conditionsOf(rest)
  if (cursor !== undefined) {
    const { at, seq } = placeOf(cursor)
    shared.push(Prisma.sql`("at", "seq") < (${at}::timestamptz, ${seq}::bigint)`)
  }
  const newest = (conditions: Prisma.Sql[]): Prisma.Sql => {
    const where = conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty
    return Prisma.sql`(SELECT ${columns} FROM "corbel_audit"."entry" ${where} ORDER BY "at" DESC, "seq" DESC LIMIT ${limit}::int)`
  }
  if (namespace === undefined) return transaction.$queryRaw<AuditEntry[]>(newest(shared))
  // each half by its own index: with OR, a project with few entries would cost a walk through the whole log
  const named = newest([Prisma.sql`"namespace" = ${namespace}`, ...shared])
  const proposed = newest([
    Prisma.sql`"subject" = ANY(ARRAY(${proposalsOf(namespace)}))`,
    Prisma.sql`"namespace" IS DISTINCT FROM ${namespace}`,
    ...shared,
  ])
  return transaction.$queryRaw<AuditEntry[]>`
    SELECT * FROM (${named} UNION ALL ${proposed}) AS "found" ORDER BY "at" DESC, "seq" DESC LIMIT ${limit}::int`
}

/** The conditions of a filter. */
export function conditionsOf({ actor, action, outcome, namespace, subject, since, until }: AuditFilter): Prisma.Sql[] {
  const conditions: Prisma.Sql[] = []
  if (actor !== undefined) conditions.push(Prisma.sql`"actor" = ${actor}`)
  if (action.length > 0) conditions.push(Prisma.sql`"action" IN (${Prisma.join(action)})`)
  if (outcome.length > 0) conditions.push(Prisma.sql`"outcome" IN (${Prisma.join(outcome)})`)
  if (namespace !== undefined) conditions.push(concernsProject(namespace))
  if (subject !== undefined) conditions.push(concerns(subject))
  if (since !== undefined) conditions.push(Prisma.sql`"at" >= ${since}::timestamptz`)
  if (until !== undefined) conditions.push(Prisma.sql`"at" < ${until}::timestamptz`)
  return conditions
}

/** Entries that name the project, and those of every proposal that touches it: most steps of a proposal name its pull request only. */
const concernsProject = (namespace: string): Prisma.Sql =>
  Prisma.sql`("namespace" = ${namespace} OR "subject" IN (${proposalsOf(namespace)}))`

const proposalsOf = (namespace: string): Prisma.Sql =>
  Prisma.sql`SELECT "proposalId"::text FROM "proposal_resource" WHERE "namespace" = ${namespace}`

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Acts within a break-glass session name the resource they are about; the session's id finds them all the same. */
const concerns = (subject: string): Prisma.Sql =>
  uuid.test(subject) ? Prisma.sql`("subject" = ${subject} OR "target" ->> 'session' = ${subject})` : Prisma.sql`"subject" = ${subject}`

const cursorOf = ({ at, seq }: AuditEntry): string => Buffer.from(JSON.stringify([at, Number(seq)])).toString('base64url')

function placeOf(cursor: string): { at: string; seq: number } {
  try {
    const [at, seq] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[] // checked in the next lines
    const time = new Date(String(at))
    if (!Number.isSafeInteger(seq) || Number.isNaN(time.getTime())) throw new SyntaxError(cursor)
    return { at: time.toISOString(), seq: Number(seq) }
  } catch (error) {
    throw new Invalid('The list cannot go on from here. Load it again from the start.', [], { cause: error })
  }
}

function rowOf(row: AuditEntry): AuditRow {
  const { format: _, awaits: __, intent, ...entry } = chainEntryOf(row)
  return { ...entry, intent: intent ?? null }
}

/** What there is to choose from. Each is found by jumping along an index, not by reading the log. */
export async function auditFacets(actor: Actor): Promise<AuditFacets> {
  const [actions, actors] = await Promise.all([
    distinct(Prisma.sql`"action"`, 200),
    seesEverything(actor) ? distinct(Prisma.sql`"actor"`, 500) : [actor.username],
  ])
  return { actions, actors }
}

async function distinct(column: Prisma.Sql, limit: number): Promise<string[]> {
  const rows = await database().$queryRaw<{ value: string }[]>`
    WITH RECURSIVE found AS (
      (SELECT ${column} AS value FROM "corbel_audit"."entry" ORDER BY ${column} LIMIT 1)
      UNION ALL
      SELECT (SELECT ${column} FROM "corbel_audit"."entry" WHERE ${column} > found.value ORDER BY ${column} LIMIT 1) FROM found WHERE found.value IS NOT NULL
    ) SELECT value FROM found WHERE value IS NOT NULL LIMIT ${limit}::int`
  return rows.map(({ value }) => value)
}

/** How the chain stands. */
export async function auditStatus(actor: Actor): Promise<AuditStatus> {
  const all = seesEverything(actor)
  const [head, verifications, checkpoint, guards, open] = await Promise.all([
    chainHead(database()),
    database().auditVerification.findMany(),
    lastCheckpoint(database()),
    all ? guardProblems(database()) : [],
    openIntents(all ? undefined : actor.username),
  ])
  const key = checkpointKey()
  return {
    all,
    origin: auditOrigin(),
    key: key?.verifier.text ?? null,
    entries: head.seq,
    verified: verifiedOf(verifications),
    checkpoint: checkpoint && { seq: checkpoint.seq, at: checkpoint.at.toISOString(), note: checkpoint.note },
    guards,
    openIntents: open,
  }
}

/** The whole look and the one that goes on from it, as one statement: a problem of either counts; else the one that reaches further. */
function verifiedOf(
  found: { scope: string; seq: bigint; at: Date; problem: string | null; problemSeq: bigint | null }[],
): AuditStatus['verified'] {
  const full = found.find(({ scope }) => scope === 'full')
  const latest = found.find(({ scope }) => scope === 'latest')
  const told = full?.problem ? full : latest?.problem ? latest : full && latest && latest.seq > full.seq ? latest : full
  if (!told) return null
  const { seq, at, problem, problemSeq } = told
  return { seq: Number(seq), at: at.toISOString(), problem, problemSeq: problemSeq === null ? null : Number(problemSeq) }
}

/** Acts that were begun more than a quarter of an hour ago and have no outcome: of one person, or of all. At most 20, the newest first. */
export async function openIntents(actor?: string): Promise<AuditRow[]> {
  const own = actor === undefined ? Prisma.empty : Prisma.sql`AND i."actor" = ${actor}`
  const rows = await database().$queryRaw<AuditEntry[]>`
    SELECT ${columns} FROM "corbel_audit"."entry" i WHERE i."awaits" AND i."at" < clock_timestamp() - interval '15 minutes' ${own}
      AND NOT EXISTS (SELECT FROM "corbel_audit"."entry" o WHERE o."intent" = i."id")
    ORDER BY i."at" DESC LIMIT 20`
  return rows.map(rowOf)
}
