import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { auditLog } from '#demo/control-plane/start.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type ThrowawayProject, throwawayProject } from '#demo/world/throwaway-project.ts'
import { Conflict, Forbidden, Invalid, NotFound, Unauthenticated } from '#lib/errors.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { type BreakGlassActor, sessionAnnotation } from './break-glass-calls.ts'
import { type GateTier, gatesOf, gateValue, openGate, shutGate } from './break-glass-gate.ts'
import type { ObjectRef } from './kubernetes-object.ts'

let project: ThrowawayProject
let session: string
let opened: string[] = []
let probes: { bucket: ObjectRef; account: ObjectRef }

beforeAll(async () => {
  project = await throwawayProject(testKubeconfig())
  probes = { bucket: (await make(bucketKind, bucketSpec)).ref, account: (await make(accountKind, { displayName: 'Before' })).ref }
})
afterAll(() => project.remove())
beforeEach(async () => {
  for (const id of opened) await shutGate({ cluster: project.portal, namespace: project.namespace, session: id })
  opened = []
  session = randomUUID()
})

const bucketKind = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket' }
const accountKind = { apiVersion: 'iam.cnrm.cloud.google.com/v1beta1', kind: 'IAMServiceAccount' }
const bucketSpec = { location: 'EU', storageClass: 'STANDARD' }

async function make(kind: typeof bucketKind, spec: JsonObject) {
  const ref = { ...kind, namespace: project.namespace, name: `b-${randomUUID()}` }
  const { apiVersion, namespace, name } = ref
  const { value } = await project.admin.asPortal().create({
    apiVersion,
    kind: ref.kind,
    metadata: { name, namespace, annotations: { 'cnrm.cloud.google.com/state-into-spec': 'absent' } },
    spec,
  })
  return { ref, object: value }
}

async function open(tier: GateTier = 'ordinary', id = session): Promise<void> {
  opened.push(id)
  const value = gateValue({ tier, person: 'alice', until: new Date('2030-01-01'), reason: 'Payments fail: bucket is read-only' })
  await openGate({ cluster: project.portal, namespace: project.namespace, session: id, value })
  // the API server learns of it by its own watch: on a busy machine that takes longer than a test does
  const probe = tier === 'approved' ? probes.account : probes.bucket
  const mark = JSON.stringify([{ op: 'add', path: `/metadata/annotations/${sessionAnnotation.replace('/', '~1')}`, value: id }])
  await vi.waitFor(() => as({ session: id }).patch(probe, mark, write(true)), { timeout: 10_000, interval: 20 })
}

const as = (actor: Partial<BreakGlassActor> = {}) =>
  project.portal.asBreakGlass({ token: project.alice, namespace: project.namespace, session, requestId: 'test', ...actor })

const write = (dryRun = false) => ({ dryRun, auditId: randomUUID() })

/** A patch as the engine makes them: guarded by uid and generation. */
function patchOf(object: JsonObject, change: JsonObject[], id: string | undefined = session): string {
  return JSON.stringify([
    { op: 'test', path: '/metadata/uid', value: textAt(object, 'metadata', 'uid') },
    { op: 'test', path: '/metadata/generation', value: valueAt(object, ['metadata', 'generation']) },
    ...(id === undefined ? [] : [{ op: 'add', path: `/metadata/annotations/${sessionAnnotation.replace('/', '~1')}`, value: id }]),
    ...change,
  ])
}

/** The API server learns of a change of the gate by its own watch, some milliseconds after it answered. */
const refusedSoon = (attempt: () => Promise<unknown>) =>
  expect.poll(() => attempt().then(() => 'taken', String), { timeout: 10_000, interval: 20 }).toMatch(/is not open/)
const nearline = { op: 'replace', path: '/spec/storageClass', value: 'NEARLINE' }

