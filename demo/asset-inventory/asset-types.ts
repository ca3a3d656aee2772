/** Asset types this stand-in knows, with the version and name under which the real inventory gives their data. */

interface TypeFacts {
  version: string
  discoveryName: string
  /** Host of full names, where it is not that of the type. */
  host?: string
}

const facts: Record<string, TypeFacts> = {
  'artifactregistry.googleapis.com/Repository': { version: 'v1', discoveryName: 'Repository' },
  'bigquery.googleapis.com/Dataset': { version: 'v2', discoveryName: 'Dataset' },
  'bigquery.googleapis.com/Table': { version: 'v2', discoveryName: 'Table' },
  'bigtableadmin.googleapis.com/Cluster': { version: 'v2', discoveryName: 'Cluster', host: 'bigtable.googleapis.com' },
  'bigtableadmin.googleapis.com/Instance': { version: 'v2', discoveryName: 'Instance', host: 'bigtable.googleapis.com' },
  'bigtableadmin.googleapis.com/Table': { version: 'v2', discoveryName: 'Table', host: 'bigtable.googleapis.com' },
  'cloudkms.googleapis.com/CryptoKey': { version: 'v1', discoveryName: 'CryptoKey' },
  'cloudkms.googleapis.com/CryptoKeyVersion': { version: 'v1', discoveryName: 'CryptoKeyVersion' },
  'cloudkms.googleapis.com/KeyRing': { version: 'v1', discoveryName: 'KeyRing' },
  'cloudresourcemanager.googleapis.com/Project': { version: 'v1', discoveryName: 'Project' },
  'compute.googleapis.com/Address': { version: 'v1', discoveryName: 'Address' },
  'compute.googleapis.com/Disk': { version: 'v1', discoveryName: 'Disk' },
  'compute.googleapis.com/Firewall': { version: 'v1', discoveryName: 'Firewall' },
  'compute.googleapis.com/GlobalAddress': { version: 'v1', discoveryName: 'GlobalAddress' },
  'compute.googleapis.com/Instance': { version: 'v1', discoveryName: 'Instance' },
  'compute.googleapis.com/Network': { version: 'v1', discoveryName: 'Network' },
  'compute.googleapis.com/Route': { version: 'v1', discoveryName: 'Route' },
  'compute.googleapis.com/Router': { version: 'v1', discoveryName: 'Router' },
  'compute.googleapis.com/Subnetwork': { version: 'v1', discoveryName: 'Subnetwork' },
  'dns.googleapis.com/ManagedZone': { version: 'v1', discoveryName: 'ManagedZone' },
  'dns.googleapis.com/ResourceRecordSet': { version: 'v1', discoveryName: 'ResourceRecordSet' },
  'iam.googleapis.com/ServiceAccount': { version: 'v1', discoveryName: 'ServiceAccount' },
  'iam.googleapis.com/ServiceAccountKey': { version: 'v1', discoveryName: 'ServiceAccountKey' },
  'logging.googleapis.com/LogBucket': { version: 'v2', discoveryName: 'LogBucket' },
  'logging.googleapis.com/LogSink': { version: 'v2', discoveryName: 'LogSink' },
  'monitoring.googleapis.com/AlertPolicy': { version: 'v3', discoveryName: 'AlertPolicy' },
  'monitoring.googleapis.com/NotificationChannel': { version: 'v3', discoveryName: 'NotificationChannel' },
  'pubsub.googleapis.com/Schema': { version: 'v1', discoveryName: 'Schema' },
  'pubsub.googleapis.com/Subscription': { version: 'v1', discoveryName: 'Subscription' },
  'pubsub.googleapis.com/Topic': { version: 'v1', discoveryName: 'Topic' },
  'redis.googleapis.com/Instance': { version: 'v1', discoveryName: 'Instance' },
  'run.googleapis.com/Service': { version: 'v2', discoveryName: 'Service' },
  'secretmanager.googleapis.com/Secret': { version: 'v1', discoveryName: 'Secret' },
  'secretmanager.googleapis.com/SecretVersion': { version: 'v1', discoveryName: 'SecretVersion' },
  'serviceusage.googleapis.com/Service': { version: 'v1', discoveryName: 'Service' },
  'spanner.googleapis.com/Database': { version: 'v1', discoveryName: 'Database' },
  'spanner.googleapis.com/Instance': { version: 'v1', discoveryName: 'Instance' },
  'sqladmin.googleapis.com/Database': { version: 'v1beta4', discoveryName: 'Database', host: 'cloudsql.googleapis.com' },
  'sqladmin.googleapis.com/Instance': { version: 'v1beta4', discoveryName: 'DatabaseInstance', host: 'cloudsql.googleapis.com' },
  'sqladmin.googleapis.com/User': { version: 'v1beta4', discoveryName: 'User', host: 'cloudsql.googleapis.com' },
  'storage.googleapis.com/Bucket': { version: 'v1', discoveryName: 'Bucket' },
}

