import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { arbitraryValue } from '#lib/schema/arbitrary-value.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { printResource } from './print-value.ts'
import { type Relocated, type Relocation, relocateManifest } from './relocate-manifest.ts'
import { type FoundResource, pathKey, soughtKey, soughtResources, type Whereabouts } from './relocate-references.ts'
import { renameReferences } from './rename-references.ts'
import { isAbandoned, takeOverOf } from './take-over.ts'

const root = join(import.meta.dirname, '..', '..', 'demo')
const kinds = readdirSync(join(root, 'crds'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => compileKind(parse(readFileSync(join(root, 'crds', file), 'utf8'))))
const kindOf = (name: string): CompiledKind => {
  const found = kinds.find(({ kind }) => kind === name)
  if (!found) throw new Error(`The demo has no ${name}.`)
  return found
}
const files = readdirSync(join(root, 'world', 'repositories'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /infra\/.*\.yaml$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, 'world', 'repositories', file), 'utf8') }))
const textOf = (name: string): string => files.find(({ file }) => file.endsWith(name))?.text ?? ''

const prod = (name: string): Whereabouts => ({ cluster: 'demo', namespace: 'payments-prod', name, gcpProject: 'payments-prod-4711' })
const staging = (name: string): Whereabouts => ({
  cluster: 'demo',
  namespace: 'payments-staging',
  name,
  gcpProject: 'payments-staging-0815',
})

/** What is where: each name in the project of `staging` exists there. */
function relocated(
  text: string,
  kind: string,
  more: Partial<Relocation> & { from: Whereabouts; to: Whereabouts },
  there: string[] = [],
  objects: Record<string, JsonObject> = {},
): Relocated {
  const compiled = kindOf(kind)
  const value = parseManifestFile(text).documents[0]?.value
  const lookups = new Map<string, FoundResource>(
    soughtResources(compiled, isObject(value) ? value : {}, more.from, more.to).map((sought) => [
      soughtKey(sought),
      { exists: sought.namespace === more.from.namespace || there.includes(sought.name), object: objects[sought.name] },
    ]),
  )
  return relocateManifest({ text, kind: compiled, purpose: 'copy', lookups, ...more })
}
const read = (text: string): JsonObject => parse(text)
const whats = (notes: { what: string }[]): string[] => notes.map(({ what }) => what)

