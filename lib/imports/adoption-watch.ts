/**
 * Watches what becomes of a run's rows after the merge, until each has an end. Looking is all there is: whoever calls, whenever, writes down what
 * is true now, so a look twice, late or killed halfway does no harm. The inventory follows the cloud with some delay; a row that was acquired is
 * therefore read again for a while before the proof stands.
 */
import { z } from 'zod'
import { Prisma } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { isObject, type Json, textAt } from '#lib/json.ts'
import { liveIdentity } from '#lib/mapping/live-identity.ts'
import { resourceTitle } from '#lib/proposals/change-identity.ts'
import { redactResource } from '#lib/redact/redact.ts'
import { joinedTo } from './adoption-differences.ts'
import {
  afterDays,
  type CloudOutcome,
  type CloudReading,
  cloudOutcome,
  clusterOutcome,
  type IndexedManifest,
  stageOf,
} from './adoption-outcome.ts'
import { readAgain } from './propose-read-again.ts'
import { storableJson } from './storable.ts'

/** Minutes after which an acquired row is no longer read again. */
const proofMinutes = 15
/** Days after which nobody waits for a row any more. */
const followedDays = 14
const batch = 500

interface WatchedRow {
  id: string
  proposalId: string
  adoption: string | null
  assetName: string
  cloudProject: string | null
  namespace: string | null
  state: string
  /** Merged so long ago that nobody waits any more. */
  isOld: boolean
  /** The snapshot, redacted. */
  asset: Json
  manifests: IndexedManifest[]
}

const isOld = Prisma.sql`p."mergedAt" <= now() - make_interval(days => ${followedDays})`

/** Rows of merged proposals that have no end, or one that is not proven yet; old ones until that is written down. `a` is the row, `p` its proposal. */
const unfinished = Prisma.sql`p."mergedAt" IS NOT NULL AND (a."adoption" IS NULL OR a."adoption" = 'waiting' OR (NOT ${isOld} AND (
  a."adoption" IN ('unknown', 'conflict', 'failed')
  OR (a."adoption" = 'acquired' AND a."adoptedAt" > now() - make_interval(mins => ${proofMinutes})))))`

/** Runs with rows that are watched. */
export async function runsToWatch(): Promise<string[]> {
  const rows = await database().$queryRaw<{ id: string }[]>`
    SELECT DISTINCT a."runId"::text AS "id" FROM "import_asset" a JOIN "proposal" p ON p."id" = a."proposalId" WHERE ${unfinished}`
  return rows.map(({ id }) => id)
}

