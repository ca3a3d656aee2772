import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '#lib/json.ts'
import { skipRule } from './skip-rules.ts'

const ruleOf = (type: string, id: string, data: JsonObject) => {
  const [service, name] = type.split('/')
  return skipRule({
    name: `//${service}.googleapis.com/projects/p/things/${id}`,
    assetType: `${service}.googleapis.com/${name}`,
    resource: { data },
  })?.rule
}

test.each<[string, string, JsonObject, string | undefined]>([
  ['compute/Network', 'default', { name: 'default' }, 'default-network'],
  ['compute/Network', 'shop', { name: 'shop' }, undefined],
  ['compute/Subnetwork', 'default', { network: 'projects/p/global/networks/default' }, 'default-network'],
  ['compute/Subnetwork', 'default', { network: 'projects/p/global/networks/shop' }, undefined],
  ['compute/Firewall', 'default-allow-ssh', { network: 'https://x/projects/p/global/networks/default' }, 'default-network'],
  ['compute/Firewall', 'allow-shop', { network: 'https://x/projects/p/global/networks/default' }, undefined],
  ['compute/Route', 'default-route-1', {}, 'network-routes'],
  ['compute/Route', 'to-office', { nextHopIp: '10.0.0.1' }, undefined],
  ['iam/ServiceAccount', '1', { email: '42-compute@developer.gserviceaccount.com' }, 'service-agents'],
  ['iam/ServiceAccount', '1', { email: 'service-42@gcp-sa-pubsub.iam.gserviceaccount.com' }, 'service-agents'],
  ['iam/ServiceAccount', '1', { email: 'service-42@container-engine-robot.iam.gserviceaccount.com' }, 'service-agents'],
  ['iam/ServiceAccount', '1', { email: 'runner@shop.iam.gserviceaccount.com' }, undefined],
  ['compute/Disk', 'web-1', { users: ['projects/p/zones/z/instances/web-1'] }, 'instance-disks'],
  ['compute/Disk', 'web-1-2', { users: ['projects/p/zones/z/instances/web-1'] }, 'instance-disks'],
  ['compute/Disk', 'data', { users: ['projects/p/zones/z/instances/web-1'] }, undefined],
  ['compute/Disk', 'data', {}, undefined],
  ['compute/Instance', 'gke-a-pool-1', {}, 'cluster-parts'],
  ['compute/Instance', 'a', { labels: { 'goog-gke-node': '' } }, 'cluster-parts'],
  ['compute/Instance', 'a', { metadata: { items: [{ key: 'created-by', value: 'x' }] } }, 'group-parts'],
  ['dns/ResourceRecordSet', 'a', { name: 'a.test.', type: 'SOA' }, 'apex-records'],
  ['dns/ResourceRecordSet', 'a', { name: 'a.test.', type: 'A' }, undefined],
  ['logging/LogSink', '_Default', { name: '_Default' }, 'logging-defaults'],
  ['logging/LogSink', 'audit', { name: 'audit' }, undefined],
  ['storage/Bucket', 'shop.appspot.com', {}, 'service-buckets'],
  ['storage/Bucket', 'shop-files', {}, undefined],
  ['cloudresourcemanager/Project', 'p', { lifecycleState: 'DELETE_REQUESTED' }, 'going-away'],
  ['bigquery/Job', 'j', {}, 'jobs'],
  ['run/Service', 's', { labels: { 'goog-managed-by': 'cloudfunctions' } }, 'owned-by-service'],
])('%s %s with %j: %s', (type, id, data, rule) => {
  expect(ruleOf(type, id, data)).toBe(rule)
})

test('never throws, whatever it is given', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => skipRule(value as Json) === undefined)) // jsonValue gives JSON
  const types = fc.constantFrom('compute/Disk', 'compute/Network', 'dns/ResourceRecordSet', 'iam/ServiceAccount', 'storage/Bucket')
  fc.assert(
    fc.property(
      types,
      fc.dictionary(fc.constantFrom('name', 'users', 'labels', 'network', 'email', 'type', 'metadata'), fc.jsonValue()),
      (type, data) => {
        ruleOf(type, 'x', data as JsonObject) // jsonValue gives JSON
      },
    ),
  )
})
