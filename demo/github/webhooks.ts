/**
 * Webhook deliveries. An event becomes one row per subscribed hook in the same breath as the change it tells of; a loop posts the rows that
 * are due and tries again with growing pauses when the receiver is down, over restarts of either side. (GitHub itself does not try again
 * by itself; the demo does so that nothing is lost while the portal restarts. After the last try a person may redeliver from the page.)
 */
import { createHmac, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Json } from '#lib/json.ts'
import type { World } from './world.ts'

/** Seconds before the second, third... try; after the last the delivery has failed. About five minutes in all. */
const pauses = [0.3, 0.7, 1, 2, 4, 8, 15, 30, 60, 60, 120]

/** How long a receiver may take, in milliseconds (GitHub: 10 seconds). */
const patience = 10_000

const deliveryRow = z.object({
  id: z.string(),
  hook: z.number(),
  event: z.string(),
  action: z.string().nullable(),
  body: z.string(),
  attempts: z.number(),
  next_at: z.number().nullable(),
  delivered_at: z.number().nullable(),
  last_status: z.number().nullable(),
  last_error: z.string().nullable(),
  created_at: z.number(),
})
export type Delivery = z.infer<typeof deliveryRow>

/** Notes an event for every hook that wants it. Call it inside the transaction of the change, then `world.wakeDeliveries()`. */
export function recordEvent(world: World, event: string, payload: { action?: string; [key: string]: Json | undefined }): void {
  const body = JSON.stringify(payload)
  for (const [hook, { events }] of world.options.webhooks.entries()) {
    if (events && !events.includes(event)) continue
    world.store.run(
      `INSERT INTO delivery (id, hook, event, action, body, attempts, next_at, created_at)
       VALUES ($id, $hook, $event, $action, $body, 0, $now, $now)`,
      { id: randomUUID(), hook, event, action: payload.action ?? null, body, now: world.now() },
    )
  }
}

export const signature = (secret: string, body: string): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

export const listDeliveries = (world: World): Delivery[] =>
  world.store.all(deliveryRow, 'SELECT * FROM delivery ORDER BY created_at DESC, rowid DESC LIMIT 200')

/** Sends a delivery again, with the same id, as GitHub does. False when there is none. */
export function redeliver(world: World, id: string): boolean {
  const { changes } = world.store.run('UPDATE delivery SET attempts = 0, next_at = $now, delivered_at = NULL WHERE id = $id', {
    id,
    now: world.now(),
  })
  world.wakeDeliveries()
  return changes > 0
}

async function post(world: World, delivery: Delivery, signal: AbortSignal): Promise<{ status: number | null; error: string | null }> {
  const hook = world.options.webhooks[delivery.hook]
  if (!hook) return { status: null, error: 'no such webhook any more' }
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/simulated',
        'x-github-event': delivery.event,
        'x-github-delivery': delivery.id,
        'x-github-hook-id': String(delivery.hook + 1),
        'x-github-hook-installation-target-type': 'integration',
        'x-github-hook-installation-target-id': world.options.app.id,
        'x-hub-signature-256': signature(hook.secret, delivery.body),
      },
    })
    await response.body?.cancel()
    return { status: response.status, error: response.ok ? null : `answered ${response.status}` }
  } catch (error) {
    return { status: null, error: error instanceof Error ? error.message : 'could not be sent' }
  }
}

/** Starts the loop; `wake` looks at once, `stop` ends it and waits for posts under way. */
export function startDeliveries(world: World): { wake(): void; stop(): Promise<void> } {
  const stopping = new AbortController()
  const underWay = new Map<string, Promise<void>>()
  let timer: NodeJS.Timeout | undefined

  const deliver = async (delivery: Delivery): Promise<void> => {
    const { status, error } = await post(world, delivery, stopping.signal)
    if (stopping.signal.aborted) return
    const pause = pauses[delivery.attempts]
    world.store.run(
      `UPDATE delivery SET attempts = attempts + 1, last_status = $status, last_error = $error, delivered_at = $delivered, next_at = $next
       WHERE id = $id`,
      {
        id: delivery.id,
        status,
        error,
        delivered: error === null ? world.now() : null,
        next: error === null || pause === undefined ? null : world.now() + pause * 1000,
      },
    )
  }

  const look = (): void => {
    if (stopping.signal.aborted) return
    clearTimeout(timer)
    const waiting = world.store.all(deliveryRow, 'SELECT * FROM delivery WHERE next_at IS NOT NULL ORDER BY next_at, rowid LIMIT 50')
    for (const delivery of waiting) {
      if (underWay.has(delivery.id) || (delivery.next_at ?? 0) > world.now()) continue
      underWay.set(
        delivery.id,
        deliver(delivery).finally(() => {
          underWay.delete(delivery.id)
          look()
        }),
      )
    }
    const next = waiting.find((delivery) => !underWay.has(delivery.id))
    if (next) timer = setTimeout(look, Math.max(10, (next.next_at ?? 0) - world.now()))
  }

  look()
  return {
    wake: look,
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await Promise.allSettled(underWay.values())
    },
  }
}
