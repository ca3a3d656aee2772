/** The wrapper of every route, on a real database: who may call from where, what is read of a request, what is written down. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findBreak } from '#lib/audit/append-audit.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { Forbidden } from '#lib/errors.ts'
import { tokenHash } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import { route } from './route.ts'
import { routeFiles } from './route-tree.ts'

const portal = 'https://corbel.test'
const directory = mkdtempSync(join(tmpdir(), 'corbel-route-'))
const cookie = '__Host-corbel-login=carols-browser'
let fresh: FreshDatabase

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  writeFileSync(join(directory, 'app.pem'), '-----BEGIN PRIVATE KEY-----')
  Object.assign(process.env, {
    CORBEL_URL: portal,
    CORBEL_SECRET: 'a secret of at least thirty-two characters',
    CORBEL_LOG_LEVEL: 'error',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'https://127.0.0.1:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'corbel',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: import.meta.filename }]),
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: join(directory, 'app.pem'),
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
  })
  const userId = newId()
  await database().user.create({ data: { id: userId, username: 'carol@acme.test', name: 'Carol', groups: ['playlists'] } })
  const login = { id: newId(), userId, tokenHash: tokenHash('carols-browser'), expiresAt: new Date(Date.now() + 3_600_000) }
  await database().login.create({ data: login })
})

afterAll(async () => {
  await database().$disconnect()
  await fresh.drop()
  rmSync(directory, { recursive: true, force: true })
})

const asked = { params: Promise.resolve({}) }
const post = (headers: Record<string, string>, body: BodyInit = '{}'): Request =>
  new Request(`${portal}/api/v1/thing`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit) // lib.dom lacks `duplex`, which streams need
const ours = { origin: portal, cookie }

const thing = route({
  summary: 'A thing with a text',
  access: 'signed-in',
  body: z.object({ text: z.string() }),
  reply: { 200: z.object({ length: z.number() }) },
  audit: 'thing.changed',
  handle: ({ body }) => {
    if (body.text === 'forbidden') throw new Forbidden('You may not.')
    return { length: body.text.length }
  },
})
const denials = () => database().auditEntry.findMany({ orderBy: { seq: 'asc' } })

describe('where an unsafe request comes from', () => {
  test.each<[string, Record<string, string>, number]>([
    ['our pages', { origin: portal }, 200],
    ['our pages, in a browser that leaves the origin out', { 'sec-fetch-site': 'same-origin' }, 200],
    ['a program that says so', { 'x-corbel-request': '1' }, 200],
    ['nothing said', {}, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['another site', { origin: 'https://evil.test' }, 403],
    ['a neighbour on our domain', { origin: 'https://x.corbel.test', 'sec-fetch-site': 'same-site' }, 403],
    ['another port', { origin: `${portal}:8443` }, 403],
    ['plain http', { origin: 'http://corbel.test' }, 403],
    ['an address that begins like ours', { origin: `${portal}.evil.test` }, 403],
    ['another site without origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another site with our header', { 'sec-fetch-site': 'cross-site', 'x-corbel-request': '1' }, 403],
    ['a typed address', { 'sec-fetch-site': 'none' }, 403],
    ['a form of another site', { origin: 'https://evil.test', 'content-type': 'application/x-www-form-urlencoded' }, 403],
  ])('%s', async (_, headers, status) => {
    const form = headers['content-type'] !== undefined
    expect((await thing(post({ ...headers, cookie }, form ? 'text=x' : '{"text":"x"}'), asked)).status).toBe(status)
  })

  test.each([
    ['same-origin', 200],
    ['none', 200],
    ['cross-site', 403],
    ['same-site', 403],
  ])('a link that does something, followed from %s', async (site, status) => {
    const link = route({ summary: 'A link', access: 'signed-in', origin: 'ours', reply: { 200: null }, handle: () => undefined })
    const request = new Request(`${portal}/x`, { headers: { cookie, 'sec-fetch-site': site } })
    expect((await link(request, asked)).status).toBe(status)
  })

  test('every unsafe route of the tree refuses another site', async () => {
    let tried = 0
    for (const { file, path } of routeFiles(join(import.meta.dirname, '..', '..', 'app'))) {
      const module = await import(file)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const handler = module[method]
        if (!handler || handler.declaration.origin === 'any') continue
        tried++
        const request = new Request(`${portal}${path}`, { method, headers: { origin: 'https://evil.test', cookie } })
        expect((await handler(request, asked)).status, `${method} ${path}`).toBe(403)
      }
    }
    expect(tried).toBeGreaterThan(7)
  })
})

test.each(['impersonate-user', 'impersonate_group', 'x-middleware-subrequest'])(
  '%s is refused, and who sent it written down',
  async (name) => {
    const answer = await thing(post({ origin: portal, cookie, [name]: 'x' }, '{"text":"x"}'), asked)
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining(`"${name}"`) })
    expect((await denials()).at(-1)).toMatchObject({ actor: 'carol@acme.test', outcome: 'denied', action: 'thing.changed' })
  },
)

describe('what is read of a request', () => {
  const chunks = (count: number): ReadableStream => {
    let sent = 0
    return new ReadableStream({
      pull: (controller) => (sent++ < count ? controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20)) : controller.close()),
    })
  }

  test('a body that does not say its length is read no further than its limit', async () => {
    const answer = await thing(post(ours, chunks(1_000_000)), asked)
    expect(answer.status).toBe(413)
  })

  test('a body that says too much is not read at all', async () => {
    expect((await thing(post({ ...ours, 'content-length': '99999999' }, '{}'), asked)).status).toBe(413)
  })

  test.each([
    ['NUL', '\\u0000'],
    ['half of a surrogate pair', '\\ud83d'],
  ])('text with %s is refused with a sentence, not by the database', async (_, escaped) => {
    const answer = await thing(post(ours, `{"text":"a${escaped}b"}`), asked)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('character') })
  })

  test('letters of several bytes survive the edges of chunks', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ text: '🦩'.repeat(1000) }))
    const body = new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7))
        controller.close()
      },
    })
    expect(await (await thing(post(ours, body), asked)).json()).toEqual({ length: 2000 })
  })
})

describe('what is written down', () => {
  test('a denial, with the person; never one of nobody, whom anybody can be', async () => {
    const before = (await denials()).length
    expect((await thing(post(ours, '{"text":"forbidden"}'), asked)).status).toBe(403)
    expect((await thing(post({ origin: 'https://evil.test' }, '{"text":"x"}'), asked)).status).toBe(403)
    expect((await thing(post({ origin: portal }, '{"text":"x"}'), asked)).status).toBe(401)
    const written = (await denials()).slice(before)
    expect(written).toMatchObject([{ actor: 'carol@acme.test', action: 'thing.changed', outcome: 'denied' }])
  })

  test('a denied read too', async () => {
    const read = route({
      summary: 'A thing',
      access: 'admin',
      params: z.object({ namespace: z.string() }),
      reply: { 200: null },
      handle: () => undefined,
    })
    const answer = await read(new Request(`${portal}/x`, { headers: { cookie } }), {
      params: Promise.resolve({ namespace: 'payments-prod' }),
    })
    expect(answer.status).toBe(403)
    const written = await denials()
    expect(written.at(-1)).toMatchObject({
      actor: 'carol@acme.test',
      action: 'access.denied',
      target: { namespace: 'payments-prod' },
    })
    expect(findBreak(written)).toBeUndefined()
  })

  test('an error that is none of ours shows nothing of itself', async () => {
    const broken = route({
      summary: 'Broken',
      access: 'public',
      reply: { 200: null },
      handle: () => {
        throw new Error('password=canary at db.internal')
      },
    })
    const answer = await broken(new Request(`${portal}/x`), asked)
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/canary|password|db\.internal/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})
