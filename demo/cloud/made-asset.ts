/** The asset of a resource that the simulated cloud made itself: its name as the inventory has it, and what the manifest said. Pure. */
import { createHash } from 'node:crypto'
import { factsOf, hostOf } from '#demo/asset-inventory/asset-types.ts'
import { ancestorsOf, projectNumber } from '#demo/asset-inventory/cloud-projects.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

interface Made {
  project: string
  /** Its id in the cloud. */
  id: string
  spec: Json
  /** What a reference means. */
  target: (field: string) => Target
}

/** A resource that another one stands below. */
export interface Target {
  id: string
  place: string
}

type Path = (made: Made) => string

/** Where a spec says that its resource is. */
export const place = (spec: Json): string =>
  textAt(spec, 'location') ?? textAt(spec, 'region') ?? textAt(spec, 'zone') ?? textAt(spec, 'locationID') ?? 'global'

const below =
  (collection: string): Path =>
  ({ project, id }) =>
    `projects/${project}/${collection}/${id}`
const inParent =
  (parents: string, reference: string, collection: string): Path =>
  ({ project, id, target }) =>
    `projects/${project}/${parents}/${target(reference).id}/${collection}/${id}`
const located =
  (collection: string): Path =>
  ({ project, id, spec }) =>
    `projects/${project}/locations/${place(spec)}/${collection}/${id}`
const compute =
  (collection: string): Path =>
  ({ project, id, spec }) => {
    const where = place(spec)
    const scope = where === 'global' ? 'global' : /-[a-z]$/.test(where) ? `zones/${where}` : `regions/${where}`
    return `projects/${project}/${scope}/${collection}/${id}`
  }

const types: Record<string, { type: string; path: Path }> = {
  ArtifactRegistryRepository: { type: 'artifactregistry/Repository', path: located('repositories') },
  BigQueryDataset: { type: 'bigquery/Dataset', path: below('datasets') },
  BigQueryTable: {
    type: 'bigquery/Table',
    path: inParent('datasets', 'datasetRef', 'tables'),
  },
  BigtableInstance: { type: 'bigtableadmin/Instance', path: below('instances') },
  ComputeAddress: { type: 'compute/Address', path: compute('addresses') },
  ComputeDisk: { type: 'compute/Disk', path: compute('disks') },
  ComputeFirewall: { type: 'compute/Firewall', path: compute('firewalls') },
  ComputeNetwork: { type: 'compute/Network', path: compute('networks') },
  ComputeSubnetwork: { type: 'compute/Subnetwork', path: compute('subnetworks') },
  DNSManagedZone: { type: 'dns/ManagedZone', path: below('managedZones') },
  DNSRecordSet: {
    type: 'dns/ResourceRecordSet',
    path: ({ project, spec, target }) =>
      `projects/${project}/managedZones/${target('managedZoneRef').id}/rrsets/${textAt(spec, 'name')}/${textAt(spec, 'type')}`,
  },
  IAMServiceAccount: {
    type: 'iam/ServiceAccount',
    path: ({ project, id }) => `projects/${project}/serviceAccounts/${accountNumber(project, id)}`,
  },
  KMSCryptoKey: {
    type: 'cloudkms/CryptoKey',
    path: ({ project, id, target }) =>
      `projects/${project}/locations/${target('keyRingRef').place}/keyRings/${target('keyRingRef').id}/cryptoKeys/${id}`,
  },
  KMSKeyRing: { type: 'cloudkms/KeyRing', path: located('keyRings') },
  LoggingLogSink: { type: 'logging/LogSink', path: below('sinks') },
  MonitoringAlertPolicy: { type: 'monitoring/AlertPolicy', path: below('alertPolicies') },
  PubSubSchema: { type: 'pubsub/Schema', path: below('schemas') },
  PubSubSubscription: { type: 'pubsub/Subscription', path: below('subscriptions') },
  PubSubTopic: { type: 'pubsub/Topic', path: below('topics') },
  RedisInstance: { type: 'redis/Instance', path: located('instances') },
  RunService: { type: 'run/Service', path: located('services') },
  SecretManagerSecret: { type: 'secretmanager/Secret', path: below('secrets') },
  SpannerDatabase: {
    type: 'spanner/Database',
    path: inParent('instances', 'instanceRef', 'databases'),
  },
  SpannerInstance: { type: 'spanner/Instance', path: below('instances') },
  SQLDatabase: {
    type: 'sqladmin/Database',
    path: inParent('instances', 'instanceRef', 'databases'),
  },
  SQLInstance: { type: 'sqladmin/Instance', path: below('instances') },
  SQLUser: {
    type: 'sqladmin/User',
    path: inParent('instances', 'instanceRef', 'users'),
  },
  StorageBucket: { type: 'storage/Bucket', path: ({ id }) => id },
}

const accountNumber = (project: string, id: string): string =>
  `1${createHash('sha256').update(`${project}/${id}`).digest().readBigUInt64BE().toString().padStart(20, '0')}`

/**
 * The asset that an object makes in a project, or undefined for kinds that the inventory does not list. `targetOf` gives what a
 * reference means.
 */
export function madeAsset(
  object: JsonObject,
  project: string,
  targetOf: (reference: Json | undefined) => Target,
  now: Date,
): JsonObject | undefined {
  const facts = types[textAt(object, 'kind') ?? '']
  if (!facts) return undefined
  const assetType = facts.type.replace('/', '.googleapis.com/')
  const spec = object.spec ?? {}
  const id = textAt(spec, 'resourceID') ?? textAt(object, 'metadata', 'name') ?? ''
  const path = facts.path({ project, id, spec, target: (field) => targetOf(valueAt(spec, [field])) })
  const { version, discoveryName } = factsOf(assetType)
  const labels = valueAt(object, ['metadata', 'labels'])
  const location = place(spec)
  return {
    name: `//${hostOf(assetType)}/${path}`,
    assetType,
    updateTime: now.toISOString(),
    ancestors: ancestorsOf(project),
    resource: {
      version,
      discoveryName,
      parent: `//cloudresourcemanager.googleapis.com/projects/${projectNumber(project)}`,
      ...(location === 'global' ? {} : { location }),
      data: {
        name: id,
        ...(facts.type === 'iam/ServiceAccount' ? account(project, id) : {}),
        ...plain(spec),
        ...(isObject(labels) ? { labels: { ...labels, 'managed-by-cnrm': 'true' } } : {}),
      },
    },
  }
}

const account = (project: string, id: string): JsonObject => ({
  name: `projects/${project}/serviceAccounts/${id}@${project}.iam.gserviceaccount.com`,
  email: `${id}@${project}.iam.gserviceaccount.com`,
  projectId: project,
  uniqueId: accountNumber(project, id),
})

/** What the manifest said, without references and secrets. */
function plain(spec: Json): JsonObject {
  if (!isObject(spec)) return {}
  return Object.fromEntries(
    Object.entries(spec).filter(
      ([key, value]) => key !== 'resourceID' && !/Refs?$/.test(key) && !(isObject(value) && 'valueFrom' in value),
    ),
  )
}
