/** For tests: the published definitions of Config Connector, where they are present. They are no part of this repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'

const root = join(import.meta.dirname, '..')

/** `KCC_CRDS`, else `../shared/kcc/crds` beside the repository. */
const folder = process.env.KCC_CRDS ?? join(root, '../shared/kcc/crds')

export interface PublishedKind {
  definition: JsonObject
  kind: CompiledKind
}

/** Every published kind, or those of the names given; none where the folder is not there. */
export function publishedKinds(names?: readonly string[]): PublishedKind[] {
  if (!existsSync(folder)) return []
  const wanted = names && new RegExp(`^    kind: (?:${names.join('|')})$`, 'm')
  const found: PublishedKind[] = []
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.yaml')) continue
    const text = readFileSync(join(folder, file), 'utf8')
    if (wanted && !wanted.test(text)) continue
    // Published definitions are objects; compileKind refuses whatever is not.
    const definition = parse(text) as JsonObject
    found.push({ definition, kind: compileKind(definition) })
  }
  return found
}

export const goldenFolder = join(root, 'lib/schema/golden')

/** By size (the first eight), depth (three), choices (five), free parts, rules, and secrets. */
export const hardestKinds = [
  'MonitoringDashboard',
  'DLPDeidentifyTemplate',
  'ComputeURLMap',
  'ContainerCluster',
  'NetworkSecurityAuthzPolicy',
  'DataprocWorkflowTemplate',
  'VertexAITrainingPipeline',
  'TranscoderJob',
  'VisionAIApplication',
  'BinaryAuthorizationPlatformPolicy',
  'ContentWarehouseRuleSet',
  'AccessContextManagerServicePerimeter',
  'ComputeBackendService',
  'IAMPartialPolicy',
  'IAMPolicyMember',
  'LoggingLogSink',
  'DLPDiscoveryConfig',
  'IAPSettings',
  'MonitoringNotificationChannel',
  'SQLInstance',
]
