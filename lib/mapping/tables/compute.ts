/** Tables of Compute Engine kinds. Data. */
import type { FieldRule, KindTable, RefuseRule, SourcePath } from '../kind-table.ts'

const ownedByGroup: RefuseRule[] = [
  {
    from: ['labels', 'goog-gke-node'],
    reason: 'managed',
    why: 'A GKE node pool owns this instance and replaces it at will. Import the node pool instead.',
  },
  {
    from: ['labels', 'goog-managed-by'],
    reason: 'managed',
    why: 'Another Google service owns this resource and changes it at will. Import the resource of that service instead.',
  },
]

/** Disks of an instance, which the kind sorts by what they are for. */
const diskRules = (at: SourcePath): FieldRule[] => [
  {
    from: [...at, 'disks'],
    to: [],
    choose: [{ where: { boot: true }, to: ['bootDisk'] }, { where: { type: 'SCRATCH' }, to: ['scratchDisk'] }, { to: ['attachedDisk'] }],
  },
  { from: [...at, 'disks', '*', 'source'], to: ['sourceDiskRef'] },
  { from: [...at, 'disks', '*', 'diskEncryptionKey'], to: [] },
  { from: [...at, 'disks', '*', 'diskEncryptionKey', 'kmsKeyName'], to: ['kmsKeyRef'] },
  { from: [...at, 'disks', '*', 'initializeParams', 'diskSizeGb'], to: ['size'] },
  { from: [...at, 'disks', '*', 'initializeParams', 'diskType'], to: ['type'] },
]

const diskLeaves = (at: SourcePath): NonNullable<KindTable['leave']>[number][] =>
  (
    [
      'boot',
      'type',
      'index',
      'licenses',
      'guestOsFeatures',
      'diskSizeGb',
      'architecture',
      'shieldedInstanceInitialState',
      'locked',
    ] as const
  ).map((key) => ({ from: [...at, 'disks', '*', key], fate: 'output-only' as const, why: 'the disk says it' }))

/** Instance fields that stand in a wrapper with a fingerprint. */
const wrappedLists = (at: SourcePath): FieldRule[] => [
  { from: [...at, 'metadata'], to: [] },
  { from: [...at, 'metadata', 'items'], to: ['metadata'] },
  { from: [...at, 'tags'], to: [] },
  { from: [...at, 'tags', 'items'], to: ['tags'] },
  { from: [...at, 'serviceAccounts'], to: ['serviceAccount'] },
  { from: [...at, 'networkInterfaces', '*', 'accessConfigs', '*', 'natIP'], to: ['natIpRef'] },
  // What older inventory data calls the two addresses.
  { from: [...at, 'networkInterfaces', '*', 'accessConfigs', '*', 'externalIp'], to: ['natIpRef'] },
  { from: [...at, 'networkInterfaces', '*', 'ipAddress'], to: ['networkIp'] },
]

const externalAddress = (at: SourcePath): NonNullable<KindTable['leave']>[number][] => [
  { from: [...at, 'networkInterfaces', '*', 'accessConfigs', '*', 'type'], fate: 'default', why: 'there is only one type' },
  { from: [...at, 'networkInterfaces', '*', 'accessConfigs', '*', 'name'], fate: 'default', why: 'the service names it' },
]

/** Certificates of two services in one list. */
const certificates: FieldRule = {
  from: ['sslCertificates'],
  to: [],
  choose: [
    { matches: '^(?:https:)?//certificatemanager\\.googleapis\\.com/', to: ['certificateManagerCertificates'] },
    { to: ['sslCertificates'] },
  ],
}