/** Looks at the rows of a run whose pull requests are merged. `all`: at those with a proven end, too. */
export async function lookAtAdoption(runId: string, { all = false }: { all?: boolean } = {}): Promise<void> {
  const run = await database().importRun.findUnique({ where: { id: runId }, select: { cluster: true, scope: true } })
  if (!run) return
  for (let after = beforeAll; ; ) {
    const rows = await watchedRows(run.cluster, runId, after, all ? Prisma.sql`p."mergedAt" IS NOT NULL` : unfinished)
    const outcomes = rows.map((row) => {
      const outcome = clusterOutcome(stageOf(row.state), row.manifests)
      return { row, ...(row.isOld ? afterDays(outcome, followedDays) : outcome) }
    })
    const ready = outcomes.filter(({ adoption }) => adoption === 'ready').map(({ row }) => row)
    const readings = await readClouds(ready, run.scope)
    for (const { row, adoption, message } of outcomes) {
      const end: CloudOutcome =
        adoption === 'ready'
          ? cloudOutcome(row.asset, readings.get(row.id) ?? { problem: 'The inventory gave no answer.' })
          : { adoption, message, differences: [] }
      // an outage takes no proof away
      const proven = row.adoption === 'acquired' || row.adoption === 'changed'
      if (!(proven && adoption === 'ready' && end.adoption === 'unknown')) await keep(row, end)
    }
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last.id
  }
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

async function watchedRows(cluster: string, runId: string, after: string, which: Prisma.Sql): Promise<WatchedRow[]> {
  const rows = await database().$queryRaw<(Omit<WatchedRow, 'asset' | 'manifests'> & { asset: string; manifests: string })[]>`
    SELECT a."id"::text AS "id", a."proposalId"::text AS "proposalId", a."adoption", COALESCE(nullif(d."asset"->>'name', ''), a."name") AS "assetName",
      a."cloudProject", a."namespace", p."state", COALESCE(${isOld}, false) AS "isOld", d."asset"::text AS "asset",
      (SELECT COALESCE(jsonb_agg(jsonb_build_object('kind', m->>'kind', 'name', m->>'name', 'live', CASE WHEN r."id" IS NULL THEN NULL ELSE jsonb_build_object(
          'state', r."state", 'headline', r."headline", 'reason', r."reason", 'conditions', o."object"->'status'->'conditions', 'rival', NULL,
          'resourceID', o."object"->'spec'->'resourceID') END) ORDER BY place), '[]')
        FROM jsonb_array_elements(d."manifests") WITH ORDINALITY AS e(m, place)
        LEFT JOIN "resource" r ON r."cluster" = ${cluster} AND r."kind" = m->>'kind' AND r."namespace" = a."namespace" AND r."name" = m->>'name' AND r."deletedAt" IS NULL
        LEFT JOIN "resource_object" o ON o."resourceId" = r."id")::text AS "manifests"
    FROM "import_asset" a JOIN "import_asset_detail" d ON d."assetId" = a."id" JOIN "proposal" p ON p."id" = a."proposalId"
    WHERE a."runId" = ${runId}::uuid AND a."id" > ${after}::uuid AND ${which} ORDER BY a."id" LIMIT ${batch}`
  return Promise.all(
    rows.map(async ({ asset, manifests, ...row }) => ({
      ...row,
      asset: JSON.parse(asset),
      manifests: await Promise.all(
        Indexed.array()
          .parse(JSON.parse(manifests))
          .map((manifest) => withRival(cluster, row.namespace, manifest)),
      ),
    })),
  )
}

const Indexed = z.object({
  kind: z.string(),
  name: z.string(),
  live: z
    .object({
      state: z.string(),
      headline: z.string(),
      reason: z.string().nullable(),
      conditions: z.json().nullable(),
      rival: z.null(),
      resourceID: z.json().nullable(),
    })
    .nullable(),
})

interface Claimant {
  cluster: string
  namespace: string
  name: string
  repository: string | null
  path: string | null
  gcpProject: string | null
  object: string
}

/** How many resources with the same id are looked at: ids such as `default` are those of many. */
const mostClaimants = 500

/** Of a conflict: the other resource of the index that stands for the same resource of the cloud, as far as there is exactly one. */
async function withRival(
  cluster: string,
  namespace: string | null,
  { kind, name, live }: z.infer<typeof Indexed>,
): Promise<IndexedManifest> {
  if (live === null || live.reason !== 'ManagementConflict') return { kind, name, live }
  const id = typeof live.resourceID === 'string' ? live.resourceID : name
  const claimants = await database().$queryRaw<Claimant[]>`
    SELECT r."cluster", r."namespace", r."name", r."repository", r."path", p."gcpProject", jsonb_build_object(
      'apiVersion', o."object"->'apiVersion', 'kind', split_part(r."kind", '.', 1), 'spec', o."object"->'spec',
      'metadata', jsonb_build_object('name', r."name", 'namespace', r."namespace", 'annotations', o."object"->'metadata'->'annotations'))::text AS "object"
    FROM "resource" r JOIN "resource_object" o ON o."resourceId" = r."id"
      LEFT JOIN "project" p ON p."cluster" = r."cluster" AND p."namespace" = r."namespace"
    WHERE r."kind" = ${kind} AND r."deletedAt" IS NULL AND COALESCE(o."object"->'spec'->>'resourceID', r."name") = ${id}
      AND (r."reason" IS DISTINCT FROM 'ManagementConflict' OR (r."cluster" = ${cluster} AND r."namespace" = ${namespace} AND r."name" = ${name}))
    LIMIT ${mostClaimants}`
  const isOwn = (one: Claimant): boolean => one.cluster === cluster && one.namespace === namespace && one.name === name
  // an id alone says little: in another project it is another resource, which is nobody's business here
  const own = claimants.filter(isOwn).map(meantBy)[0]
  const [other, ...more] = own === undefined ? [] : claimants.filter((one) => !isOwn(one) && meantBy(one) === own)
  if (!other || more.length > 0) return { kind, name, live }
  const where = other.cluster === cluster ? '' : ` on ${other.cluster}`
  const git = other.repository === null ? '' : ` (${[other.path, other.repository].filter(Boolean).join(' of ')})`
  return { kind, name, live: { ...live, rival: `${resourceTitle(kind, other.name)} in ${other.namespace}${where}${git}` } }
}

/** The resource of the cloud that an object of the index stands for. */
function meantBy({ object, gcpProject }: Claimant): string | undefined {
  const value: unknown = JSON.parse(object)
  return isObject(value) ? liveIdentity(value, { projectOfNamespace: () => gcpProject ?? undefined }) : undefined
}

/** What the inventory shows now, by row. A project that cannot be asked holds no other up. */
async function readClouds(rows: WatchedRow[], scope: string): Promise<Map<string, CloudReading>> {
  const readings = new Map<string, CloudReading>()
  const wanted = rows.map(({ asset, ...row }) => ({ ...row, joined: joinedTo(asset).flatMap((part) => textAt(part, 'name') ?? []) }))
  const found = await readAgain(scope, wanted, (refused, error) => {
    for (const { id } of refused) readings.set(id, { problem: error.message })
  })
  for (const [id, { asset }] of found) readings.set(id, { asset: asset && redactResource(asset) })
  return readings
}

/** Writes an outcome down, if the row still belongs to the proposal that was looked at. */
async function keep({ id, proposalId }: WatchedRow, { adoption, message, differences }: CloudOutcome): Promise<void> {
  const end = adoption === 'acquired' || adoption === 'changed'
  await database().$executeRaw`
    WITH "row" AS (
      UPDATE "import_asset" SET "adoption" = ${adoption}, "adoptedAt" = CASE WHEN ${end} THEN COALESCE("adoptedAt", now()) END
      WHERE "id" = ${id}::uuid AND "proposalId" = ${proposalId}::uuid RETURNING "id"
    )
    UPDATE "import_asset_detail" d SET "adoption" = ${storableJson({ message, differences, checkedAt: new Date().toISOString() })}::jsonb
    FROM "row" WHERE d."assetId" = "row"."id"`
}
