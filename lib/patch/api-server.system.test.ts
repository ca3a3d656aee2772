/** The API server judges the patches: it applies them as we do, refuses what is stale, and takes the inverse. */
import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { KubeConfig } from '@kubernetes/client-node'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { applyPatch } from './apply-patch.ts'
import { anEdit, comparable } from './arbitrary-edit.ts'
import { editableText } from './editable-text.ts'
import { type ExactJson, type ExactObject, exactAt, isExactObject, printExact, readExactJson } from './exact-json.ts'
import { fieldOwners } from './field-owners.ts'
import { guardInverse, readOperations } from './inverse-patch.ts'
import { makePatch } from './make-patch.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()
const session = '0198f3a2-7c11-7d3e-9b2a-0123456789ab'
const suffix = randomBytes(3).toString('hex')
const group = `patch-${suffix}.cnrm.cloud.google.com`
const namespace = `patch-${suffix}`
let cluster: Cluster
let send: (method: string, path: string, body?: string, type?: string) => Promise<{ status: number; text: string }>
const things = `/apis/${group}/v1/namespaces/${namespace}/things`

beforeAll(async () => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  cluster = openCluster({ name: 'test', kubeconfigFile })
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigFile)
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {}
  await config.applyToHTTPSOptions(options)
  const server = config.getCurrentCluster()?.server ?? ''
  // bytes as they are: the portal's ordinary calls parse and print, which would not be a judgement of these bytes
  send = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { ...options.headers, 'content-type': type }
      const call = request(`${server}${path}`, { ...options, method, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          text += part
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      })
      call.on('error', reject)
      call.end(body)
    })
  const portal = cluster.asPortal()
  await portal.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const definition = definitionOf({ type: 'object', properties: { spec: anything, status: anything } }, { kind: 'Thing', group })
  const withStatus = applyPatch(definition, [{ op: 'add', path: '/spec/versions/0/subresources', value: { status: {} } }])
  expect((await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', printExact(withStatus))).status).toBe(201)
  for (let attempt = 0; (await send('GET', things)).status !== 200; attempt++) {
    if (attempt > 100) throw new Error('The definition is not served.')
    await sleep(100)
  }
})

afterAll(async () => {
  const portal = cluster.asPortal()
  await portal.delete({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `things.${group}` }).catch(() => {})
  await portal.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => {})
  await cluster.close()
})

