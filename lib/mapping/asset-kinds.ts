/** Which kind an asset type becomes. Most follow from the names; the tables hold what does not. Pure. */
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import type { Asset } from './asset.ts'
import type { KindTable } from './kind-table.ts'
import { fold } from './words.ts'

/** A kind that the cluster offers. */
export interface KindHead {
  kind: string
  /** `compute.cnrm.cloud.google.com`. */
  group: string
}

/** Services whose kinds stand in groups of other names (first label of the group), best first. A service without an entry is its own group. */
export const groupsOfService: Record<string, string[]> = {
  accesscontextmanager: ['accesscontextmanager'],
  aiplatform: ['vertexai', 'colab', 'aiplatform'],
  analyticshub: ['bigqueryanalyticshub'],
  beyondcorp: ['beyondcorp'],
  biglake: ['biglake', 'bigquerybiglake'],
  bigtableadmin: ['bigtable'],
  cloudasset: ['asset'],
  cloudbilling: ['billing'],
  cloudfunctions: ['cloudfunctions2', 'cloudfunctions'],
  cloudkms: ['kms'],
  cloudquotas: ['cloudquota'],
  cloudresourcemanager: ['resourcemanager', 'tags'],
  cloudtasks: ['tasks', 'cloudtasks'],
  config: ['configdeployment'],
  containeranalysis: ['containeranalysis', 'grafeas'],
  datamigration: ['datamigration', 'databasemigration', 'clouddms'],
  file: ['filestore'],
  gkemulticloud: ['containerattached', 'gkemulticloud'],
  ids: ['cloudids'],
  identity: ['accesscontextmanager'],
  identitytoolkit: ['identityplatform'],
  jobs: ['cloudtalentsolution'],
  krmapihosting: ['configcontroller'],
  sqladmin: ['sql', 'sqladmin'],
  workflowexecutions: ['workflows', 'workflowexecutions'],
}

