/** Which keys the services write and nobody sets. Used to tell "nobody sets it" from "nobody knows where it goes"; never to decide what is written: that is the kind's schema. Data. */
import { fold } from './words.ts'

const names = new Set(
  `kind id uid etag fingerprint labelFingerprint metadataFingerprint tagsFingerprint selfLink selfLinkWithId selfUri generation metageneration
  observedGeneration createTime creationTime creationTimestamp createdAt created updateTime updated updatedAt lastModifiedTime lastModifier creator
  deleteTime purgeTime timeCreated timeUpdated timeStorageClassUpdated startTime endTime lastStartTimestamp lastStopTimestamp lastSuspendedTimestamp
  state stateMessage stateDetail stateReason status statusMessage statuses lifecycleState reconciling conditions terminalCondition satisfiesPzs satisfiesPzi
  satisfiesPzS revision revisionId revisionCreateTime uniqueId uniqueWriterIdentity writerIdentity serviceAccountEmailAddress operation operations
  projectNumber tenantProjectId projectId locationType owner acl defaultObjectAcl iamPolicy creationRecord mutationRecord effectiveTime
  upgradableDatabaseVersions serverCaCert ipAddresses connectionName backendType databaseInstalledVersion primary numBytes numLongTermBytes numRows
  numActiveLogicalBytes numTotalLogicalBytes warnings warning endpoint endpoints publicEndpoint host port currentMasterVersion currentNodeVersion
  currentNodeCount servicesIpv4Cidr nodeIpv4CidrSize instanceGroupUrls expireTime tokens quotas resourcePolicyName region zone users architectureDetected
  latestReadyRevision latestCreatedRevision observedState urls uri creationTimestampMs lastAttachTimestamp lastDetachTimestamp physicalHost
  cpuPlatform natIP statusDetails gatewayIPv4 gatewayAddress parent selfManagedLink resourceName effectiveLabels terraformLabels
  createdBy updatedBy lastUpdateTime upTime sourceDiskId sourceImageId sourceSnapshotId archiveSizeBytes nodes proxyUri versionTime earliestVersionTime
  project instanceNames registryUri airflowUri airflowByoidUri dagGcsPrefix gkeCluster writableNode licenseCodes sanDnsnames clusterUuid mutationRecords
  privateCluster sourceType kubeletCertInfo routeTables spokeType refreshWatermark lastEnableTime partitionDefinition
  defaultSchedulingLocation isSynthesized detachedIPs reservedIpRangeEffective settingsVersion gceZone serviceAgent nameServers managementType apigeeProjectId
  publicEndpointDomainName buildId membership
  hashConfig deployedIndexes latestOperationName sizeBytes downloadBytes secondaryGceZone baProxyUri sourceProvenance usedBy`
    .split(/\s+/)
    .map(fold),
)

/** Whether services write this key themselves, as far as its name tells. */
export function isOutputOnlyName(key: string): boolean {
  const word = fold(key)
  return (
    names.has(word) ||
    names.has(`${word}s`) ||
    /^(?:effective|current)[A-Z_]/.test(key) ||
    /(?:Status|State|StateReason|Utilization|U[uU]?id|_uid)$/.test(key) ||
    /(?:fingerprint|etag|selflink|time|timestamp)$/.test(word) ||
    /^num[A-Z].*(?:Rows|Bytes|Partitions)$/.test(key)
  )
}

/** Whether a text is the value an API gives for "nobody chose". */
export const isUnspecified = (text: string): boolean => /^(?:[A-Z0-9]+_)*UNSPECIFIED$/.test(text)

const secrets = new Set(
  'password secret token authToken serviceKey privateKey sharedSecret rootPassword clientSecret apiKey secretKey accessKey preSharedKey'
    .split(' ')
    .map(fold),
)

/** Whether a text of this name is a secret, which never goes into Git as it is. */
export function isSecretName(key: string): boolean {
  const word = fold(key)
  return secrets.has(word) || /(?:password|clientsecret|privatekey)$/.test(word)
}
