/**
 * Holds a GitOps controller back for an emergency change, with owner, reason and end, so that it does not undo the change before it is in Git.
 *
 *   pausing ──► paused ──► resuming ──► resumed      (pause-resume.ts: after the merge, when the time is over, or when somebody says so)
 *      └──► failed             └──► paused, with the problem: tried again
 *
 * Flux and corbel apply are held back by an annotation on the live object, written on the same way as the change itself: the person's token as
 * the break-glass account, through the gate, with an intent before and an outcome after. Argo CD's Application is changed by the person's own
 * token where the cluster lets them; else the command to run is told. The row is there before anything is written: a pause nobody remembers is
 * worse than none.
 */
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { sha256 } from '#lib/audit/audit-crypto.ts'
import { recordedAct } from '#lib/audit/recorded-act.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { newId } from '#lib/ids.ts'
import { type JsonObject, textAt } from '#lib/json.ts'
import { exactObject, roughJson } from '#lib/patch/exact-json.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { markPatch } from '#lib/patch/make-patch.ts'
import { pauseValue } from '#lib/plan/paused-apply.ts'
import { changeOf } from './change-life.ts'
import { readLive, refOfTarget } from './change-target.ts'
import type { Pause, PauseRequest } from './contract.ts'
import { activePauses, auditTarget, type PauseTarget, pauseView, refOfPause, samePlace, targetOfPause } from './pause-row.ts'
import {
  annotationOf,
  argoCommand,
  automationOf,
  type Controller,
  checkPausable,
  controllerNames,
  trackingApplication,
} from './pause-target.ts'
import { requireOpen, touchSession } from './session-life.ts'
import { type StoredSession, tellPages } from './session-row.ts'

/**
 * Pauses a controller for a change of an open session. A second request for the same gives the pause that is there. What the cluster refuses
 * stands in the answer's `problem`, with the command to run where there is one.
 * @throws NotFound, Forbidden, Conflict (not open, a drill, nothing to pause, paused by another session), Unavailable
 */
export async function pause(sessionId: string, request: z.infer<typeof PauseRequest>, actor: Actor, requestId: string): Promise<Pause> {
  const session = await requireOpen(sessionId, actor)
  if (session.drill) throw new Conflict('This is a drill: nothing is held back.')
  const change = await changeOf(sessionId, request.change)
  const { controller, minutes } = request
  const object = { cluster: session.cluster, namespace: session.namespace, kind: change.kind, name: change.name }
  const ref = await refOfTarget(object)
  const text = await readLive(session.cluster, ref, actor)
  const exact = exactObject(text)
  const live = roughJson(exact)
  const application = controller === 'argocd' ? trackingApplication(exact) : undefined
  if (controller === 'argocd' && !application)
    throw new Conflict('No Application of Argo CD tracks this resource, so there is nothing to pause.')
  const target: PauseTarget = application ?? {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    namespace: ref.namespace,
    name: ref.name,
    key: change.kind,
    uid: textAt(live, 'metadata', 'uid') ?? '',
  }
  const known = await knownPause(session, controller, target)
  if (known) return known
  checkPausable(controller, live)
  const id = newId()
  const taken = await claim(id, session, { controller, target, minutes, owner: actor.username })
  if (taken) return taken
  const token = await clusterToken(actor)
  const auditId = randomUUID()
  try {
    await recordedAct(
      {
        requestId,
        actor: actor.username,
        action: 'break-glass.paused',
        target: auditTarget(session, target),
        details: { pause: id, controller, minutes, auditIds: [auditId], mode: session.mode },
      },
      async () => {
        const row = await database().breakGlassPause.findUniqueOrThrow({ where: { id } })
        const annotation = annotationOf(controller)
        if (annotation === undefined) return holdApplication(id, session.cluster, token, target)
        const value =
          controller === 'flux'
            ? 'disabled'
            : pauseValue({ until: row.until.toISOString(), session: sessionId, owner: actor.username, reason: session.reason })
        const { bytes } = markPatch({ live: text, session: sessionId, sha256, annotations: { [annotation]: value } })
        const calls = clusterNamed(session.cluster).asBreakGlass({ token, namespace: session.namespace, session: sessionId, requestId })
        await calls.patch(ref, bytes, { dryRun: false, auditId })
      },
      () => ({ controller }),
    )
    await database().$executeRaw`
      UPDATE "break_glass_pause" SET "state" = 'paused', "pausedAt" = clock_timestamp(), "problem" = NULL WHERE "id" = ${id}::uuid AND "state" = 'pausing'`
  } catch (error) {
    await database().breakGlassPause.updateMany({ where: { id, state: 'pausing' }, data: endOfFailed(error, controller, target) })
    if (!(error instanceof CorbelError)) throw error
  }
  await touchSession(sessionId)
  await tellPages(database(), session)
  return pauseView(await database().breakGlassPause.findUniqueOrThrow({ where: { id } }))
}

