import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Invalid, TooLarge } from '#lib/errors.ts'
import { applyPatch } from './apply-patch.ts'
import { type ExactJson, type ExactObject, exactAt, readExactJson, sameExact } from './exact-json.ts'
import { guardInverse, readOperations } from './inverse-patch.ts'
import { deletionMark, makePatch, markPatch } from './make-patch.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const session = '0198f3a2-7c11-7d3e-9b2a-0123456789ab'
const uid = '11111111-2222-3333-4444-555555555555'

const bucket = (spec: ExactObject, metadata: ExactObject = { annotations: { 'example.com/kept': 'yes' } }): ExactObject => ({
  apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
  kind: 'StorageBucket',
  metadata: { name: 'logs', namespace: 'payments-prod', uid, generation: 3, ...metadata },
  spec,
  status: { observedGeneration: 3 },
})
const patch = (live: ExactObject | string, edited: ExactObject | string, more: Partial<Parameters<typeof makePatch>[0]> = {}) =>
  makePatch({ live, edited, session, sha256, ...more })
/** The operations between the guards and the session's annotation, in short. */
const between = (spec: ExactObject, edited: ExactObject, more = {}) =>
  patch(bucket(spec), bucket(edited), more)
    .operations.slice(2, -1)
    .map(({ op, path, ...rest }) => [op, path, ...('value' in rest ? [rest.value] : [])])

