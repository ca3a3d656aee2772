/**
 * What an import leaves out unless somebody chooses it: what comes with a project, and what another resource makes and owns. Data with a
 * small reader. Pure; never throws.
 */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { readAssetName } from './asset-name.ts'

export interface Skipped {
  /** A short word that stays the same, to group by. */
  rule: string
  /** A sentence for people. */
  message: string
}

interface Subject {
  /** The last part of its name. */
  id: string
  data: JsonObject
}

interface SkipRule extends Skipped {
  /** Asset types, without `.googleapis.com`; without it, every type. */
  types?: readonly string[]
  holds: (subject: Subject) => boolean
}

const lastPart = (text: string | undefined): string => text?.split('/').at(-1) ?? ''
const textsAt = (data: JsonObject, key: string): string[] => {
  const found = data[key]
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : []
}
const hasLabel = ({ data }: Subject, pattern: RegExp): boolean =>
  [data.labels, data.userLabels, data.resourceLabels, valueAt(data, ['settings', 'userLabels'])].some(
    (labels) => isObject(labels) && Object.keys(labels).some((key) => pattern.test(key)),
  )
const hasMetadata = ({ data }: Subject, key: string): boolean => {
  const items = valueAt(data, ['metadata', 'items'])
  return Array.isArray(items) && items.some((item) => textAt(item, 'key') === key)
}
const onNetwork = ({ data }: Subject, network: string): boolean => lastPart(textAt(data, 'network')) === network

/** Accounts of services: their domain is a service's own, or one of a few well-known forms. */
const serviceAgent =
  /(?:-compute@developer|@appspot|@cloudservices|@cloudbuild|@(?:[a-z0-9-]+\.)?(?:gcp-sa-[a-z0-9-]+|[a-z0-9-]+-robot|[a-z0-9-]+-system|[a-z0-9-]+-prod|service-networking|service-consumer-management)(?:\.google\.com)?(?:\.iam)?)\.gserviceaccount\.com$/

