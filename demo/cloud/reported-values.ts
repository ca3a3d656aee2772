/** What kinds report in their status once they exist: addresses, identities, links. Made from names, so they stay the same. Pure. */
import { createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'

interface Named {
  object: JsonObject
  project: string
  /** Name in the cloud: spec.resourceID, else metadata.name. */
  name: string
}

const place = (object: JsonObject): string =>
  textAt(object, 'spec', 'location') ?? textAt(object, 'spec', 'region') ?? textAt(object, 'spec', 'zone') ?? 'global'

/** A number out of a name, the same each time. */
const numberOf = (text: string, below: number): number => createHash('sha256').update(text).digest().readUInt32BE() % below
const address = (text: string, first: number): string =>
  `${first}.${numberOf(`${text}a`, 200) + 20}.${numberOf(`${text}b`, 250)}.${numberOf(`${text}c`, 250) + 2}`
const longNumber = (text: string): string =>
  `1${String(numberOf(text, 10 ** 9)).padStart(10, '0')}${String(numberOf(`${text}+`, 10 ** 9)).padStart(10, '0')}`

const compute =
  (collection: string) =>
  ({ object, project, name }: Named): JsonObject => {
    const where = place(object)
    const path = where === 'global' ? 'global' : /-[a-z]$/.test(where) ? `zones/${where}` : `regions/${where}`
    return {
      selfLink: `https://www.googleapis.com/compute/v1/projects/${project}/${path}/${collection}/${name}`,
      ...(collection === 'networks' ? {} : { creationTimestamp: textAt(object, 'metadata', 'creationTimestamp') ?? '' }),
    }
  }

const reporters: Record<string, (named: Named) => JsonObject> = {
  StorageBucket: ({ object, name }) => ({
    selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
    url: `gs://${name}`,
    observedState: { storageClass: textAt(object, 'spec', 'storageClass') ?? 'STANDARD' },
  }),
  BigQueryDataset: ({ object, project, name }) => ({
    externalRef: `projects/${project}/datasets/${name}`,
    selfLink: `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/datasets/${name}`,
    observedState: { location: textAt(object, 'spec', 'location') ?? 'US' },
  }),
  BigQueryTable: ({ object, project, name }) => ({
    externalRef: `projects/${project}/datasets/${textAt(object, 'spec', 'datasetRef', 'name') ?? 'external'}/tables/${name}`,
    type: valueAt(object, ['spec', 'view']) === undefined ? 'TABLE' : 'VIEW',
    numRows: 0,
    numBytes: 0,
  }),
  SQLInstance: ({ object, project, name }) => {
    const ip = address(name, 10)
    return {
      connectionName: `${project}:${textAt(object, 'spec', 'region') ?? 'us-central1'}:${name}`,
      selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${project}/instances/${name}`,
      firstIpAddress: ip,
      privateIpAddress: ip,
      ipAddress: [{ ipAddress: ip, type: 'PRIVATE' }],
      instanceType: 'CLOUD_SQL_INSTANCE',
      serviceAccountEmailAddress: `p${longNumber(project).slice(0, 12)}-${numberOf(name, 10 ** 6)}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    }
  },
  SQLDatabase: ({ object, project, name }) => ({
    selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${project}/instances/${textAt(object, 'spec', 'instanceRef', 'name') ?? 'external'}/databases/${name}`,
  }),
  RedisInstance: ({ object, name }) => ({ host: address(name, 10), port: 6379, currentLocationId: `${place(object)}-b` }),
  SpannerInstance: ({ object, project, name }) => ({
    externalRef: `projects/${project}/instances/${name}`,
    state: 'READY',
    observedState: { processingUnits: valueAt(object, ['spec', 'processingUnits']) ?? 1000 },
  }),
  SpannerDatabase: () => ({ state: 'READY' }),
  IAMServiceAccount: ({ project, name }) => {
    const email = `${name}@${project}.iam.gserviceaccount.com`
    return {
      email,
      member: `serviceAccount:${email}`,
      name: `projects/${project}/serviceAccounts/${email}`,
      uniqueId: longNumber(email),
    }
  },
  ComputeNetwork: compute('networks'),
  ComputeSubnetwork: compute('subnetworks'),
  ComputeFirewall: compute('firewalls'),
  ComputeDisk: compute('disks'),
  ComputeAddress: (named) => ({ ...compute('addresses')(named), observedState: { address: address(named.name, 34) } }),
  KMSKeyRing: ({ object, project, name }) => ({ selfLink: `projects/${project}/locations/${place(object)}/keyRings/${name}` }),
  KMSCryptoKey: ({ object, project, name }) => ({
    selfLink: `projects/${project}/locations/europe-west1/keyRings/${textAt(object, 'spec', 'keyRingRef', 'name') ?? 'external'}/cryptoKeys/${name}`,
  }),
  SecretManagerSecret: ({ project, name }) => ({
    externalRef: `projects/${project}/secrets/${name}`,
    name: `projects/${project}/secrets/${name}`,
  }),
  ArtifactRegistryRepository: ({ name }) => ({ name }),
  DNSManagedZone: ({ name }) => ({
    managedZoneId: numberOf(name, 10 ** 9),
    nameServers: ['a', 'b', 'c', 'd'].map((part, index) => `ns-cloud-${part}${index + 1}.googledomains.com.`),
  }),
  LoggingLogSink: ({ project, name }) => ({
    writerIdentity: `serviceAccount:service-${longNumber(project).slice(0, 12)}@gcp-sa-logging.iam.gserviceaccount.com#${name}`.replace(
      /#.*$/,
      '',
    ),
  }),
  MonitoringAlertPolicy: ({ project, name }) => ({ name: `projects/${project}/alertPolicies/${longNumber(name)}` }),
  RunService: ({ project, name }) => ({
    uri: `https://${name}-${numberOf(project, 10 ** 9)}.europe-west1.run.app`,
    latestReadyRevision: `${name}-00001`,
    latestCreatedRevision: `${name}-00001`,
    reconciling: false,
  }),
  Locus: ({ object, name }) => ({
    endpoint: `${address(name, 10)}:6379`,
    connectionSecret: `${name}-connection`,
    readyReplicas: valueAt(object, ['spec', 'replicas']) ?? 1,
  }),
  DataEndpoint: ({ object }) => {
    const routes: Json | undefined = valueAt(object, ['spec', 'routes'])
    return { url: `https://${textAt(object, 'spec', 'host') ?? ''}`, routes: Array.isArray(routes) ? routes.length : 0 }
  },
  FlyteProject: ({ name }) => ({ console: `https://flyte.acme.test/console/projects/${name}` }),
}

/** The status fields of an object that exists, as far as its schema has them. */
export function reportedValues(object: JsonObject, project: string, statusSchema: Json | undefined): JsonObject {
  const kind = textAt(object, 'kind') ?? ''
  const name = textAt(object, 'spec', 'resourceID') ?? textAt(object, 'metadata', 'name') ?? ''
  const values = Object.hasOwn(reporters, kind) ? (reporters[kind]?.({ object, project, name }) ?? {}) : {}
  const fields = valueAt(statusSchema, ['properties'])
  if (!isObject(fields)) return {}
  const external: JsonObject = values.externalRef === undefined ? { externalRef: `projects/${project}/${kind}/${name}` } : {}
  return Object.fromEntries(Object.entries({ ...external, ...values }).filter(([key]) => Object.hasOwn(fields, key)))
}