describe('the smallest change', () => {
  const cases: [string, ExactObject, ExactObject, unknown[]][] = [
    ['nothing', { a: 1 }, { a: 1 }, []],
    ['keys in another order', { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, []],
    [
      'a value',
      { a: 1 },
      { a: 2 },
      [
        ['test', '/spec/a', 1],
        ['replace', '/spec/a', 2],
      ],
    ],
    [
      'a number that becomes text',
      { a: 1 },
      { a: '1' },
      [
        ['test', '/spec/a', 1],
        ['replace', '/spec/a', '1'],
      ],
    ],
    [
      'null that becomes empty text',
      { a: null },
      { a: '' },
      [
        ['test', '/spec/a', null],
        ['replace', '/spec/a', ''],
      ],
    ],
    [
      'an empty object that becomes an empty list',
      { a: {} },
      { a: [] },
      [
        ['test', '/spec/a', {}],
        ['replace', '/spec/a', []],
      ],
    ],
    [
      'null that goes away',
      { a: null },
      {},
      [
        ['test', '/spec/a', null],
        ['remove', '/spec/a'],
      ],
    ],
    [
      'false that becomes absent',
      { a: false, b: 1 },
      { b: 1 },
      [
        ['test', '/spec/a', false],
        ['remove', '/spec/a'],
      ],
    ],
    ['a new field', { a: 1 }, { a: 1, b: null }, [['add', '/spec/b', null]]],
    ['a new object', {}, { a: { b: { c: [] } } }, [['add', '/spec/a', { b: { c: [] } }]]],
    [
      'a field deep down',
      { a: { b: { c: 'x'.repeat(200), d: 1 } } },
      { a: { b: { c: 'x'.repeat(200), d: 2 } } },
      [
        ['test', '/spec/a/b/d', 1],
        ['replace', '/spec/a/b/d', 2],
      ],
    ],
    [
      'keys with slash, tilde and nothing',
      { 'a/b': 1, 'c~d': 1, '': 1, '~1': 1 },
      { 'a/b': 2, 'c~d': 2, '': 2, '~1': 2 },
      [
        ['test', '/spec/', 1],
        ['replace', '/spec/', 2],
        ['test', '/spec/a~1b', 1],
        ['replace', '/spec/a~1b', 2],
        ['test', '/spec/c~0d', 1],
        ['replace', '/spec/c~0d', 2],
        ['test', '/spec/~01', 1],
        ['replace', '/spec/~01', 2],
      ],
    ],
    [
      'letters beyond ASCII',
      { größe: '小' },
      { größe: '大😀' },
      [
        ['test', '/spec/größe', '小'],
        ['replace', '/spec/größe', '大😀'],
      ],
    ],
    ['an item at the end', { l: [1, 2] }, { l: [1, 2, 3] }, [['add', '/spec/l/2', 3]]],
    [
      'an item at the start',
      { l: [{ n: 'aaaaaaaaaaaaaaaa' }, { n: 'bbbbbbbbbbbbbbbb' }] },
      { l: [0, { n: 'aaaaaaaaaaaaaaaa' }, { n: 'bbbbbbbbbbbbbbbb' }] },
      [['add', '/spec/l/0', 0]],
    ],
    [
      'items that go, each at its place then',
      {
        l: [
          'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          1,
          'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
          2,
          'ccccccccccccccccccccccccccccccccccccccccc',
        ],
      },
      {
        l: [
          'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
          'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
          'ccccccccccccccccccccccccccccccccccccccccc',
        ],
      },
      [
        ['test', '/spec/l/1', 1],
        ['remove', '/spec/l/1'],
        ['test', '/spec/l/2', 2],
        ['remove', '/spec/l/2'],
      ],
    ],
    [
      'one field of an item',
      {
        l: [
          { n: 'x'.repeat(90), v: 1 },
          { n: 'y'.repeat(90), v: 1 },
        ],
      },
      {
        l: [
          { n: 'x'.repeat(90), v: 1 },
          { n: 'y'.repeat(90), v: 2 },
        ],
      },
      [
        ['test', '/spec/l/1/v', 1],
        ['replace', '/spec/l/1/v', 2],
      ],
    ],
    [
      'a short list, replaced as a whole',
      { l: [1, 2, 3] },
      { l: [4, 5, 6] },
      [
        ['test', '/spec/l', [1, 2, 3]],
        ['replace', '/spec/l', [4, 5, 6]],
      ],
    ],
    [
      'an object replaced by a text',
      { a: { b: 1 } },
      { a: 'b' },
      [
        ['test', '/spec/a', { b: 1 }],
        ['replace', '/spec/a', 'b'],
      ],
    ],
    [
      'a list emptied',
      { l: [1] },
      { l: [] },
      [
        ['test', '/spec/l/0', 1],
        ['remove', '/spec/l/0'],
      ],
    ],
  ]
  test.each(cases)('%s', (_, spec, edited, operations) => expect(between(spec, edited)).toEqual(operations))

  test('items are matched by the keys the schema names, wherever they stand', () => {
    const item = (name: string, size: number) => ({ name, text: 'x'.repeat(120), size })
    const [spec, edited] = [{ disks: [item('a', 1), item('b', 1)] }, { disks: [item('new', 1), item('a', 1), item('b', 2)] }]
    const made = patch(bucket(spec), bucket(edited), { listKeys: (path) => (path.join('.') === 'spec.disks' ? ['name'] : undefined) })
    expect(made.changes).toEqual([
      { kind: 'added', path: ['spec', 'disks', 0], livePath: undefined, before: undefined, after: item('new', 1) },
      { kind: 'changed', path: ['spec', 'disks', 2, 'size'], livePath: ['spec', 'disks', 1, 'size'], before: 1, after: 2 },
    ])
    expect(made.operations.map(({ path }) => path)).toContain('/spec/disks/2/size')
  })

  test('fields are told one by one even where the list is sent as a whole', () => {
    const made = patch(bucket({ l: [1, 2, 3] }), bucket({ l: [4, 5, 3] }))
    expect(made.changes.map(({ path, before, after }) => [path, before, after])).toEqual([
      [['spec', 'l', 0], 1, 4],
      [['spec', 'l', 1], 2, 5],
    ])
  })
})

describe('guards', () => {
  test('uid and generation come first and the session last', () => {
    const made = patch(bucket({ a: 1 }), bucket({ a: 2 }))
    expect(made.bytes).toBe(
      `[{"op":"test","path":"/metadata/uid","value":"${uid}"},{"op":"test","path":"/metadata/generation","value":3},` +
        '{"op":"test","path":"/spec/a","value":1},{"op":"replace","path":"/spec/a","value":2},' +
        `{"op":"add","path":"/metadata/annotations/corbel.dev~1session","value":"${session}"}]`,
    )
    expect(made.hash).toBe(createHash('sha256').update(made.bytes).digest('hex'))
  })
  test('a status that moved and an annotation somebody else set do not get in the way', () => {
    const made = patch(bucket({ a: 1 }), bucket({ a: 2 }))
    const later = {
      ...bucket({ a: 1 }, { annotations: { 'example.com/kept': 'no' }, resourceVersion: '9' }),
      status: { observedGeneration: 2 },
    }
    expect(exactAt(applyPatch(later, made.operations), ['spec', 'a'])).toBe(2)
  })
  test.each([
    ['replaced', { uid: 'other' }],
    ['changed', { generation: 4 }],
  ])('an object that was %s meanwhile is refused', (_, metadata) => {
    const made = patch(bucket({ a: 1 }), bucket({ a: 2 }))
    expect(() => applyPatch(bucket({ a: 1 }, { annotations: {}, ...metadata }), made.operations)).toThrow(/no longer as it was/)
  })
  test('annotations are made where there are none, unless somebody makes them first', () => {
    const made = patch(bucket({ a: 1 }, {}), bucket({ a: 2 }, {}))
    expect(made.operations.slice(-2)).toEqual([
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: { 'corbel.dev/session': session } },
    ])
    expect(() => applyPatch(bucket({ a: 1 }, { annotations: { b: 'c' } }), made.operations)).toThrow(/no longer as it was/)
  })
  test('a label somebody else sets meanwhile is not overwritten', () => {
    const made = patch(bucket({}, { labels: { a: 'b' } }), bucket({}, { labels: { a: 'b', c: 'd' } }))
    expect(() => applyPatch(bucket({}, { labels: { a: 'b', c: 'x' } }), made.operations)).toThrow(/no longer as it was/)
    expect(() => applyPatch(bucket({}, { labels: { a: 'other' } }), made.operations)).not.toThrow()
  })
  test('an object that never was in a cluster is refused', () => {
    expect(() =>
      patch({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }),
    ).toThrow(/no uid and generation/)
  })
  test.each(['', 'abc', `${session}\n`, session.toUpperCase(), `${session} `])('%j is no session', (wrong) => {
    expect(() => patch(bucket({}), bucket({}), { session: wrong })).toThrow(/no id of a break-glass session/)
  })
})