describe('a copy in another project', () => {
  test('has its name and project, keeps comments and points to what exists there', () => {
    const text = textOf('payments-prod/pubsubsubscription-ledger-events.yaml')
    const { text: copy, references } = relocated(text, 'PubSubSubscription', { from: prod('ledger-events'), to: staging('ledger-copy') }, [
      'payment-events',
      'payment-events-dead',
    ])
    expect(copy).toBe(text.replace('ledger-events', 'ledger-copy').replace('payments-prod', 'payments-staging'))
    expect(copy).toContain('# never')
    expect(references.map(({ chosen, attention }) => [chosen, attention])).toEqual([
      ['here', false],
      ['here', false],
    ])
  })

  test('points across projects where the new one has none of the name, and asks', () => {
    const text = textOf('payments-prod/storagebucket-acme-payments-invoices.yaml')
    const {
      text: copy,
      references,
      flags,
    } = relocated(text, 'StorageBucket', { from: prod('acme-payments-invoices'), to: staging('copied') })
    expect(valueAt(read(copy), ['spec', 'encryption', 'kmsKeyRef'])).toEqual({ name: 'card-data', namespace: 'payments-prod' })
    expect(references).toMatchObject([{ means: 'card-data', chosen: 'there', attention: true }])
    expect(copy).toContain('# ten years, the legal minimum for invoices')
    expect(whats(flags)).toEqual(['the label environment is prod', 'nobody else may have the name copied'])
  })

  test('may be told otherwise: here, or by an external value', () => {
    const text = textOf('payments-prod/pubsubsubscription-ledger-events.yaml')
    const from = prod('ledger-events')
    const path = ['spec', 'topicRef']
    const objects = { 'payment-events': { status: { externalRef: 'projects/payments-prod-4711/topics/payment-events' } } }
    const external = relocated(
      text,
      'PubSubSubscription',
      { from, to: staging('x'), choices: new Map([[pathKey(path), 'external']]) },
      [],
      objects,
    )
    expect(valueAt(read(external.text), path)).toEqual({ external: 'projects/payments-prod-4711/topics/payment-events' })
    const here = relocated(text, 'PubSubSubscription', { from, to: staging('x'), choices: new Map([[pathKey(path), 'here']]) })
    expect(valueAt(read(here.text), path)).toEqual({ name: 'payment-events' })
    const unknown = relocated(text, 'PubSubSubscription', { from, to: staging('x'), choices: new Map([[pathKey(path), 'keep']]) })
    expect(unknown.references[0]?.chosen).toBe('there')
  })

  test('to another cluster never points across by a namespace', () => {
    const text = textOf('payments-prod/pubsubsubscription-ledger-events.yaml')
    const { references } = relocated(text, 'PubSubSubscription', { from: prod('a'), to: { ...staging('a'), cluster: 'other' } })
    expect(references[0]?.options.map(({ choice }) => choice)).not.toContain('there')
  })

  test('of something that names its own Google Cloud project names the new one', () => {
    const text = textOf('payments-prod/logginglogsink-audit-to-bucket.yaml')
    const { text: copy, references } = relocated(text, 'LoggingLogSink', { from: prod('audit-to-bucket'), to: staging('audit-to-bucket') })
    expect(valueAt(read(copy), ['spec', 'projectRef'])).toEqual({ external: 'payments-staging-0815' })
    expect(references.find(({ means }) => means === 'payments-prod-4711')).toMatchObject({ chosen: 'other-project', attention: false })
  })

  test.each<[string, string, boolean]>([
    ['the name of a bucket, which says no project', 'payments-prod-logs', true],
    ['one without the name of the old project', 'central-logs', true],
    ['a link with a project number', 'https://www.googleapis.com/storage/v1/projects/123456789012/buckets/logs', true],
    ['something of another project under the name of the old one', 'projects/hub-1/buckets/payments-prod-logs', true],
    ['something of another project', 'projects/hub-1/buckets/logs', false],
  ])('asks about an external value that stays: %s', (_, external, asks) => {
    const text = textOf('payments-prod/logginglogsink-audit-to-bucket.yaml').replace(
      /name: acme-payments-audit-logs/,
      `external: ${external}`,
    )
    const more = { from: prod('audit-to-bucket'), to: staging('audit-to-bucket') }
    const { references, text: copy } = relocated(text, 'LoggingLogSink', more)
    const path = ['spec', 'destination', 'storageBucketRef']
    expect(valueAt(read(copy), path)).toEqual({ external })
    const row = {
      path,
      means: external,
      chosen: 'keep',
      attention: true,
      why: expect.stringContaining('Is that meant for payments-staging'),
    }
    expect(references.filter((reference) => pathKey(reference.path) === pathKey(path))).toEqual(asks ? [expect.objectContaining(row)] : [])
    const taken = relocated(text, 'LoggingLogSink', { ...more, purpose: 'take-over', cloudName: 'audit-to-bucket' })
    expect(taken.references.filter(({ attention }) => attention)).toEqual([])
  })

  test('asks about a project that is named by its number', () => {
    const text = textOf('payments-prod/logginglogsink-audit-to-bucket.yaml').replace('payments-prod-4711', '"123456789012"')
    const { references } = relocated(text, 'LoggingLogSink', { from: prod('audit-to-bucket'), to: staging('audit-to-bucket') })
    expect(references.find(({ means }) => means === '123456789012')).toMatchObject({ chosen: 'keep', attention: true })
  })

  test('does not ask where both projects are one Google Cloud project, unless the value has the name of the old one', () => {
    const one = { ...staging('audit-to-bucket'), gcpProject: 'payments-prod-4711' }
    const asked = (external: string) =>
      relocated(
        textOf('payments-prod/logginglogsink-audit-to-bucket.yaml').replace(/name: acme-payments-audit-logs/, `external: ${external}`),
        'LoggingLogSink',
        { from: prod('audit-to-bucket'), to: one },
      ).references.map(({ means }) => means)
    expect(asked('central-logs')).toEqual([])
    expect(asked('payments-prod-logs')).toEqual(['payments-prod-logs'])
  })

  test('does not take over the cloud resource, nor what Corbel and controllers wrote', () => {
    const text = `# the bucket
apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: invoices # short
  namespace: payments-prod
  uid: 123
  annotations:
    cnrm.cloud.google.com/project-id: payments-prod-4711
    corbel.dev/commit: abc
    owner: us
  labels:
    managed-by-cnrm: "true"
spec:
  resourceID: real-name
  location: EU # near
status:
  url: gs://real-name
`
    const { text: copy, changes } = relocated(text, 'StorageBucket', { from: prod('invoices'), to: staging('other') })
    expect(copy).toBe(`# the bucket
apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: other # short
  namespace: payments-staging
  annotations:
    cnrm.cloud.google.com/project-id: payments-staging-0815
    owner: us
spec:
  location: EU # near
`)
    expect(changes.every(({ why }) => why.length > 10)).toBe(true)
  })

  test.each<[string, string, string, RegExp]>([
    ['a bucket of the same name', 'storagebucket-acme-payments-audit-logs.yaml', 'StorageBucket', /^the name .* is taken$/],
    ['the Secret of a password', 'sqluser-ledger-app.yaml', 'SQLUser', /^the Secret ledger-app-password must exist in payments-staging$/],
  ])('flags %s', (_, file, kind, what) => {
    const text = textOf(`payments-prod/${file}`)
    const name = String(valueAt(read(text), ['metadata', 'name']))
    const { flags } = relocated(text, kind, { from: prod(name), to: staging(name) })
    expect(whats(flags)).toContainEqual(expect.stringMatching(what))
  })

  test('flags an address that can belong to one resource only', () => {
    const from = { ...prod('top-tracks'), namespace: 'playlists-prod' }
    const { flags } = relocated(textOf('dataendpoint-top-tracks.yaml'), 'DataEndpoint', { from, to: staging('top-tracks') })
    expect(whats(flags)).toContain('spec.host is top-tracks.data.acme.test')
  })

  test('made of the live object has neither secrets nor the defaults of the server', () => {
    const live = printResource({
      apiVersion: 'sql.cnrm.cloud.google.com/v1beta1',
      kind: 'SQLUser',
      metadata: { name: 'app', namespace: 'payments-prod', generation: 2, finalizers: ['x'] },
      spec: { instanceRef: { name: 'ledger' }, password: { value: '(hidden)' } },
    })
    const { text, flags } = relocated(live, 'SQLUser', { from: prod('app'), to: staging('app'), live: true }, ['ledger'])
    expect(text).not.toContain('(hidden)')
    expect(read(text).metadata).toEqual({ name: 'app', namespace: 'payments-staging' })
    expect(flags.filter(({ severity }) => severity === 'problem')).toHaveLength(1)
  })
})

