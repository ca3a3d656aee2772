/** The audit webhook of API servers: lists of events (audit.k8s.io/v1 EventList), authenticated by a bearer token. */
import { timingSafeEqual } from 'node:crypto'
import { readText } from '#lib/api/read-text.ts'
import { sha256 } from '#lib/audit/audit-crypto.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import { isObject, type Json, textAt } from '#lib/json.ts'
import { identityAt, keepPlace } from './follow-logs.ts'
import { readEvent } from './read-event.ts'
import { storeEvents } from './store-events.ts'

/** A batch of API servers holds 400 events unless told otherwise (--audit-webhook-batch-max-size). */
const mostBytes = 64 * 1024 * 1024

/**
 * Takes a batch. An API server that gets an error sends it again, and what is stored already stays as it is. Throws Forbidden for a wrong
 * token, NotFound for a cluster that is not configured, Invalid for what is no list of events.
 */
export async function receiveEvents(cluster: string, request: Request): Promise<void> {
  const expected = config().clusterAudit.webhookToken
  const [, given = ''] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
  if (expected === undefined || !same(given, expected))
    throw new Forbidden(
      'The token of this audit webhook is not right. Check that CORBEL_CLUSTER_AUDIT_TOKEN is the token in the API server’s webhook kubeconfig.',
    )
  if (!config().clusters.some(({ name }) => name === cluster)) throw new NotFound(`There is no cluster ${cluster}.`)
  const body = await readText(request, mostBytes, 'The batch of audit events is too large. Lower --audit-webhook-batch-max-size.')
  const items = itemsOf(body)
  const events = items.map(readEvent).filter((event) => event !== undefined)
  const times = items.flatMap((item) => Date.parse(textAt(item, 'requestReceivedTimestamp') ?? '') || [])
  const identity = await identityAt(cluster)
  await database().$transaction(async (transaction) => {
    if (times.length > 0) await keepPlace(transaction, cluster, { file: 'webhook', eventAt: new Date(Math.max(...times)), problem: null })
    await storeEvents(transaction, identity, events)
  })
}

const same = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(sha256(Buffer.from(a))), Buffer.from(sha256(Buffer.from(b))))

function itemsOf(body: string): Json[] {
  let list: unknown
  try {
    list = JSON.parse(body)
  } catch (error) {
    throw new Invalid('The audit webhook sent something that is not JSON.', [], { cause: error })
  }
  if (!isObject(list) || !Array.isArray(list.items))
    throw new Invalid('The audit webhook sent something that is no list of events (audit.k8s.io/v1).')
  return list.items
}
