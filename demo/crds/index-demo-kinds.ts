/** For tests and benchmarks: the demo's kinds in the index, as the collector would have put them there. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Database } from '#lib/database/client.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'

/** Writes one row per definition of this folder, and of `folder` where one is given. */
export async function indexDemoKinds(db: Database, cluster: string, folder: string = import.meta.dirname): Promise<void> {
  const definitions = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file): unknown => parse(readFileSync(join(folder, file), 'utf8')))
    .filter(isObject)
  await db.kind.createMany({ data: definitions.map((definition) => rowOf(cluster, definition)) })
}

function rowOf(cluster: string, definition: JsonObject) {
  const group = textAt(definition, 'spec', 'group') ?? ''
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? ''
  const versions = valueAt(definition, ['spec', 'versions'])
  const stored = Array.isArray(versions) ? versions.find((version) => isObject(version) && version.storage === true) : undefined
  return {
    cluster,
    key: `${kind}.${group}`,
    group,
    kind,
    plural: textAt(definition, 'spec', 'names', 'plural') ?? '',
    version: textAt(stored, 'name') ?? '',
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    definition,
    hash: createHash('sha256').update(JSON.stringify(definition)).digest('hex'),
    state: 'synced',
  }
}
