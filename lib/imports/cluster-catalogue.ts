/** The kinds of a cluster as the conversion needs them, out of the index. */
import { createHash } from 'node:crypto'
import { type Database, database } from '#lib/database/client.ts'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { readAsset } from '#lib/mapping/asset.ts'
import type { KindHead } from '#lib/mapping/asset-kinds.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import { type OperatorTables, operatorTables } from './import-mappings.ts'

export interface ClusterCatalogue extends Catalogue {
  /** What is wrong with the operator's tables, a sentence each. */
  problems: readonly string[]
  /** Every kind that the cluster offers in namespaces. */
  heads: readonly KindHead[]
  /** Kind.group of a kind the cluster offers. */
  keyOf: (kind: string) => string | undefined
  /** Reads the definitions that converting these assets takes; the conversion itself reads nothing. */
  prepare: (assets: readonly Json[]) => Promise<void>
  /** Reads the definitions of kinds. */
  prepareKinds: (kinds: Iterable<string>) => Promise<void>
}

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelImportCatalogues?: Map<string, { version: string; catalogue: ClusterCatalogue }> }

/** The kind of access policies, which any asset may bring along. */
const policyKind = 'IAMPartialPolicy'

/** The catalogue of a cluster, kept until one of its definitions changes. */
export async function clusterCatalogue(cluster: string, db: Database = database()): Promise<ClusterCatalogue> {
  held.corbelImportCatalogues ??= new Map()
  const operator = await operatorTables(cluster)
  const kinds = await db.kind.findMany({
    where: { cluster, namespaced: true, NOT: { state: 'gone' } },
    select: { key: true, hash: true },
    orderBy: { key: 'asc' },
  })
  const version = createHash('sha256')
    .update(JSON.stringify([kinds, operator]))
    .digest('base64url')
  const known = held.corbelImportCatalogues.get(cluster)
  if (known?.version === version) return known.catalogue
  const catalogue = openCatalogue(
    db,
    cluster,
    kinds.map(({ key }) => key),
    operator,
  )
  held.corbelImportCatalogues.set(cluster, { version, catalogue })
  return catalogue
}

function openCatalogue(db: Database, cluster: string, keys: string[], operator: OperatorTables): ClusterCatalogue {
  const keyOfKind = new Map(keys.map((key) => [splitKindKey(key).kind, key]))
  const definitions = new Map<string, JsonObject>()
  const read = new Set<string>()
  const heads = keys.map(splitKindKey)
  const catalogue = catalogueOf(
    heads,
    ({ kind }) => {
      const definition = definitions.get(kind)
      // compiled, it is not needed again
      definitions.delete(kind)
      return definition ?? {}
    },
    operator.tables,
  )
  const prepareKinds = async (kinds: Iterable<string>): Promise<void> => {
    const missing = [...new Set(kinds)].filter((kind) => keyOfKind.has(kind) && !read.has(kind))
    if (missing.length === 0) return
    const wanted = missing.flatMap((kind) => keyOfKind.get(kind) ?? [])
    // as text, because Prisma's JSON loses keys named __proto__
    const rows = await db.$queryRaw<{ key: string; definition: string }[]>`
      SELECT "key", "definition"::text AS "definition" FROM "kind" WHERE "cluster" = ${cluster} AND "key" = ANY(${wanted}::text[])`
    for (const { key, definition } of rows) {
      const { kind } = splitKindKey(key)
      const parsed: unknown = JSON.parse(definition)
      if (read.has(kind) || !isObject(parsed)) continue
      definitions.set(kind, parsed)
      read.add(kind)
    }
  }
  return {
    ...catalogue,
    heads,
    problems: operator.problems,
    keyOf: (kind) => keyOfKind.get(kind),
    prepareKinds,
    prepare: (assets) => prepareKinds([policyKind, ...assets.flatMap((asset) => kindsOf(asset, catalogue))]),
  }
}

/** The kind of an asset and those of its parts. */
function kindsOf(asset: Json, catalogue: Catalogue): string[] {
  try {
    const kind = catalogue.kindOf(readAsset(asset))?.kind
    return kind === undefined ? [] : [kind, ...(catalogue.tableOf(kind)?.parts ?? []).map((part) => part.kind)]
  } catch (error) {
    if (error instanceof Invalid) return []
    throw error
  }
}
