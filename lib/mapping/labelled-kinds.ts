/** Kinds whose resources have labels in the cloud, for resources that show none. Adoption adds one to them. Data. */

const labelled = new Set(
  `ArtifactRegistryRepository BigQueryDataset BigQueryTable BigtableInstance CertificateManagerCertificate CertificateManagerCertificateMap
  CertificateManagerCertificateMapEntry CertificateManagerDNSAuthorization CloudFunctionsFunction ComposerEnvironment ComputeAddress ComputeDisk
  ComputeExternalVPNGateway ComputeForwardingRule ComputeImage ComputeInstance ComputeInstanceTemplate ComputeInterconnectAttachment ComputeSnapshot
  ComputeVPNTunnel ContainerCluster DataflowJob DataprocCluster DataprocWorkflowTemplate DNSManagedZone EventarcTrigger FilestoreBackup FilestoreInstance
  GKEHubFeature GKEHubMembership HealthcareDataset KMSCryptoKey LoggingLogBucket MemcacheInstance MonitoringAlertPolicy MonitoringNotificationChannel
  NetworkConnectivityHub NetworkConnectivitySpoke NetworkServicesGateway NetworkServicesMesh NotebookInstance PrivateCACAPool PrivateCACertificate
  PrivateCACertificateTemplate Project PubSubSnapshot PubSubSubscription PubSubTopic RedisInstance RunJob RunService SecretManagerSecret
  SpannerInstance SQLInstance StorageBucket VertexAIDataset VertexAIEndpoint WorkflowsWorkflow AlloyDBCluster AlloyDBInstance RedisCluster
  AlloyDBBackup BigQueryJob CloudFunctions2Function ComputeNodeTemplate EdgeContainerCluster EdgeContainerNodePool EdgeContainerVpnConnection
  EdgeNetworkNetwork EdgeNetworkSubnet ServiceDirectoryNamespace ServiceDirectoryService ServiceDirectoryEndpoint VertexAIIndex`.split(
    /\s+/,
  ),
)

export const isLabelled = (kind: string): boolean => labelled.has(kind)
