/** A change from the first letter to its undo, on a real database and the real API server with its gate. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bucket, bucketKind, bucketNow, type ChangeWorld, changeWorld, entriesOf, openSessionOf } from '#demo/world/change-world.ts'
import { database } from '#lib/database/client.ts'
import { applyChange } from './change-apply.ts'
import { dryRunChange } from './change-dry-run.ts'
import { readChange, saveChange, startChange } from './change-editor.ts'
import { undoChange } from './change-undo.ts'

let world: ChangeWorld
beforeAll(async () => {
  world = await changeWorld()
}, 120_000)
afterAll(() => world.stop())

const nearline = (text: string): string => text.replace('storageClass: STANDARD', 'storageClass: NEARLINE')

/** An edit that stands typed. */
async function typed(session: string, name: string, edit: (text: string) => string = nearline) {
  const started = await startChange(session, { kind: bucketKind, name, action: 'edit' }, world.alice)
  return saveChange(session, started.change.id, { text: edit(started.text), revision: started.change.revision }, world.alice)
}

async function judged(session: string, name: string, edit?: (text: string) => string) {
  const { change } = await typed(session, name, edit)
  return dryRunChange(session, change.id, world.alice, 'test')
}

const apply = (session: string, change: { id: string; name: string; patchHash: string | null }) =>
  applyChange(session, change.id, { name: change.name, hash: change.patchHash ?? '' }, world.alice, 'test')

test('an edit is judged, applied and undone, and the spec is as it was', async () => {
  const session = await openSessionOf(world, world.alice)
  const name = await bucket(world)
  const before = await bucketNow(world, name)
  const dry = await judged(session, name)
  expect(dry).toMatchObject({
    state: 'judged',
    dryRun: { accepted: true },
    fields: [{ path: ['spec', 'storageClass'], before: 'STANDARD', after: 'NEARLINE' }],
  })
  expect(await bucketNow(world, name)).toMatchObject({ generation: 1 })
  const applied = await apply(session, dry)
  expect(applied).toMatchObject({ state: 'applied', problem: null })
  expect(await bucketNow(world, name)).toMatchObject({ generation: 2, spec: { storageClass: 'NEARLINE' } })
  const undo = await undoChange(session, applied.id, { name }, world.alice, 'test')
  expect(undo).toMatchObject({ state: 'applied', undoOf: applied.id, fields: [{ before: 'NEARLINE', after: 'STANDARD' }] })
  const after = await bucketNow(world, name)
  expect(after.spec).toEqual(before.spec)
  expect(after.generation).toBe(3)
  expect((await readChange(session, applied.id, world.alice)).change.state).toBe('undone')
  expect((await entriesOf(applied.id)).map(({ action, outcome }) => [action, outcome])).toEqual([
    ['break-glass.dry-run', 'intent'],
    ['break-glass.dry-run', 'succeeded'],
    ['break-glass.apply', 'intent'],
    ['break-glass.apply', 'succeeded'],
  ])
  expect((await database().breakGlassSession.findUniqueOrThrow({ where: { id: session } })).state).toBe('open')
  await expect(undoChange(session, applied.id, { name }, world.alice, 'test')).rejects.toThrow(/undone already/)
})
