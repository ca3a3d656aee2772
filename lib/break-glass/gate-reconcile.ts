/**
 * Makes the clusters' gates say what the sessions say. The row leads: a gate whose session is over, or in another project, or written
 * otherwise than we write it, is shut or put right; a missing one of an open session is opened. So a portal that was killed between its
 * commit and the cluster leaves nothing open, and nothing shut, for longer than a few seconds.
 *
 * A gate of no session of ours was opened by hand (docs/break-glass.md, when Corbel or signing in is down). It raises an alert, and is left
 * until the end that it names, four hours at most; without such an end it is shut at once.
 */

import { type Gate, gatesOf } from '#lib/cluster/break-glass-gate.ts'
import type { Cluster } from '#lib/cluster/client.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import { raiseAlert } from '#lib/cluster-audit/alerts.ts'
import { database } from '#lib/database/client.ts'
import { isId } from '#lib/ids.ts'
import { isObject, textAt, valueAt } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'
import { mostMinutes } from './contract.ts'
import { belongsOpen, gateOf, openGateOf, shutGateOf } from './gate-session.ts'
import { withRequester } from './session-row.ts'

const namespaceKind: KindRef = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }
const labelSelector = 'corbel.dev/project=true'
const prefix = 'session.corbel.dev/'

/** What one look did. `failed`: clusters that could not be looked at, with the reason. */
export interface GateLook {
  shut: number
  opened: number
  /** Opened by hand, and left. */
  byHand: number
  failed: { cluster: string; error: unknown }[]
}

/** Looks at every project of every cluster once: the cluster says which they are, and the index knows them. A cluster that does not answer keeps nobody else waiting for the next. */
export async function reconcileGates(): Promise<GateLook> {
  const look: GateLook = { shut: 0, opened: 0, byHand: 0, failed: [] }
  await Promise.all(
    clusters().map(async (cluster) => {
      try {
        await reconcileCluster(cluster, look)
      } catch (error) {
        look.failed.push({ cluster: cluster.name, error })
      }
    }),
  )
  return look
}

async function reconcileCluster(cluster: Cluster, look: GateLook): Promise<void> {
  const { items } = await cluster.asPortal().list(namespaceKind, { labelSelector, metadataOnly: true })
  const projects = await database().project.findMany({ where: { cluster: cluster.name }, select: { namespace: true } })
  const ours = new Set(projects.map(({ namespace }) => namespace))
  const found = new Map<string, Gate>()
  for (const item of items) {
    const annotations = valueAt(item, ['metadata', 'annotations'])
    const namespace = textAt(item, 'metadata', 'name')
    if (
      namespace === undefined ||
      !ours.has(namespace) ||
      !isObject(annotations) ||
      !Object.keys(annotations).some((key) => key.startsWith(prefix))
    )
      continue
    for (const gate of await gatesOf({ cluster, namespace })) {
      if (await judgeGate(cluster, namespace, gate, look)) found.set(gate.session, gate)
    }
  }
  // read after the list: what was opened since is opened again, which changes nothing
  const rows = await database().breakGlassSession.findMany({
    where: { cluster: cluster.name, OR: [{ endedAt: null, state: { in: ['open', 'applying'] } }, { gate: { not: 'shut' } }] },
    include: withRequester,
  })
  for (const row of rows) {
    const there = found.get(row.id)
    if (belongsOpen(row) && (there?.value !== gateOf(row) || row.gate !== 'open')) {
      await openGateOf(row.id)
      look.opened += 1
    } else if (!belongsOpen(row) && row.gate !== 'shut') {
      await shutGateOf(row.id)
      look.shut += 1
    }
  }
}

/** Whether a gate is that of an open session here. One that is not is shut, or left with an alert where it was opened by hand. */
async function judgeGate(cluster: Cluster, namespace: string, gate: Gate, look: GateLook): Promise<boolean> {
  const row = isId(gate.session) ? await database().breakGlassSession.findUnique({ where: { id: gate.session } }) : null
  if (row && row.cluster === cluster.name && row.namespace === namespace && belongsOpen(row)) return true
  if (!row) {
    const left = await mayStay(gate)
    const what = left ? `is left open until ${gate.until}` : 'was shut, because it names no end within four hours'
    await database().$transaction((transaction) =>
      raiseAlert(transaction, {
        type: 'gate-by-hand',
        cluster: cluster.name,
        namespace,
        about: `gate ${gate.session}`,
        message: `The break-glass gate of ${namespace} was opened by hand, for no session of Corbel’s ("${gate.session.slice(0, 60)}"); it ${what}.`,
        session: null,
      }),
    )
    if (left) {
      look.byHand += 1
      return false
    }
  }
  const annotations = { [`${prefix}${gate.session}`]: null }
  await cluster.asPortal().patchMerge({ ...namespaceKind, name: namespace }, { metadata: { annotations } }, { fieldManager: 'corbel' })
  log().warn(
    { cluster: cluster.name, namespace, session: gate.session },
    'a break-glass gate was open without an open session; it is shut now',
  )
  look.shut += 1
  return false
}

/** By the database's clock. */
async function mayStay({ tier, until }: Gate): Promise<boolean> {
  const end = tier === undefined ? Number.NaN : Date.parse(until)
  if (!Number.isFinite(end)) return false
  const [row] = await database().$queryRaw<{ stays: boolean }[]>`
    SELECT ${new Date(end)}::timestamptz BETWEEN clock_timestamp() AND clock_timestamp() + make_interval(mins => ${mostMinutes}::int) AS "stays"`
  return row?.stays === true
}