/** Nobody knows whether a write without an answer was made: it counts as made, so that it is taken back. */
function endOfFailed(error: unknown, controller: Controller, target: PauseTarget): { state: string; problem: string } {
  const refused = error instanceof CorbelError && error.status < 500
  const message = error instanceof CorbelError ? error.message : 'Something in Corbel went wrong.'
  if (!refused) return { state: 'paused', problem: `It is not known whether ${controllerNames[controller]} was paused: ${message}` }
  const mayNot = controller === 'argocd' && (error instanceof Forbidden || error instanceof NotFound)
  const command = mayNot ? ` Somebody who may can run: ${argoCommand(target, null)}` : ''
  return { state: 'failed', problem: `${controllerNames[controller]} was not paused. ${message}${command}` }
}

async function holdApplication(id: string, cluster: string, token: string, target: PauseTarget): Promise<void> {
  const calls = clusterNamed(cluster).as({ token })
  const { value } = await calls.get(refOfPause(target))
  const automated = automationOf(value)
  await database().breakGlassPause.update({ where: { id }, data: { remembered: { automated } } })
  await calls.patchJson(
    refOfPause(target),
    [
      { op: 'test', path: '/spec/syncPolicy/automated', value: automated },
      { op: 'remove', path: '/spec/syncPolicy/automated' },
    ],
    { fieldManager: breakGlassManager },
  )
}

/** The pause that holds the same controller back on the same object. Throws Conflict where it is another session's. */
async function knownPause(session: StoredSession, controller: Controller, target: PauseTarget): Promise<Pause | undefined> {
  const rows = await database().breakGlassPause.findMany({
    where: { controller, state: { in: activePauses }, session: { cluster: session.cluster } },
  })
  const same = rows.find((row) => samePlace(targetOfPause(row), target))
  if (!same) return undefined
  if (same.sessionId === session.id) return pauseView(same)
  throw new Conflict(
    `${same.owner} has paused ${controllerNames[controller]} here until ${same.until.toISOString()}, for another session.`,
    { session: same.sessionId },
  )
}

interface Claim {
  controller: Controller
  target: PauseTarget
  minutes: number
  owner: string
}

/** Writes the row, unless another request for the same object was faster: then that one's pause is the answer. */
async function claim(id: string, session: StoredSession, { controller, target, minutes, owner }: Claim): Promise<Pause | undefined> {
  const row: JsonObject = Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined))
  const made = await database().$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT pg_advisory_xact_lock(hashtext(${`pause ${session.cluster}/${target.namespace}/${target.kind}/${target.name}`}))::text AS "held"`
    return transaction.$executeRaw`
      INSERT INTO "break_glass_pause" ("id", "sessionId", "controller", "target", "owner", "reason", "until", "state", "createdAt")
      SELECT ${id}::uuid, ${session.id}::uuid, ${controller}, ${JSON.stringify(row)}::jsonb, ${owner}, ${session.reason},
        clock_timestamp() + make_interval(mins => ${minutes}::int), 'pausing', clock_timestamp()
      WHERE NOT EXISTS (SELECT 1 FROM "break_glass_pause" AS p JOIN "break_glass_session" AS s ON s."id" = p."sessionId"
        WHERE s."cluster" = ${session.cluster} AND p."controller" = ${controller} AND p."state" IN ('pausing', 'paused', 'resuming')
          AND p."target" ->> 'kind' = ${target.kind} AND p."target" ->> 'namespace' = ${target.namespace} AND p."target" ->> 'name' = ${target.name})`
  })
  return made === 1 ? undefined : knownPause(session, controller, target)
}
