import { expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { deletionEffect } from './deletion-effect.ts'

const bucket = (annotations: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
  metadata: {
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`cnrm.cloud.google.com/${key}`, value])),
  },
  spec,
})

test.each<[string, JsonObject | undefined, RegExp]>([
  ['a cloud resource goes', bucket(), /^It will be deleted in the cloud too, data included\. To keep it there/],
  ['a bucket goes with what is in it', bucket({ 'force-destroy': 'true' }), /too with everything in it, data/],
  ['the cloud may refuse', bucket({}, { settings: { deletionProtectionEnabled: true } }), /refuse while deletionProtectionEnabled/],
  ['an abandoned one stays', bucket({ 'deletion-policy': 'abandon' }), /stays in the cloud, managed by nobody/],
  ['a database with a policy of its own stays', bucket({}, { deletionPolicy: 'ABANDON' }), /spec\.deletionPolicy is "ABANDON": .* stays/],
  ['others are up to their operator', { apiVersion: 'locus.example/v1' }, /operator of locus\.example/],
  ['a group that only ends alike is another one', { apiVersion: 'fakecnrm.cloud.google.com/v1' }, /operator of fakecnrm/],
  ['of nothing nothing is promised', undefined, /operator of its kind/],
])('%s', (_, object, sentence) => expect(deletionEffect(object)).toMatch(sentence))
