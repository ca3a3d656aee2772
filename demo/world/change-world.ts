/**
 * Everything a test of break-glass changes needs, real: a database of its own, a throwaway project with its gate on the control plane of the
 * tests, a person with a login whose token may act as the break-glass account, and buckets to change.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { gateValue, openGate } from '#lib/cluster/break-glass-gate.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { testKubeconfig } from './test-cluster.ts'
import { type ThrowawayProject, throwawayProject } from './throwaway-project.ts'

export const bucketKind = 'StorageBucket.storage.cnrm.cloud.google.com'
const served = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket' }

export interface ChangeWorld {
  project: ThrowawayProject
  fresh: FreshDatabase
  alice: Actor
  bob: Actor
  stop: () => Promise<void>
}

/** `kubeconfig` is what the portal calls the cluster with; the tests' own where left out. */
export async function changeWorld({
  kubeconfig = testKubeconfig(),
  databaseUrl,
}: {
  kubeconfig?: string
  databaseUrl?: (url: string) => string
} = {}): Promise<ChangeWorld> {
  const project = await throwawayProject(testKubeconfig())
  const fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(
    process.env,
    settingsForTests({
      DATABASE_URL: databaseUrl?.(fresh.url) ?? fresh.url,
      CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig }]),
      CORBEL_CLUSTER_USER_PREFIX: `system:serviceaccount:${project.people}:`,
    }),
  )
  await offer(project, fresh, 'storagebuckets.storage.cnrm.cloud.google.com')
  await fresh.database.project.create({ data: { cluster: 'demo', namespace: project.namespace, team: project.people } })
  const alice = await person(fresh, 'alice', project.alice)
  const bob = await person(fresh, 'bob', project.bob)
  const stop = async (): Promise<void> => {
    await Promise.all(clusters().map((cluster) => cluster.close()))
    await database().$disconnect()
    await project.remove()
    await fresh.drop()
  }
  return { project, fresh, alice, bob, stop }
}

/** Puts a kind into the index, as the collector would. */
export async function offer(project: ThrowawayProject, fresh: FreshDatabase, definitionName: string): Promise<void> {
  const { items } = await project.admin.asPortal().definitions()
  const definition = items.find((item) => textAt(item, 'metadata', 'name') === definitionName)
  const [group, kind, plural] = [
    ['spec', 'group'],
    ['spec', 'names', 'kind'],
    ['spec', 'names', 'plural'],
  ].map((path) => textAt(definition, ...path))
  const version = textAt(definition, 'spec', 'versions', 0, 'name')
  if (!definition || !group || !kind || !plural || !version) throw new Error(`the control plane has no ${definitionName}`)
  const key = `${kind}.${group}`
  const names = { cluster: 'demo', key, group, kind, plural, version }
  await fresh.database.kind.create({ data: { ...names, namespaced: true, definition, hash: key, state: 'ready' } })
}

async function person(fresh: FreshDatabase, username: string, token: string): Promise<Actor> {
  const [userId, loginId] = [newId(), newId()]
  const later = new Date(Date.now() + 3_600_000)
  const idToken = seal(process.env.CORBEL_SECRET ?? '', `login ${loginId}`, token)
  await fresh.database.user.create({ data: { id: userId, username, name: username, groups: [] } })
  await fresh.database.login.create({
    data: { id: loginId, tokenHash: loginId, userId, idToken, idTokenExpiresAt: later, expiresAt: later },
  })
  return { userId, loginId, username, name: username, email: null, groups: [], admin: false, auditor: false }
}

/** An open session of a person, with its gate. One at a time: an earlier one of the same person is closed. */
export async function openSessionOf(
  { project, fresh }: ChangeWorld,
  actor: Actor,
  changed: { tier?: 'ordinary' | 'approval'; drill?: boolean } = {},
): Promise<string> {
  const id = randomUUID()
  const tier = changed.tier ?? 'ordinary'
  await fresh.database.breakGlassSession.updateMany({ where: { requestedById: actor.userId }, data: { state: 'closed' } })
  const hour = new Date(Date.now() + 3_600_000)
  await fresh.database.breakGlassSession.create({
    data: {
      id,
      cluster: 'demo',
      namespace: project.namespace,
      kind: bucketKind,
      name: 'any',
      tier,
      state: 'open',
      drill: changed.drill ?? false,
      requestedById: actor.userId,
      reason: 'Payments fail: the bucket is wrong',
      minutes: 60,
      ...(tier === 'approval' ? { decidedBy: 'dave', decidedAt: new Date() } : {}),
      mode: 'constrained',
      openedAt: new Date(),
      expiresAt: hour,
      idleAt: hour,
      gate: 'open',
    },
  })
  const value = gateValue({ tier: tier === 'approval' ? 'approved' : 'ordinary', person: actor.username, until: hour, reason: 'a test' })
  await openGate({ cluster: project.admin, namespace: project.namespace, session: id, value })
  return id
}

export const bucketRef = ({ project }: ChangeWorld, name: string) => ({ ...served, namespace: project.namespace, name })

/** A bucket of the project, made by the administrator. Gives its name. */
export async function bucket(
  world: ChangeWorld,
  spec: JsonObject = {},
  annotations: JsonObject = {},
  name = `b-${randomUUID()}`,
): Promise<string> {
  const { apiVersion, kind } = served
  const metadata = {
    name,
    namespace: world.project.namespace,
    annotations: { 'cnrm.cloud.google.com/state-into-spec': 'absent', ...annotations },
  }
  await world.project.admin.asPortal().create({ apiVersion, kind, metadata, spec: { location: 'EU', storageClass: 'STANDARD', ...spec } })
  return name
}

/** The bucket as it is: its spec and generation. */
export async function bucketNow(world: ChangeWorld, name: string): Promise<{ spec: JsonObject; generation: number; object: JsonObject }> {
  const { value } = await world.project.admin.asPortal().get(bucketRef(world, name))
  // Proof of the casts: every bucket of these tests has a spec, and the API server numbers its generations.
  return { spec: value.spec as JsonObject, generation: valueAt(value, ['metadata', 'generation']) as number, object: value }
}

/** Waits until the bucket is gone: where a cloud is simulated, its finalizer takes a moment. */
export async function untilGone(world: ChangeWorld, name: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await world.project.admin
      .asPortal()
      .get(bucketRef(world, name))
      .catch((error: unknown) => (error instanceof NotFound ? undefined : Promise.reject(error)))
    if (!found) return
    await sleep(100)
  }
  throw new Error(`${name} is still there`)
}

/** Deletes it, and makes another one of the same name where `again` says with which spec. */
export async function replaceBucket(world: ChangeWorld, name: string, again?: JsonObject): Promise<void> {
  await world.project.admin.asPortal().delete(bucketRef(world, name))
  await untilGone(world, name)
  if (again) await bucket(world, again, {}, name)
}

/** The chain's entries of a change, oldest first. */
export const entriesOf = (change: string) =>
  database().auditEntry.findMany({ where: { target: { path: ['change'], equals: change } }, orderBy: { seq: 'asc' } })