/** Types of the real inventory of which this world has no asset: asking for them is no mistake. */
const others = `
accesscontextmanager: AccessLevel AccessPolicy ServicePerimeter
aiplatform: Dataset Endpoint Featurestore Index IndexEndpoint Model
alloydb: Backup Cluster Instance
apigateway: Api ApiConfig Gateway
appengine: Application Service Version
artifactregistry: DockerImage
bigtableadmin: AppProfile Backup
certificatemanager: Certificate CertificateMap DnsAuthorization
cloudbuild: Build BuildTrigger WorkerPool
clouddeploy: DeliveryPipeline Target
cloudfunctions: CloudFunction Function
cloudresourcemanager: Folder Organization TagBinding TagKey TagValue
cloudtasks: Queue
composer: Environment
compute: Autoscaler BackendBucket BackendService ExternalVpnGateway FirewallPolicy ForwardingRule GlobalForwardingRule HealthCheck Image InstanceGroup InstanceGroupManager InstanceTemplate InterconnectAttachment NetworkEndpointGroup NodeGroup NodeTemplate Project RegionBackendService RegionDisk Reservation ResourcePolicy SecurityPolicy ServiceAttachment Snapshot SslCertificate SslPolicy TargetHttpProxy TargetHttpsProxy TargetInstance TargetPool TargetSslProxy TargetTcpProxy UrlMap VpnGateway VpnTunnel
container: Cluster NodePool
containerregistry: Image
dataflow: Job
datafusion: Instance
dataplex: Lake Task Zone
dataproc: AutoscalingPolicy Cluster WorkflowTemplate
datastream: ConnectionProfile PrivateConnection Stream
dlp: DeidentifyTemplate InspectTemplate JobTrigger StoredInfoType
dns: Policy
eventarc: Trigger
file: Backup Instance
firestore: Database
gkehub: Feature Membership
iam: Role
iap: Client
logging: LogMetric LogView
memcache: Instance
monitoring: Dashboard Snooze UptimeCheckConfig
networkconnectivity: Hub Spoke
networksecurity: AuthorizationPolicy ClientTlsPolicy ServerTlsPolicy
networkservices: Gateway GrpcRoute HttpRoute Mesh
osconfig: PatchDeployment
privateca: CaPool Certificate CertificateAuthority CertificateTemplate
pubsub: Snapshot
recaptchaenterprise: Key
run: DomainMapping Job Revision
spanner: Backup InstanceConfig
sqladmin: Backup BackupRun
storagetransfer: TransferJob
tpu: Node
vpcaccess: Connector
workflows: Workflow
workstations: Workstation WorkstationCluster WorkstationConfig
`

export const knownTypes: ReadonlySet<string> = new Set([
  ...Object.keys(facts),
  ...others
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [service = '', names = ''] = line.split(': ')
      return names.split(' ').map((name) => `${service}.googleapis.com/${name}`)
    }),
])

/** Version and name of a type's data. */
export const factsOf = (assetType: string): TypeFacts =>
  facts[assetType] ?? { version: 'v1', discoveryName: assetType.split('/')[1] ?? assetType }

/** Host of the full names of a type's assets. */
export const hostOf = (assetType: string): string => factsOf(assetType).host ?? assetType.split('/')[0] ?? ''
