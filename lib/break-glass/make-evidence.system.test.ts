/** An evidence bundle: made of a real session with its pull request, and verified by the command as on another machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '#cli/main.ts'
import { openSessionOf } from '#demo/world/change-world.ts'
import { bucketFromGit, changedBucket, type HandBackWorld, handBackWorld, repository } from '#demo/world/hand-back-world.ts'
import { serviceAccountToken } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { checkpointKey } from '#lib/audit/checkpoint-key.ts'
import type { EvidenceBundle } from '#lib/audit-format/evidence-bundle.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, Forbidden, NotFound, RateLimited } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import type { JsonObject } from '#lib/json.ts'
import { changeDifference } from './change-difference.ts'
import { handBack } from './hand-back.ts'
import { sessionEvidence } from './make-evidence.ts'
import { endSession } from './session-life.ts'

const elsewhere = mkdtempSync(join(tmpdir(), 'corbel-evidence-'))
const canary = 'canary-of-another-matter'
let world: HandBackWorld
let session: string
let change: string
let name: string
let taken: { fileName: string; bundle: EvidenceBundle }

const otherMatter = (about: JsonObject = {}) =>
  database().$transaction((transaction) =>
    appendAudit(transaction, {
      requestId: canary,
      actor: canary,
      action: 'proposal.submitted',
      outcome: 'succeeded',
      target: { name: canary, ...about },
      details: { canary },
    }),
  )

beforeAll(async () => {
  world = await handBackWorld()
  session = await openSessionOf(world, world.alice)
  name = await bucketFromGit(world)
  await otherMatter()
  change = await changedBucket(world, session, name)
  await otherMatter({ session: newId() })
  await changeDifference(session, change, world.alice)
  await endSession(session, { note: 'Done' }, world.alice, 'test')
  await otherMatter()
  await handBack(session, change, { title: 'Bring it back', idempotencyKey: newId() }, world.alice, 'test')
  const { auditId } = await database().breakGlassChange.findUniqueOrThrow({ where: { id: change } })
  const event = {
    verb: 'patch',
    namespace: world.project.namespace,
    kind: 'x',
    name,
    dryRun: false,
    code: 200,
    verdict: 'matched',
    session,
  }
  await database().clusterAuditEvent.create({
    data: { cluster: 'demo', auditId: auditId ?? '', at: new Date(), username: 'oidc:alice', ...event },
  })
  taken = await sessionEvidence(session, world.alice, 'taking')
  await otherMatter()
  writeFileSync(join(elsewhere, 'audit.keys'), `${checkpointKey()?.verifier.text}\n`)
}, 180_000)
afterAll(async () => {
  await world.stop()
  rmSync(elsewhere, { recursive: true })
})

/** The real command in a folder that has the bundle and the public key, nothing else. */
async function verify(text: string): Promise<{ code: number; out: string }> {
  writeFileSync(join(elsewhere, 'bundle.json'), text)
  let out = ''
  const code = await run(['audit', 'verify', '--bundle', 'bundle.json', '--key', 'audit.keys'], {
    environment: {},
    directory: elsewhere,
    out: (said) => {
      out += said
    },
    err: (said) => {
      out += said
    },
  })
  return { code, out }
}

const text = () => JSON.stringify(taken.bundle)
const own = () => taken.bundle.entries.filter((entry) => 'action' in entry)

test('it verifies elsewhere with nothing but the public key', async () => {
  const { code, out } = await verify(text())
  expect(out).toContain('Intact')
  expect(code).toBe(0)
  expect(taken.fileName).toBe(`break-glass-${world.project.namespace}-${session}.json`)
})

test('it tells the session from dry run to pull request, its own taking too, and nothing of other matters', () => {
  expect(own().map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'break-glass.dry-run intent',
    'break-glass.dry-run succeeded',
    'break-glass.apply intent',
    'break-glass.apply succeeded',
    'break-glass.ended succeeded',
    'break-glass.handed-back succeeded',
    'break-glass.evidence-taken succeeded',
  ])
  expect(own().at(-1)).toMatchObject({ actor: world.alice.username, requestId: 'taking', target: { session } })
  expect(taken.bundle.entries.length).toBeGreaterThan(own().length + 1) // the others are there as hashes
  expect(text()).not.toContain(canary)
})

test('it holds the patch, its way back, the verdict, the object before and after, the pull request and the cluster’s own events', async () => {
  const row = await database().breakGlassChange.findUniqueOrThrow({ where: { id: change } })
  expect(taken.bundle.attachments).toMatchObject({
    session: { id: session, reason: 'Payments fail: the bucket is wrong', requestedBy: { username: 'alice' } },
    changes: [
      {
        id: change,
        name,
        state: 'applied',
        auditId: row.auditId,
        patchHash: row.patchHash,
        dryRun: { accepted: true },
        patch: expect.arrayContaining([{ op: 'replace', path: '/spec/storageClass', value: 'NEARLINE' }]),
        inverse: expect.arrayContaining([{ op: 'replace', path: '/spec/storageClass', value: 'STANDARD' }]),
        before: { metadata: { name, uid: row.uid }, spec: { storageClass: 'STANDARD' } },
        after: { metadata: { name, uid: row.uid }, spec: { storageClass: 'NEARLINE' } },
      },
    ],
    pullRequests: [{ id: row.proposalId, repository, title: 'Bring it back' }],
    clusterAudit: [{ auditId: row.auditId, username: 'oidc:alice', verdict: 'matched' }],
  })
})

/** Every way to a value that is no object or list. */
function* leaves(value: unknown, path: string[] = []): Generator<string[]> {
  if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key])
  else yield path
}

