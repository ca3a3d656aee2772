/** The cluster's own audit log beside ours: a change through Corbel, the same person past Corbel, and a gate opened by hand. All real. */
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditLog } from '#demo/control-plane/start.ts'
import { callWith } from '#demo/world/as-person.ts'
import { bucket, bucketKind, bucketNow, type ChangeWorld, changeWorld, openSessionOf } from '#demo/world/change-world.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { gateValue, openGate, shutGate } from '#lib/cluster/break-glass-gate.ts'
import { readOn } from '#lib/cluster-audit/follow-logs.ts'
import { type ClusterIdentity, findIntentsWithoutEvent, settleEvents } from '#lib/cluster-audit/store-events.ts'
import { database } from '#lib/database/client.ts'
import { applyChange } from './change-apply.ts'
import { dryRunChange } from './change-dry-run.ts'
import { readChange, saveChange, startChange } from './change-editor.ts'

let world: ChangeWorld
let identity: ClusterIdentity
const file = () => auditLog(dirname(testKubeconfig()))

beforeAll(async () => {
  world = await changeWorld()
  const { username } = await world.project.portal.asPortal().whoAmI()
  identity = { cluster: 'demo', portal: username, prefix: `system:serviceaccount:${world.project.people}:` }
  await readOn(identity, file()) // what was before is nobody's matter
}, 120_000)
afterAll(() => world.stop())

/** A change that was applied through Corbel. */
async function applied(session: string, name: string) {
  const { change, text } = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
  await saveChange(session, change.id, { text: text.replace('STANDARD', 'NEARLINE'), revision: change.revision }, world.alice)
  const { patchHash } = await dryRunChange(session, change.id, world.alice, 'test')
  expect(await applyChange(session, change.id, { name, hash: patchHash ?? '' }, world.alice, 'test')).toMatchObject({ state: 'applied' })
  return database().breakGlassChange.findUniqueOrThrow({ where: { id: change.id } })
}

/** Reads on until the log has so many uses of the project's account on an object. */
const usesOf = (name: string, count: number) =>
  expect
    .poll(
      async () => {
        await readOn(identity, file())
        return database().clusterAuditEvent.count({ where: { namespace: world.project.namespace, name } })
      },
      { timeout: 20_000, interval: 100 },
    )
    .toBe(count)

const verdictsOf = async (name: string) => {
  const rows = await database().clusterAuditEvent.findMany({ where: { name }, orderBy: { at: 'asc' } })
  return rows.map(({ verdict, dryRun }) => `${dryRun ? 'dry run' : 'write'} ${verdict}`)
}
const alerts = () => database().breakGlassAlert.findMany({ where: { namespace: world.project.namespace }, orderBy: { at: 'asc' } })

/** More than the minute in which our own entry may still come. */
async function aMinuteLater(): Promise<void> {
  await database().$executeRaw`UPDATE "cluster_audit_event" SET "at" = "at" - interval '2 minutes' WHERE "verdict" = 'waiting'`
  await settleEvents(identity)
}

test('a change through Corbel is found in the cluster’s log, and the change says so', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await bucket(world)
  const row = await applied(session, name)
  await usesOf(name, 2)
  await settleEvents(identity)
  expect(await verdictsOf(name)).toEqual(['dry run matched', 'write matched'])
  const events = await database().clusterAuditEvent.findMany({ where: { name }, orderBy: { at: 'asc' } })
  expect(events).toMatchObject([
    { auditId: row.dryRunAuditId, session, changeId: row.id, kind: bucketKind, code: 200 },
    { auditId: row.auditId, session, changeId: row.id, username: `${identity.prefix}alice` },
  ])
  const { change } = await readChange(session, row.id, world.alice)
  expect(change.corroborated).toBe('matched')
  await aMinuteLater()
  await findIntentsWithoutEvent(identity, new Date(Date.now() + 120_000))
  expect((await alerts()).filter(({ type }) => type !== 'gate-by-hand')).toEqual([])
})

test('the same person past Corbel, with the open session and whatever Audit-ID, is an alert each time', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await bucket(world)
  const row = await applied(session, name)
  await usesOf(name, 2)
  await settleEvents(identity)
  const { namespace } = world.project
  const path = `/apis/storage.cnrm.cloud.google.com/v1beta1/namespaces/${namespace}/storagebuckets/${name}`
  const byHand = (auditId: string | undefined, storageClass: string) =>
    callWith(testKubeconfig(), world.project.alice, {
      'impersonate-user': `system:serviceaccount:${namespace}:break-glass`,
      'user-agent': `corbel (session=${session}; request=test)`,
      ...(auditId === undefined ? {} : { 'audit-id': auditId }),
    })(
      'PATCH',
      path,
      { metadata: { annotations: { 'corbel.dev/session': session } }, spec: { storageClass } },
      'application/merge-patch+json',
    )
  const ids = [undefined, row.auditId ?? '', row.dryRunAuditId ?? '', 'auditId', 'a']
  for (const [index, auditId] of ids.entries())
    expect(await byHand(auditId, index % 2 ? 'NEARLINE' : 'COLDLINE')).toMatchObject({ status: 200 }) // the gate is open for them
  expect((await bucketNow(world, name)).spec).toMatchObject({ storageClass: 'COLDLINE' })
  await usesOf(name, 2 + ids.length)
  await aMinuteLater()
  expect((await verdictsOf(name)).toSorted()).toEqual(['dry run matched', ...ids.map(() => 'write unmatched'), 'write matched'].toSorted())
  const raised = (await alerts()).filter(({ message }) => message.includes(name))
  expect(raised).toHaveLength(ids.length)
  for (const alert of raised)
    expect(alert).toMatchObject({
      type: 'unmatched-use',
      sessionId: session,
      message: expect.stringContaining(
        `${identity.prefix}alice changed ${bucketKind} ${name} as the break-glass account, and not through Corbel`,
      ),
    })
  const entries = await database().auditEntry.findMany({ where: { action: 'break-glass.alert' } })
  const told = entries.filter(({ target }) => JSON.stringify(target).includes(session))
  expect(told.length).toBeGreaterThanOrEqual(ids.length)
})

test('a gate opened by an administrator’s hand is an alert, that of the portal none', async () => {
  const [byHand, ours] = [randomUUID(), randomUUID()]
  const { namespace, admin, portal } = world.project
  const value = gateValue({ tier: 'ordinary', person: 'dave', until: new Date(Date.now() + 3_600_000), reason: 'the portal is down' })
  await openGate({ cluster: portal, namespace, session: ours, value })
  await openGate({ cluster: admin, namespace, session: byHand, value })
  const about = async () => (await alerts()).filter(({ message }) => message.includes(byHand) || message.includes(ours))
  await expect
    .poll(
      async () => {
        await readOn(identity, file())
        return about()
      },
      { timeout: 20_000, interval: 100 },
    )
    .toMatchObject([{ type: 'gate-by-hand', message: expect.stringContaining(byHand) }])
  for (const [cluster, session] of [
    [portal, ours],
    [admin, byHand],
  ] as const)
    await shutGate({ cluster, namespace, session })
})
