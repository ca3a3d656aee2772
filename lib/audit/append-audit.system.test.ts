import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendAudit, findBreak } from '#lib/audit/append-audit.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
})
afterAll(() => fresh.drop())

const record = (number: number) => ({
  requestId: `r${number}`,
  actor: 'alice',
  action: 'proposal.submitted',
  outcome: 'intent' as const,
  target: { name: `n${number}`, b: 1, a: 2 },
  details: { nested: { z: [1, 'x'], a: null } },
})
const entries = () => fresh.database.auditEntry.findMany({ orderBy: { seq: 'asc' } })

test('entries written at the same moment form one unbroken chain', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      fresh.database.$transaction((transaction) => appendAudit(transaction, record(number)), { maxWait: 20_000, timeout: 20_000 }),
    ),
  )
  const all = await entries()
  expect(all).toHaveLength(20)
  expect(findBreak(all)).toBeUndefined()
})

test('a changed, removed or moved entry breaks the chain at its place', async () => {
  const all = await entries()
  const changed = all.map((entry, index) => (index === 7 ? { ...entry, actor: 'mallory' } : entry))
  expect(findBreak(changed)?.seq).toBe(all[7]?.seq)
  expect(findBreak(all.filter((_, index) => index !== 4))?.seq).toBe(all[5]?.seq)
})

test('the database refuses to change or remove entries', async () => {
  await expect(fresh.database.auditEntry.updateMany({ data: { actor: 'mallory' } })).rejects.toThrow(/never changed or removed/)
  await expect(fresh.database.auditEntry.deleteMany()).rejects.toThrow(/never changed or removed/)
  await expect(fresh.database.$executeRaw`TRUNCATE audit_entry`).rejects.toThrow(/never changed or removed/)
})

test('an entry whose transaction is rolled back was never told', async () => {
  const before = await entries()
  await expect(
    fresh.database.$transaction(async (transaction) => {
      await appendAudit(transaction, record(99))
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect(await entries()).toHaveLength(before.length)
})