describe('numbers', () => {
  const text = (spec: string) => JSON.stringify(bucket({})).replace('"spec":{}', `"spec":${spec}`)
  const yaml = (spec: string) =>
    `apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata: {name: logs, namespace: payments-prod, annotations: {example.com/kept: "yes"}}\nspec: ${spec}\n`
  const sent = (live: string, edited: string) => patch(text(live), yaml(edited)).bytes.split('"/metadata/generation","value":3},')[1]

  test.each([
    ['{"a":9007199254740993}', '{a: 9007199254740993}'],
    ['{"a":1}', '{a: 1.0}'],
    ['{"a":1e+25}', '{a: 1e25}'],
    ['{"a":1000}', '{a: 1e3}'],
    ['{"a":0}', '{a: -0}'],
    ['{"a":9223372036854775807}', '{a: 0x7fffffffffffffff}'],
  ])('%s is the same as %s', (live, edited) => expect(patch(text(live), yaml(edited)).empty).toBe(true))

  test('whole numbers beyond 2^53 keep every digit', () => {
    expect(sent('{"a":9007199254740993}', '{a: 9007199254740995}')).toContain(
      '{"op":"test","path":"/spec/a","value":9007199254740993},{"op":"replace","path":"/spec/a","value":9007199254740995}',
    )
    expect(sent('{"a":-9223372036854775808}', '{a: 9223372036854775807}')).toContain(
      '"value":-9223372036854775808},{"op":"replace","path":"/spec/a","value":9223372036854775807}',
    )
  })
  test('a number the API server would round is refused', () => {
    expect(() => patch(text('{"a":1}'), yaml('{a: 9223372036854775808}'))).toThrow('9223372036854775808 at /spec/a is beyond 64 bits')
  })
  test('a number that lost digits on the way is refused where it is touched, and only there', () => {
    // biome-ignore lint/correctness/noPrecisionLoss: that is what is tested
    const lossy = bucket({ a: 9007199254740993, b: 1 })
    expect(patch(lossy, { ...lossy, spec: { ...(lossy.spec as ExactObject), b: 2 } }).empty).toBe(false)
    expect(() => patch(lossy, bucket({ a: 1, b: 1 }))).toThrow('The number at /spec/a lost digits')
  })
  test('texts are written as the API server compares them', () => {
    expect(patch(bucket({ a: '<a&b>\u2028' }), bucket({ a: 'é' })).bytes).toContain('"value":"\\u003ca\\u0026b\\u003e\\u2028"')
  })
})

