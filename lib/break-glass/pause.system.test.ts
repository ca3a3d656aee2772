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
import { observeProposal } from '#lib/proposals/observe-proposal.ts'
import { changeDifference } from './change-difference.ts'
import { saveChange, startChange } from './change-editor.ts'
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

  test('holds on while the pull request of what was undone is open', async () => {
    const name = await bucketFromGit(world)
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const change = await changedBucket(world, session, name)
    const { id } = await hold(session, change)
    const { proposal } = await handBack(session, change, { title: 'Bring it back', idempotencyKey: randomUUID() }, world.alice, 'test')
    await undoChange(session, change, { name }, world.alice, 'test')
    await end(session)
    expect(await checkResidue(session)).toBe(false)
    expect(await pausesToEnd()).not.toContainEqual(expect.objectContaining({ id }))
    await world.close(proposal)
    await observeProposal(proposal)
    expect(await pausesToEnd()).toContainEqual({ id, why: 'session over' })
    expect(await resumeByWorker(id, 'session over')).toBe(true)
  })

  test('holds on where another tool renders the file: nobody has said yet that Git has the change', async () => {
    const name = await bucketFromGit(world)
    const path = `${world.folder}/${name}.yaml`
    const session = await openSessionOf(world, world.alice)
    const { id } = await hold(session, await changedBucket(world, session, name))
    world.commit({ [path]: world.fileNow(path).replace('spec:\n', 'spec:\n  labels: {{ .Values.labels }}\n') })
    await end(session)
    expect(await checkResidue(session)).toBe(true)
    expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('handing-back')
    expect(await pausesToEnd()).not.toContainEqual(expect.objectContaining({ id }))
    expect(await resume(session, id, world.alice, 'test')).toMatchObject({ state: 'resumed' })
    world.commit({ [path]: null })
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

/** Serves a controller's kind, its spec whatever it is, and makes one object of it once that is so. Gives what removes the kind again. */
async function serve({ apiVersion, kind, plural }: { apiVersion: string; kind: string; plural: string }, object: JsonObject) {
  const calls = world.project.admin.asPortal()
  const [group = '', version = ''] = apiVersion.split('/')
  const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: `${plural}.${group}` }
  const schema = { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }
  await calls.applyServerSide(
    {
      apiVersion: definition.apiVersion,
      kind: definition.kind,
      metadata: { name: definition.name, annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
      spec: {
        group,
        names: { kind, plural },
        scope: 'Namespaced',
        versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    },
    { fieldManager: 'test', force: true },
  )
  for (let tries = 0; ; tries++) {
    const made = await calls
      .create({ apiVersion, kind, ...object })
      .catch((error: unknown) => (tries < 100 ? undefined : Promise.reject(error)))
    if (made) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return () => calls.delete({ ...definition, plural: 'customresourcedefinitions', namespaced: false })
}

/** Lets alice read and change a controller's objects in the project. */
async function allow(group: string, resource: string): Promise<void> {
  const calls = world.project.admin.asPortal()
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: `test-${resource}`, namespace: world.project.namespace },
  }
  await calls.create({ ...role, rules: [{ apiGroups: [group], resources: [resource], verbs: ['get', 'patch'] }] })
  await calls.create({
    ...role,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: 'alice', namespace: world.project.people }],
  })
}

/** What an edit of a bucket's storage class tells of who undoes it. */
async function undoersOfEdit(session: string, name: string) {
  const { change, text } = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
  if (text.includes('STANDARD'))
    await saveChange(session, change.id, { text: text.replace('STANDARD', 'NEARLINE'), revision: change.revision }, world.alice)
  return (await changeDifference(session, change.id, world.alice)).undoers
}

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

