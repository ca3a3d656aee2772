import { expect, test } from 'vitest'
import { describeField, words } from './describe.ts'
import { fieldFacts, referenceFacts } from './facts.ts'

test.each([
  ['Immutable. The region. Possible values: ["A", "B"].', { immutable: true, mark: undefined, values: ['A', 'B'] }],
  ['Immutable. Optional. A name.', { immutable: true, mark: 'Optional', values: [] }],
  ['Optional. Immutable. A name.', { immutable: true, mark: 'Optional', values: [] }],
  [
    'Supported values include: Delete, SetStorageClass and AbortIncompleteMultipartUpload.',
    { openValues: true, values: ['Delete', 'SetStorageClass', 'AbortIncompleteMultipartUpload'] },
  ],
  ['DEPRECATED. Do not use.', { mark: 'DEPRECATED', values: [] }],
  [
    'Kept for long. Default value: \'public\' Possible values: ["private", "public"].',
    { fallback: 'public', values: ['private', 'public'] },
  ],
  ['The storage type to use. One of "SSD" or "HDD". Defaults to "SSD".', { fallback: 'SSD', values: ['SSD', 'HDD'] }],
  ['Possible values are explained in the handbook of the service.', { values: [] }],
])('the facts of "%s" are found', (text, expected) => {
  expect(fieldFacts(text)).toMatchObject(expected)
})

test.each([
  ['Allowed value: The `selfLink` field of a `KMSCryptoKey` resource.', '', { kind: 'KMSCryptoKey', targetField: 'selfLink' }],
  [
    'A reference to an externally managed PubSubTopic resource. Should be in the format "projects/{{p}}/topics/{{t}}".',
    '',
    { kind: 'PubSubTopic', format: 'projects/{{p}}/topics/{{t}}' },
  ],
  ['The external name of the referenced resource', '', { kind: undefined }],
  ['Some id.', 'The `name` field of a `Project` resource.', { kind: 'Project' }],
])('the target of the reference "%s" is found', (external, name, expected) => {
  expect(referenceFacts(external, name)).toMatchObject(expected)
})

test('a field without a sentence gets one from its name, with its facts around it', () => {
  const facts = { immutable: true, mark: undefined, values: ['A', 'B'], openValues: false, fallback: undefined }
  expect(describeField(['spec', 'logConfig', 'enableLogging'], { type: 'boolean' }, facts, undefined)).toBe(
    'Immutable. Turns logging on. Possible values: ["A", "B"].',
  )
})

test('names become words', () => {
  expect(words('maxDeliveryAttempts')).toBe('max delivery attempts')
  expect(words('kmsKeyRef')).toBe('KMS key')
  expect(words('ipCidrRange')).toBe('IP CIDR range')
})