describe('what is typed as YAML', () => {
  const head =
    'apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: logs\n  namespace: payments-prod\n'
  test('server-written parts may be left out', () => {
    const made = patch(
      bucket({ a: 1 }, { labels: {}, annotations: { 'corbel.dev/commit': 'abc' }, finalizers: ['x'], managedFields: [] }),
      `${head}spec:\n  a: 2\n`,
    )
    expect(made.changes).toEqual([{ kind: 'changed', path: ['spec', 'a'], livePath: ['spec', 'a'], before: 1, after: 2 }])
  })
  test.each([
    ['spec: {a: &x 1, b: *x}', /anchor or alias/],
    ['spec: {<<: {a: 1}}', /merge key/],
    ['spec: {a: !!str 1}', /tag cannot/],
    ['spec: {a: 1, a: 2}', /stands twice/],
    ['spec: {a: [}', /Line/],
    ['spec: {}\n---\na: 1', /2 documents/],
    ['spec: {a: .inf}', /JSON/],
  ])('%j is refused', (rest, message) => expect(() => patch(bucket({ a: 1 }), `${head}${rest}\n`)).toThrow(message))
  test.each(['', '- a', 'text', '{}'])('%j is no object', (text) => expect(() => patch(bucket({ a: 1 }), text)).toThrow(Invalid))
  test('a text of more than a mebibyte is refused', () => {
    expect(() => patch(bucket({}), `${head}spec: {a: "${'x'.repeat(1024 * 1024)}"}`)).toThrow(TooLarge)
  })
})

