/**
 * The API server judges `validateResource`: for every kind the test cluster serves, and for a kind made to hold every
 * schema keyword, generated right and wrong resources must get the same verdict from both, and where both refuse, we
 * must name a field the server names (or the field around it).
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { arbitrarySlip, arbitraryValue } from '#lib/schema/arbitrary-value.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { type CompiledKind, fieldAt } from '#lib/schema/field-tree.ts'
import { validateResource } from '#lib/schema/validate.ts'

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const seed = Number(process.env.CORBEL_SEED ?? 20_261_123)
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
let server: { origin: string; options: object }

async function call(method: string, path: string, body?: Json): Promise<{ status: number; body: Json }> {
  const url = new URL(path, server.origin)
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...server.options, agent, method, headers: { 'content-type': 'application/json' } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        // A group that is not served yet is answered with plain text.
        const json = answer.headers['content-type']?.startsWith('application/json') ?? false
        resolve({ status: answer.statusCode ?? 0, body: json ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : null })
      })
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

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
  const file = process.env.TEST_KUBECONFIG
  if (!file)
    throw new Error('TEST_KUBECONFIG is not set: it must name an admin kubeconfig of a running control plane. scripts/test.ts sets it.')
  const config = new KubeConfig()
  config.loadFromString(readFileSync(file, 'utf8'))
  const options = {}
  await config.applyToHTTPSOptions(options)
  server = { origin: config.getCurrentCluster()?.server ?? '', options }
  const made = await call('POST', crdPath, probe)
  if (made.status !== 201 && made.status !== 409) throw new Error(`The probe kind was refused: ${textAt(made.body, 'message')}`)
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await call('GET', '/apis/judge.corbel.dev/v1/namespaces/default/probes')).status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The probe kind was not served within 10 seconds.')
})

afterAll(async () => {
  await call('DELETE', `${crdPath}/probes.judge.corbel.dev`)
  agent.destroy()
})

const dotted = (path: (string | number)[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${key}`)).join('')

/** The fields a refusal names: the causes of a 422, the quoted ones of a 400. */
function fieldsNamed(body: Json): string[] {
  const causes = valueAt(body, ['details', 'causes'])
  const named = Array.isArray(causes) ? causes.flatMap((cause) => textAt(cause, 'field') ?? []) : []
  return [
    ...named,
    ...[...(textAt(body, 'message') ?? '').matchAll(/(?:unknown field "|\b)(spec[\w.[\]/-]*)/g)].map((match) => match[1] ?? ''),
  ]
}

const sameField = (ours: string, theirs: string): boolean =>
  ours === theirs || theirs.startsWith(`${ours}.`) || theirs.startsWith(`${ours}[`)

async function compare(
  kind: CompiledKind,
  values: Json[],
): Promise<{ cases: number; agreed: number; refused: number; named: number; differences: string[]; unnamed: string[] }> {
  const result = { cases: 0, agreed: 0, refused: 0, named: 0, differences: [] as string[], unnamed: [] as string[] }
  const path = `/apis/${kind.apiVersion}/namespaces/default/${kind.plural}?dryRun=All&fieldValidation=Strict`
  for (const spec of values) {
    const resource: JsonObject = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'probe', namespace: 'default' }, spec }
    const answer = await call('POST', path, resource)
    // Conflicts and refusals of policies say nothing about the schema.
    if (![201, 400, 422].includes(answer.status)) continue
    const ours = validateResource(kind, resource)
    result.cases += 1
    if ((answer.status === 201) !== (ours.length === 0)) {
      result.differences.push(
        `${kind.kind} ${JSON.stringify(spec)}: server ${answer.status} ${textAt(answer.body, 'message') ?? ''}, ours ${JSON.stringify(ours)}`,
      )
      continue
    }
    result.agreed += 1
    if (ours.length === 0) continue
    result.refused += 1
    const theirs = fieldsNamed(answer.body)
    if (ours.some((error) => theirs.some((field) => sameField(dotted(error.path), field)))) result.named += 1
    else
      result.unnamed.push(
        `${kind.kind}: server ${textAt(answer.body, 'message')?.slice(0, 300)}, ours ${ours.map((error) => dotted(error.path)).join(' ')}`,
      )
  }
  return result
}

test('the API server and the interpreter give the same verdict and name the same field', async () => {
  const list = await call('GET', crdPath)
  const crds = valueAt(list.body, ['items'])
  const kinds = (Array.isArray(crds) ? crds : [])
    .filter(isObject)
    .map((crd) => compileKind({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', ...crd }))
  const sum = { cases: 0, agreed: 0, refused: 0, named: 0, differences: [] as string[], unnamed: [] as string[] }
  for (const kind of kinds.filter((one) => one.scope === 'Namespaced')) {
    const spec = fieldAt(kind.root, ['spec'])
    if (!spec) continue
    const runs = kind.kind === 'Probe' ? 150 : 6
    const values = [
      ...fc.sample(arbitraryValue(spec), { seed, numRuns: runs }),
      ...fc.sample(arbitrarySlip(spec), { seed, numRuns: runs * 2 }),
    ]
    const one = await compare(kind, values)
    for (const key of ['cases', 'agreed', 'refused', 'named'] as const) sum[key] += one[key]
    sum.differences.push(...one.differences)
    sum.unnamed.push(...one.unnamed)
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
  const result = await compare(kind, [{ [key]: value }])
  expect(result.differences).toEqual([])
  expect(result.refused).toBe(accepted ? 0 : 1)
})
