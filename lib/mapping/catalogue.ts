/** The kinds of a cluster as the import needs them: found by asset type, compiled when first needed. Pure. */
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { Asset } from './asset.ts'
import { type KindHead, kindIndex, kindOfAsset } from './asset-kinds.ts'
import type { KindTable } from './kind-table.ts'
import { tableOf as shippedTable } from './kind-tables.ts'
import { type MappedKind, mappedKind } from './to-manifest.ts'
import { fold } from './words.ts'

export interface Catalogue {
  kindOf: (asset: Asset) => KindHead | undefined
  /** The kind made ready; undefined when it serves no version. */
  load: (kind: string) => MappedKind | undefined
  /** What is known of a kind beyond the general rules. */
  tableOf: (kind: string) => KindTable | undefined
  /** The kind that assets of a type are parts of, and the key of its asset's data under which they stand. */
  joinOf: (assetType: string) => { kind: string; as: string } | undefined
  /** Whether assets of other types may be parts of this kind. */
  mayHaveParts: (kind: string) => boolean
}

/**
 * `read` gives the CustomResourceDefinition of a kind; it is asked once per kind. `tables` are the operator's own (`ImportMapping`): they
 * come before those that ship.
 */
export function catalogueOf(
  heads: readonly KindHead[],
  read: (head: KindHead) => JsonObject,
  tables: readonly KindTable[] = [],
): Catalogue {
  const own = new Map(tables.map((table) => [table.kind, table]))
  const tableOf = (kind: string): KindTable | undefined => own.get(kind) ?? shippedTable(kind)
  const index = kindIndex(heads, tables)
  const loaded = new Map<string, MappedKind | undefined>()
  const joins = new Map<string, { kind: string; as: string }>()
  for (const { kind } of heads) for (const { assetType, as } of tableOf(kind)?.joins ?? []) joins.set(assetType, { kind, as })
  const wholes = new Set([...joins.values()].map(({ kind }) => kind))
  return {
    kindOf: (asset) => kindOfAsset(index, asset),
    load: (kind) => {
      if (loaded.has(kind)) return loaded.get(kind)
      const head = index.byKind.get(kind)
      const mapped = head && prepare(read(head), tableOf)
      loaded.set(kind, mapped)
      return mapped
    },
    tableOf,
    joinOf: (assetType) => joins.get(assetType),
    mayHaveParts: (kind) => wholes.has(kind),
  }
}

function prepare(definition: JsonObject, tableOf: (kind: string) => KindTable | undefined): MappedKind | undefined {
  try {
    const compiled = compileKind(mostStable(definition))
    return mappedKind(
      compiled,
      { observed: observedPaths(definition), generated: isOf(definition, 'tf2crd', 'dcl2crd'), declarative: isOf(definition, 'dcl2crd') },
      tableOf(compiled.kind),
    )
  } catch (error) {
    if (error instanceof Invalid) return undefined
    throw error
  }
}

/** The definition with its most stable served version as the stored one: an import should not start on an alpha where a beta is served. */
function mostStable(definition: JsonObject): JsonObject {
  const versions = valueAt(definition, ['spec', 'versions'])
  if (!isObject(definition.spec) || !Array.isArray(versions)) return definition
  const rank = (name: unknown): number => (/alpha/.test(String(name)) ? 0 : /beta/.test(String(name)) ? 1 : 2)
  const served = versions.filter(isObject).filter(({ served }) => served === true)
  const best = served.toSorted((a, b) => rank(b.name) - rank(a.name) || Number(b.storage === true) - Number(a.storage === true))[0]
  if (!best) return definition
  return {
    ...definition,
    spec: {
      ...definition.spec,
      versions: versions.map((version) => (isObject(version) ? { ...version, storage: version === best } : version)),
    },
  }
}

/** What the kind shows in its status, as folded names joined by dots: the service's word, not the manifest's. */
function observedPaths(definition: JsonObject): Set<string> {
  const found = new Set<string>()
  const versions = valueAt(definition, ['spec', 'versions'])
  for (const version of Array.isArray(versions) ? versions : []) {
    const status = valueAt(version, ['schema', 'openAPIV3Schema', 'properties', 'status'])
    notePaths(status, '', found)
    const observed = valueAt(status, ['properties', 'observedState'])
    notePaths(observed, '', found)
    // What stands deeper in the resource may have been lifted to the top; long names mean the same there.
    for (const key of Object.keys(valueAt(observed, ['properties']) ?? {})) if (key.length > 9) found.add(`*.${fold(key)}`)
  }
  return found
}

/** Deeper than any status of a kind goes. */
const deepestStatus = 20

function notePaths(schema: Json | undefined, before: string, found: Set<string>, depth = 0): void {
  const inner = isObject(schema) && isObject(schema.items) ? schema.items : schema
  const properties = valueAt(inner, ['properties'])
  if (!isObject(properties) || depth > deepestStatus) return
  for (const [key, below] of Object.entries(properties)) {
    const path = before + fold(key)
    found.add(path)
    notePaths(below, `${path}.`, found, depth + 1)
  }
}

/** Whether the definition says that it was generated from the schema of an older controller. */
function isOf(definition: JsonObject, ...origins: string[]): boolean {
  const labels = valueAt(definition, ['metadata', 'labels'])
  return isObject(labels) && origins.some((origin) => labels[`cnrm.cloud.google.com/${origin}`] === 'true')
}
