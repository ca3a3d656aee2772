/**
 * Sends the audit chain to event sinks, in order and at least once. The chain is the outbox: what is told in a transaction is delivered when that
 * transaction commits, and how far a sink has got is one number (table event_sink), moved on after the sink said yes. Nothing is sampled or left
 * out; a sink that is down holds up nobody but itself. A new sink begins at the chain's first entry.
 *
 * Entries may become visible in another order than their numbers only if the chain had gaps, which its head row's lock rules out.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { auditOrigin } from '#lib/audit/checkpoint-key.ts'
import { chainFrom, chainHead } from '#lib/audit/read-chain.ts'
import type { ChainEntry } from '#lib/audit-format/audit-entry.ts'
import { type Config, config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { releaseLease, takeLease } from '#lib/inventory/lease.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { cloudEvent } from './cloud-event.ts'

type Sink = Config['eventSinks'][number]

const batch = 100
const leaseSeconds = 30
const everyMs = 1_000
const answerMs = 10_000
const longestPauseSeconds = 300

/** Delivers to every configured sink until the signal. Never fails: what goes wrong is kept beside the sink, logged and tried again. */
export async function deliverEvents(signal: AbortSignal): Promise<void> {
  await Promise.all(config().eventSinks.map((sink) => deliverTo(sink, signal)))
}

async function deliverTo(sink: Sink, signal: AbortSignal): Promise<void> {
  const holder = randomUUID()
  const lease = `event-sink/${sink.name}`
  const failing = outage()
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await takeLease(database(), lease, holder, leaseSeconds)) && (await deliverSome(sink)) === batch);
      failing.ends()
    } catch (error) {
      if (failing.begins()) log().error({ err: error, sink: sink.name }, 'the audit log could not be sent to an event sink; trying again')
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
  await releaseLease(database(), lease, holder).catch(() => {}) // it runs out by itself
}

/** Sends the next entries of one sink, if it is their time. Gives how many it took. */
export async function deliverSome(sink: Sink): Promise<number> {
  await database().$executeRaw`INSERT INTO "event_sink" ("name") VALUES (${sink.name}) ON CONFLICT DO NOTHING`
  const [place] = await database().$queryRaw<{ delivered: bigint; due: boolean }[]>`
    SELECT "delivered", "nextAt" <= clock_timestamp() AS "due" FROM "event_sink" WHERE "name" = ${sink.name}`
  if (!place?.due) return 0
  const from = Number(place.delivered)
  const { seq } = await chainHead(database())
  const upTo = Math.min(seq, from + batch)
  const entries: ChainEntry[] = []
  for await (const piece of chainFrom(database(), from, upTo)) entries.push(...piece)
  if (entries.length === 0) return 0
  const problem = await send(sink, entries)
  if (problem !== undefined) {
    await database().$executeRaw`
      UPDATE "event_sink" SET "problem" = ${problem}, "failingSince" = coalesce("failingSince", clock_timestamp()),
        "nextAt" = clock_timestamp() + make_interval(secs => least(${longestPauseSeconds}::int,
          greatest(1, extract(epoch FROM clock_timestamp() - coalesce("failingSince", clock_timestamp()))::int)))
      WHERE "name" = ${sink.name}`
    return 0
  }
  const last = entries.at(-1)
  await database().$executeRaw`
    UPDATE "event_sink" SET "delivered" = ${last?.seq ?? from}::bigint, "problem" = NULL, "failingSince" = NULL, "nextAt" = clock_timestamp()
    WHERE "name" = ${sink.name} AND "delivered" = ${place.delivered}::bigint`
  return entries.length
}

/** Why the sink did not take them; undefined where it did. */
async function send({ url, token }: Sink, entries: ChainEntry[]): Promise<string | undefined> {
  const origin = auditOrigin()
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(entries.map((entry) => cloudEvent(entry, origin))),
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      signal: AbortSignal.timeout(2 * answerMs),
    })
    await body.dump()
    return statusCode >= 200 && statusCode < 300 ? undefined : `It answered with status ${statusCode}.`
  } catch (error) {
    return `It could not be reached (${error instanceof Error && 'code' in error ? String(error.code) : 'no answer'}).`
  }
}