describe('scope', () => {
  const live = bucket(
    { a: 1 },
    {
      labels: { team: 'payments', 'managed-by-cnrm': 'true' },
      annotations: {
        'cnrm.cloud.google.com/project-id': 'p',
        'cnrm.cloud.google.com/deletion-policy': 'delete',
        'corbel.dev/commit': 'abc',
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'other.example.com/x': 'y',
      },
      finalizers: ['cnrm.cloud.google.com/finalizer'],
      ownerReferences: [],
      managedFields: [],
    },
  )
  const withMetadata = (more: ExactObject) => ({ ...live, metadata: { ...(live.metadata as ExactObject), ...more } })
  const withMap = (part: 'labels' | 'annotations', more: ExactObject) =>
    withMetadata({ [part]: { ...((live.metadata as ExactObject)[part] as ExactObject), ...more } })

  test.each<[string, ExactObject]>([
    ['apiVersion', { ...live, apiVersion: 'storage.cnrm.cloud.google.com/v1' }],
    ['kind', { ...live, kind: 'IAMPolicy' }],
    ['status', { ...live, status: { observedGeneration: 9 } }],
    ['data', { ...live, data: { a: 'b' } }],
    ['metadata.name', withMetadata({ name: 'other' })],
    ['metadata.namespace', withMetadata({ namespace: 'other' })],
    ['metadata.uid', withMetadata({ uid: 'other' })],
    ['metadata.generation', withMetadata({ generation: 9 })],
    ['metadata.resourceVersion', withMetadata({ resourceVersion: '9' })],
    ['metadata.finalizers', withMetadata({ finalizers: [] })],
    ['metadata.ownerReferences', withMetadata({ ownerReferences: [{ name: 'x' }] })],
    ['metadata.managedFields', withMetadata({ managedFields: [{}] })],
    ['metadata.deletionTimestamp', withMetadata({ deletionTimestamp: 'x' })],
    ['metadata.labels', withMetadata({ labels: ['a'] })],
    ['metadata.annotations', withMetadata({ annotations: 'a' })],
    ['metadata.labels["corbel.dev/project"]', withMap('labels', { 'corbel.dev/project': 'true' })],
    ['metadata.labels.managed-by-cnrm', withMap('labels', { 'managed-by-cnrm': 'false' })],
    ['metadata.labels["app.kubernetes.io/instance"]', withMap('labels', { 'app.kubernetes.io/instance': 'x' })],
    ['metadata.labels["kustomize.toolkit.fluxcd.io/name"]', withMap('labels', { 'kustomize.toolkit.fluxcd.io/name': 'x' })],
    ['metadata.labels["a b"]', withMap('labels', { 'a b': 'x' })],
    ['metadata.labels.team', withMap('labels', { team: 'not valid!' })],
    ['metadata.labels.team', withMap('labels', { team: 1 })],
    [
      'metadata.annotations["cnrm.cloud.google.com/deletion-policy"]',
      withMap('annotations', { 'cnrm.cloud.google.com/deletion-policy': true }),
    ],
    ['metadata.annotations["cnrm.cloud.google.com/project-id"]', withMap('annotations', { 'cnrm.cloud.google.com/project-id': 'q' })],
    [
      'metadata.annotations["cnrm.cloud.google.com/state-into-spec"]',
      withMap('annotations', { 'cnrm.cloud.google.com/state-into-spec': 'merge' }),
    ],
    ['metadata.annotations["cnrm.cloud.google.com/reconciler"]', withMap('annotations', { 'cnrm.cloud.google.com/reconciler': 'direct' })],
    ['metadata.annotations["corbel.dev/commit"]', withMap('annotations', { 'corbel.dev/commit': 'def' })],
    ['metadata.annotations["corbel.dev/session"]', withMap('annotations', { 'corbel.dev/session': session })],
    [
      'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
      withMap('annotations', { 'kubectl.kubernetes.io/last-applied-configuration': '{"a":1}' }),
    ],
    ['metadata.annotations["other.example.com/x"]', withMap('annotations', { 'other.example.com/x': 'z' })],
    ['metadata.annotations.constructor', withMap('annotations', { constructor: 'z' })],
  ])('%s is refused by name', (path, edited) => {
    expect(() => patch(live, edited)).toThrow(`${path} cannot be changed with break-glass: `)
  })
  test('a whole spec that goes is refused', () => {
    const { spec: _, ...edited } = live
    expect(() => patch(live, edited)).toThrow('spec cannot be changed')
  })
  test('an annotation of somebody else that is left out is refused', () => {
    const { 'other.example.com/x': _, ...annotations } = (live.metadata as ExactObject).annotations as ExactObject
    expect(() => patch(live, withMetadata({ annotations }))).toThrow('other.example.com/x')
  })
  test('labels and Config Connector annotations can be set, changed and removed', () => {
    const edited = withMetadata({
      labels: { 'managed-by-cnrm': 'true', tier: 'gold' },
      annotations: {
        'cnrm.cloud.google.com/project-id': 'p',
        'cnrm.cloud.google.com/deletion-policy': 'abandon',
        'other.example.com/x': 'y',
      },
    })
    const made = patch(live, edited)
    expect(made.changes.map(({ kind, path }) => [kind, path.at(-1)])).toEqual([
      ['added', 'tier'],
      ['removed', 'team'],
      ['changed', 'cnrm.cloud.google.com/deletion-policy'],
    ])
    expect(made.bytes).not.toContain('last-applied')
  })
  test('kinds with other top-level fields take changes there', () => {
    const edited = { ...live, data: { a: 'b' } }
    const allowed = { fields: ['spec', 'data'], annotation: () => undefined, label: () => undefined }
    expect(patch(live, edited, { allowed }).changes).toEqual([
      { kind: 'added', path: ['data'], livePath: undefined, before: undefined, after: { a: 'b' } },
    ])
  })
  test('every path that is out of scope is named', () => {
    try {
      patch(live, { ...live, kind: 'A', status: {} })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Invalid)
      if (error instanceof Invalid) expect(error.fields.map(({ path }) => path)).toEqual([['kind'], ['status']])
    }
  })
})