test('Flux says itself when it puts a change back, to who may read that; with nothing to read it is not known', {
  timeout: 60_000,
}, async () => {
  const { namespace } = world.project
  const labels = `  labels:\n    kustomize.toolkit.fluxcd.io/name: infra\n    kustomize.toolkit.fluxcd.io/namespace: ${namespace}\n  annotations:`
  const name = await bucketFromGit(world, (text) => text.replace('  annotations:', labels))
  const session = await openSessionOf(world, world.alice)
  const messageOf = async () => (await undoersOfEdit(session, name)).find(({ controller }) => controller === 'flux')?.message
  expect(await messageOf()).toMatch(/puts 1 field back at its next interval/)
  const kustomization = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', plural: 'kustomizations' }
  const remove = await serve(kustomization, { metadata: { name: 'infra', namespace }, spec: { interval: '1h30m0s' } })
  try {
    expect(await messageOf()).toMatch(/at its next interval/) // alice may not read it
    await allow('kustomize.toolkit.fluxcd.io', 'kustomizations')
    await expect.poll(messageOf, { timeout: 20_000 }).toMatch(/within 90 min \(its interval\)/)
    await world.project.admin
      .asPortal()
      .patchMerge({ apiVersion: kustomization.apiVersion, kind: kustomization.kind, namespace, name: 'infra' }, { spec: { suspend: true } })
    expect(await messageOf()).toMatch(/is held back .*the Kustomization is suspended/)
  } finally {
    await remove()
  }
})

describe("Argo CD's Application", { timeout: 60_000 }, () => {
  const calls = () => world.project.admin.asPortal()
  const ref = () => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', namespace: world.project.namespace, name: 'infra' })
  const automated = async () => valueAt((await calls().get(ref())).value, ['spec', 'syncPolicy', 'automated'])

  let remove: () => Promise<unknown>
  beforeAll(async () => {
    const { apiVersion, kind, namespace, name } = ref()
    const spec = { syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] } }
    remove = await serve({ apiVersion, kind, plural: 'applications' }, { metadata: { name, namespace }, spec })
  }, 60_000)
  afterAll(() => remove())

  const tracked = () =>
    bucketFromGit(world, (text) =>
      text.replace(
        '  annotations:\n',
        `  annotations:\n    argocd.argoproj.io/tracking-id: ${world.project.namespace}_infra:storage.cnrm.cloud.google.com/StorageBucket:x/y\n`,
      ),
    )

  const argocdOf = async (session: string, name: string) =>
    (await undoersOfEdit(session, name)).find(({ controller }) => controller === 'argocd')

  test('is changed by somebody else with the command that is told, where the cluster does not let the person', async () => {
    const session = await openSessionOf(world, world.alice)
    const name = await tracked()
    const made = await hold(session, await editing(session, name), 'argocd')
    expect(await argocdOf(session, name)).toMatchObject({
      message: expect.stringMatching(/^Argo CD \(Application .*\/infra\) .* if self-heal is on/),
      canPause: true,
      paused: false,
    })
    expect(made.state).toBe('failed')
    expect(made.problem).toContain(
      `kubectl -n ${world.project.namespace} patch application infra --type merge -p '{"spec":{"syncPolicy":{"automated":null}}}'`,
    )
    expect(await automated()).toEqual({ prune: true, selfHeal: true })
  })

  test('stops syncing by itself, and gets back what it said before', async () => {
    await allow('argoproj.io', 'applications')
    const session = await openSessionOf(world, world.alice)
    await database().breakGlassSession.update({ where: { id: session }, data: { loginId: world.alice.loginId } })
    const name = await tracked()
    const change = await editing(session, name)
    // the right takes a moment to be known
    await expect
      .poll(() => argocdOf(session, name), { timeout: 20_000 })
      .toMatchObject({ message: expect.stringContaining('within seconds (self-heal is on)'), undoes: true, canPause: true, paused: false })
    let made = await hold(session, change, 'argocd')
    for (let tries = 0; made.state === 'failed' && tries < 20; tries++) made = await hold(session, change, 'argocd')
    expect(made).toMatchObject({ state: 'paused', target: { kind: 'Application', name: 'infra' } })
    expect(await automated()).toBeUndefined()
    expect(await argocdOf(session, name)).toMatchObject({
      message: expect.stringContaining(`is held back by alice until ${made.until} and syncs nothing by itself`),
      undoes: false,
      paused: true,
    })
    await end(session)
    await elapse(made.id)
    expect(await resumeByWorker(made.id, 'elapsed')).toBe(true)
    expect(await automated()).toEqual({ prune: true, selfHeal: true })
    expect(textAt((await calls().get(ref())).value, 'spec', 'syncPolicy', 'syncOptions', 0)).toBe('CreateNamespace=true')
  })
})
