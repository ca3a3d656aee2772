/**
 * Reads the audit logs of clusters whose API server writes to a file that the worker can see. Of all workers one reads a cluster's log (lease
 * `cluster-audit/<cluster>`). The place is kept in the transaction that keeps the events before it, so a worker that dies loses and repeats
 * nothing. A log that was rotated is read to its end under its new name first; one that cannot be found any more is said to have a gap.
 */
import { randomUUID } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { releaseLease, takeLease } from '#lib/inventory/lease.ts'
import type { Json } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'
import { outage } from '#lib/telemetry/outage.ts'
import { type AccountUse, type GateWrite, readEvent } from './read-event.ts'
import { type ClusterIdentity, findIntentsWithoutEvent, settleEvents, storeEvents } from './store-events.ts'

const leaseSeconds = 15
const everyMs = 1_000
const pieceBytes = 1024 * 1024
/**
 * A line that is longer is passed over and said. An API server takes 3 MiB; written as \u003c, in request and answer, that is 36 MiB in one line.
 */
const longestLine = 64 * 1024 * 1024

/** Reads and settles until the signal. Never fails: what goes wrong is logged and tried again. */
export async function followClusterAudit(signal: AbortSignal): Promise<void> {
  await Promise.all(config().clusters.map(({ name }) => followOne(name, signal)))
}

async function followOne(cluster: string, signal: AbortSignal): Promise<void> {
  const holder = randomUUID()
  const failing = outage()
  const lease = `cluster-audit/${cluster}`
  let identity: ClusterIdentity | undefined
  while (!signal.aborted) {
    try {
      if (await takeLease(database(), lease, holder, leaseSeconds)) {
        identity ??= await identityAt(cluster)
        const file = config().clusterAudit.logs[cluster]
        if (file !== undefined) await readOn(identity, file)
        await settleEvents(identity)
        const place = await database().clusterAuditPlace.findUnique({ where: { cluster } })
        if (place?.eventAt) await findIntentsWithoutEvent(identity, place.eventAt)
      }
      failing.ends()
    } catch (error) {
      if (failing.begins(error instanceof Error ? error.message : ''))
        log().error({ err: error, cluster }, 'the audit log of the cluster could not be read; trying again')
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
  await releaseLease(database(), lease, holder).catch(() => {}) // it runs out by itself
}

/** Who the portal is there; its own gate writes are no news. Throws Unavailable while the cluster is away. */
export async function identityAt(cluster: string): Promise<ClusterIdentity> {
  const { username } = await clusterNamed(cluster).asPortal().whoAmI()
  return { cluster, portal: username, prefix: config().clusterAudit.userPrefix }
}

/** Reads from the kept place to the log's end. Gives how many events about break-glass it held. */
export async function readOn(identity: ClusterIdentity, file: string): Promise<number> {
  const { cluster } = identity
  const place = await database().clusterAuditPlace.findUnique({ where: { cluster } })
  const now = await stat(file).catch(() => undefined)
  if (!now) {
    await keepPlace(database(), cluster, { file, problem: `The file ${file} is not there.` })
    return 0
  }
  const inode = String(now.ino)
  if (!place || place.inode === '') {
    // What happened before Corbel looked is not matched with sessions that did not exist.
    await keepPlace(database(), cluster, { file, inode, offset: BigInt(now.size), eventAt: new Date(), problem: null })
    return 0
  }
  if (place.inode === inode && place.offset <= BigInt(now.size)) return readFrom(identity, file, inode, Number(place.offset))
  const rotated = place.inode === inode ? undefined : await fileWith(place.inode, file)
  const found = rotated === undefined ? 0 : await readFrom(identity, rotated, place.inode, Number(place.offset))
  const problem =
    rotated === undefined
      ? `The log was replaced before it was read to its end (${new Date().toISOString()}): events in between are missing. Keep more rotated files (--audit-log-maxbackup).`
      : null
  await keepPlace(database(), cluster, { file, inode, offset: 0n, ...(problem === null ? {} : { problem }) })
  return found + (await readFrom(identity, file, inode, 0))
}

/** The name under which a rotated log goes on: `audit-<time>.log` beside `audit.log`. */
async function fileWith(inode: string, file: string): Promise<string | undefined> {
  const folder = dirname(file)
  const ending = extname(file)
  for (const name of await readdir(folder)) {
    if (!name.endsWith(ending)) continue
    const path = join(folder, name)
    if (String((await stat(path).catch(() => undefined))?.ino) === inode) return path
  }
  return undefined
}

async function readFrom(identity: ClusterIdentity, file: string, inode: string, from: number): Promise<number> {
  const handle = await open(file)
  let offset = from
  let found = 0
  let size = pieceBytes
  let problem: string | undefined
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size, offset)
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
      if (end === 0) {
        if (bytesRead < size) return found // the last line is still being written
        if (size < longestLine) {
          size *= 2
          continue
        }
        log().warn({ cluster: identity.cluster, offset }, 'a line of the cluster audit log is too long and was passed over')
        problem = `A line at byte ${offset} is too long to read (${new Date().toISOString()}): what it tells is missing.`
      }
      const read = end === 0 ? bytesRead : end
      const { events, newest } = eventsIn(buffer.subarray(0, read))
      offset += read
      await database().$transaction(async (transaction) => {
        await keepPlace(transaction, identity.cluster, {
          file,
          inode,
          offset: BigInt(offset),
          ...(newest ? { eventAt: newest } : {}),
          ...(problem === undefined ? {} : { problem }),
        })
        await storeEvents(transaction, identity, events)
      })
      found += events.length
      size = pieceBytes
      if (bytesRead < size && end === bytesRead) return found
    }
  } finally {
    await handle.close()
  }
}

const marks = [':break-glass"', 'session.corbel.dev'].map((mark) => Buffer.from(mark))

/** The events of whole lines, and the newest moment that any line tells of. Lines without our words are not parsed. */
function eventsIn(lines: Buffer): { events: (AccountUse | GateWrite)[]; newest: Date | undefined } {
  const events: (AccountUse | GateWrite)[] = []
  let start = 0
  while (start < lines.length) {
    const end = lines.indexOf(10, start)
    const line = lines.subarray(start, end < 0 ? lines.length : end)
    start = end < 0 ? lines.length : end + 1
    if (!marks.some((mark) => line.includes(mark))) continue
    const event = readEvent(parsed(line.toString('utf8')))
    if (event) events.push(event)
  }
  const last = lines.subarray(lines.lastIndexOf(10, lines.length - 2) + 1).toString('utf8')
  const [, at] = /"requestReceivedTimestamp":"([^"]+)"/.exec(last) ?? []
  return { events, newest: at === undefined ? undefined : new Date(at) }
}

function parsed(line: string): Json {
  try {
    return JSON.parse(line)
  } catch {
    return null // cut short by a crash of the API server
  }
}

export async function keepPlace(
  transaction: Transaction,
  cluster: string,
  place: { file: string; inode?: string; offset?: bigint; eventAt?: Date; problem?: string | null },
): Promise<void> {
  await transaction.clusterAuditPlace.upsert({
    where: { cluster },
    create: { cluster, inode: '', offset: 0n, ...place },
    update: place,
  })
}