describe('hostile keys', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s is refused as a key that changes', (key) => {
    const polluted: ExactJson = JSON.parse(`{"${key}":{"polluted":true}}`)
    expect(() => patch(bucket({}), bucket(polluted as ExactObject))).toThrow(key)
    expect(() => patch(bucket({}), bucket({ a: [{ b: polluted }] }))).toThrow(key)
    expect(() => patch(bucket({ a: polluted }), bucket({}))).toThrow(key)
    expect(() => applyPatch({}, [{ op: 'add', path: `/${key}/polluted`, value: true }])).toThrow(key)
    expect(() => readOperations(`[{"op":"add","path":"/${key}","value":1}]`)).toThrow(key)
    expect('polluted' in {}).toBe(false)
  })
  test('one that was there and stays is nobody’s business', () => {
    const spec = JSON.parse('{"__proto__":{"x":1},"a":1}')
    expect(patch(bucket(spec), bucket({ ...spec, a: 2 })).changes).toHaveLength(1)
  })
  test('objects that nest too deeply are refused', () => {
    let deep: ExactObject = {}
    for (let depth = 0; depth < 5000; depth++) deep = { a: deep }
    expect(() => patch(bucket({}), bucket(deep))).toThrow(/levels deep/)
  })
})

describe('limits', () => {
  test('more than a mebibyte is refused', () => {
    expect(() => patch(bucket({}), bucket({ a: 'x'.repeat(1024 * 1024) }))).toThrow('1.0 MiB; 1 MiB can be sent')
  })
  test('more steps than the API server takes are refused', () => {
    const many = (value: number): ExactObject => Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`k${index}`, value]))
    expect(() => patch(bucket(many(1)), bucket(many(2)))).toThrow('12,003 steps')
  })
  test('a list of thousands of items is compared in time', () => {
    const items = Array.from({ length: 20_000 }, (_, index) => index)
    const made = patch(bucket({ l: items }), bucket({ l: [...items.slice(1), -1] }))
    expect(made.operations.slice(2, -1)).toHaveLength(3)
    expect(patch(bucket({ l: items }), bucket({ l: items.toReversed() })).operations.slice(2, -1)).toHaveLength(2)
  })
})

