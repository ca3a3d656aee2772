/** Resources that somebody made with kubectl: those of search-prod from before it had a repository, and one that two teams may both think theirs. */
import type { JsonObject } from '#lib/json.ts'

/** What was made by hand in a namespace. */
export const byHand = (namespace: string): JsonObject[] => handMade[namespace]?.(namespace) ?? []

const handMade: Record<string, (namespace: string) => JsonObject[]> = {
  // The bucket stands in the cloud project of search: an import there has to see that playlists manages it.
  'playlists-prod': (namespace): JsonObject[] => [
    {
      apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
      kind: 'StorageBucket',
      metadata: {
        name: 'acme-search-suggestions',
        namespace,
        annotations: { 'cnrm.cloud.google.com/project-id': 'search-prod-8812' },
      },
      spec: { location: 'EUROPE-WEST1', storageClass: 'STANDARD', uniformBucketLevelAccess: true },
    },
  ],
  'search-prod': (namespace): JsonObject[] => [
    {
      apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
      kind: 'StorageBucket',
      metadata: { name: 'acme-search-index', namespace, labels: { team: 'search' } },
      spec: { location: 'EUROPE-WEST1', storageClass: 'STANDARD', uniformBucketLevelAccess: true },
    },
    {
      apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
      kind: 'PubSubTopic',
      metadata: { name: 'crawl-requests', namespace },
      spec: { messageRetentionDuration: '86400s' },
    },
    {
      apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
      kind: 'PubSubSubscription',
      metadata: { name: 'crawler', namespace },
      spec: { topicRef: { name: 'crawl-requests' }, ackDeadlineSeconds: 600 },
    },
    {
      apiVersion: 'iam.cnrm.cloud.google.com/v1beta1',
      kind: 'IAMServiceAccount',
      metadata: { name: 'crawler', namespace },
      spec: { displayName: 'Crawler' },
    },
  ],
}