const rules: readonly SkipRule[] = [
  {
    rule: 'default-network',
    message: 'It belongs to the default network, which comes with the project.',
    types: ['compute/Network', 'compute/Subnetwork', 'compute/Firewall'],
    holds: (one) =>
      (one.id === 'default' && (!one.data.network || onNetwork(one, 'default'))) ||
      (/^default-allow-/.test(one.id) && onNetwork(one, 'default')),
  },
  {
    rule: 'network-routes',
    message: 'A network, a peering or a VPN makes this route itself.',
    types: ['compute/Route'],
    holds: ({ id, data }) =>
      /^(?:default-route|peering-route)-/.test(id) || ['nextHopPeering', 'nextHopNetwork', 'nextHopHub'].some((key) => Boolean(data[key])),
  },
  {
    rule: 'service-agents',
    message: 'Google makes and manages this service account.',
    types: ['iam/ServiceAccount'],
    holds: ({ data }) => serviceAgent.test(textAt(data, 'email') ?? ''),
  },
  {
    rule: 'google-roles',
    message: 'This role comes with Google Cloud.',
    types: ['iam/Role'],
    holds: ({ data }) => /^roles\//.test(textAt(data, 'name') ?? ''),
  },
  {
    rule: 'cluster-parts',
    message: 'A GKE cluster makes and replaces it. Import the cluster and its node pools instead.',
    types: [
      'compute/Instance',
      'compute/InstanceTemplate',
      'compute/InstanceGroup',
      'compute/InstanceGroupManager',
      'compute/Disk',
      'compute/RegionDisk',
      'compute/Firewall',
      'compute/Route',
      'compute/NetworkEndpointGroup',
      'compute/ForwardingRule',
      'compute/GlobalForwardingRule',
      'compute/TargetPool',
      'compute/TargetHttpProxy',
      'compute/TargetHttpsProxy',
      'compute/UrlMap',
      'compute/BackendService',
      'compute/RegionBackendService',
      'compute/HealthCheck',
      'compute/HttpHealthCheck',
      'compute/Address',
      'compute/SslCertificate',
    ],
    holds: (one) =>
      hasLabel(one, /^goog-(?:gke|k8s)-/) ||
      hasMetadata(one, 'cluster-name') ||
      /^(?:gke-|gk3-|k8s-|k8s2-|k8s1-|pvc-[0-9a-f]{8}-|gkegw1-|gkemcg1-)/.test(one.id) ||
      /"kubernetes\.io\/|\\"kubernetes\.io\//.test(textAt(one.data, 'description') ?? ''),
  },
  {
    rule: 'group-parts',
    message: 'An instance group manager makes and replaces it. Import the group manager and its template instead.',
    types: ['compute/Instance', 'compute/InstanceGroup', 'compute/Disk'],
    holds: (one) =>
      hasMetadata(one, 'created-by') ||
      /instance group controlled by/i.test(textAt(one.data, 'description') ?? '') ||
      /\/instanceGroupManagers\//.test(textAt(one.data, 'metadata', 'created-by') ?? ''),
  },
  {
    rule: 'instance-disks',
    message: 'An instance made this disk and declares it. Import the instance instead.',
    types: ['compute/Disk', 'compute/RegionDisk'],
    holds: ({ id, data }) =>
      [...textsAt(data, 'users'), ...textsAt(data, 'user')]
        .map(lastPart)
        .some((user) => id === user || new RegExp(`^${user.replace(/[^a-z0-9-]/g, '')}-\\d{1,3}$`).test(id)),
  },
  {
    rule: 'scheduled-snapshots',
    message: 'A schedule makes and deletes this snapshot. Import the schedule instead.',
    types: ['compute/Snapshot'],
    holds: ({ data }) => data.autoCreated === true || typeof data.sourceSnapshotSchedulePolicy === 'string',
  },
  {
    rule: 'owned-by-service',
    message: 'Another Google service makes and changes it. Import the resource of that service instead.',
    holds: (one) => hasLabel(one, /^goog-(?:managed-by|dataproc-cluster-name|composer-environment|dataflow-job-id|deployment)/),
  },
  {
    rule: 'apex-records',
    message: 'The zone brings its NS and SOA records with it.',
    types: ['dns/ResourceRecordSet'],
    holds: ({ data }) => data.type === 'SOA' || data.type === 'NS',
  },
  {
    rule: 'logging-defaults',
    message: 'Cloud Logging makes this one itself and nobody deletes it.',
    types: ['logging/LogBucket', 'logging/LogSink', 'logging/LogView'],
    holds: ({ id }) => /^_(?:Default|Required|AllLogs)$/.test(id),
  },
  {
    rule: 'service-buckets',
    message: 'A Google service makes this bucket for its own files.',
    types: ['storage/Bucket'],
    holds: ({ id }) =>
      /(?:^|\.)appspot\.com$|_cloudbuild$|^gcf(?:-v2)?-(?:sources|uploads)-|^dataproc-(?:staging|temp)-|^run-sources-|^cloud-ai-platform-|^artifacts\./.test(
        id,
      ),
  },
  {
    rule: 'service-topics',
    message: 'A Google service makes this one for its own messages.',
    types: ['pubsub/Topic', 'pubsub/Subscription'],
    holds: ({ id }) => /^(?:eventarc-|gcf-|container-analysis-|cloud-builds$|gcr$)/.test(id),
  },
  {
    rule: 'disabled-services',
    message: 'The service is off.',
    types: ['serviceusage/Service'],
    holds: ({ data }) => data.state === 'DISABLED',
  },
  {
    rule: 'jobs',
    message: 'It runs once, and adopting it would run it again.',
    types: ['dataflow/Job', 'dataproc/Job', 'dataproc/Batch', 'bigquery/Job', 'batch/Job', 'aiplatform/CustomJob'],
    holds: () => true,
  },
  {
    rule: 'going-away',
    message: 'It is deleted, or about to be.',
    holds: ({ data }) =>
      /^(?:DELETE_REQUESTED|DELETE_IN_PROGRESS|DELETED|DELETING|SOFT_DELETED|DESTROYED|DESTROY_SCHEDULED)$/.test(
        textAt(data, 'lifecycleState') ?? textAt(data, 'state') ?? textAt(data, 'status') ?? '',
      ) ||
      (data.deleted === true && Boolean(textAt(data, 'name'))),
  },
]

/** The rule that leaves an asset out by default, or undefined. Takes any JSON. */
export function skipRule(asset: Json): Skipped | undefined {
  if (!isObject(asset)) return undefined
  const name = textAt(asset, 'name')
  const type = (textAt(asset, 'assetType') ?? textAt(asset, 'asset_type'))?.replace('.googleapis.com', '')
  const data = valueAt(asset, ['resource', 'data'])
  if (!name || !type || !isObject(data)) return undefined
  const own = textAt(data, 'name')
  const subject: Subject = { id: lastPart(own && own !== '' ? own : readAssetName(name).id), data }
  const found = rules.find((rule) => (!rule.types || rule.types.includes(type)) && rule.holds(subject))
  return found && { rule: found.rule, message: found.message }
}