describe('a copy of any manifest', () => {
  test('within its project, under its own name, changes nothing', () => {
    for (const { text } of files) {
      const value = read(text)
      const name = String(valueAt(value, ['metadata', 'name']))
      const at = { ...prod(name), namespace: String(valueAt(value, ['metadata', 'namespace'])) }
      expect(relocated(text, String(value.kind), { from: at, to: at }).text).toBe(text)
    }
  })

  test('keeps every comment, and means nothing in the old project that is not listed', () => {
    for (const { text } of files) {
      const value = read(text)
      const kind = String(value.kind)
      const name = String(valueAt(value, ['metadata', 'name']))
      const from = { ...prod(name), namespace: String(valueAt(value, ['metadata', 'namespace'])) }
      const result = relocated(text, kind, { from, to: { ...staging(`${name}-2`), namespace: 'elsewhere' } })
      for (const comment of text.match(/#.*$/gm) ?? []) expect(result.text).toContain(comment)
      const listed = new Set(result.references.map(({ path }) => pathKey(path)))
      for (const reference of referencesIn(referenceTree(kindOf(kind).root), read(result.text)))
        if (!reference.kinds.includes('Secret') && reference.name) expect(listed).toContain(pathKey(reference.path))
    }
  })

  test('generated from its schema is readable, has the new identity, and says each change', () => {
    const referring = kinds.filter(({ root: node }) => referenceTree(node) !== undefined)
    fc.assert(
      fc.property(
        fc.constantFrom(...referring).chain((kind) => fc.tuple(fc.constant(kind), arbitraryValue(kind.root))),
        fc.subarray(['a', 'abc']),
        fc.constantFrom<'copy' | 'take-over'>('copy', 'take-over'),
        ([kind, fields], there, purpose) => {
          const text = printResource({
            apiVersion: kind.apiVersion,
            kind: kind.kind,
            metadata: { name: 'one', namespace: 'payments-prod' },
            ...(isObject(fields) ? fields : {}),
          })
          const more = { purpose, from: prod('one'), to: staging('two'), cloudName: purpose === 'copy' ? undefined : 'one' }
          const result = relocated(text, kind.kind, more, there)
          const after = read(result.text)
          expect(after.metadata).toMatchObject({ name: 'two', namespace: 'payments-staging' })
          expect(valueAt(after, ['spec', 'resourceID'])).toBe(purpose === 'copy' ? undefined : 'one')
          expect(result.changes.length).toBeGreaterThan(1)
          // what was proposed stands there, and proposing it again changes nothing
          for (const { path, options, chosen } of result.references)
            expect(valueAt(after, path)).toEqual(options.find(({ choice }) => choice === chosen)?.value)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('taking over', () => {
  const at = (name: string) => ({ kind: kindOf(name), live: { metadata: { name: 'ledger' }, spec: {} } })

  test('a renamed resource keeps its name in the cloud, and everything else', () => {
    const text = textOf('payments-prod/pubsubtopic-payment-events.yaml')
    const result = relocated(text, 'PubSubTopic', {
      purpose: 'take-over',
      from: prod('payment-events'),
      to: prod('events'),
      cloudName: 'payment-events',
    })
    expect(result.flags).toEqual([])
    expect(result.text).toContain('  resourceID: payment-events\n')
    expect(result.text.replace(/\n {2}resourceID: .*/, '').replace('name: events', 'name: payment-events')).toBe(text)
  })

  test('a moved one stays in its Google Cloud project and goes on meaning the same', () => {
    const text = textOf('payments-prod/pubsubsubscription-ledger-events.yaml')
    const moved = { purpose: 'take-over' as const, from: prod('ledger-events'), to: staging('ledger-events'), cloudName: 'ledger-events' }
    const result = relocated(text, 'PubSubSubscription', moved, ['payment-events'])
    const value = read(result.text)
    expect(valueAt(value, ['metadata', 'annotations', 'cnrm.cloud.google.com/project-id'])).toBe('payments-prod-4711')
    expect(valueAt(value, ['spec', 'topicRef'])).toEqual({ name: 'payment-events', namespace: 'payments-prod' })
    expect(whats(result.flags)).toEqual(['payments-staging must be able to manage payments-prod-4711'])
  })

  test.each<[string, Json, boolean, string | undefined]>([
    ['PubSubTopic', {}, true, 'ledger'],
    ['PubSubTopic', { resourceID: 'other' }, true, 'other'],
    ['IAMPolicyMember', {}, true, undefined],
    ['Locus', {}, false, undefined],
  ])('%s with %j: %s', (kind, spec, possible, cloudName) => {
    const { live } = at(kind)
    const answer = takeOverOf(kindOf(kind), { ...live, spec })
    expect(answer.possible).toBe(possible)
    if (answer.possible) expect(answer.cloudName).toBe(cloudName)
    expect(answer.why).toMatch(/\.$/)
  })

  test('needs the name that the cloud gave, where the cloud gives names', () => {
    const told = 'The service-generated name of the resource. Used for acquisition only. Leave unset to create a new resource.'
    const text = JSON.stringify(kindOf('MonitoringAlertPolicy'))
    const kind: CompiledKind = JSON.parse(
      text.replaceAll(/"(?:Immutable[^"]*)?Name of the resource in Google Cloud[^"]*"/g, JSON.stringify(told)),
    )
    expect(takeOverOf(kind, { metadata: { name: 'ledger' } })).toMatchObject({ possible: false })
    expect(takeOverOf(kind, { metadata: { name: 'ledger' }, spec: { resourceID: '4711' } })).toMatchObject({ cloudName: '4711' })
  })

  test('is safe only while the object in the cluster says abandon', () => {
    const annotated = (value: string) => ({ metadata: { annotations: { 'cnrm.cloud.google.com/deletion-policy': value } } })
    const lives: Json[] = [annotated('abandon'), annotated('delete'), {}, { spec: { deletionPolicy: 'ABANDON' } }]
    expect(lives.map(isAbandoned)).toEqual([true, false, false, true])
  })
})

describe('references of others to what is renamed', () => {
  const topic = { kindName: 'PubSubTopic', group: 'pubsub.cnrm.cloud.google.com', namespace: 'payments-prod', name: 'payment-events' }
  const subscription = {
    text: textOf('payments-prod/pubsubsubscription-ledger-events.yaml'),
    document: 0,
    kind: kindOf('PubSubSubscription'),
  }

  test('say the new name, and nothing else changes', () => {
    const { text, changed, left } = renameReferences({ ...subscription, namespace: 'payments-prod' }, topic, {
      namespace: 'payments-prod',
      name: 'events',
    })
    expect(text).toBe(subscription.text.replace('name: payment-events\n', 'name: events\n'))
    expect([changed, left]).toEqual([[['spec', 'topicRef']], []])
  })
  test('say the new project, where they are in another one', () => {
    const { text } = renameReferences({ ...subscription, namespace: 'payments-prod' }, topic, { namespace: 'hub', name: 'events' })
    expect(valueAt(read(text), ['spec', 'topicRef'])).toEqual({ name: 'events', namespace: 'hub' })
  })
  test('by kind and group are meant only where these say so', () => {
    const member = textOf('payments-prod/iampolicymember-payments-api-publishes.yaml')
    const file = { text: member, document: 0, kind: kindOf('IAMPolicyMember'), namespace: 'payments-prod' }
    const to = { namespace: 'payments-prod', name: 'events' }
    expect(renameReferences(file, topic, to).left).toMatchObject([{ path: ['spec', 'resourceRef'] }])
    expect(renameReferences(file, { ...topic, group: 'other.example.com' }, to)).toEqual({ text: member, changed: [], left: [] })
  })
  test('that cannot change after creation are left, with the reason', () => {
    const member = textOf('payments-prod/iampolicymember-payments-api-publishes.yaml')
    const file = { text: member, document: 0, kind: kindOf('IAMPolicyMember'), namespace: 'payments-prod' }
    const { text, left } = renameReferences(file, topic, { namespace: 'payments-prod', name: 'events' })
    expect(text).toBe(member)
    expect(left[0]?.why).toContain('cannot change after creation')
  })
  test('of the same name in another project stay', () => {
    const { text } = renameReferences({ ...subscription, namespace: 'elsewhere' }, topic, { namespace: 'payments-prod', name: 'events' })
    expect(text).toBe(subscription.text)
  })
  test('that may not leave their project are left, with the reason', () => {
    const network = { kindName: 'ComputeNetwork', group: 'compute.cnrm.cloud.google.com', namespace: 'payments-prod', name: 'payments' }
    const file = { text: textOf('locus-session-cache.yaml'), document: 0, kind: kindOf('Locus'), namespace: 'payments-prod' }
    const result = renameReferences(file, network, { namespace: 'hub', name: 'payments' })
    if (result.changed.length === 0) expect(result.left[0]?.why).toContain('only into its own project')
    else expect(valueAt(read(result.text), ['spec', 'networkRef', 'namespace'])).toBe('hub')
  })
})
