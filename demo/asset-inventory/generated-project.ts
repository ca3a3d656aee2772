/** A made-up project of any size, for benchmarks: topics, subscriptions, buckets, firewalls, tables and what nobody supports. */
import type { JsonObject } from '#lib/json.ts'
import { assetOf, type SeedAsset } from './asset-store.ts'
import { factsOf, hostOf } from './asset-types.ts'
import { projectNumber } from './cloud-projects.ts'
import { projectAsset } from './seed-assets.ts'

export interface Size {
  assets: number
  /** About how large all of it is as JSON; not smaller than the assets are by themselves. */
  bytes?: number
}

type Maker = (project: string, index: number) => { type: string; path: string; data: JsonObject; location?: string }

const links = (project: string) => `https://www.googleapis.com/compute/v1/projects/${project}`

const makers: Maker[] = [
  (project, index) => ({
    type: 'pubsub.googleapis.com/Topic',
    path: `projects/${project}/topics/events-${index}`,
    data: {
      name: `projects/${project}/topics/events-${index}`,
      labels: { team: 'bench', part: `p${index % 7}` },
      messageRetentionDuration: '86400s',
    },
  }),
  (project, index) => ({
    type: 'pubsub.googleapis.com/Subscription',
    path: `projects/${project}/subscriptions/events-${index}-reader`,
    data: {
      name: `projects/${project}/subscriptions/events-${index}-reader`,
      topic: `projects/${project}/topics/events-${index - 1}`,
      ackDeadlineSeconds: 60,
      deadLetterPolicy: null,
      expirationPolicy: {},
      messageRetentionDuration: '604800s',
      pushConfig: {},
      state: 'ACTIVE',
    },
  }),
  (project, index) => ({
    type: 'storage.googleapis.com/Bucket',
    path: `${project}-files-${index}`,
    location: 'europe-west1',
    data: {
      id: `${project}-files-${index}`,
      name: `${project}-files-${index}`,
      kind: 'storage#bucket',
      location: 'EUROPE-WEST1',
      locationType: 'region',
      storageClass: 'STANDARD',
      projectNumber: Number(projectNumber(project)),
      metageneration: 3,
      iamConfiguration: { bucketPolicyOnly: {}, publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
      lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 90 + (index % 30) } }] },
      labels: { team: 'bench' },
      billing: {},
      encryption: {},
      logging: {},
      owner: {},
      website: {},
      versioning: {},
      acl: [],
      cors: [],
      defaultObjectAcl: [],
    },
  }),
  (project, index) => ({
    type: 'compute.googleapis.com/Firewall',
    path: `projects/${project}/global/firewalls/allow-${index}`,
    data: {
      id: String(1000000000000000000n + BigInt(index)),
      name: `allow-${index}`,
      network: `${links(project)}/global/networks/main`,
      direction: 'INGRESS',
      priority: 1000,
      sourceRange: ['10.0.0.0/8'],
      allowed: [{ IPProtocol: 'tcp', ipProtocol: 'tcp', ports: ['443'], port: ['443'] }],
      selfLink: `${links(project)}/global/firewalls/allow-${index}`,
    },
  }),
  (project, index) => ({
    type: 'bigquery.googleapis.com/Table',
    path: `projects/${project}/datasets/facts/tables/t_${index}`,
    data: {
      id: `${project}:facts.t_${index}`,
      kind: 'bigquery#table',
      tableReference: { projectId: project, datasetId: 'facts', tableId: `t_${index}` },
      type: 'TABLE',
      schema: {
        fields: [
          { name: 'id', type: 'STRING', mode: 'REQUIRED' },
          { name: 'at', type: 'TIMESTAMP', mode: 'NULLABLE' },
        ],
      },
    },
  }),
  (project, index) => ({
    type: 'serviceusage.googleapis.com/Service',
    path: `projects/${projectNumber(project)}/services/service-${index}.googleapis.com`,
    data: { name: `projects/${projectNumber(project)}/services/service-${index}.googleapis.com`, state: 'ENABLED' },
  }),
]

/** All assets of a made-up project. */
export function generatedProject(project: string, { assets, bytes = 0 }: Size): SeedAsset[] {
  const share = Math.ceil(bytes / Math.max(assets, 1))
  const made = Array.from({ length: assets }, (_, index): SeedAsset => {
    const maker = makers[index % makers.length] ?? makers[0]
    if (!maker) throw new Error('There is nothing to make assets from.')
    const { type, path, data, location } = maker(project, index)
    const facts = factsOf(type)
    const resource: JsonObject = {
      version: facts.version,
      discoveryName: facts.discoveryName,
      parent: `//cloudresourcemanager.googleapis.com/projects/${projectNumber(project)}`,
      data: padded(data, share),
      ...(location === undefined ? {} : { location }),
    }
    const at = new Date(Date.UTC(2024, 0, 1) + index * 3_600_000).toISOString()
    return { project, asset: assetOf(project, `//${hostOf(type)}/${path}`, type, at, resource) }
  })
  return [projectAsset(project), ...made]
}

/** Data made as large as wanted, with what services say of themselves and no manifest holds. */
function padded(data: JsonObject, bytes: number): JsonObject {
  const missing = bytes - JSON.stringify(data).length - 400
  if (missing <= 0) return data
  const lines = Array.from(
    { length: Math.ceil(missing / 65) },
    (_, line) => `observation ${String(line).padStart(6, '0')} of a resource that talks much about itself`,
  )
  return { ...data, etag: 'CAE=', statusMessages: lines }
}
