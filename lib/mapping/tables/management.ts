/** Tables of organisation, identity, logging, monitoring and DNS kinds. Data. */
import type { FieldRule, KindTable, RefuseRule } from '../kind-table.ts'

const goingAway: RefuseRule = {
  from: ['lifecycleState'],
  matches: '^DELETE',
  reason: 'gone',
  why: 'It is about to be deleted. Restore it first, or leave it.',
}

const own = 'The service makes this one itself and nobody deletes it.'

export const managementTables: readonly KindTable[] = [
  {
    kind: 'Project',
    id: { from: ['projectId'] },
    fields: [
      { from: ['displayName'], to: ['name'] },
      {
        from: ['parent'],
        to: [],
        choose: [
          { where: { type: 'organization' }, take: 'id', to: ['organizationRef'] },
          { where: { type: 'folder' }, take: 'id', to: ['folderRef'] },
          { matches: '^organizations/', to: ['organizationRef'] },
          { matches: '^folders/', to: ['folderRef'] },
        ],
      },
    ],
    leave: [
      { from: ['projectId'], fate: 'output-only', why: 'the id of the resource' },
      { from: ['parent', 'type'], fate: 'output-only', why: 'the field says it' },
    ],
    refuse: [goingAway, { ...goingAway, from: ['state'] }],
  },
  { kind: 'Service', leave: [{ from: ['config'], fate: 'output-only', why: 'the service describes itself' }] },
  { kind: 'Folder', refuse: [goingAway, { ...goingAway, from: ['state'] }] },
  {
    kind: 'IAMServiceAccount',
    id: { from: ['email'], take: 'local-part' },
    leave: [
      { from: ['email'], fate: 'output-only', why: 'the id of the resource' },
      { from: ['oauth2ClientId'], fate: 'output-only', why: 'the service gives it' },
    ],
    refuse: [
      {
        from: ['email'],
        matches: '(?:-compute@developer|@appspot|@cloudservices|@gcp-sa-[a-z0-9-]+\\.iam|@cloudbuild)\\.gserviceaccount\\.com$',
        reason: 'default',
        why: 'Google makes and manages this service account.',
      },
    ],
  },
  {
    kind: 'IAMServiceAccountKey',
    refuse: [
      {
        from: ['name'],
        reason: 'secret',
        why: 'The private half of a key can be read by nobody after it was made. Make a new key instead.',
      },
    ],
  },
  { kind: 'IAMCustomRole', refuse: [{ from: ['deleted'], is: true, reason: 'gone', why: 'The role is deleted.' }] },
  {
    kind: 'SecretManagerSecretVersion',
    refuse: [
      {
        from: ['name'],
        reason: 'secret',
        why: 'What is in a secret does not go into Git. Import the secret, and leave its versions to those who write them.',
      },
    ],
  },
  {
    kind: 'ComputeSSLCertificate',
    refuse: [
      {
        from: ['name'],
        reason: 'secret',
        why: 'The private key of a certificate can be read by nobody. Declare a new certificate instead.',
      },
    ],
  },
  {
    kind: 'ComputeVPNTunnel',
    refuse: [
      { from: ['name'], reason: 'secret', why: 'The shared secret of a tunnel can be read by nobody. Declare a new tunnel instead.' },
    ],
  },
  {
    kind: 'CertificateManagerCertificate',
    leave: [
      { from: ['managed', 'state'], fate: 'output-only', why: 'the service says it' },
      { from: ['managed', 'provisioningIssue'], fate: 'output-only', why: 'the service says it' },
      { from: ['managed', 'authorizationAttemptInfo'], fate: 'output-only', why: 'the service says it' },
    ],
  },
  { kind: 'LoggingLogSink', refuse: [{ from: ['name'], matches: '^_(?:Default|Required)$', reason: 'default', why: own }] },
  { kind: 'LoggingLogBucket', refuse: [{ from: ['name'], matches: '^_(?:Default|Required)$', reason: 'default', why: own }] },
  {
    kind: 'LoggingLogMetric',
    leave: [
      { from: ['metricDescriptor', 'type'], fate: 'output-only', why: 'it follows from the name' },
      { from: ['metricDescriptor', 'name'], fate: 'output-only', why: 'it follows from the name' },
      { from: ['metricDescriptor', 'description'], fate: 'output-only', why: 'it follows from the description' },
    ],
  },
  {
    kind: 'MonitoringNotificationChannel',
    labels: [['userLabels']],
    nameFills: ['displayName'],
  },
  {
    kind: 'CloudBuildTrigger',
    place: 'global',
    makesAnother: 'The kind has no field for the id of an existing trigger: its controller makes another one.',
  },
  {
    kind: 'FirestoreIndex',
    makesAnother: 'The kind has no field for the id of an existing index: its controller tries to make another one.',
  },
  {
    kind: 'EventarcTrigger',
    fields: [
      { from: ['eventFilters'], to: ['matchingCriteria'] },
      { from: ['destination', 'cloudRun'], to: ['cloudRunService'] },
      { from: ['destination', 'cloudRun', 'service'], to: ['serviceRef'] },
    ],
    leave: [{ from: ['transport', 'pubsub', 'subscription'], fate: 'output-only', why: 'the service makes the subscription' }],
  },
  {
    kind: 'GKEHubMembership',
    leave: [{ from: ['authority', 'workloadIdentityPool'], fate: 'output-only', why: 'it follows from the project' }],
  },
  // Two versions of the service have two words for it.
  ...['ServiceDirectoryService', 'ServiceDirectoryEndpoint'].map((kind) => ({ kind, labels: [['metadata'], ['annotations']] })),
  {
    kind: 'BinaryAuthorizationAttestor',
    fields: [{ from: ['userOwnedGrafeasNote'], to: ['userOwnedDrydockNote'] }],
    leave: [
      { from: ['userOwnedGrafeasNote', 'delegationServiceAccountEmail'], fate: 'output-only', why: 'the service makes the account' },
      { from: ['userOwnedDrydockNote', 'delegationServiceAccountEmail'], fate: 'output-only', why: 'the service makes the account' },
    ],
  },
  { kind: 'MonitoringUptimeCheckConfig', fields: [{ from: ['monitoredResource', 'labels'], to: ['filterLabels'] }] },
  ...['RunService', 'RunJob'].map((kind) => ({
    kind,
    refuse: [
      {
        from: ['apiVersion'],
        reason: 'does-not-fit' as const,
        why: 'The inventory gives this one in the older form of Cloud Run, which lacks fields of the kind. Ask the inventory for version v2.',
      },
    ],
  })),
  { kind: 'MonitoringDashboard', alwaysUpdates: 'The controller sends an update at the first reconcile, whatever the manifest says.' },
  {
    kind: 'DNSRecordSet',
    fields: [
      { from: ['name'], to: ['name'] },
      ...(['geo', 'wrr'] as const).flatMap((policy): FieldRule[] => [
        { from: ['routingPolicy', policy], to: [] },
        { from: ['routingPolicy', policy, 'items'], to: [policy] },
        { from: ['routingPolicy', policy, 'enableFencing'], to: ['enableGeoFencing'] },
      ]),
      { from: ['routingPolicy', 'primaryBackup', 'primaryTargets'], to: ['primary'] },
      { from: ['routingPolicy', 'primaryBackup', 'backupGeoTargets'], to: [] },
      { from: ['routingPolicy', 'primaryBackup', 'backupGeoTargets', 'items'], to: ['backupGeo'] },
      { from: ['routingPolicy', 'primaryBackup', 'backupGeoTargets', 'enableFencing'], to: ['enableGeoFencingForBackups'] },
    ],
    refuse: [{ from: ['type'], is: 'SOA', reason: 'default', why: 'The zone brings this record with it.' }],
  },
  {
    kind: 'PrivilegedAccessManagerEntitlement',
    leave: (['resource', 'resourceType'] as const).map((key) => ({
      from: ['privilegedAccess', 'gcpIamAccess', key],
      fate: 'output-only',
      why: 'it is what the entitlement stands in',
    })),
  },
  {
    kind: 'DLPStoredInfoType',
    fields: [
      { from: ['currentVersion'], to: [] },
      { from: ['currentVersion', 'config'], to: [] },
    ],
    leave: [{ from: ['pendingVersions'], fate: 'output-only', why: 'the service makes them' }],
  },
  { kind: 'PubSubLiteSubscription', fields: [{ from: ['topic'], to: ['topic'], as: { lastPart: true } }] },
  {
    kind: 'PubSubLiteTopic',
    fields: [{ from: ['reservationConfig', 'throughputReservation'], to: ['throughputReservation'], as: { lastPart: true } }],
  },
]
