/** Tables of GKE kinds. Data. */
import type { FieldRule, KindTable, SourcePath } from '../kind-table.ts'

const ownPools = 'node pools are resources of their own'

/** Fields of a node's configuration, wherever it stands. */
const nodeConfig = (at: SourcePath): FieldRule[] => [
  { from: [...at, 'accelerators'], to: ['guestAccelerator'] },
  { from: [...at, 'loggingConfig'], to: [] },
  { from: [...at, 'loggingConfig', 'variantConfig'], to: [] },
  { from: [...at, 'loggingConfig', 'variantConfig', 'variant'], to: ['loggingVariant'] },
]

export const containerTables: readonly KindTable[] = [
  {
    kind: 'ContainerCluster',
    fields: [
      ...nodeConfig(['nodeConfig']),
      { from: ['autoscaling'], to: ['clusterAutoscaling'] },
      { from: ['autoscaling', 'enableNodeAutoprovisioning'], to: ['enabled'] },
      { from: ['autoscaling', 'autoprovisioningNodePoolDefaults'], to: ['autoProvisioningDefaults'] },
      { from: ['autopilot', 'enabled'], to: ['enableAutopilot'] },
      { from: ['defaultMaxPodsConstraint', 'maxPodsPerNode'], to: ['defaultMaxPodsPerNode'] },
      { from: ['legacyAbac', 'enabled'], to: ['enableLegacyAbac'] },
      { from: ['shieldedNodes', 'enabled'], to: ['enableShieldedNodes'] },
      { from: ['intraNodeVisibilityConfig', 'enabled'], to: ['enableIntranodeVisibility'] },
      { from: ['monitoringConfig', 'managedPrometheusConfig'], to: ['managedPrometheus'] },
      { from: ['maintenancePolicy', 'window', 'maintenanceExclusions'], to: ['maintenanceExclusion'], as: { keyField: 'exclusionName' } },
      { from: ['maintenancePolicy', 'window', 'maintenanceExclusions', '*', 'maintenanceExclusionOptions'], to: ['exclusionOptions'] },
      { from: ['maintenancePolicy', 'window', 'recurringWindow', 'window', 'startTime'], to: ['startTime'] },
      { from: ['maintenancePolicy', 'window', 'recurringWindow', 'window', 'endTime'], to: ['endTime'] },
      {
        from: ['resourceUsageExportConfig', 'consumptionMeteringConfig', 'enabled'],
        to: ['enableResourceConsumptionMetering'],
      },
      { from: ['networkConfig', 'enableIntraNodeVisibility'], to: ['enableIntranodeVisibility'] },
    ],
    leave: [
      { from: ['nodePools'], fate: 'output-only', why: ownPools },
      { from: ['nodeConfig', 'bootDisk', 'sizeGb'], fate: 'output-only', why: 'diskSizeGb says the same' },
      { from: ['masterAuth', 'clusterCaCertificate'], fate: 'output-only', why: 'the service makes the certificate' },
      { from: ['masterAuth', 'clientCertificate'], fate: 'output-only', why: 'the service makes the certificate' },
      { from: ['masterAuth', 'clientKey'], fate: 'unreadable', why: 'a secret does not go into Git' },
      { from: ['masterAuth', 'password'], fate: 'unreadable', why: 'a secret does not go into Git' },
      { from: ['ipAllocationPolicy', 'clusterIpv4Cidr'], fate: 'output-only', why: 'clusterIpv4CidrBlock says the same' },
      { from: ['ipAllocationPolicy', 'servicesIpv4Cidr'], fate: 'output-only', why: 'servicesIpv4CidrBlock says the same' },
      { from: ['ipAllocationPolicy', 'nodeIpv4Cidr'], fate: 'output-only', why: 'the subnetwork says it' },
      { from: ['ipAllocationPolicy', 'useIpAliases'], fate: 'default', why: 'the controller reads it off the ranges' },
      { from: ['maintenancePolicy', 'resourceVersion'], fate: 'output-only', why: 'the service says it' },
      { from: ['addonsConfig', 'kubernetesDashboard'], fate: 'default', why: 'the service no longer has it' },
      { from: ['initialClusterVersion'], fate: 'output-only', why: 'it counts at creation only' },
      { from: ['instanceGroupUrls'], fate: 'output-only', why: ownPools },
      { from: ['locations'], fate: 'default', why: 'the controller keeps the live zones' },
      { from: ['privateClusterConfig', 'privateEndpoint'], fate: 'output-only', why: 'the service gives the address' },
      { from: ['privateClusterConfig', 'publicEndpoint'], fate: 'output-only', why: 'the service gives the address' },
      { from: ['privateClusterConfig', 'peeringName'], fate: 'output-only', why: 'the service makes the peering' },
    ],
  },
  {
    kind: 'ContainerNodePool',
    fields: [
      ...nodeConfig(['config']),
      { from: ['config'], to: ['nodeConfig'] },
      { from: ['locations'], to: ['nodeLocations'] },
      { from: ['currentNodeCount'], to: ['nodeCount'] },
    ],
    leave: [
      { from: ['instanceGroupUrls'], fate: 'output-only', why: 'the service makes the groups' },
      { from: ['podIpv4CidrSize'], fate: 'output-only', why: 'it follows from the pods of a node' },
      { from: ['config', 'bootDisk', 'sizeGb'], fate: 'output-only', why: 'diskSizeGb says the same' },
    ],
  },
]
