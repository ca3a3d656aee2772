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

/** Every definition; none where the folder is not there. */
export function publishedDefinitions(): JsonObject[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  // Published definitions are objects; compileKind refuses whatever is not.
  return files.map((file) => parse(readFileSync(join(folder, file), 'utf8')) as JsonObject)
}

export interface PublishedKind {
  definition: JsonObject
  kind: CompiledKind
}

export const publishedKinds = (): PublishedKind[] =>
  publishedDefinitions().map((definition) => ({ definition, kind: compileKind(definition) }))

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