describe('the gate', () => {
  test('without a session nothing is written', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    const attempt = as().patch(ref, patchOf(object, [nearline], ''), write())
    await expect(attempt).rejects.toThrow(Forbidden)
    await expect(attempt).rejects.toThrow(/names no break-glass session. Open a session in Corbel/)
    await expect(as().patch(ref, patchOf(object, [nearline]), write())).rejects.toThrow(/is not open in namespace/)
  })

  test.each(['', ' ', '/', 'x', '../session.corbel.dev/x'])('a session called "%s" opens nothing', async (id) => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    await expect(as().patch(ref, patchOf(object, [nearline], id), write())).rejects.toThrow(/session/)
  })

  test('an id that is open elsewhere, or another one than the open one, opens nothing', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    await expect(as().patch(ref, patchOf(object, [nearline], randomUUID()), write())).rejects.toThrow(/is not open in namespace/)
  })

  test('a dry run and the real write take the same bytes, and the API server keeps the audit id', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    const bytes = patchOf(object, [nearline])
    const dry = await as().patch(ref, bytes, write(true))
    expect(valueAt(dry.value, ['metadata', 'generation'])).toBe(2)
    expect(valueAt((await project.admin.asPortal().get(ref)).value, ['metadata', 'generation'])).toBe(1)
    const real = write()
    const answer = await as().patch(ref, bytes, real)
    expect(answer.auditId).toBe(real.auditId)
    expect(valueAt(answer.value, ['metadata', 'generation'])).toBe(2)
    expect(textAt(answer.value, 'spec', 'storageClass')).toBe('NEARLINE')
    expect(JSON.parse(answer.text)).toEqual(answer.value)
    const managers = valueAt((await project.admin.asPortal().get(ref)).value, ['metadata', 'managedFields'])
    expect(JSON.stringify(managers)).toContain('"manager":"corbel-break-glass"')
  })

  test('a drill takes dry runs, of what needs a second person too, and no write', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open('drill')
    const bytes = patchOf(object, [nearline])
    await as().patch(ref, bytes, write(true))
    await as().patch(
      probes.account,
      JSON.stringify([{ op: 'add', path: '/metadata/annotations/corbel.dev~1session', value: session }]),
      write(true),
    )
    await expect(as().patch(ref, bytes, write())).rejects.toThrow(/is a drill/)
    expect(valueAt((await project.admin.asPortal().get(ref)).value, ['metadata', 'generation'])).toBe(1)
  })

  test('whoever comes late with the same patch is told that it changed', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    const bytes = patchOf(object, [nearline])
    await as().patch(ref, bytes, write())
    const late = as().patch(ref, bytes, write())
    await expect(late).rejects.toThrow(Conflict)
    await expect(late).rejects.toThrow(/changed meanwhile/)
  })

  test('a change of the status alone does not make an edit late', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    const status = {
      status: {
        conditions: [{ type: 'Ready', status: 'True', reason: 'UpToDate', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      },
    }
    await project.admin.asPortal().patchMerge(ref, status, { subresource: 'status' })
    await as().patch(ref, patchOf(object, [nearline]), write())
  })

  test('a shut gate refuses the next request', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open()
    await as().patch(ref, patchOf(object, [nearline]), write(true))
    await shutGate({ cluster: project.portal, namespace: project.namespace, session })
    await refusedSoon(() => as().patch(ref, patchOf(object, [nearline]), write(true)))
    await expect(as().patch(ref, patchOf(object, [nearline]), write())).rejects.toThrow(/is not open/)
    expect(await gatesOf({ cluster: project.portal, namespace: project.namespace })).toEqual([])
    await shutGate({ cluster: project.portal, namespace: project.namespace, session })
    await shutGate({ cluster: project.portal, namespace: 'there-is-none', session })
  })

  test('what stands in the gate is read back', async () => {
    await open('approved')
    expect(await gatesOf({ cluster: project.portal, namespace: project.namespace })).toMatchObject([
      { session, tier: 'approved', person: 'alice', until: '2030-01-01T00:00:00.000Z', reason: 'Payments fail: bucket is read-only' },
    ])
  })

  test('two people have sessions at once, and one ends without the other', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    const other = randomUUID()
    await open()
    await open('ordinary', other)
    await shutGate({ cluster: project.portal, namespace: project.namespace, session })
    await as({ token: project.bob, session: other }).patch(ref, patchOf(object, [nearline], other), write())
  })
})

test("the cluster's own audit log names the person, the account, the session and the reason, and has the patch", async () => {
  const { ref, object } = await make(bucketKind, bucketSpec)
  await open()
  const [dry, real] = [write(true), write()]
  const bytes = patchOf(object, [nearline])
  await as().patch(ref, bytes, dry)
  await as().patch(ref, bytes, real)
  const log = auditLog(dirname(testKubeconfig()))
  const eventOf = async (auditId: string): Promise<JsonObject | undefined> => {
    const line = (await readFile(log, 'utf8')).split('\n').find((one) => one.includes(auditId))
    return line === undefined ? undefined : JSON.parse(line)
  }
  await expect.poll(() => eventOf(real.auditId), { timeout: 10_000 }).toBeDefined()
  expect(await eventOf(real.auditId)).toMatchObject({
    auditID: real.auditId,
    verb: 'patch',
    user: { username: `system:serviceaccount:${project.people}:alice` },
    impersonatedUser: { username: `system:serviceaccount:${project.namespace}:break-glass` },
    authenticationMetadata: { impersonationConstraint: 'impersonate:serviceaccount' },
    userAgent: `corbel (session=${session}; request=test)`,
    objectRef: { resource: 'storagebuckets', namespace: project.namespace, name: ref.name },
    requestObject: JSON.parse(bytes),
    annotations: {
      'corbel-break-glass-gate/session': session,
      'corbel-break-glass-gate/gate': 'ordinary alice 2030-01-01T00:00:00.000Z Payments fail: bucket is read-only',
    },
  })
  expect(textAt(await eventOf(dry.auditId), 'userAgent')).toContain('; dry-run)')
})

