/** The tables that operators bring for their own kinds (docs/import-mappings.md): ConfigMaps of the cluster, read as the portal. */
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { isObject, textAt, valueAt } from '#lib/json.ts'
import { readImportMapping } from '#lib/mapping/import-mapping.ts'
import type { KindTable } from '#lib/mapping/kind-table.ts'
import { log } from '#lib/telemetry/log.ts'

/** Where the ConfigMaps are, and how they are labelled. */
const mappingNamespace = 'corbel-system'
const mappingLabel = 'corbel.dev/import-mappings=true'
/** How long an answer counts, in milliseconds. */
const keptMs = 60_000

export interface OperatorTables {
  tables: KindTable[]
  /** What is wrong with them, a sentence each. */
  problems: string[]
}

const none: OperatorTables = { tables: [], problems: [] }
const known = new Map<string, { until: number; answer: Promise<OperatorTables> }>()

/** The tables of a cluster. Where it cannot be asked, there are none, and that is said. */
export async function operatorTables(cluster: string): Promise<OperatorTables> {
  const found = known.get(cluster)
  if (found && found.until > Date.now()) return found.answer
  const answer = readTables(cluster).catch((error: unknown): OperatorTables => {
    log().warn({ err: error, cluster }, 'import mappings could not be read')
    return {
      ...none,
      problems: [
        `The import mappings of ${cluster} could not be read, so kinds of your own may lack theirs. Scan again when the cluster answers.`,
      ],
    }
  })
  known.set(cluster, { until: Date.now() + keptMs, answer })
  return answer
}

async function readTables(cluster: string): Promise<OperatorTables> {
  const { items } = await clusterNamed(cluster)
    .asPortal()
    .list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: mappingNamespace, labelSelector: mappingLabel })
  const tables: KindTable[] = []
  const problems: string[] = []
  for (const item of items) {
    const data = valueAt(item, ['data'])
    for (const [path, text] of Object.entries(isObject(data) ? data : {})) {
      if (typeof text !== 'string' || !/\.ya?ml$/.test(path)) continue
      const read = readImportMapping(text)
      tables.push(...read.tables)
      for (const { line, message } of read.problems)
        problems.push(`ConfigMap ${textAt(item, 'metadata', 'name') ?? ''}, ${path}, line ${line}: ${message}`)
    }
  }
  return { tables, problems }
}
