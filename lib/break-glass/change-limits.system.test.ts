import { afterAll, beforeAll, expect, test } from 'vitest'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { RateLimited } from '#lib/errors.ts'
import { requireFewChecks } from './change-limits.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settingsForTests({ DATABASE_URL: fresh.url }))
})
afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
})

test('who looks for what is left again and again waits, and keeps nobody else waiting', async () => {
  const about = { requestId: 'test', action: 'break-glass.residue-checked', outcome: 'succeeded' as const, target: {}, details: {} }
  for (let look = 0; look < 20; look++) {
    await requireFewChecks('mallory')
    await database().$transaction((transaction) => appendAudit(transaction, { ...about, actor: 'mallory' }))
  }
  await expect(requireFewChecks('mallory')).rejects.toThrow(RateLimited)
  await requireFewChecks('alice')
})
