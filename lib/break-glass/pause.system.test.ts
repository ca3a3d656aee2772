/** Pauses of GitOps controllers, as they stand on objects of the real API server; the controllers themselves are tiny definitions here. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketKind, bucketNow, openSessionOf } from '#demo/world/change-world.ts'
import { bucketFromGit, changedBucket, type HandBackWorld, handBackWorld } from '#demo/world/hand-back-world.ts'
import { gatesOf } from '#lib/cluster/break-glass-gate.ts'
import { database } from '#lib/database/client.ts'
import { Conflict } from '#lib/errors.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { pausedAnnotation, readPause } from '#lib/plan/paused-apply.ts'
import { startChange } from './change-editor.ts'
import { undoChange } from './change-undo.ts'
import type { Pause } from './contract.ts'
import { handBack } from './hand-back.ts'
import { pause } from './pause.ts'
import { resume, resumeByWorker, resumeSteps } from './pause-resume.ts'
import { fluxAnnotation } from './pause-target.ts'
import { checkResidue } from './residue.ts'
import { pausesToEnd, sessionsToCheck } from './residue-watch.ts'
import { nagOfHandBacks } from './review-nag.ts'
import { endSession } from './session-life.ts'

let world: HandBackWorld
beforeAll(async () => {
  world = await handBackWorld()
}, 180_000)
afterAll(() => world.stop())

const annotationsOf = async (name: string): Promise<JsonObject> => {
  const found = valueAt((await bucketNow(world, name)).object, ['metadata', 'annotations'])
  return isObject(found) ? found : {}
}
const editing = async (session: string, name: string) =>
  (await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)).change.id
const hold = (session: string, change: string, controller: Pause['controller'] = 'corbel', minutes = 60) =>
  pause(session, { change, controller, minutes }, world.alice, 'test')
const rowOf = (id: string) => database().breakGlassPause.findUniqueOrThrow({ where: { id } })
const end = (session: string) => endSession(session, { note: '' }, world.alice, 'test')
const elapse = (id: string) =>
  database().$executeRaw`UPDATE "break_glass_pause" SET "until" = clock_timestamp() - interval '1 second' WHERE "id" = ${id}::uuid`
const gates = async () =>
  (await gatesOf({ cluster: world.project.admin, namespace: world.project.namespace })).map(({ session }) => session)
const entriesOf = (session: string, action: string) =>
  database().auditEntry.findMany({ where: { action, target: { path: ['session'], equals: session } }, orderBy: { seq: 'asc' } })

/** The worker that is killed right after a step, in a process of its own. */
async function dieAfter(step: string, id: string): Promise<unknown> {
  const program = `
    import { resumeByWorker } from '#lib/break-glass/pause-resume.ts'
    await resumeByWorker('${id}', 'session over', (done) => done === '${step}' && process.kill(process.pid, 'SIGKILL'))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { env: process.env, stdio: 'inherit' })
  const [code, signal] = await once(child, 'exit')
  return signal ?? code
}

describe('corbel apply', { timeout: 60_000 }, () => {
  test('leaves the object alone until the change comes back to Git, and then goes on by itself', async () => {
    const name = await bucketFromGit(world)
    const path = `${world.folder}/${name}.yaml`
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const change = await changedBucket(world, session, name)
    const [made, again] = await Promise.all([hold(session, change), hold(session, change)])
    expect(made).toMatchObject({
      controller: 'corbel',
      state: expect.stringMatching(/paus/),
      owner: 'alice',
      reason: 'Payments fail: the bucket is wrong',
    })
    expect(again.id).toBe(made.id)
    const value = (await annotationsOf(name))[pausedAnnotation]
    expect(readPause(String(value))).toMatchObject({ session, owner: 'alice', until: made.until })
    expect((await entriesOf(session, 'break-glass.paused')).map(({ outcome }) => outcome)).toEqual(['intent', 'succeeded'])

    const base = world.head()
    world.commit({ [path]: world.fileNow(path).replace('location: EU', 'location: EU\n  requesterPays: true') })
    const held = await world.apply(base)
    expect(held).toMatchObject({ code: 0, out: expect.stringContaining('1 paused') })
    expect((await bucketNow(world, name)).spec).toMatchObject({ storageClass: 'NEARLINE' })

    const { proposal } = await handBack(session, change, { title: 'Bring it back', idempotencyKey: randomUUID() }, world.alice, 'test')
    await end(session)
    await world.merge(proposal)
    expect(await checkResidue(session)).toBe(true)
    expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('handing-back')
    expect((await world.apply(base)).out).toContain('1 accepted')
    expect((await bucketNow(world, name)).spec).toMatchObject({ storageClass: 'NEARLINE', requesterPays: true })
    expect((await annotationsOf(name))[pausedAnnotation]).toBeUndefined()
    expect(await pausesToEnd()).toContainEqual({ id: made.id, why: 'in Git' })
    expect(await resumeByWorker(made.id, 'in Git')).toBe(true)
    expect(await rowOf(made.id)).toMatchObject({ state: 'resumed', problem: null })
    await checkResidue(session)
    expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('review')
  })

  test('is let go on by the worker when the time is over, through a gate that is open for that write alone', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const change = await changedBucket(world, session, name)
    const { id } = await hold(session, change)
    await end(session)
    expect(await pausesToEnd()).not.toContainEqual(expect.objectContaining({ id }))
    await elapse(id)
    expect(await pausesToEnd()).toContainEqual({ id, why: 'elapsed' })
    expect(await gates()).not.toContain(session)
    expect(await resumeByWorker(id, 'elapsed')).toBe(true)
    expect(await rowOf(id)).toMatchObject({ state: 'resumed' })
    expect((await annotationsOf(name))[pausedAnnotation]).toBeUndefined()
    expect(await gates()).not.toContain(session)
    expect(await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).toMatchObject({
      gate: 'shut',
      state: 'handing-back',
    })
  })

  test('is let go on when the session is over and everything was undone', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const change = await changedBucket(world, session, name)
    const { id } = await hold(session, change)
    const undo = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { state: 'handing-back', endedAt: new Date() } })
    expect(await pausesToEnd()).not.toContainEqual(expect.objectContaining({ id }))
    await undoChange(undo, change, { name }, world.alice, 'test')
    expect(await pausesToEnd()).toContainEqual({ id, why: 'session over' })
    expect(await resumeByWorker(id, 'session over')).toBe(true)
    expect(await checkResidue(session)).toBe(true)
    expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('review')
    expect(await sessionsToCheck()).not.toContainEqual({ id: session })
  })

  test.each(resumeSteps)('killed after "%s" and run again, it goes on once', async (step) => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const { id } = await hold(session, await editing(session, name))
    await end(session)
    expect(await dieAfter(step, id)).toBe('SIGKILL')
    expect(await resumeByWorker(id, 'session over')).toBe(true)
    expect(await rowOf(id)).toMatchObject({ state: 'resumed' })
    expect((await annotationsOf(name))[pausedAnnotation]).toBeUndefined()
    expect(await gates()).not.toContain(session)
    const succeeded = (await entriesOf(session, 'break-glass.resumed')).filter(({ outcome }) => outcome === 'succeeded')
    expect(succeeded.length).toBe(step === 'written' ? 2 : 1) // found gone after the write: that is told too
  })

  test('waits for a person of the team when the sign-in has ended, and says so every day', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const { id } = await hold(session, await editing(session, name))
    await end(session)
    await elapse(id)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: randomUUID() } })
    expect(await resumeByWorker(id, 'elapsed')).toBe(false)
    expect(await rowOf(id)).toMatchObject({ state: 'paused', problem: expect.stringContaining('The sign-in of alice has ended') })
    await nagOfHandBacks()
    const [notice] = await database().breakGlassNotice.findMany({ where: { sessionId: session } })
    expect(notice?.message).toContain('corbel apply is still paused')
    expect(await resume(session, id, world.bob, 'test')).toMatchObject({ state: 'resumed', problem: null })
    expect((await annotationsOf(name))[pausedAnnotation]).toBeUndefined()
    const [last] = (await entriesOf(session, 'break-glass.resumed')).slice(-1)
    expect(last).toMatchObject({ actor: 'bob', outcome: 'succeeded' })
  })

  test('has nothing to pause where it applied nothing, in a drill, or for another session', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    const change = await editing(session, name)
    await expect(hold(session, change, 'flux')).rejects.toThrow(/No Kustomization of Flux/)
    await expect(hold(session, change, 'argocd')).rejects.toThrow(/No Application of Argo CD/)
    const { id } = await hold(session, change)
    const second = await openSessionOf(world, world.alice)
    await expect(hold(second, await editing(second, name))).rejects.toThrow(Conflict)
    const drill = await openSessionOf(world, world.alice, { drill: true })
    await expect(hold(drill, await editing(drill, name))).rejects.toThrow(/drill/)
    await resume(session, id, world.alice, 'test')
  })
})

test('Flux leaves the object alone by its own annotation, and goes on when somebody says so', { timeout: 60_000 }, async () => {
  const name = await bucketFromGit(world, (text) =>
    text.replace('  annotations:', '  labels:\n    kustomize.toolkit.fluxcd.io/name: infra\n  annotations:'),
  )
  const session = await openSessionOf(world, world.alice)
  const change = await editing(session, name)
  const made = await hold(session, change, 'flux')
  expect(made).toMatchObject({ state: 'paused', target: { kind: 'StorageBucket', name } })
  expect(await annotationsOf(name)).toMatchObject({ [fluxAnnotation]: 'disabled', 'corbel.dev/session': session })
  expect(await resume(session, made.id, world.alice, 'test')).toMatchObject({ state: 'resumed' })
  expect((await annotationsOf(name))[fluxAnnotation]).toBeUndefined()
  await expect(resume(session, made.id, world.alice, 'test')).rejects.toThrow(/goes on already/)
})

describe("Argo CD's Application", { timeout: 60_000 }, () => {
  const calls = () => world.project.admin.asPortal()
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
    name: 'applications.argoproj.io',
  }
  const ref = () => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: world.project.namespace, name: 'infra' })
  const automated = async () => valueAt((await calls().get(ref())).value, ['spec', 'syncPolicy', 'automated'])

  beforeAll(async () => {
    await calls().applyServerSide(
      {
        apiVersion: definition.apiVersion,
        kind: definition.kind,
        metadata: { name: definition.name, annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
        spec: {
          group: 'argoproj.io',
          names: { kind: 'Application', plural: 'applications' },
          scope: 'Namespaced',
          versions: [
            {
              name: 'v1alpha1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
              },
            },
          ],
        },
      },
      { fieldManager: 'test', force: true },
    )
    for (let tries = 0; ; tries++) {
      const { apiVersion, kind, namespace, name } = ref()
      const made = await calls()
        .create({
          apiVersion,
          kind,
          metadata: { name, namespace },
          spec: { syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] } },
        })
        .catch((error: unknown) => (tries < 100 ? undefined : Promise.reject(error)))
      if (made) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }, 60_000)
  afterAll(() => calls().delete(definition))

  const tracked = () =>
    bucketFromGit(world, (text) =>
      text.replace(
        '  annotations:\n',
        `  annotations:\n    argocd.argoproj.io/tracking-id: ${world.project.namespace}_infra:storage.cnrm.cloud.google.com/StorageBucket:x/y\n`,
      ),
    )

  test('is changed by somebody else with the command that is told, where the cluster does not let the person', async () => {
    const session = await openSessionOf(world, world.alice)
    const made = await hold(session, await editing(session, await tracked()), 'argocd')
    expect(made.state).toBe('failed')
    expect(made.problem).toContain(
      `kubectl -n ${world.project.namespace} patch application infra --type merge -p '{"spec":{"syncPolicy":{"automated":null}}}'`,
    )
    expect(await automated()).toEqual({ prune: true, selfHeal: true })
  })

  test('stops syncing by itself, and gets back what it said before', async () => {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'argo', namespace: world.project.namespace },
    }
    await calls().create({ ...role, rules: [{ apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['get', 'patch'] }] })
    await calls().create({
      ...role,
      kind: 'RoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'argo' },
      subjects: [{ kind: 'ServiceAccount', name: 'alice', namespace: world.project.people }],
    })
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const change = await editing(session, await tracked())
    let made = await hold(session, change, 'argocd')
    for (let tries = 0; made.state === 'failed' && tries < 20; tries++) made = await hold(session, change, 'argocd')
    expect(made).toMatchObject({ state: 'paused', target: { kind: 'Application', name: 'infra' } })
    expect(await automated()).toBeUndefined()
    await end(session)
    await elapse(made.id)
    expect(await resumeByWorker(made.id, 'elapsed')).toBe(true)
    expect(await automated()).toEqual({ prune: true, selfHeal: true })
    expect(textAt((await calls().get(ref())).value, 'spec', 'syncPolicy', 'syncOptions', 0)).toBe('CreateNamespace=true')
  })
})