let made = 0
async function create(of: ExactObject): Promise<string> {
  const name = `thing-${made++}`
  const { labels, annotations } = isExactObject(of.metadata) ? of.metadata : {}
  const metadata = { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
  const answer = await send('POST', things, printExact({ apiVersion: `${group}/v1`, kind: 'Thing', metadata, spec: of.spec ?? {} }))
  expect(answer.status, answer.text).toBe(201)
  return answer.text
}
const nameOf = (text: string): string => String(exactAt(readExactJson(text), ['metadata', 'name']))
const patch = (name: string, bytes: string, dryRun = false) =>
  send(
    'PATCH',
    `${things}/${name}?fieldManager=corbel-break-glass&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`,
    bytes,
    'application/json-patch+json',
  )
const generationOf = (text: string): number => Number(exactAt(readExactJson(text), ['metadata', 'generation']))
const uidOf = (text: string): string => String(exactAt(readExactJson(text), ['metadata', 'uid']))
const told = (object: ExactJson): string => {
  const whole = comparable(object)
  return printExact([['spec'], ['metadata', 'labels'], ['metadata', 'annotations']].map((path) => exactAt(whole, path) ?? null))
}
const withSpec = (text: string, spec: ExactJson): ExactObject => {
  const object = readExactJson(text)
  return isExactObject(object) ? { ...object, spec } : {}
}

describe('on a real API server', () => {
  test('25 edits of any sort: dry run, apply, undo, each with the very bytes', async () => {
    for (const edit of fc.sample(anEdit, { numRuns: 25, seed: 6 })) {
      const live = await create(edit.live)
      const name = nameOf(live)
      const object = readExactJson(live)
      const metadata = { ...(exactAt(object, ['metadata']) as ExactObject), labels: undefined, annotations: undefined }
      const wanted = edit.edited.metadata as ExactObject
      const edited: ExactObject = {
        ...(object as ExactObject),
        metadata: {
          ...(readExactJson(JSON.stringify(metadata)) as ExactObject),
          ...(wanted.labels ? { labels: wanted.labels } : {}),
          ...(wanted.annotations ? { annotations: wanted.annotations } : {}),
        },
        spec: edit.edited.spec ?? {},
      }
      const change = makePatch({ live, edited, session, sha256 })
      const tried = await patch(name, change.bytes, true)
      expect(tried.status, `${change.bytes} ${tried.text}`).toBe(200)
      const applied = await patch(name, change.bytes)
      expect(applied.status, applied.text).toBe(200)
      expect(told(readExactJson(applied.text)), `${change.bytes}\n${applied.text}`).toBe(told(edited))
      const back = guardInverse(readOperations(change.inverseText), {
        uid: uidOf(live),
        generation: generationOf(applied.text),
        session,
        sha256,
      })
      const undone = await patch(name, back.bytes)
      expect(undone.status, `${back.bytes} ${undone.text}`).toBe(200)
      expect(told(readExactJson(undone.text)), `${back.bytes}\n${undone.text}`).toBe(told(object))
    }
  })

  test('every digit of a 64-bit number, and every letter Go escapes', async () => {
    const live = await create({
      spec: { big: 9007199254740993n, text: '<a&b>\u2028"\\\u0007é😀', gone: '<&>\u2029', keep: -9223372036854775808n },
    })
    const edited = editableText(live).replace('9007199254740993', '9007199254740995').replace('<a&b>', '<c&d>').replace('<&>', '<&&>')
    const { bytes } = makePatch({ live, edited, session, sha256 })
    const { status, text } = await patch(nameOf(live), bytes)
    expect(status, text).toBe(200)
    expect(exactAt(readExactJson(text), ['spec'])).toEqual({
      big: 9007199254740995n,
      text: '<c&d>\u2028"\\\u0007é😀',
      gone: '<&&>\u2029',
      keep: -9223372036854775808n,
    })
  })

  test('a status that moves does not get in the way; a changed spec, a changed label and a new object do', async () => {
    const live = await create({ spec: { a: 1 }, metadata: { labels: { l: '1' } } })
    const name = nameOf(live)
    const { bytes } = makePatch({ live, edited: withSpec(live, { a: 2 }), session, sha256 })
    const churn = await send('PATCH', `${things}/${name}/status`, '{"status":{"observedGeneration":1}}', 'application/merge-patch+json')
    expect(churn.status, churn.text).toBe(200)
    expect((await patch(name, bytes, true)).status).toBe(200)
    expect((await patch(name, bytes)).status).toBe(200)
    expect((await patch(name, bytes)).status).toBe(422)

    const fresh = (await send('GET', `${things}/${name}`)).text
    const object = withSpec(fresh, { a: 2 })
    const metadata = object.metadata as ExactObject
    const labelled = makePatch({
      live: fresh,
      edited: { ...object, metadata: { ...metadata, labels: { l: '1', m: '2' } } },
      session,
      sha256,
    })
    await send('PATCH', `${things}/${name}`, '{"metadata":{"labels":{"m":"theirs"}}}', 'application/merge-patch+json')
    expect((await patch(name, labelled.bytes)).status).toBe(422)
    expect((await send('GET', `${things}/${name}`)).text).toContain('theirs')

    await send('DELETE', `${things}/${name}`)
    await send('POST', things, printExact({ apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name }, spec: { a: 1 } }))
    expect((await patch(name, bytes)).status).toBe(422)
  })

  test('only what changed becomes ours', async () => {
    const live = await create({ spec: { mine: 1, theirs: { a: 1, b: [1, 2] } } })
    const { bytes, changes } = makePatch({ live, edited: withSpec(live, { mine: 2, theirs: { a: 1, b: [1, 2] } }), session, sha256 })
    const { text } = await patch(nameOf(live), bytes)
    const object = readExactJson(text) as ExactObject
    const managers = fieldOwners(object, [...changes.map(({ path }) => path), ['spec', 'theirs', 'a'], ['spec', 'theirs', 'b', 1]])
    expect(managers.map(({ owners }) => owners.map(({ manager }) => manager === 'corbel-break-glass'))).toEqual([[true], [false], [false]])
  })
})
