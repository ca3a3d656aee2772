import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type Json, valueAt } from '#lib/json.ts'
import { referencesIn } from './references.ts'

function specSchema(definition: string): Json | undefined {
  const document: unknown = parse(readFileSync(join(import.meta.dirname, '..', 'crds', `${definition}.yaml`), 'utf8'))
  return isObject(document) ? valueAt(document, ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties', 'spec']) : undefined
}

const cnrm = 'cnrm.cloud.google.com'
test.each<[string, string, Json, string[]]>([
  ['a plain reference', `pubsubsubscriptions.pubsub.${cnrm}`, { topicRef: { name: 'a' } }, ['PubSubTopic ns/a']],
  ['another namespace', `pubsubsubscriptions.pubsub.${cnrm}`, { topicRef: { name: 'a', namespace: 'b' } }, ['PubSubTopic b/a']],
  ['an external reference is none of ours', `pubsubsubscriptions.pubsub.${cnrm}`, { topicRef: { external: 'projects/p/topics/a' } }, []],
  [
    'a reference deep inside',
    `sqlinstances.sql.${cnrm}`,
    { settings: { ipConfiguration: { privateNetworkRef: { name: 'n' } } } },
    ['ComputeNetwork ns/n'],
  ],
  [
    'references in a list',
    `computefirewalls.compute.${cnrm}`,
    { sourceServiceAccounts: [{ name: 'a' }, { name: 'b' }] },
    ['IAMServiceAccount ns/a', 'IAMServiceAccount ns/b'],
  ],
  [
    'a reference that says its kind',
    `iampolicymembers.iam.${cnrm}`,
    { resourceRef: { kind: 'PubSubTopic', name: 't' } },
    ['PubSubTopic ns/t'],
  ],
  [
    'a member taken from a service account',
    `iampolicymembers.iam.${cnrm}`,
    { memberFrom: { serviceAccountRef: { name: 's' } } },
    ['IAMServiceAccount ns/s'],
  ],
  ['a secret is no resource', `sqlusers.sql.${cnrm}`, { password: { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } } }, []],
  ['names that refer to nothing', `sqlinstances.sql.${cnrm}`, { settings: { databaseFlags: [{ name: 'a', value: 'b' }] } }, []],
  [
    'references of the platform',
    'flyteprojects.flyte.corbel.dev',
    { outputBucketRef: { name: 'b' }, domains: [{ name: 'production', serviceAccountRef: { name: 's' } }] },
    ['StorageBucket ns/b', 'IAMServiceAccount ns/s'],
  ],
])('%s', (_, definition, spec, expected) => {
  expect(referencesIn(specSchema(definition), spec, 'ns').map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)).toEqual(
    expected,
  )
})
