import { afterAll, beforeAll, expect, test } from 'vitest'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import { countUses } from './trend-report.ts'

let fresh: FreshDatabase
const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
const hour = 3_600_000
const ago = (hours: number): Date => new Date(Date.now() - hours * hour)

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settingsForTests({ DATABASE_URL: fresh.url }))
  const { id } = await fresh.database.user.create({ data: { id: newId(), username: 'alice', name: 'Alice', groups: [] } })
  await fresh.database.project.create({ data: { cluster: 'demo', namespace: 'shop', team: 'payments' } })
  const session = (namespace: string, changed: object = {}) =>
    fresh.database.breakGlassSession.create({
      data: {
        id: newId(),
        cluster: 'demo',
        namespace,
        kind,
        name: 'b',
        tier: 'ordinary',
        state: 'closed',
        requestedById: id,
        reason: 'a reason that is long enough',
        minutes: 60,
        openedAt: ago(3),
        endedAt: ago(2.5),
        ...changed,
      },
    })
  const change = (sessionId: string, changed: object) =>
    fresh.database.breakGlassChange.create({
      data: { id: newId(), sessionId, kind, name: 'b', action: 'edit', state: 'applied', sealed: '', ...changed },
    })
  const merged = await fresh.database.proposal.create({
    data: {
      id: newId(),
      state: 'ready',
      repository: 'a/b',
      baseBranch: 'main',
      branch: 'x',
      title: 't',
      message: '',
      files: [],
      requestedById: id,
      mergedAt: ago(1),
    },
  })
  const first = await session('shop')
  await change(first.id, { appliedAt: ago(2), proposalId: merged.id })
  const undone = await change(first.id, { state: 'undone', appliedAt: ago(2) })
  await change(first.id, { undoOf: undone.id, appliedAt: ago(2) })
  const second = await session('shop', { openedAt: ago(2), endedAt: ago(0.5), state: 'review', reviewDueAt: ago(1) })
  await change(second.id, { appliedAt: ago(30) })
  await session('shop', { drill: true, endedAt: ago(-100) })
  await session('other')
  await session('shop', { requestedAt: ago(24 * 365) })
})
afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
})

test('counts sessions of projects that one may read; drills and undoing changes are in no mean', async () => {
  const report = await countUses([{ cluster: 'demo', namespaces: ['shop'], kinds: 'all' }])
  expect(report).toMatchObject({
    sessions: 2,
    meanMinutesOpen: 60,
    undoneShare: 1 / 3,
    mergedWithinDayShare: 0.5,
    overdueReviews: 1,
    byTeam: [{ team: 'payments', sessions: 2 }],
    byKind: [{ kind, sessions: 2 }],
  })
  expect(report.weeks).toHaveLength(26)
  expect(report.weeks.at(-1)).toMatchObject({ sessions: 2, drills: 1, applied: 3, undone: 1 })
})

test('whoever may read nothing counts nothing; a whole cluster counts all of it', async () => {
  expect(await countUses([])).toMatchObject({ sessions: 0, meanMinutesOpen: null, byTeam: [] })
  expect(await countUses([{ cluster: 'demo', namespaces: 'all', kinds: 'all' }])).toMatchObject({ sessions: 3 })
})
