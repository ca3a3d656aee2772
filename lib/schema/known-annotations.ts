/** The `cnrm.cloud.google.com/*` annotations people set, as named switches explained in our own words. */
export interface KnownAnnotation {
  key: string
  label: string
  explanation: string
  /** What one may choose; free text or a number where absent. */
  values?: { value: string; label: string }[]
  kind: 'choice' | 'switch' | 'seconds' | 'text'
  /** Cannot be changed once the resource exists. */
  immutable?: true
  /** Kinds it concerns, by kind name; all of Config Connector's where absent. */
  kinds?: string[]
}

const onOff = (off: string, on: string): { value: string; label: string }[] => [
  { value: 'false', label: off },
  { value: 'true', label: on },
]

export const knownAnnotations: readonly KnownAnnotation[] = [
  {
    key: 'cnrm.cloud.google.com/deletion-policy',
    label: 'When the manifest is deleted',
    explanation:
      'Whether deleting this object also deletes what it stands for in the cloud. "Abandon" leaves the cloud resource running, no longer managed from here.',
    kind: 'choice',
    values: [
      { value: 'delete', label: 'Delete the cloud resource' },
      { value: 'abandon', label: 'Abandon: leave the cloud resource' },
    ],
  },
  {
    key: 'cnrm.cloud.google.com/reconcile-interval-in-seconds',
    label: 'Time between checks',
    explanation:
      'How often the cloud is compared with this manifest and drift corrected, in seconds. Without it, about every ten minutes; 0 means only when the manifest changes.',
    kind: 'seconds',
  },
  {
    key: 'cnrm.cloud.google.com/project-id',
    label: 'Cloud project',
    explanation: 'The cloud project the resource is created in, for kinds without a project field. Without it the namespace decides.',
    kind: 'text',
    immutable: true,
  },
  {
    key: 'cnrm.cloud.google.com/folder-id',
    label: 'Cloud folder',
    explanation: 'The number of the folder the resource is created in, for kinds that can live in a folder.',
    kind: 'text',
    immutable: true,
  },
  {
    key: 'cnrm.cloud.google.com/organization-id',
    label: 'Cloud organization',
    explanation: 'The number of the organization the resource is created in, for kinds that can live there.',
    kind: 'text',
    immutable: true,
  },
  {
    key: 'cnrm.cloud.google.com/state-into-spec',
    label: 'Fields you leave unset',
    explanation:
      'Whether values chosen by the cloud are written into the spec on the cluster. "Absent" keeps the spec as it is in Git, which avoids noise in differences.',
    kind: 'choice',
    immutable: true,
    values: [
      { value: 'absent', label: 'Absent: keep the spec as written' },
      { value: 'merge', label: 'Merge: copy live values into the spec' },
    ],
  },
  {
    key: 'cnrm.cloud.google.com/management-conflict-prevention-policy',
    label: 'Protection against two managers',
    explanation:
      'Whether the cloud resource gets a lease label, so that a second controller does not fight over it. The labels show in the cloud.',
    kind: 'choice',
    values: [
      { value: 'none', label: 'None' },
      { value: 'resource', label: 'Put a lease on the resource' },
    ],
  },
  {
    key: 'cnrm.cloud.google.com/force-destroy',
    label: 'Delete even when not empty',
    explanation: 'Whether deleting also deletes everything inside, such as the objects of a bucket. Nothing inside can be restored.',
    kind: 'switch',
    kinds: ['StorageBucket', 'DNSManagedZone', 'SpannerInstance'],
    values: onOff('Refuse to delete while something is inside', 'Delete with everything inside'),
  },
  {
    key: 'cnrm.cloud.google.com/delete-contents-on-destroy',
    label: 'Delete tables with the dataset',
    explanation: 'Whether deleting the dataset also deletes its tables. Their data cannot be restored.',
    kind: 'switch',
    kinds: ['BigQueryDataset'],
    values: onOff('Refuse to delete while tables exist', 'Delete the tables too'),
  },
  {
    key: 'cnrm.cloud.google.com/disable-on-destroy',
    label: 'Disable the API on delete',
    explanation: 'Whether deleting this object switches the API off for the project. Whatever still uses the API stops working.',
    kind: 'switch',
    kinds: ['Service'],
    values: onOff('Leave the API on', 'Switch the API off'),
  },
  {
    key: 'cnrm.cloud.google.com/disable-dependent-services',
    label: 'Disable dependent APIs too',
    explanation: 'Whether APIs that need this one are switched off with it.',
    kind: 'switch',
    kinds: ['Service'],
    values: onOff('Leave them on', 'Switch them off'),
  },
  {
    key: 'cnrm.cloud.google.com/remove-default-node-pool',
    label: 'Remove the first node pool',
    explanation: 'Whether the node pool every new cluster starts with is removed, so that only node pools of their own manifests remain.',
    kind: 'switch',
    kinds: ['ContainerCluster'],
    values: onOff('Keep it', 'Remove it after creation'),
  },
  {
    key: 'cnrm.cloud.google.com/auto-create-network',
    label: 'Create the default network',
    explanation: 'Whether a new project starts with the network named default and its open firewall rules.',
    kind: 'switch',
    kinds: ['Project'],
    values: onOff('Start without a network', 'Create the default network'),
  },
  {
    key: 'cnrm.cloud.google.com/allow-stopping-for-update',
    label: 'Stop the machine for changes',
    explanation: 'Whether the machine may be stopped when a change needs it, such as another machine type.',
    kind: 'switch',
    kinds: ['ComputeInstance'],
    values: onOff('Never stop it', 'Stop and start it when needed'),
  },
  {
    key: 'cnrm.cloud.google.com/on-delete',
    label: 'When the running job is deleted',
    explanation:
      'What happens to the running job. "Drain" lets it finish what it has begun; "cancel" stops it at once and loses data in flight.',
    kind: 'choice',
    kinds: ['DataflowJob', 'DataflowFlexTemplateJob'],
    values: [
      { value: 'drain', label: 'Drain: finish what has begun' },
      { value: 'cancel', label: 'Cancel: stop at once' },
    ],
  },
  {
    key: 'cnrm.cloud.google.com/skip-wait-on-job-termination',
    label: 'Do not wait for the job to end',
    explanation: 'Whether deleting counts as done before the job has ended. A job of the same name can then not be created at once.',
    kind: 'switch',
    kinds: ['DataflowJob', 'DataflowFlexTemplateJob'],
    values: onOff('Wait until it has ended', 'Do not wait'),
  },
  {
    key: 'cnrm.cloud.google.com/ignore-warnings',
    label: 'Ignore warnings of the service',
    explanation: 'Whether a change goes through although the service warns about it, such as a change that may lose writes.',
    kind: 'switch',
    kinds: ['BigtableAppProfile'],
    values: onOff('Stop at warnings', 'Go on despite warnings'),
  },
  {
    key: 'cnrm.cloud.google.com/unmanaged',
    label: 'Leave the table alone',
    explanation: 'Whether the table is left as it is once it exists, so that other programs may change its columns.',
    kind: 'switch',
    kinds: ['BigQueryTable'],
    values: onOff('Keep it as written here', 'Leave it to others'),
  },
  {
    key: 'cnrm.cloud.google.com/reconciler',
    label: 'Which controller does the work',
    explanation:
      'Chooses among the controllers that can manage this kind. For migrations only; leave it unset unless the platform team asks for it.',
    kind: 'choice',
    values: [
      { value: 'tf', label: 'Terraform based (tf)' },
      { value: 'dcl', label: 'Declarative client library (dcl)' },
      { value: 'direct', label: 'Direct' },
    ],
  },
]

/** What is wrong with a value of one of them, as a sentence; an empty value is no value. */
export function annotationProblem(annotation: KnownAnnotation, value: string): string | undefined {
  if (value === '') return undefined
  if (annotation.kind === 'seconds') return /^\d{1,9}$/.test(value) ? undefined : 'Give a whole number of seconds, 0 or more.'
  if (annotation.values && !annotation.values.some((choice) => choice.value === value))
    return `Config Connector knows ${annotation.values.map((choice) => choice.value).join(' and ')} here.`
  return undefined
}

/** The annotations that concern a kind of a group; none for groups outside Config Connector. */
export function annotationsFor(kind: { kind: string; group: string }): readonly KnownAnnotation[] {
  if (!/(?:^|\.)cnrm\.cloud\.google\.com$/.test(kind.group)) return []
  return knownAnnotations.filter((annotation) => annotation.kinds === undefined || annotation.kinds.includes(kind.kind))
}
