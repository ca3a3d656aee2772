/** Which field of a kind names the resource it stands below, where ids are only unique below it; and where else the general rules of identity do not hold. Data. */

/** `Kind field`, comma separated. References, and texts that hold the parent's id. */
const pairs = `
  AlloyDBInstance clusterRef, AlloyDBUser clusterRef, ApigeeEnvgroupAttachment envgroupRef, 
  ApigeeInstanceAttachment instanceRef,
  AccessContextManagerAccessLevel accessPolicyRef, AccessContextManagerServicePerimeter accessPolicyRef, BigLakeDatabase parentCatalogRef, BigLakeTable parentDatabaseRef,
  BigQueryAnalyticsHubListing dataExchangeRef, BigQueryReservationAssignment reservationRef, BigQueryRoutine datasetRef, BigQueryTable datasetRef,
  BigtableAppProfile instanceRef, BigtableAuthorizedView tableRef, BigtableBackup clusterRef, BigtableCluster instanceRef,
  BigtableLogicalView instanceRef, BigtableTable instanceRef, BillingBudgetsBudget billingAccountRef, CertificateManagerCertificateMapEntry mapRef,
  CloudDeployAutomation deliveryPipelineRef, CloudIdentityMembership groupRef, CloudTalentSolutionCompany tenant,
  ComputeBackendBucketSignedURLKey backendBucketRef, ComputeBackendServiceSignedURLKey backendServiceRef, ComputeFirewallPolicyRule firewallPolicyRef,
  ComputeFirewallPolicyAssociation firewallPolicyRef, ComputeNetworkFirewallPolicyAssociation firewallPolicyRef,
  ComputeNetworkFirewallPolicyRule firewallPolicyRef, ComputeNetworkPeering networkRef, ComputeRouterInterface routerRef, ComputeRouterNAT routerRef,
  ComputeRouterPeer routerRef, ContainerNodePool clusterRef, DNSRecordSet managedZoneRef, DNSResponsePolicyRule responsePolicyRef,
  DataCatalogEntry entryGroupRef, DataCatalogPolicyTag taxonomyRef, DataplexZone lakeRef, DatastreamRoute privateConnectionRef,
  DiscoveryEngineControl dataStoreRef, DiscoveryEngineConversation dataStoreRef, DiscoveryEngineSampleQuery sampleQuerySetRef,
  DiscoveryEngineServingConfig engineRef, DiscoveryEngineSession dataStoreRef, DocumentAIProcessorVersion processorRef, EdgeContainerNodePool clusterRef,
  FirestoreBackupSchedule databaseRef, GKEBackupBackup backupPlanRef, GKEBackupRestore restorePlanRef,
  GKEHubMembershipBinding membershipRef, GKEHubNamespace scopeRef, GKEHubScopeRBACRoleBinding scopeRef, IAMServiceAccountKey serviceAccountRef,
  IAMWorkforcePoolProvider workforcePoolRef, IAMWorkloadIdentityPoolProvider workloadIdentityPoolRef, KMSCryptoKey keyRingRef,
  KMSImportJob kmsKeyRingRef, LoggingLink loggingLogBucketRef, LoggingLogView bucketRef, ManagedKafkaConsumerGroup clusterRef,
  ManagedKafkaTopic clusterRef, MetastoreBackup serviceRef, MonitoringServiceLevelObjective serviceRef, ParameterManagerParameterVersion parameterRef,
  PrivateCACertificate caPoolRef, PrivateCACertificateAuthority caPoolRef, SQLDatabase instanceRef, SQLSSLCert instanceRef, SQLUser instanceRef,
  SecretManagerSecretVersion secretRef, ServiceDirectoryEndpoint serviceRef, ServiceDirectoryService namespaceRef, SpannerBackupSchedule spannerDatabaseRef,
  SpannerDatabase instanceRef, StorageAnywhereCache bucketRef, VMwareEngineExternalAccessRule networkPolicyRef,
  VMwareEngineExternalAddress privateCloudRef, VertexAITensorboardExperiment tensorboardRef, WorkflowsExecution workflowRef, Workstation parentRef,
  WorkstationConfig parentRef`

const fields = new Map(
  pairs
    .split(',')
    .map((pair) => pair.trim().split(' '))
    .flatMap(([kind, field]) => (kind && field ? [[kind, field] as const] : [])),
)

/** The field that names a kind's parent; undefined for kinds that stand directly in a project, folder or organization. */
export const parentFieldOf = (kind: string): string | undefined => fields.get(kind)

/** Kinds that have a place, but ids that are unique without it. */
const placeless = new Set(
  `StorageBucket SQLInstance SQLAdminBackup BigQueryDataset SpannerInstance BigtableInstance BigtableCluster FirestoreDatabase ApigeeInstance
  ApigeeEndpointAttachment EdgeNetworkSubnet EdgeNetworkNetwork`.split(/\s+/),
)

/** Whether two resources of this kind may have one id in different places. */
export const placeCounts = (kind: string): boolean => !placeless.has(kind)

/** Kinds whose ids are unique in all of the cloud: neither the project nor the organization is part of them. */
const worldwide = new Set(
  `StorageBucket Project Folder TagsTagKey TagsTagValue TagsTagBinding TagsLocationTagBinding CloudIdentityGroup CloudIdentityMembership
  ComputeFirewallPolicy AccessContextManagerAccessPolicy AccessContextManagerAccessLevel AccessContextManagerServicePerimeter BillingBudgetsBudget
  BillingAccount`.split(/\s+/),
)

/** Whether two projects may have resources of this kind with one id. */
export const projectCounts = (kind: string): boolean => !worldwide.has(kind)

/** Kinds whose resources are told apart by fields of the spec, not by an id. */
export const identifyingFields: Readonly<Record<string, readonly string[]>> = { DNSRecordSet: ['name', 'type'] }
