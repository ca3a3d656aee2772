/** Installs resource definitions: those of the demo and any folder a person names with --crds. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import type { ClusterCalls } from '#lib/cluster/client.ts'
import { definitionKind } from '#lib/cluster/client.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { inParallel } from './in-parallel.ts'

const hashAnnotation = 'demo.corbel.dev/content-hash'
const establishedWithinMs = 120_000

/** The definitions in the YAML and JSON files of a folder; other documents are passed over. A later folder wins. */
export function readDefinitions(folders: string[]): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>()
  for (const folder of folders) {
    for (const file of readdirSync(folder).sort()) {
      if (!/\.(ya?ml|json)$/.test(file)) continue
      for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
        const value: unknown = document.toJS()
        if (!isObject(value) || value.kind !== 'CustomResourceDefinition') continue
        const name = textAt(value, 'metadata', 'name')
        if (name !== undefined) found.set(name, withHash(value))
      }
    }
  }
  return found
}

function withHash({ status: _, ...definition }: JsonObject): JsonObject {
  const { creationTimestamp: __, ...metadata } = isObject(definition.metadata) ? definition.metadata : {}
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {}
  const hash = createHash('sha256')
    .update(JSON.stringify([definition.spec, metadata]))
    .digest('hex')
    .slice(0, 16)
  return { ...definition, metadata: { ...metadata, annotations: { ...annotations, [hashAnnotation]: hash } } }
}

const hashOf = (definition: JsonObject | undefined) => textAt(definition, 'metadata', 'annotations', hashAnnotation)

/**
 * Applies the definitions whose content is not in the cluster yet and waits until all of them are served. Throws when one is
 * not after two minutes, naming it and what the API server says about it.
 */
export async function installDefinitions(
  cluster: ClusterCalls,
  definitions: Map<string, JsonObject>,
): Promise<{ applied: number; installed: JsonObject[] }> {
  const { items } = await cluster.list(definitionKind, { metadataOnly: true })
  const present = new Map(items.map((item) => [textAt(item, 'metadata', 'name'), hashOf(item)]))
  const changed = [...definitions]
    .filter(([name, definition]) => present.get(name) !== hashOf(definition))
    .map(([, definition]) => definition)
  await inParallel(8, changed, (definition) => cluster.applyServerSide(definition, { fieldManager: 'corbel-demo', force: true }))
  const until = Date.now() + establishedWithinMs
  for (;;) {
    const installed = (await cluster.definitions()).items
    const waiting = installed.filter(
      (definition) => definitions.has(textAt(definition, 'metadata', 'name') ?? '') && !isEstablished(definition),
    )
    if (waiting.length === 0) return { applied: changed.length, installed }
    if (Date.now() > until)
      throw new Error(`The cluster does not serve ${textAt(waiting[0], 'metadata', 'name')}: ${complaint(waiting[0])}`)
    // a list of hundreds of definitions is several megabytes
    await sleep(definitions.size > 100 ? 2000 : 100)
  }
}

const conditionsOf = (definition: JsonObject | undefined): JsonObject[] => {
  const conditions = valueAt(definition, ['status', 'conditions'])
  return Array.isArray(conditions) ? conditions.filter(isObject) : []
}

const isEstablished = (definition: JsonObject): boolean =>
  conditionsOf(definition).some((condition) => condition.type === 'Established' && condition.status === 'True')

const complaint = (definition: JsonObject | undefined): string =>
  conditionsOf(definition)
    .filter((condition) => condition.status === 'False')
    .map((condition) => String(condition.message))
    .join('; ') || 'no reason given'
