/**
 * The API server judges `validateResource`: for every kind the test cluster serves, and for a kind made to hold every
 * schema keyword, generated right and wrong resources must get the same verdict from both, and where both refuse, we
 * must name a field the server names (or the field around it).
 */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { definitionsPath, openRawServer, type RawServer } from '#demo/control-plane/raw-server.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { arbitrarySlip, arbitraryValue } from '#lib/schema/arbitrary-value.ts'
import { addVerdicts, compareVerdicts, noVerdicts } from '#lib/schema/compare-verdicts.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'

const seed = Number(process.env.CORBEL_SEED ?? 20_261_123)
let server: RawServer

const text = { type: 'string' }
const formats = [
  'byte',
  'cidr',
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'mac',
  'uri',
  'uuid',
  'hexcolor',
  'k8s-short-name',
]
const everything: JsonObject = {
  ...Object.fromEntries(formats.map((format) => [`is-${format}`, { type: 'string', format }])),
  small: { type: 'integer', format: 'int32', minimum: 2, maximum: 9 },
  above: { type: 'number', minimum: 0, exclusiveMinimum: true },
  choice: { type: 'string', enum: ['a', 'b', ''] },
  sized: { type: 'string', minLength: 2, maxLength: 4, allOf: [{ pattern: '^[a-zä]' }, { pattern: '(?i)Z$|b' }] },
  either: { 'x-kubernetes-int-or-string': true },
  closed: { type: 'object' },
  open: {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { known: { type: 'object', properties: { a: text } } },
  },
  maybe: { type: 'string', nullable: true },
  filled: { type: 'object', required: ['a', 'd'], properties: { a: text, d: { type: 'string', default: 'x' } } },
  oneOf: {
    type: 'object',
    properties: { a: text, b: text, c: { type: 'string', nullable: true } },
    oneOf: [{ required: ['a'] }, { required: ['b'] }, { required: ['c'] }],
  },
  general: {
    type: 'object',
    properties: { a: text, b: { type: 'integer' } },
    oneOf: [{ properties: { a: { enum: ['a'] } }, required: ['b'] }, { properties: { a: { enum: ['abc'] } } }],
  },
  ruled: { type: 'object', properties: { a: text, b: text }, 'x-kubernetes-validations': [{ rule: 'has(self.a) != has(self.b)' }] },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
  ports: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k', 'p'],
    items: {
      type: 'object',
      required: ['k'],
      properties: { k: { type: 'string', enum: ['a', 'b'] }, p: { type: 'string', default: 'TCP' } },
    },
  },
  map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } }, maxProperties: 2 },
}
const probe: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'probes.judge.corbel.dev' },
  spec: {
    group: 'judge.corbel.dev',
    scope: 'Namespaced',
    names: { kind: 'Probe', plural: 'probes', singular: 'probe', listKind: 'ProbeList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec: { type: 'object', properties: everything } } },
        },
      },
    ],
  },
}

beforeAll(async () => {
  server = await openRawServer(testKubeconfig())
  await server.serve(probe)
})

afterAll(async () => {
  await server.call('DELETE', `${definitionsPath}/probes.judge.corbel.dev`)
  server.close()
})

test('the API server and the interpreter give the same verdict and name the same field', async () => {
  const list = await server.call('GET', definitionsPath)
  const crds = valueAt(list.body, ['items'])
  const kinds = (Array.isArray(crds) ? crds : [])
    .filter(isObject)
    .map((crd) => compileKind({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...crd }))
  const sum = noVerdicts()
  for (const kind of kinds.filter((one) => one.scope === 'Namespaced')) {
    const spec = fieldAt(kind.root, ['spec'])
    if (!spec) continue
    const runs = kind.kind === 'Probe' ? 150 : 6
    const values = [
      ...fc.sample(arbitraryValue(spec), { seed, numRuns: runs }),
      ...fc.sample(arbitrarySlip(spec), { seed, numRuns: runs * 2 }),
    ]
    addVerdicts(sum, await compareVerdicts(server.call, kind, values))
  }
  console.log(
    `${kinds.length} kinds, ${sum.cases} resources (seed ${seed}): same verdict ${sum.agreed}, refused by both ${sum.refused}, same field ${sum.named}`,
  )
  for (const difference of [...sum.differences.slice(0, 10), ...sum.unnamed.slice(0, 5)]) console.log(difference)
  expect(sum.cases).toBeGreaterThan(300)
  expect(sum.agreed / sum.cases).toBeGreaterThanOrEqual(0.995)
  expect(sum.named / sum.refused).toBeGreaterThanOrEqual(0.98)
}, 300_000)

test.each<[string, Json, boolean]>([
  ['is-duration', '3 weeks', true],
  ['is-duration', 'PT1H', true],
  ['is-duration', '1 month', false],
  ['is-email', 'Joe <a@b.de>', true],
  ['is-email', 'a@b.', false],
  ['is-hostname', 'a_b', false],
  ['is-hostname', 'münchen.de', true],
  ['is-ipv4', '01.2.3.4', true],
  ['is-ipv6', 'fe80::1%eth0', false],
  ['is-cidr', '10.0.0.1/24', true],
  ['is-uri', 'http://a:b', false],
  ['is-byte', '', false],
  ['is-date-time', '2026-11-30T24:00:00Z', false],
  ['is-mac', '001b.4411.3ab7', true],
  ['small', 3_000_000_000, false],
  ['either', 1.5, false],
  ['closed', { a: 1 }, false],
  ['maybe', null, true],
  ['filled', { a: 'x', d: null }, true],
  ['ports', [{ k: 'a' }, { k: 'a', p: 'TCP' }], false],
])('%s: %j is judged alike', async (key, value, accepted) => {
  const kind = compileKind(probe)
  const result = await compareVerdicts(server.call, kind, [{ [key]: value }])
  expect(result.differences).toEqual([])
  expect(result.refused).toBe(accepted ? 0 : 1)
})
