import { describe, expect, test } from 'vitest'
import { labelOfKey, titleOfKind } from '#lib/schema/label-of-key.ts'
import { mineDescription, mineValues } from '#lib/schema/mine-description.ts'
import { mineReference } from '#lib/schema/mine-reference.ts'

test.each<[string, string[] | undefined]>([
  ['Mode of the disk. Default value: "SCSI" Possible values: ["SCSI", "NVME"].', ['SCSI', 'NVME']],
  ['The class. Supported values include: STANDARD, NEARLINE, COLDLINE.', ['STANDARD', 'NEARLINE', 'COLDLINE']],
  ['Valid values are `DELETE` and `RETAIN`. Defaults to `DELETE`.', ['DELETE', 'RETAIN']],
  ['Valid values: "pd-ssd" (solid state), "pd-standard" (spinning) or "pd-balanced".', ['pd-ssd', 'pd-standard', 'pd-balanced']],
  ['Must be one of `OWNER`, `MANAGER`, `MEMBER`.', ['OWNER', 'MANAGER', 'MEMBER']],
  ['Supported values are:\n\n* FAST: quick\n* SLOW: thorough', ['FAST', 'SLOW']],
  ['Allowed values: StorageBucket,PubSubTopic', ['StorageBucket', 'PubSubTopic']],
  ['Allowed values are between 18000 and 7632000.', undefined],
  ['One of the repositories this product supports.', undefined],
  ['The maximum allowed value is 3.', undefined],
  ["One of 'user' or 'group' must be specified.", undefined],
  ['The available options are [FFmpeg-compatible](https://example.com/presets).', undefined],
  ['Examples of valid values: `a:1`, `b:2`.', undefined],
  ['Possible values are: USE_ORIGIN Requires the origin to set headers.', undefined],
  ['Allowed values: DISABLED.', ['DISABLED']],
  ['The supported values are UTF-8, UTF-16BE, and UTF-32LE.', ['UTF-8', 'UTF-16BE', 'UTF-32LE']],
  ['', undefined],
])('values in %j', (text, values) => {
  expect(mineValues(text)).toEqual(values)
})

describe('facts in prose', () => {
  test('markers become flags and leave the text', () => {
    expect(mineDescription('Immutable. Optional. The zone.', 'zone', 'text')).toMatchObject({
      text: 'The zone.',
      immutable: true,
      facts: { optional: true },
    })
    expect(mineDescription('Required. The zone.', 'zone', 'text')).toMatchObject({
      text: 'The zone.',
      immutable: false,
      facts: { required: true },
    })
    expect(mineDescription('Output only. When it began.', 'start', 'text')).toMatchObject({ facts: { outputOnly: true } })
  })
  test('default and example', () => {
    expect(mineDescription('Defaults to 3 when unset.', 'retries', 'scalar').facts).toEqual({ default: '3' })
    expect(mineDescription('The path. For example, `gs://bucket/dir/`.', 'path', 'text').facts).toEqual({ example: 'gs://bucket/dir/' })
  })
  test.each([
    ['Defaults to `"pd-standard"`.', 'pd-standard'],
    ['The default value is 35 days.', '35 days'],
    ['Uses a default of 20.', '20'],
    ['The default is set to false.', 'false'],
    ['A mode (default UNSPECIFIED).', 'UNSPECIFIED'],
    ['The size (default is 500GB).', '500GB'],
    ['The default value is UTF-8.', 'UTF-8'],
    ['The default behaviour is to wait.', undefined],
  ])('default in %j', (text, value) => {
    expect(mineDescription(text, 'a', 'text').facts?.default).toBe(value)
  })
  test('groups and lists have no default in words', () => {
    expect(mineDescription('Defaults to 100% of it.', 'a', 'texts').facts).toBeUndefined()
  })
  test.each([
    ['The type, e.g. nvidia-tesla-t4.', 'nvidia-tesla-t4'],
    ['A time zone (e.g. America/New_York).', 'America/New_York'],
    ['Headers with many values (e.g. per-user) cost.', undefined],
    ['Errors, e.g. no match.', undefined],
  ])('example in %j', (text, example) => {
    expect(mineDescription(text, 'a', 'text').facts?.example).toBe(example)
  })
  test('[Output Only] in brackets counts', () => {
    expect(mineDescription('[Output Only] The state.', 'state', 'text')).toMatchObject({ text: 'The state.', facts: { outputOnly: true } })
  })
  test('deprecation says what to use instead', () => {
    expect(mineDescription('DEPRECATED. Use `b` instead. More words.', 'a', 'text').deprecated).toBe('DEPRECATED. Use `b` instead.')
    expect(mineDescription('The value OLD has been deprecated in favor of NEW.', 'a', 'text').deprecated).toBeUndefined()
  })
  test('a description of a megabyte is read at once', () => {
    expect(mineDescription(`Possible values: ${'a, '.repeat(350_000)}`, 'a', 'text').text.length).toBeGreaterThan(1_000_000)
  })
})

test.each<[Parameters<typeof mineReference>[0], string, ReturnType<typeof mineReference>]>([
  [
    {
      properties: {
        external: {
          description:
            'A reference to an externally managed PubSubTopic resource. Should be in the format "projects/{{projectID}}/topics/{{topicID}}".',
        },
      },
    },
    'topicRef',
    { targets: ['PubSubTopic'], externalFormat: 'projects/{{projectID}}/topics/{{topicID}}' },
  ],
  [
    { properties: { external: { description: 'Allowed value: The `selfLink` field of a `ComputeNetwork` resource.' } } },
    'netRef',
    { targets: ['ComputeNetwork'], targetField: 'selfLink' },
  ],
  [
    { properties: { external: {}, kind: { description: 'Kind of the referent. Allowed values: StorageBucket,PubSubTopic' } } },
    'targetRef',
    { targets: ['StorageBucket', 'PubSubTopic'] },
  ],
  [{ properties: { external: {} } }, 'kmsKeyRef', { targets: ['KMSCryptoKey'] }],
  [{ properties: { external: {} } }, 'whateverRef', { targets: [] }],
])('what a reference points to (%#)', (schema, key, mined) => {
  expect(mineReference(schema, key)).toEqual(mined)
})

test.each([
  ['uniformBucketLevelAccess', 'Uniform bucket level access'],
  ['kmsKeyRef', 'KMS key'],
  ['resourceID', 'Resource ID'],
  ['ipv4', 'IPv4'],
  ['userIds', 'User IDs'],
  ['spec', 'Spec'],
  ['Ref', 'Ref'],
  ['a.b/c', 'a.b/c'],
  [' ', '" "'],
  ['\u202Eabc', '\\u202eabc'],
  ['a'.repeat(200), `${'a'.repeat(80)}…`],
  ['', ''],
])('%s is called %s', (key, label) => {
  expect(labelOfKey(key)).toBe(label)
})

test.each([
  ['StorageBucket', 'Storage bucket'],
  ['SQLInstance', 'SQL instance'],
  ['Locus', 'Locus'],
])('the kind %s is called %s', (kind, title) => {
  expect(titleOfKind(kind)).toBe(title)
})