/** The bundle with one value changed. */
function changed(path: string[], to: (value: unknown) => unknown): string {
  const copy = JSON.parse(text())
  const key = path.at(-1) ?? ''
  const holder: object = path.slice(0, -1).reduce((here, step) => Reflect.get(here, step), copy)
  Object.assign(holder, { [key]: to(Reflect.get(holder, key)) })
  return JSON.stringify(copy)
}
const otherwise = (value: unknown): unknown => {
  if (typeof value === 'string') return value === '' ? 'x' : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`
  return typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : 'x'
}

describe('it is not intact: exit code 1', () => {
  test('after any value of the attachments, the subject or the beginning is another', async () => {
    const { attachments, subject, after } = taken.bundle
    const paths = [...leaves({ attachments, subject, after })]
    expect(paths.length).toBeGreaterThan(40)
    for (const path of paths) expect([path, (await verify(changed(path, otherwise))).code]).toEqual([path, 1])
  })

  test('after any value of any entry is another, hashes of other matters too', async () => {
    const paths = [...leaves({ entries: taken.bundle.entries })]
    expect(paths.some((path) => path.at(-1) === 'hash')).toBe(true)
    for (const path of paths) expect([path, (await verify(changed(path, otherwise))).code]).toEqual([path, 1])
  })

  test('after any entry is dropped, doubled or changes places with the next', async () => {
    const { entries } = taken.bundle
    for (const [index, entry] of entries.entries()) {
      const others = entries.toSpliced(index, 1)
      const shapes = [others, entries.toSpliced(index, 0, entry), others.toSpliced(index + 1, 0, entry)]
      for (const shape of index === entries.length - 1 ? shapes.slice(0, 2) : shapes)
        expect((await verify(changed(['entries'], () => shape))).code).toBe(1)
    }
  })

  test('with an attachment left out or added, another checkpoint or another signature', async () => {
    for (const key of Object.keys(taken.bundle.attachments))
      expect((await verify(changed(['attachments', key], () => undefined))).code).toBe(1)
    expect((await verify(changed(['attachments', 'more'], () => 1))).code).toBe(1)
    for (const key of ['checkpoint', 'signature', 'key', 'made', 'origin'])
      expect([key, (await verify(changed([key], otherwise))).code]).toEqual([key, 1])
  })
})

test('each taking is one more entry, and the bundle taken before stays intact', async () => {
  const before = await database().auditEntry.count({ where: { action: 'break-glass.evidence-taken' } })
  const again = await sessionEvidence(session, world.bob, 'again')
  expect(await database().auditEntry.count({ where: { action: 'break-glass.evidence-taken' } })).toBe(before + 1)
  expect((await verify(JSON.stringify(again.bundle))).code).toBe(0)
  expect((await verify(text())).code).toBe(0)
})

describe('who takes it', () => {
  /** Somebody signed in whose token may do nothing in the project. */
  const stranger = async (given: Partial<Actor> = {}): Promise<Actor> => {
    const token = await serviceAccountToken({
      kubeconfig: testKubeconfig(),
      namespace: 'default',
      name: 'default',
      expirationSeconds: 3600,
    })
    const [userId, loginId] = [newId(), newId()]
    const username = `mallory-${userId}`
    const later = new Date(Date.now() + 3_600_000)
    await database().user.create({ data: { id: userId, username, name: username, groups: [] } })
    const idToken = seal(config().secret, `login ${loginId}`, token)
    await database().login.create({ data: { id: loginId, tokenHash: loginId, userId, idToken, idTokenExpiresAt: later, expiresAt: later } })
    return { userId, loginId, username, name: username, email: null, groups: [], admin: false, auditor: false, ...given }
  }

  test('whoever may not see the session finds none, and nothing is told', async () => {
    const before = await database().auditEntry.count()
    await expect(sessionEvidence(session, await stranger(), 'test')).rejects.toThrow(NotFound)
    await expect(sessionEvidence(newId(), world.alice, 'test')).rejects.toThrow(NotFound)
    expect(await database().auditEntry.count()).toBe(before)
  })

  test('an approver from elsewhere sees the session, and none of the project’s fields', async () => {
    const approver = await stranger()
    await database().breakGlassSession.update({ where: { id: session }, data: { decidedBy: approver.username } })
    await expect(sessionEvidence(session, approver, 'test')).rejects.toThrow(Forbidden)
    await database().breakGlassSession.update({ where: { id: session }, data: { decidedBy: null } })
  })

  test('an auditor does', async () => {
    const { bundle } = await sessionEvidence(session, await stranger({ auditor: true }), 'test')
    expect((await verify(JSON.stringify(bundle))).code).toBe(0)
  })
})

test('nobody takes more than five in a minute: each walks through the chain', async () => {
  const takings = () => database().auditEntry.count({ where: { action: 'break-glass.evidence-taken', actor: world.bob.username } })
  while ((await takings()) < 5) await sessionEvidence(session, world.bob, 'test')
  await expect(sessionEvidence(session, world.bob, 'test')).rejects.toThrow(RateLimited)
  expect(await takings()).toBe(5)
})

test('a change whose column was changed in the database is said to be unreadable, and the rest is told', async () => {
  const { sealed } = await database().breakGlassChange.findUniqueOrThrow({ where: { id: change } })
  await database().breakGlassChange.update({ where: { id: change }, data: { sealed: `${sealed.slice(0, -4)}AAAA` } })
  const { bundle } = await sessionEvidence(session, world.alice, 'test')
  expect(bundle.attachments.changes).toMatchObject([{ id: change, unreadable: expect.any(String) }])
  await database().breakGlassChange.update({ where: { id: change }, data: { sealed } })
})

test('without a key that signs there is none', async () => {
  const { key } = config().audit
  config().audit.key = ''
  await expect(sessionEvidence(session, world.alice, 'test')).rejects.toThrow(Conflict)
  config().audit.key = key
})