export const computeTables: readonly KindTable[] = [
  { kind: 'ComputeTargetHTTPSProxy', fields: [certificates] },
  {
    kind: 'ComputeInstance',
    fields: [...diskRules([]), ...wrappedLists([])],
    leave: [
      ...diskLeaves([]),
      ...externalAddress([]),
      { from: ['shieldedInstanceIntegrityPolicy'], fate: 'default', why: 'the kind has no field for it' },
      { from: ['status'], fate: 'output-only', why: 'the service says it' },
      { from: ['startRestricted'], fate: 'output-only', why: 'the service says it' },
    ],
    refuse: [
      ...ownedByGroup,
      {
        from: ['metadata', 'items', '*', 'key'],
        is: 'created-by',
        reason: 'managed',
        why: 'An instance group manager owns this instance and replaces it at will. Import the group manager and its template instead.',
      },
    ],
  },
  {
    kind: 'ComputeInstanceTemplate',
    labels: [['properties', 'labels']],
    fields: [
      { from: ['properties'], to: [] },
      { from: ['properties', 'disks'], to: ['disk'] },
      { from: ['properties', 'disks', '*', 'source'], to: ['sourceDiskRef'] },
      { from: ['properties', 'disks', '*', 'initializeParams'], to: [] },
      { from: ['properties', 'disks', '*', 'initializeParams', 'sourceImage'], to: ['sourceImageRef'] },
      { from: ['properties', 'disks', '*', 'initializeParams', 'diskSizeGb'], to: ['diskSizeGb'] },
      { from: ['properties', 'disks', '*', 'initializeParams', 'diskType'], to: ['diskType'] },
      ...wrappedLists(['properties']),
    ],
    leave: externalAddress(['properties']),
  },
  { kind: 'ComputeDisk', refuse: [ownedByGroup[1] ?? ownedByGroup[0]].filter((rule) => rule !== undefined) },
  {
    kind: 'ComputeBackendService',
    fields: [{ from: ['connectionDraining', 'drainingTimeoutSec'], to: ['connectionDrainingTimeoutSec'] }],
    leave: [{ from: ['iap', 'enabled'], fate: 'output-only', why: 'the kind has it on where a client is named' }],
  },
  {
    kind: 'ComputeRegionBackendService',
    fields: [{ from: ['connectionDraining', 'drainingTimeoutSec'], to: ['connectionDrainingTimeoutSec'] }],
  },
  {
    kind: 'ComputeFirewall',
    leave: [
      { from: ['logConfig', 'enable'], fate: 'output-only', why: 'the kind logs where logConfig is set' },
      ...(['allowed', 'denied'] as const).map((key) => ({
        from: [key, '*', 'ipProtocol'],
        fate: 'output-only' as const,
        why: 'IPProtocol says the same',
      })),
    ],
  },
  {
    kind: 'ComputeFirewallPolicyRule',
    leave: [{ from: ['ruleTupleCount'], fate: 'output-only', why: 'the service counts' }],
    // The last four priorities are those of the rules that every policy has from the start.
    refuse: [{ from: ['priority'], atLeast: 2_147_483_644, reason: 'default', why: 'Every policy has this rule from the start.' }],
  },
  {
    kind: 'ComputeFirewallPolicy',
    fields: [{ from: ['displayName'], to: ['shortName'] }],
    parts: [{ from: ['rules'], kind: 'ComputeFirewallPolicyRule', collection: 'rules' }],
    leave: [{ from: ['associations'], fate: 'output-only', why: 'associations are resources of their own' }],
  },
  {
    kind: 'ComputeNetwork',
    leave: [
      { from: ['subnetworks'], fate: 'output-only', why: 'subnetworks are resources of their own' },
      { from: ['peerings'], fate: 'output-only', why: 'peerings are resources of their own' },
      { from: ['IPv4Range'], fate: 'output-only', why: 'a legacy network' },
    ],
  },
  {
    kind: 'ComputeRoute',
    refuse: [
      { from: ['name'], matches: '^default-route-', reason: 'default', why: 'The service made this route with the network.' },
      { from: ['nextHopPeering'], reason: 'managed', why: 'A peering made this route. Import the peering instead.' },
    ],
  },
  {
    kind: 'ComputeRouter',
    parts: [
      { from: ['nats'], kind: 'ComputeRouterNAT', collection: 'nats' },
      { from: ['bgpPeers'], kind: 'ComputeRouterPeer', collection: 'bgpPeers' },
      { from: ['interfaces'], kind: 'ComputeRouterInterface', collection: 'interfaces' },
    ],
  },
  {
    kind: 'ComputeProjectMetadata',
    fields: [
      { from: ['commonInstanceMetadata'], to: [] },
      { from: ['commonInstanceMetadata', 'items'], to: ['metadata'] },
    ],
    leave: [
      { from: ['quotas'], fate: 'output-only', why: 'the service says it' },
      { from: ['xpnProjectStatus'], fate: 'output-only', why: 'the service says it' },
      { from: ['defaultServiceAccount'], fate: 'output-only', why: 'the service says it' },
    ],
  },
  { kind: 'ComputeNodeTemplate', labels: [['nodeAffinityLabels']] },
  { kind: 'ComputeSecurityPolicy', fields: [{ from: ['rules', '*', 'match', 'config'], to: ['config'] }] },
]
