/**
 * Who may do what with a session, through the routes as a browser calls them. Several of these were bugs of comparable products: approving
 * oneself under another name, an empty list of approvers that let everybody in, errors taken for permission, sessions anybody could read.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serviceAccountToken } from '#demo/world/service-account-kubeconfig.ts'
import { policyKind, type SessionWorld, sessionWorld } from '#demo/world/session-world.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { gatesOf } from '#lib/cluster/break-glass-gate.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { type Config, config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { BreakGlassSession, NoticeList, Offer, OpenSessions, SessionDetail, SessionPage } from './contract.ts'
import { endSession, requestSession } from './session-life.ts'

let world: SessionWorld
let settings: Config['breakGlass']

beforeAll(async () => {
  world = await sessionWorld()
  settings = structuredClone(config().breakGlass)
}, 120_000)
afterAll(() => world.remove())
beforeEach(() => {
  Object.assign(config().breakGlass, structuredClone(settings))
})
afterEach(async () => {
  for (const { id } of await database().breakGlassSession.findMany({ where: { endedAt: null } }))
    await endSession(id, { note: '' }, world.dave, 'test').catch(() => {})
  await database().breakGlassSession.deleteMany()
  await database().breakGlassNotice.deleteMany()
})

type Act = 'approve' | 'refuse' | 'open' | 'end'
const act = (who: Actor, what: Act, session: string, body: unknown = {}) =>
  world.call(who, 'POST', `/{session}/${what}`, { params: { session }, body })
const read = (who: Actor, session: string) => world.call(who, 'GET', '/{session}', { params: { session } })
const ask = (who: Actor, given: Partial<Parameters<SessionWorld['asking']>[0]> = {}) =>
  world.call(who, 'POST', '', { body: world.asking(given) })
const asked = (given: Parameters<SessionWorld['asking']>[0] = {}, who = world.alice) => requestSession(world.asking(given), who, 'test')
const stateOf = async (id: string) => (await database().breakGlassSession.findUniqueOrThrow({ where: { id } })).state
const stale = (who: Actor, at: Date | null = new Date(Date.now() - 301_000), acr: string | null = null) =>
  database().login.update({ where: { id: who.loginId }, data: { authenticatedAt: at, acr } })
const fresh = (who: Actor) => stale(who, new Date())

describe('the second person', () => {
  test('agrees, and the requester opens; the detail shows each what they may do', async () => {
    const id = await asked({ kind: policyKind })
    const forDave = SessionDetail.parse(JSON.parse((await read(world.dave, id)).text))
    expect(forDave.abilities).toMatchObject({ approve: true, open: false, end: true, edit: false })
    expect((await act(world.alice, 'open', id)).status).toBe(409)
    expect((await act(world.dave, 'approve', id, { note: 'Call me' })).status).toBe(200)
    expect((await act(world.dave, 'open', id)).status).toBe(403)
    const opened = SessionDetail.parse(JSON.parse((await act(world.alice, 'open', id)).text))
    expect(opened).toMatchObject({ state: 'open', gate: 'open', mode: 'constrained', decidedBy: 'dave@acme.test', decisionNote: 'Call me' })
    expect(opened.abilities).toMatchObject({ approve: false, open: false, edit: true, end: true })
  })

  test.each<[string, (world: SessionWorld) => Parameters<SessionWorld['signIn']>]>([
    ['user name, written otherwise', () => ['x1', { username: 'ALICE@acme.test ', email: null }]],
    ['e-mail address', () => ['x2', { email: 'Alice@ACME.test' }]],
    ['user name as her e-mail address', () => ['x3', { username: 'x3', email: 'alice@acme.test' }]],
    ['subject at the identity provider', () => ['x4', { subject: 'alice' }]],
    ['subject that is her user name', () => ['x5', { subject: 'alice@acme.test' }]],
    ['e-mail address in full-width letters', () => ['x6', { email: 'ａlice@acme.test' }]],
  ])('is never the requester by another %s', async (_, other) => {
    const id = await asked({ kind: policyKind })
    const [name, options = {}] = other(world)
    // the subject is unique at a provider: another provider's counts as well
    if (options.subject === 'alice')
      await database().account.updateMany({ where: { providerAccountId: 'alice' }, data: { provider: 'before' } })
    const alias = await world.signIn(name, { ...options, groups: ['platform'] })
    for (const what of ['approve', 'refuse'] as const) {
      const answer = await act(alias, what, id)
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Nobody agrees to their own session')])
    }
    expect(await stateOf(id)).toBe('requested')
  })

  test('is not the requester, a member of an approver group or not', async () => {
    const both = await world.signIn('both', { token: world.project.alice, groups: ['platform', world.project.people] })
    const id = await asked({ kind: policyKind }, both)
    expect((await act(both, 'approve', id)).status).toBe(403)
    expect((await act(both, 'open', id)).status).toBe(409)
  })

  test.each([[[]], [['platform ']], [['Platform']], [['/tenant/platform']], [['platform-readers', 'plat']]])(
    'of groups %j is none: groups are compared whole, and no groups are no member',
    async (groups) => {
      const id = await asked({ kind: policyKind })
      const other = await world.signIn('other', { token: world.project.bob, groups })
      const answer = await act(other, 'approve', id)
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Only members of platform')])
    },
  )

  test('is nobody where no group is named', async () => {
    config().breakGlass.approverGroups = []
    const id = await asked({ kind: policyKind })
    for (const who of [world.dave, world.bob, await world.signIn('none', { token: world.project.bob, groups: [''] })])
      expect((await act(who, 'approve', id)).status).toBe(403)
    expect(await stateOf(id)).toBe('requested')
    expect((await act(world.alice, 'open', id)).status).toBe(409)
  })

  test('is needed for IAM, for deletions and for the kinds on the list, and cannot be talked away', async () => {
    expect(JSON.parse((await ask(world.alice, { action: 'delete' })).text)).toMatchObject({ tier: 'approval' })
    const sent = { ...world.asking(), tier: 'ordinary', state: 'approved' }
    expect((await world.call(world.bob, 'POST', '', { body: sent })).status).toBe(422)
    config().breakGlass.approvalKinds = ['*.storage.cnrm.cloud.google.com']
    expect(JSON.parse((await ask(world.bob)).text)).toMatchObject({ tier: 'approval' })
  })

  test('is needed too where the rules were changed after the request', async () => {
    const id = await asked()
    config().breakGlass.approvalKinds = ['storagebucket.*']
    const answer = await act(world.alice, 'open', id)
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('before the rules changed')])
  })

  test('when the list of identities cannot be read, nobody is let through', async () => {
    const id = await asked({ kind: policyKind })
    await database().$executeRaw`ALTER TABLE "account" RENAME TO "account_away"`
    try {
      expect((await act(world.dave, 'approve', id)).status).toBe(500)
    } finally {
      await database().$executeRaw`ALTER TABLE "account_away" RENAME TO "account"`
    }
    expect(await stateOf(id)).toBe('requested')
  })
})

describe('proving who one is', () => {
  test.each([
    ['more than five minutes ago', new Date(Date.now() - 301_000)],
    ['never', null],
    ['tomorrow', new Date(Date.now() + 86_400_000)],
  ])('%s opens nothing and agrees to nothing', async (_, at) => {
    const [id, other] = [await asked(), await asked({ kind: policyKind }, world.bob)]
    await Promise.all([stale(world.alice, at), stale(world.dave, at)])
    try {
      for (const answer of [await act(world.alice, 'open', id), await act(world.dave, 'approve', other)])
        expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Prove who you are first')])
      expect(SessionDetail.parse(JSON.parse((await read(world.alice, id)).text)).stepUp).toBe(true)
      expect(await gatesOf({ cluster: clusterNamed('demo'), namespace: world.namespace })).toEqual([])
      await fresh(world.alice)
      expect((await act(world.alice, 'open', id)).status).toBe(200)
    } finally {
      await Promise.all([fresh(world.alice), fresh(world.dave)])
    }
  })

  test('only the ways that count do, letter for letter', async () => {
    config().breakGlass.acr = ['phr', 'phrh']
    const id = await asked()
    try {
      for (const acr of [null, '', 'pwd', 'PHR', "phr' OR 'a'='a"]) {
        await stale(world.alice, new Date(), acr)
        expect((await act(world.alice, 'open', id)).status).toBe(403)
      }
      await stale(world.alice, new Date(), 'phrh')
      expect((await act(world.alice, 'open', id)).status).toBe(200)
    } finally {
      await fresh(world.alice)
    }
  })
})

describe('asking', () => {
  test('who may not read the project learns nothing of it, whatever they name', async () => {
    const answers = await Promise.all([
      ask(world.outsider),
      ask(world.outsider, { name: 'no-such-thing' }),
      ask(world.outsider, { namespace: 'no-such-project' }),
      ask(world.outsider, { cluster: 'no-such-cluster' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403])
    const offer = await world.call(world.outsider, 'GET', '/offer', { query: `?cluster=demo&namespace=${world.namespace}&kind=x.y&name=z` })
    expect([offer.status, offer.text]).toEqual([403, expect.not.stringContaining('invoices')])
  })

  test('who may read but not act as the account gets no session, and the offer says why', async () => {
    const reader = await world.signIn('reader', { token: await readerToken(), groups: [world.project.people] })
    const answer = await ask(reader)
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('corbel:break-glass-user')])
    expect((await offerFor(reader)).refused).toMatch(/may not act as the break-glass account/)
    expect(await offerFor(world.alice)).toMatchObject({ refused: null, mode: 'constrained', tier: 'ordinary', others: [], blocked: null })
  })

  test.each([
    ['a short reason', { reason: 'short' }],
    ['a reason of blanks', { reason: ' '.repeat(40) }],
    ['a reason of more than 1000 letters', { reason: 'x'.repeat(1001) }],
    ['too many minutes', { minutes: 241 }],
    ['no minutes', { minutes: 0 }],
    ['something unknown beside it', { approvedBy: 'dave' }],
    ['another action', { action: 'create' }],
  ])('%s is refused by the server', async (_, wrong) => {
    const { status } = await world.call(world.alice, 'POST', '', { body: { ...world.asking(), ...wrong } })
    expect([status, await database().breakGlassSession.count()]).toEqual([422, 0])
  })

  test.each(['approve', 'refuse', 'end'] as const)('%s takes no unknown or trailing text', async (what) => {
    const id = await asked({ kind: policyKind })
    for (const body of [{ note: 'x', state: 'open' }, '{"note":"x"}{"note":"y"}', '[]', '{"note":1}', '"note"'])
      expect((await act(world.dave, what, id, body)).status).toBe(422)
    expect(await stateOf(id)).toBe('requested')
  })

  test('tickets match the whole pattern, and their link leads nowhere else', async () => {
    Object.assign(config().breakGlass.ticket, { pattern: 'INC-[0-9]{3,6}', url: 'https://incidents.test/x/{ticket}', required: true })
    expect((await offerFor(world.alice)).ticket).toEqual({
      required: true,
      pattern: 'INC-[0-9]{3,6}',
      example: expect.stringMatching(/^INC-\d{3,6}$/),
    })
    for (const ticket of [null, '', 'INC-12', 'xINC-123', 'INC-123\nx', 'INC-123/../y'])
      expect((await world.call(world.alice, 'POST', '', { body: { ...world.asking(), ticket } })).status, String(ticket)).toBe(422)
    expect(JSON.parse((await ask(world.alice, { ticket: 'INC-123' })).text)).toMatchObject({
      ticket: { text: 'INC-123', url: 'https://incidents.test/x/INC-123' },
    })
    Object.assign(config().breakGlass.ticket, { pattern: undefined })
    const { ticket } = BreakGlassSession.parse(JSON.parse((await ask(world.bob, { ticket: '../../@evil.test/?a=$&' })).text))
    expect(new URL(ticket?.url ?? '').href).toMatch(/^https:\/\/incidents\.test\/x\/\S+$/)
    expect(new URL(ticket?.url ?? '').search).toBe('')
  })

  test('more than ten times a minute waits, and says for how long', async () => {
    for (let count = 0; count < 10; count++) await endSession(await asked(), { note: '' }, world.alice, 'test')
    const answers = await Promise.all([ask(world.alice), ask(world.alice)])
    for (const { status, headers } of answers) {
      expect(status).toBe(429)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60)
    }
    expect((await ask(world.bob)).status).toBe(201) // counted for each person
  })

  test('an overdue review holds back the person and the project, but no incident', async () => {
    const id = await asked()
    await database()
      .$executeRaw`UPDATE "break_glass_session" SET "state" = 'review', "endedAt" = now(), "reviewDueAt" = now() - interval '1 minute'
      WHERE "id" = ${id}::uuid`
    expect((await offerFor(world.bob)).blocked).toMatch(/overdue for review/)
    expect((await ask(world.bob)).status).toBe(409)
    expect((await ask(world.bob, { incident: true })).status).toBe(201)
    config().breakGlass.overdueBlocks = false
    expect((await ask(world.alice)).status).toBe(201)
  })

  test('switched off, nobody asks and nobody opens, and ending still cuts', async () => {
    const id = await asked()
    const running = await asked({}, world.bob)
    await act(world.bob, 'open', running)
    config().breakGlass.on = false
    expect((await ask(world.alice)).status).toBe(403)
    expect((await act(world.alice, 'open', id)).status).toBe(403)
    expect((await act(world.bob, 'end', running)).status).toBe(200)
    expect(await gatesOf({ cluster: clusterNamed('demo'), namespace: world.namespace })).toEqual([])
  })
})

describe('looking', () => {
  test('a session is for its project, its approvers, auditors and administrators', async () => {
    const id = await asked({ kind: policyKind })
    const approver = await world.signIn('approver', { groups: ['platform'] })
    const statuses = async (...people: Actor[]) => Promise.all(people.map(async (who) => (await read(who, id)).status))
    expect(await statuses(world.alice, world.bob, world.dave, world.erin, approver)).toEqual([200, 200, 200, 200, 200])
    const told = async (session: string) => ({ ...JSON.parse((await read(world.outsider, session)).text), requestId: '' })
    expect(await told(id)).toEqual(await told(newId())) // as if there were none
    expect(await statuses(world.outsider)).toEqual([404])
    for (const what of ['approve', 'refuse', 'open', 'end'] as const) expect((await act(world.outsider, what, id)).status).toBe(404)
    for (const path of ['', '/open', '/notices']) {
      const { text } = await world.call(world.outsider, 'GET', path)
      expect(text).not.toMatch(/invoices|alice|break-glass-/)
      expect(text).toContain('"items":[]')
    }
  })

  test('auditors look and touch nothing', async () => {
    const id = await asked()
    for (const what of ['approve', 'open', 'end'] as const) expect((await act(world.erin, what, id)).status).toBe(403)
    expect(SessionDetail.parse(JSON.parse((await read(world.erin, id)).text)).abilities).toMatchObject({
      approve: false,
      open: false,
      edit: false,
      end: false,
      review: false,
    })
  })

  test('denials are in the chain, with the session', async () => {
    const id = await asked({ kind: policyKind })
    await act(world.erin, 'approve', id)
    const last = await database().auditEntry.findFirst({ where: { outcome: 'denied' }, orderBy: { seq: 'desc' } })
    expect(last).toMatchObject({ actor: 'erin@acme.test', action: 'break-glass.approved', target: { session: id } })
  })

  test('people in one project see each other, and what waits for them', async () => {
    const [mine, theirs] = [await asked(), await asked({}, world.bob)]
    await act(world.bob, 'open', theirs)
    expect((await offerFor(world.alice)).others).toMatchObject([{ session: theirs, person: { username: 'bob@acme.test' } }])
    const seen = OpenSessions.parse(JSON.parse((await world.call(world.alice, 'GET', '/open')).text))
    expect(seen).toMatchObject({ items: [{ id: theirs, mine: false }], waiting: 1 })
    const waiting = SessionPage.parse(JSON.parse((await world.call(world.alice, 'GET', '', { query: '?waiting=true' })).text))
    expect(waiting.items.map(({ id }) => id)).toEqual([mine])
  })

  test('pages of the list meet without a gap', async () => {
    for (let count = 0; count < 5; count++) await endSession(await asked(), { note: '' }, world.alice, 'test')
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `?limit=2&who=mine${cursor === '' ? '' : `&cursor=${cursor}`}`
      const page = SessionPage.parse(JSON.parse((await world.call(world.alice, 'GET', '', { query })).text))
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5])
    expect(seen).toEqual([...seen].sort().reverse())
    expect((await world.call(world.alice, 'GET', '', { query: '?cursor=x' })).status).toBe(422)
  })
})

describe('skipped approvers', () => {
  const told = async (who: Actor) => NoticeList.parse(JSON.parse((await world.call(who, 'GET', '/notices')).text)).items

  test('are told at once, each until they have seen it', async () => {
    const id = await asked()
    expect(await told(world.dave)).toEqual([])
    await act(world.alice, 'open', id)
    const [notice] = await told(world.dave)
    expect(notice).toMatchObject({ session: id, message: expect.stringContaining('alice opened break-glass for StorageBucket invoices') })
    expect(notice?.message).toContain('without waiting for you')
    const other = await world.signIn('second', { groups: ['platform'] })
    const seen = (who: Actor) => world.call(who, 'POST', '/notices/{notice}/seen', { params: { notice: notice?.id ?? '' } })
    expect((await seen(world.bob)).status).toBe(404)
    expect((await seen(world.dave)).status).toBe(204)
    expect([(await told(world.dave)).length, (await told(other)).length]).toEqual([0, 1])
  })

  test('who is asked to agree is told, until somebody has decided', async () => {
    const id = await asked({ kind: policyKind })
    expect(await told(world.dave)).toMatchObject([{ session: id, message: expect.stringContaining('waits for one of you') }])
    await act(world.dave, 'refuse', id)
    expect(await told(world.dave)).toEqual([])
  })

  test('nobody is told of their own session', async () => {
    const both = await world.signIn('both', { token: world.project.alice, groups: ['platform', world.project.people] })
    await act(both, 'open', await asked({}, both))
    expect([(await told(both)).length, (await told(world.dave)).length]).toEqual([0, 1])
  })
})

async function offerFor(who: Actor): Promise<Offer> {
  const { kind, name } = world.asking()
  const query = `?cluster=demo&namespace=${world.namespace}&kind=${kind}&name=${name}`
  return Offer.parse(JSON.parse((await world.call(who, 'GET', '/offer', { query })).text))
}

/** Of an account that may read the project's resources and no more. */
async function readerToken(): Promise<string> {
  const { admin, namespace } = world.project
  await admin.asPortal().create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader', namespace } })
  await admin.asPortal().create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'reader', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'corbel:read' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
  })
  return serviceAccountToken({ kubeconfig: testKubeconfig(), namespace, name: 'reader', expirationSeconds: 3600 })
}