describe('the way back', () => {
  test('undoes annotations, labels and fields, keeps the session, and is guarded', () => {
    const live = bucket({ a: 1, l: [1, 2, 3] }, { labels: { x: '1' }, annotations: { 'cnrm.cloud.google.com/deletion-policy': 'delete' } })
    const edited = bucket(
      { b: { c: 1 }, l: [2, 3, 4] },
      { labels: { y: '2' }, annotations: { 'cnrm.cloud.google.com/force-destroy': 'true' } },
    )
    const made = patch(live, edited)
    const applied = applyPatch(live, made.operations)
    const back = guardInverse(readOperations(made.inverseText), { uid, generation: 3, session, sha256 })
    const undone = applyPatch(applied, back.operations)
    expect(exactAt(undone, ['metadata', 'annotations', 'corbel.dev/session'])).toBe(session)
    expect(undone).toEqual({
      ...live,
      metadata: {
        ...(live.metadata as ExactObject),
        annotations: { 'cnrm.cloud.google.com/deletion-policy': 'delete', 'corbel.dev/session': session },
      },
    })
    expect(back.operations.slice(0, 2)).toEqual(made.operations.slice(0, 2))
    expect(back.bytes).not.toBe(made.bytes)
  })
  test('refuses to undo what somebody changed since', () => {
    const made = patch(bucket({}, { labels: {} }), bucket({}, { labels: { x: '1' } }))
    const changed = bucket({}, { labels: { x: '2' } })
    expect(() => applyPatch(changed, made.inverse)).toThrow(/no longer as it was/)
  })
  test('lists with null in them are not tested: the API server panics at that', () => {
    const made = patch(bucket({ l: [1, null], m: { a: [{ b: null }] } }), bucket({ l: [2, null, 3, null, 4], m: { a: 1 } }))
    for (const { op, ...rest } of [...made.operations, ...made.inverse])
      if (op === 'test' && 'value' in rest) expect(JSON.stringify(rest.value)).not.toMatch(/[[,]null/)
    expect(made.operations).toContainEqual({ op: 'test', path: '/spec/m/a', value: [{ b: null }] })
  })
  test.each([
    '{}',
    '[1]',
    '[{"op":"move","path":"/a"}]',
    '[{"op":"add","path":"/a"}]',
    '[{"op":"add"}]',
    '[{"op":"remove","path":"a"}]',
    'nonsense',
  ])('%s is no patch', (text) => expect(() => readOperations(text)).toThrow(Invalid))
})

describe('marks', () => {
  test('before a deletion only the session is set', () => {
    const { operations } = deletionMark({ live: bucket({ a: 1 }), session, sha256 })
    expect(operations.map(({ op, path }) => [op, path])).toEqual([
      ['test', '/metadata/uid'],
      ['test', '/metadata/generation'],
      ['add', '/metadata/annotations/corbel.dev~1session'],
    ])
  })
  test('our own annotations are set and removed, guarded by what was there', () => {
    const live = bucket({}, { annotations: { old: '1' } })
    const made = markPatch({ live, session, sha256, annotations: { old: undefined, 'corbel.dev/paused': 'until noon' } })
    expect(exactAt(applyPatch(live, made.operations), ['metadata', 'annotations'])).toEqual({
      'corbel.dev/paused': 'until noon',
      'corbel.dev/session': session,
    })
    expect(exactAt(applyPatch(applyPatch(live, made.operations), made.inverse), ['metadata', 'annotations'])).toEqual({
      old: '1',
      'corbel.dev/session': session,
    })
  })
})

describe('secrets the editor does not show', () => {
  const live = bucket({
    password: { value: 's3cret' },
    users: [
      { name: 'a', password: 'pa' },
      { name: 'b', password: 'pb' },
    ],
    size: 1,
  })
  const shown = (more: ExactObject) =>
    bucket({
      password: { value: '(hidden)' },
      users: [
        { name: 'a', password: '(hidden)' },
        { name: 'b', password: '(hidden)' },
      ],
      size: 1,
      ...more,
    })
  test('stay what they are', () => {
    expect(patch(live, shown({ size: 2 })).changes.map(({ path }) => path)).toEqual([['spec', 'size']])
  })
  test('follow their items', () => {
    const made = patch(live, shown({ users: [{ name: 'b', password: '(hidden)' }] }))
    expect(exactAt(applyPatch(live, made.operations), ['spec', 'users'])).toEqual([{ name: 'b', password: 'pb' }])
    const swapped = patch(
      live,
      shown({
        users: [
          { name: 'b', password: '(hidden)' },
          { name: 'a', password: '(hidden)' },
        ],
      }),
    )
    expect(exactAt(applyPatch(live, swapped.operations), ['spec', 'users'])).toEqual([
      { name: 'b', password: 'pb' },
      { name: 'a', password: 'pa' },
    ])
  })
  test('are changed by writing new ones', () => {
    expect(patch(live, shown({ password: { value: 'new' } })).changes.map(({ before, after }) => [before, after])).toEqual([
      ['s3cret', 'new'],
    ])
  })
  test.each<[string, ExactObject]>([
    ['moved elsewhere', { note: '(hidden)' }],
    ['part of a text', { note: 'x (hidden, changed)' }],
    [
      'an item that cannot be told',
      {
        users: [
          { name: 'c', password: '(hidden)' },
          { name: 'a', password: '(hidden)' },
        ],
      },
    ],
  ])('a placeholder %s is never written', (_, more) => expect(() => patch(live, shown(more))).toThrow(/placeholder of a secret/))
})

test('reading is exact where parsing is not', () => {
  expect(readExactJson('[9007199254740993, 1.5, "9007199254740993", 1E2]')).toEqual([9007199254740993n, 1.5, '9007199254740993', 100])
  expect(sameExact(1n, 1)).toBe(true)
  expect(sameExact(1n, '1')).toBe(false)
})