describe('the second person', () => {
  test('IAM needs an approved session', async () => {
    const { ref, object } = await make(accountKind, { displayName: 'Before' })
    const renamed = [{ op: 'replace', path: '/spec/displayName', value: 'After' }]
    await open()
    await expect(as().patch(ref, patchOf(object, renamed), write(true))).rejects.toThrow(/a second person approved/)
    await open('approved')
    await as().patch(ref, patchOf(object, renamed), write(true))
  })

  test('so does deletion, of what was marked with the session before', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    const uid = textAt(object, 'metadata', 'uid') ?? ''
    await open()
    await as().patch(ref, patchOf(object, []), write())
    await expect(as().delete(ref, { ...write(), preconditions: { uid } })).rejects.toThrow(/Deleting needs .* a second person approved/)
    await open('approved')
    await expect(as().delete(ref, { ...write(), preconditions: { uid: randomUUID() } })).rejects.toThrow(Conflict)
    await as().delete(ref, { ...write(true), preconditions: { uid } })
    await project.admin.asPortal().get(ref)
    const answer = await as().delete(ref, { ...write(), preconditions: { uid } })
    expect(answer.auditId).toBeDefined()
  })

  test('what carries no session is not deleted', async () => {
    const { ref } = await make(bucketKind, bucketSpec)
    await open('approved')
    await expect(as().delete(ref, write(true))).rejects.toThrow(/names no break-glass session/)
  })
})

describe('whoever tries something else', () => {
  test('does not act in a namespace of others', async () => {
    const namespace = 'payments-prod'
    const ref = { ...bucketKind, namespace, name: 'x' }
    const attempt = as({ namespace }).patch(ref, '[]', write(true))
    await expect(attempt).rejects.toThrow(Forbidden)
    await expect(attempt).rejects.toThrow(/You may not act as the break-glass account of namespace payments-prod/)
  })

  test('does not reach out of the namespace of the session', async () => {
    await expect(as().patch({ ...bucketKind, namespace: 'payments-prod', name: 'x' }, '[]', write(true))).rejects.toThrow(Invalid)
    await expect(as().patch({ ...bucketKind, namespace: project.namespace, name: '..%2Fx' }, '[]', write(true))).rejects.toThrow(Invalid)
    const plural = { plural: '../../secrets', namespaced: true }
    await expect(as().patch({ ...bucketKind, ...plural, namespace: project.namespace, name: 'x' }, '[]', write())).rejects.toThrow(Invalid)
  })

  test.each([
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['apps/v1', 'Deployment'],
  ])('does not change %s %s', async (apiVersion, kind) => {
    await expect(as().patch({ apiVersion, kind, namespace: project.namespace, name: 'x' }, '[]', write(true))).rejects.toThrow(Invalid)
  })

  test('changes neither finalizers nor owners', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await open('approved')
    const finalizer = { op: 'add', path: '/metadata/finalizers', value: ['acme.test/keep'] }
    await expect(as().patch(ref, patchOf(object, [finalizer]), write(true))).rejects.toThrow(/neither finalizers nor owners/)
  })

  test('is signed out with a token that is none', async () => {
    const { ref, object } = await make(bucketKind, bucketSpec)
    await expect(as({ token: 'x.y.z' }).patch(ref, patchOf(object, [nearline]), write(true))).rejects.toThrow(Unauthenticated)
  })
})

test('a field that does not exist is named, and nothing of the object is repeated', async () => {
  const canary = 'canary-4e1f'
  const { ref, object } = await make(bucketKind, { ...bucketSpec, resourceID: canary })
  await open()
  const attempt = as().patch(ref, patchOf(object, [{ op: 'add', path: '/spec/nonsense', value: canary }]), write(true))
  await expect(attempt).rejects.toThrow(Invalid)
  const error: unknown = await attempt.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ fields: [{ path: ['spec', 'nonsense'] }] })
  expect(String(error)).not.toContain(canary)
})

test('integers beyond 2^53 go and come exactly', async () => {
  const { ref, object } = await make(bucketKind, { ...bucketSpec, retentionPolicy: { retentionPeriod: 60 } })
  await open()
  const bytes = patchOf(object, [{ op: 'replace', path: '/spec/retentionPolicy/retentionPeriod', value: 61 }]).replace(
    ':61',
    ':9007199254740993',
  )
  expect((await as().patch(ref, bytes, write())).text).toContain('"retentionPeriod":9007199254740993')
  expect((await project.portal.asPortal().getText(ref)).value).toContain('"retentionPeriod":9007199254740993')
})

test('what is not there is said to be not there', async () => {
  await open()
  await expect(as().patch({ ...bucketKind, namespace: project.namespace, name: 'gone' }, patchOf({}, []), write(true))).rejects.toThrow(
    NotFound,
  )
})

test('the way of acting as the account is found out', async () => {
  expect(await project.portal.impersonationMode({ token: project.alice, namespace: project.namespace })).toBe('constrained')
  expect(await project.portal.impersonationMode({ token: project.alice, namespace: 'payments-prod' })).toBe('none')
})

test('calls of several people at once never mix', async () => {
  const { ref, object } = await make(bucketKind, bucketSpec)
  await open()
  const stranger = { token: project.alice, namespace: 'playlists-prod', session }
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? as().patch(ref, patchOf(object, [nearline]), write(true))
        : as(stranger).patch({ ...ref, namespace: 'playlists-prod' }, '[]', write(true)),
    ),
  )
  expect(results.map(({ status }) => status)).toEqual(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'fulfilled' : 'rejected')),
  )
})
