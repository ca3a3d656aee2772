/** Resources of search-prod, which somebody made with kubectl before the project moved to Git. */
import type { JsonObject } from '#lib/json.ts'

/** What was made by hand in a namespace; nothing where the project is in Git. */
export function byHand(namespace: string): JsonObject[] {
  if (namespace !== 'search-prod') return []
  return [
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
  ]
}
