import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import { deliverSome } from './deliver-events.ts'

let fresh: FreshDatabase
let server: Server
let status = 200
let drop = false
const received: { ids: string[]; authorization: string | undefined; type: string | undefined }[] = []
const Batch = z.array(
  z.object({
    id: z.string(),
    specversion: z.literal('1.0'),
    source: z.string(),
    type: z.string(),
    time: z.iso.datetime(),
    data: z.looseObject({}),
  }),
)

beforeAll(async () => {
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  Object.assign(process.env, settingsForTests({ DATABASE_URL: fresh.url }))
  server = createServer(async (request, response) => {
    const events = Batch.parse(JSON.parse(await text(request)))
    received.push({ ids: events.map(({ id }) => id), authorization: request.headers.authorization, type: request.headers['content-type'] })
    if (drop) request.socket.destroy()
    else response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (let written = 0; written < 130; written++)
    await database().$transaction((transaction) =>
      appendAudit(transaction, {
        requestId: 'r',
        actor: 'alice',
        action: 'break-glass.opened',
        outcome: 'succeeded',
        target: { cluster: 'demo', namespace: 'shop' },
        details: { written },
      }),
    )
})
afterAll(async () => {
  server.close()
  await database().$disconnect()
  await fresh.drop()
})

// Proof of the cast: a TCP server's address is no text.
const sink = () => ({ name: 'siem', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, token: 'a token' })
const ready = () => database().$executeRaw`UPDATE "event_sink" SET "nextAt" = clock_timestamp()`
const numbers = () => received.flatMap(({ ids }) => ids.map((id) => Number(id.split('/').at(-1))))

test('every entry is sent, in order, with the token; a failing sink gets the same ones again, and says why it waits', async () => {
  status = 503
  expect(await deliverSome(sink())).toBe(0)
  const failing = await database().eventSink.findUniqueOrThrow({ where: { name: 'siem' } })
  expect(failing).toMatchObject({ delivered: 0n, problem: 'It answered with status 503.', failingSince: expect.any(Date) })
  expect(await deliverSome(sink())).toBe(0) // not yet its time
  expect(received).toHaveLength(1)
  status = 200
  drop = true // it took them, and the answer is lost: they come once more
  await ready()
  expect(await deliverSome(sink())).toBe(0)
  drop = false
  await ready()
  expect(await deliverSome(sink())).toBe(100)
  expect(await deliverSome(sink())).toBe(30)
  expect(await deliverSome(sink())).toBe(0)
  const each = Array.from({ length: 130 }, (_, index) => index + 1)
  expect([...new Set(numbers())]).toEqual(each)
  expect(received[0]?.ids).toEqual(received[1]?.ids)
  expect(new Set(received.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer a token']))
  expect(new Set(received.map(({ type }) => type))).toEqual(new Set(['application/cloudevents-batch+json']))
  expect(await database().eventSink.findUniqueOrThrow({ where: { name: 'siem' } })).toMatchObject({
    delivered: 130n,
    problem: null,
    failingSince: null,
  })
})

test('nothing stands still while a sink is away: its problem is kept and others go on', async () => {
  await database().$transaction((transaction) =>
    appendAudit(transaction, { requestId: 'r', actor: 'bob', action: 'x.y', outcome: 'succeeded', target: {}, details: {} }),
  )
  expect(await deliverSome({ name: 'gone', url: 'http://127.0.0.1:1/', token: undefined })).toBe(0)
  expect(await deliverSome(sink())).toBe(1)
  expect((await database().eventSink.findUniqueOrThrow({ where: { name: 'gone' } })).problem).toMatch(/could not be reached/)
})
