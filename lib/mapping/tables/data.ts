/** Tables of storage and database kinds. Data. */
import type { KindTable } from '../kind-table.ts'

export const dataTables: readonly KindTable[] = [
  {
    kind: 'StorageBucket',
    fields: [
      { from: ['lifecycle', 'rule', '*', 'condition', 'isLive'], to: ['withState'], as: { values: { true: 'LIVE', false: 'ARCHIVED' } } },
      { from: ['encryption', 'defaultKmsKeyName'], to: ['kmsKeyRef'] },
    ],
    leave: [
      { from: ['iamConfiguration', 'bucketPolicyOnly'], fate: 'output-only', why: 'uniformBucketLevelAccess says the same' },
      { from: ['project'], fate: 'output-only', why: 'the name says it' },
      { from: ['acl'], fate: 'output-only', why: 'access lists are resources of their own' },
      { from: ['defaultObjectAcl'], fate: 'output-only', why: 'access lists are resources of their own' },
    ],
  },
  {
    kind: 'SQLInstance',
    labels: [['settings', 'userLabels']],
    fields: [
      { from: ['settings', 'dataDiskSizeGb'], to: ['diskSize'] },
      { from: ['settings', 'dataDiskType'], to: ['diskType'] },
      { from: ['settings', 'storageAutoResize'], to: ['diskAutoresize'] },
      { from: ['settings', 'storageAutoResizeLimit'], to: ['diskAutoresizeLimit'] },
      { from: ['diskEncryptionConfiguration', 'kmsKeyName'], to: ['encryptionKMSCryptoKeyRef'] },
      { from: ['replicaConfiguration', 'mysqlReplicaConfiguration'], to: [] },
    ],
    leave: [
      { from: ['geminiConfig'], fate: 'default', why: 'the kind has no field for it' },
      { from: ['project'], fate: 'output-only', why: 'the name says it' },
      { from: ['sqlNetworkArchitecture'], fate: 'output-only', why: 'the service chose it' },
      { from: ['replicaNames'], fate: 'output-only', why: 'replicas are resources of their own' },
    ],
  },
  {
    kind: 'SecretManagerSecret',
    fields: [{ from: ['replication', 'automatic'], to: ['auto'] }],
  },
  { kind: 'SQLUser', leave: [{ from: ['password'], fate: 'unreadable', why: 'a secret does not go into Git' }] },
  {
    kind: 'SpannerInstance',
    fields: [
      { from: ['config'], to: ['config'], as: { lastPart: true } },
      { from: ['nodeCount'], to: ['numNodes'] },
    ],
    leave: [{ from: ['replicaComputeCapacity'], fate: 'output-only', why: 'it follows from the capacity' }],
    exclusive: [
      {
        fields: ['autoscalingConfig', 'numNodes', 'processingUnits'],
        // The service counts the capacity both ways; for the replicas it says it as it was chosen.
        first: { field: 'processingUnits', when: ['replicaComputeCapacity', '*', 'processingUnits'] },
      },
    ],
  },
  {
    kind: 'SpannerDatabase',
    leave: [
      { from: ['createStatement'], fate: 'output-only', why: 'it counts at creation only' },
      { from: ['extraStatements'], fate: 'output-only', why: 'it counts at creation only' },
    ],
  },
  {
    kind: 'BigQueryDataset',
    id: { from: ['datasetReference', 'datasetId'] },
    leave: [{ from: ['datasetReference'], fate: 'output-only', why: 'the name says it' }],
  },
  {
    kind: 'BigQueryTable',
    id: { from: ['tableReference', 'tableId'] },
    leave: [{ from: ['tableReference'], fate: 'output-only', why: 'the name says it' }],
  },
  {
    kind: 'BigQueryRoutine',
    id: { from: ['routineReference', 'routineId'] },
    leave: [{ from: ['routineReference'], fate: 'output-only', why: 'the name says it' }],
  },
  {
    kind: 'BigQueryAnalyticsHubListing',
    fields: [
      { from: ['bigqueryDataset'], to: ['source', 'bigQueryDatasetSource'] },
      { from: ['bigqueryDataset', 'dataset'], to: ['datasetRef'] },
    ],
    leave: [{ from: ['bigqueryDataset', 'effectiveReplicas'], fate: 'output-only', why: 'the service says it' }],
  },
  {
    kind: 'BigtableInstance',
    joins: [{ assetType: 'bigtableadmin.googleapis.com/Cluster', as: 'clusters' }],
    fields: [
      { from: ['type'], to: ['instanceType'] },
      { from: ['clusters'], to: ['cluster'] },
      { from: ['clusters', '*', 'name'], to: ['clusterId'], as: { lastPart: true } },
      { from: ['clusters', '*', 'location'], to: ['zone'], as: { lastPart: true } },
      { from: ['clusters', '*', 'serveNodes'], to: ['numNodes'] },
      { from: ['clusters', '*', 'defaultStorageType'], to: ['storageType'] },
      { from: ['clusters', '*', 'clusterConfig'], to: [] },
      { from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig'], to: [] },
      { from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig', 'autoscalingLimits'], to: ['autoscalingConfig'] },
      { from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig', 'autoscalingLimits', 'minServeNodes'], to: ['minNodes'] },
      { from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig', 'autoscalingLimits', 'maxServeNodes'], to: ['maxNodes'] },
      { from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig', 'autoscalingTargets'], to: ['autoscalingConfig'] },
      {
        from: ['clusters', '*', 'clusterConfig', 'clusterAutoscalingConfig', 'autoscalingTargets', 'autoscalingCpuUtilizationPercent'],
        to: ['cpuTarget'],
      },
      {
        from: [
          'clusters',
          '*',
          'clusterConfig',
          'clusterAutoscalingConfig',
          'autoscalingTargets',
          'autoscalingStorageUtilizationGibPerNode',
        ],
        to: ['storageTarget'],
      },
      { from: ['clusters', '*', 'encryptionConfig'], to: [] },
      { from: ['clusters', '*', 'encryptionConfig', 'kmsKeyName'], to: ['kmsKeyRef'] },
    ],
  },
  {
    kind: 'BigtableTable',
    fields: [
      { from: ['columnFamilies'], to: ['columnFamily'], as: { keyField: 'family' } },
      { from: ['changeStreamConfig'], to: [] },
      { from: ['changeStreamConfig', 'retentionPeriod'], to: ['changeStreamRetention'] },
    ],
    leave: [
      { from: ['granularity'], fate: 'default', why: 'there is only one granularity' },
      { from: ['clusterStates'], fate: 'output-only', why: 'the service says it' },
      { from: ['columnFamilies', '*', 'gcRule'], fate: 'output-only', why: 'garbage collection is a resource of its own' },
    ],
  },
  {
    kind: 'BigtableAppProfile',
    fields: [
      { from: ['multiClusterRoutingUseAny'], to: [] },
      { from: ['multiClusterRoutingUseAny', 'clusterIds'], to: ['multiClusterRoutingClusterIds'] },
    ],
    set: [{ to: ['multiClusterRoutingUseAny'], value: true, when: ['multiClusterRoutingUseAny'] }],
  },
  { kind: 'MemcacheInstance', fields: [{ from: ['parameters'], to: ['memcacheParameters'] }] },
  {
    kind: 'DataflowJob',
    refuse: [{ from: ['id'], reason: 'job', why: 'A job is over some day: adopting it would run it again. Declare new jobs instead.' }],
  },
  {
    kind: 'DataflowFlexTemplateJob',
    refuse: [{ from: ['id'], reason: 'job', why: 'A job is over some day: adopting it would run it again. Declare new jobs instead.' }],
  },
]
