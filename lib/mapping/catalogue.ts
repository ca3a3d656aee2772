/** The kinds of a cluster as the import needs them: found by asset type, compiled when first needed. Pure. */
import { Invalid } from '#lib/errors.ts'
import { isObject, type JsonObject, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { Asset } from './asset.ts'
import { type KindHead, kindIndex, kindOfAsset } from './asset-kinds.ts'
import type { KindTable } from './kind-table.ts'
import { tableOf } from './kind-tables.ts'
import { type MappedKind, mappedKind } from './to-manifest.ts'

export interface Catalogue {
  kindOf: (asset: Asset) => KindHead | undefined
  /** The kind made ready; undefined when it serves no version. */
  load: (kind: string) => MappedKind | undefined
  /** What is known of a kind beyond the general rules. */
  tableOf: (kind: string) => KindTable | undefined
}

/** `read` gives the CustomResourceDefinition of a kind; it is asked once per kind. */
export function catalogueOf(heads: readonly KindHead[], read: (head: KindHead) => JsonObject): Catalogue {
  const index = kindIndex(heads)
  const loaded = new Map<string, MappedKind | undefined>()
  return {
    kindOf: (asset) => kindOfAsset(index, asset),
    load: (kind) => {
      if (loaded.has(kind)) return loaded.get(kind)
      const head = index.byKind.get(kind)
      const mapped = head && prepare(read(head))
      loaded.set(kind, mapped)
      return mapped
    },
    tableOf,
  }
}

function prepare(definition: JsonObject): MappedKind | undefined {
  try {
    const compiled = compileKind(mostStable(definition))
    return mappedKind(compiled, { observed: observedKeys(definition), generated: isGenerated(definition) }, tableOf(compiled.kind))
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

/** Keys that the kind shows in its status: the service's word, not the manifest's. */
function observedKeys(definition: JsonObject): string[] {
  const versions = valueAt(definition, ['spec', 'versions'])
  if (!Array.isArray(versions)) return []
  return versions.flatMap((version) => {
    const status = valueAt(version, ['schema', 'openAPIV3Schema', 'properties', 'status', 'properties'])
    const observed = valueAt(status, ['observedState', 'properties'])
    return [...(isObject(status) ? Object.keys(status) : []), ...(isObject(observed) ? Object.keys(observed) : [])]
  })
}

/** Whether the definition was generated from the schema of an older controller. */
function isGenerated(definition: JsonObject): boolean {
  const labels = valueAt(definition, ['metadata', 'labels'])
  return isObject(labels) && ['tf2crd', 'dcl2crd'].some((origin) => labels[`cnrm.cloud.google.com/${origin}`] === 'true')
}
