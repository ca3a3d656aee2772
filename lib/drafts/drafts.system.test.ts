import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Conflict, TooLarge } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { deleteDraft, listDrafts, readDraft, saveDraft } from './drafts.ts'

let fresh: FreshDatabase
let alice: Actor
let bob: Actor
const held = globalThis as typeof globalThis & { corbelDatabase?: Database }

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  held.corbelDatabase = connectDatabase(fresh.url)
  alice = await person('alice')
  bob = await person('bob')
})
afterAll(async () => {
  await held.corbelDatabase?.$disconnect()
  await fresh.drop()
})

async function person(username: string): Promise<Actor> {
  const userId = newId()
  await fresh.database.user.create({ data: { id: userId, username, name: username, groups: [] } })
  return { userId, loginId: newId(), username, name: username, email: null, groups: [], admin: false, auditor: false }
}
const save = (text: string, baseRevision: number | null) => ({ title: 'A bucket', content: { text, view: 'form' as const }, baseRevision })

test('a draft is found again with its text and view', async () => {
  expect((await saveDraft('create/demo/x', save('a: 1', null), alice)).revision).toBe(1)
  expect((await saveDraft('create/demo/x', save('a: 2', 1), alice)).revision).toBe(2)
  expect(await readDraft('create/demo/x', alice)).toMatchObject({ revision: 2, content: { text: 'a: 2', view: 'form' } })
  expect((await listDrafts(alice)).items.map(({ key }) => key)).toEqual(['create/demo/x'])
})

test('two tabs: the second save is a conflict that carries the first text, and can then be put on top', async () => {
  await saveDraft('two', save('base', null), alice)
  await saveDraft('two', save('first tab', 1), alice)
  const refused = await saveDraft('two', save('second tab', 1), alice).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Conflict)
  expect(refused).toMatchObject({ details: { draft: { revision: 2, content: { text: 'first tab' } } } })
  expect(await saveDraft('two', save('second tab', 2), alice)).toMatchObject({ revision: 3, content: { text: 'second tab' } })
})

test('of many saves at once on one revision exactly one wins', async () => {
  await saveDraft('race', save('base', null), alice)
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => saveDraft('race', save(`tab ${index}`, 1), alice)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect((await readDraft('race', alice))?.revision).toBe(2)
})

test('two tabs starting the same draft: one of them learns of the other', async () => {
  const outcomes = await Promise.allSettled([saveDraft('new', save('a', null), alice), saveDraft('new', save('b', null), alice)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test("nobody sees or changes another person's draft", async () => {
  await saveDraft('mine', save('secret', null), alice)
  expect(await readDraft('mine', bob)).toBeUndefined()
  await deleteDraft('mine', bob)
  expect((await readDraft('mine', alice))?.content.text).toBe('secret')
})

test('a discarded draft is gone, and saving on top of it says so', async () => {
  await saveDraft('gone', save('x', null), alice)
  await deleteDraft('gone', alice)
  await deleteDraft('gone', alice)
  await expect(saveDraft('gone', save('y', 1), alice)).rejects.toThrow(/sent or discarded/)
})

test('a text above a mebibyte is refused with a sentence', async () => {
  await expect(saveDraft('big', save('ä'.repeat(600_000), null), alice)).rejects.toThrow(TooLarge)
})
