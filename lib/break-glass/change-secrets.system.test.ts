/** Secrets in what is changed: the person whose session it is sees what they may get; nobody and nothing else ever does. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChangeWorld, changeWorld, entriesOf, offer, openSessionOf } from '#demo/world/change-world.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Unauthenticated } from '#lib/errors.ts'
import { seal } from '#lib/identity/seal.ts'
import { textAt } from '#lib/json.ts'
import { applyChange } from './change-apply.ts'
import { changeDifference } from './change-difference.ts'
import { dryRunChange } from './change-dry-run.ts'
import { readChange, saveChange, startChange } from './change-editor.ts'
import { undoChange } from './change-undo.ts'
import { describeChanges } from './change-view.ts'

const kind = 'SQLUser.sql.cnrm.cloud.google.com'
let world: ChangeWorld
let name: string
const ref = () => ({ apiVersion: 'sql.cnrm.cloud.google.com/v1beta1', kind: 'SQLUser', namespace: world.project.namespace, name })

beforeAll(async () => {
  world = await changeWorld()
  await offer(world.project, world.fresh, 'sqlusers.sql.cnrm.cloud.google.com')
}, 120_000)
afterAll(() => world.stop())

async function user(): Promise<string> {
  name = `u-${randomUUID()}`
  const { apiVersion, kind, namespace } = ref()
  const metadata = { name, namespace, annotations: { 'cnrm.cloud.google.com/state-into-spec': 'absent' } }
  const spec = { instanceRef: { name: 'orders' }, type: 'BUILT_IN', password: { value: 'canary-before' } }
  await world.project.admin.asPortal().create({ apiVersion, kind, metadata, spec })
  return name
}

const everything = async (): Promise<string> => {
  const tables = ['break_glass_session', 'break_glass_change', 'audit_entry', 'break_glass_notice']
  const texts = await Promise.all(
    tables.map((table) => database().$queryRawUnsafe<{ text: string }[]>(`SELECT row_to_json(t)::text AS "text" FROM "${table}" AS t`)),
  )
  return texts
    .flat()
    .map(({ text }) => text)
    .join('\n')
}

test('a changed password stands nowhere but in the cluster and in the editor of whoever may read it', async () => {
  const session = await openSessionOf(world, world.alice)
  await user()
  const started = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  expect(started.text).toContain('canary-before')
  const { id, revision } = started.change
  const hiding = started.text.replace('canary-before', '(hidden)').replace('type: BUILT_IN', 'type: CLOUD_IAM_USER')
  const saved = await saveChange(session, id, { text: hiding, revision }, world.alice)
  const shown = await changeDifference(session, id, world.alice)
  expect(shown.fields.map(({ path }) => path.join('.'))).toEqual(['spec.type'])
  const text = started.text.replace('canary-before', 'canary-after')
  await saveChange(session, id, { text, revision: saved.change.revision }, world.alice)
  const difference = await changeDifference(session, id, world.alice)
  expect(difference.fields).toMatchObject([{ path: ['spec', 'password', 'value'], before: '(hidden)', after: '(hidden, changed)' }])
  const dry = await dryRunChange(session, id, world.alice, 'test')
  expect(dry.dryRun).toMatchObject({ accepted: true })
  const applied = await applyChange(session, id, { name, hash: dry.patchHash ?? '' }, world.alice, 'test')
  expect(applied.state).toBe('applied')
  expect(textAt((await world.project.admin.asPortal().get(ref())).value, 'spec', 'password', 'value')).toBe('canary-after')
  const undo = await undoChange(session, id, { name }, world.alice, 'test')
  expect(textAt((await world.project.admin.asPortal().get(ref())).value, 'spec', 'password', 'value')).toBe('canary-before')
  const rows = await database().breakGlassChange.findMany({ where: { sessionId: session } })
  const place = { id: session, cluster: 'demo', namespace: world.project.namespace }
  const told = JSON.stringify([difference, shown, dry, applied, undo, await describeChanges(rows, place)])
  expect(told).toContain('(hidden')
  expect(told).not.toContain('canary')
  const kept = await everything()
  expect(kept).toContain('(hidden')
  expect(kept).not.toContain('canary')
  expect(await entriesOf(id)).not.toHaveLength(0)
})

test('a token that runs out between dry run and apply costs nothing but a sign-in', async () => {
  const session = await openSessionOf(world, world.alice)
  await user()
  const { change, text } = await startChange(session, { kind, name, action: 'edit' }, world.alice)
  const edited = text.replace('canary-before', 'canary-after')
  await saveChange(session, change.id, { text: edited, revision: change.revision }, world.alice)
  const dry = await dryRunChange(session, change.id, world.alice, 'test')
  const where = { id: world.alice.loginId }
  const { idToken, idTokenExpiresAt } = await database().login.findUniqueOrThrow({ where })
  const apply = () => applyChange(session, change.id, { name, hash: dry.patchHash ?? '' }, world.alice, 'test')
  await database().login.update({ where, data: { idTokenExpiresAt: new Date(Date.now() - 1000) } })
  await expect(apply()).rejects.toThrow(Unauthenticated)
  // one that the API server no longer takes, though it should last
  const refused = seal(process.env.CORBEL_SECRET ?? '', `login ${world.alice.loginId}`, `${world.project.alice.slice(0, -6)}AAAAAA`)
  await database().login.update({ where, data: { idTokenExpiresAt, refreshFailure: null, idToken: refused } })
  expect(await apply()).toMatchObject({ state: 'failed' })
  await database().login.update({ where, data: { idToken } })
  expect((await readChange(session, change.id, world.alice)).text).toBe(edited)
  await expect(apply()).rejects.toThrow(Conflict)
  const again = await dryRunChange(session, change.id, world.alice, 'test')
  expect(await applyChange(session, change.id, { name, hash: again.patchHash ?? '' }, world.alice, 'test')).toMatchObject({
    state: 'applied',
  })
})