/** Asset types whose kind has another name, or that several kinds share: the first whose condition holds. */
export const irregular: Record<string, { kind: string; when?: (data: JsonObject, name: string) => boolean }[]> = {
  'aiplatform.googleapis.com/NotebookRuntime': [{ kind: 'ColabRuntime' }],
  'aiplatform.googleapis.com/NotebookRuntimeTemplate': [{ kind: 'ColabRuntimeTemplate' }],
  'cloudfunctions.googleapis.com/CloudFunction': [{ kind: 'CloudFunctionsFunction' }],
  'cloudfunctions.googleapis.com/Function': [{ kind: 'CloudFunctions2Function' }],
  'cloudresourcemanager.googleapis.com/TagBinding': [
    { kind: 'TagsLocationTagBinding', when: (_, name) => /\/locations\//.test(name) },
    { kind: 'TagsTagBinding' },
  ],
  'cloudsecuritycompliance.googleapis.com/Framework': [{ kind: 'CloudSecurityComplianceFramework' }],
  'compute.googleapis.com/NetworkEndpointGroup': [
    { kind: 'ComputeRegionNetworkEndpointGroup', when: (_, name) => /\/regions\//.test(name) },
    { kind: 'ComputeNetworkEndpointGroup' },
  ],
  'compute.googleapis.com/Project': [{ kind: 'ComputeProjectMetadata' }],
  'compute.googleapis.com/SslCertificate': [
    { kind: 'ComputeManagedSSLCertificate', when: (data) => data.type === 'MANAGED' || isObject(data.managed) },
    { kind: 'ComputeSSLCertificate' },
  ],
  'containeranalysis.googleapis.com/Note': [{ kind: 'ContainerAnalysisNote' }],
  'contentwarehouse.googleapis.com/DocumentSchema': [{ kind: 'ContentWarehouseSchema' }],
  'dataflow.googleapis.com/Job': [
    { kind: 'DataflowFlexTemplateJob', when: (data) => hasLabel(data, 'goog-dataflow-provided-template-type', 'flex') },
    { kind: 'DataflowJob' },
  ],
  'devicestreaming.googleapis.com/DeviceSession': [{ kind: 'DeviceStreamingSession' }],
  'dns.googleapis.com/ResourceRecordSet': [{ kind: 'DNSRecordSet' }],
  'iam.googleapis.com/Role': [{ kind: 'IAMCustomRole' }],
  'krmapihosting.googleapis.com/KrmApiHost': [{ kind: 'ConfigControllerInstance' }],
  'notebooks.googleapis.com/Instance': [
    { kind: 'NotebookInstanceV2', when: (data) => isObject(data.gceSetup) },
    { kind: 'NotebookInstance' },
  ],
}

const hasLabel = (data: JsonObject, key: string, value: string): boolean => textAt(data, 'labels', key) === value

/** The kinds of a cluster, so that the kind of an asset is one look-up. */
export interface KindIndex {
  byKind: Map<string, KindHead>
  byGroup: Map<string, KindHead[]>
  found: Map<string, KindHead | null>
  /** Kinds by the asset types that their tables name. */
  said: Map<string, string>
}

export function kindIndex(heads: Iterable<KindHead>, tables: readonly KindTable[] = []): KindIndex {
  const index: KindIndex = { byKind: new Map(), byGroup: new Map(), found: new Map(), said: new Map() }
  for (const head of heads) {
    index.byKind.set(head.kind, head)
    const group = head.group.split('.')[0] ?? ''
    const list = index.byGroup.get(group)
    if (list) list.push(head)
    else index.byGroup.set(group, [head])
  }
  for (const { kind, assetTypes } of tables) for (const type of assetTypes ?? []) index.said.set(type, kind)
  return index
}

/** The kind an asset becomes; undefined when the cluster offers none for it. */
export function kindOfAsset(index: KindIndex, asset: Asset): KindHead | undefined {
  const said = index.said.get(asset.assetType)
  if (said !== undefined) return index.byKind.get(said)
  const special = irregular[asset.assetType]
  if (special && Object.hasOwn(irregular, asset.assetType)) {
    const offered = special.filter(({ kind }) => index.byKind.has(kind))
    const chosen = offered.find(({ when }) => !when || when(asset.data, asset.name))
    return chosen && index.byKind.get(chosen.kind)
  }
  let found = index.found.get(asset.assetType)
  if (found === undefined) {
    found = byName(index, asset.assetType) ?? null
    if (index.found.size < 10_000) index.found.set(asset.assetType, found)
  }
  return found ?? undefined
}

/** `compute.googleapis.com/GlobalAddress` → `ComputeAddress`: the shortest kind of the service's groups that ends in the type. */
function byName(index: KindIndex, assetType: string): KindHead | undefined {
  const [host = '', type = ''] = assetType.split('/')
  const labels = host.replace(/\.googleapis\.com$/, '').split('.')
  const service = labels[0] ?? ''
  const groups = Object.hasOwn(groupsOfService, service) ? (groupsOfService[service] ?? []) : [service]
  for (const word of wordsOf(service, type))
    for (const group of groups) {
      const fitting = (index.byGroup.get(group) ?? []).filter(({ kind }) => fold(kind).endsWith(word))
      const best = fitting.toSorted((a, b) => a.kind.length - b.kind.length)[0]
      // "Cluster" may not mean "…SubCluster" of a service that has no kind for clusters: what stands before must be the service's name.
      if (best && (fitting.some(({ kind }) => fold(kind) === word) || prefixIsService(best.kind, word, group, index))) return best
    }
  return undefined
}

function wordsOf(service: string, type: string): string[] {
  const word = fold(type)
  const bare = service === 'compute' ? fold(type.replace(/^(?:Global|Region)(?=[A-Z])/, '')) : word
  return word === bare ? [word] : [word, bare]
}

/** Whether all that stands before the type in the kind's name also starts other kinds of the group, or resembles the group. */
function prefixIsService(kind: string, word: string, group: string, index: KindIndex): boolean {
  const prefix = fold(kind).slice(0, -word.length)
  if (prefix === '' || group.includes(prefix) || prefix.includes(group)) return true
  const siblings = index.byGroup.get(group) ?? []
  return siblings.length === 1 || siblings.filter((head) => fold(head.kind).startsWith(prefix)).length > 1
}
