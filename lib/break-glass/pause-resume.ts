/**
 * Lets a controller go on that was held back: when the change is in Git and applied, when the time is over, or when somebody says so. The
 * worker does it with the login of the person who paused, while that lives; afterwards somebody of the team must, and is told every day.
 *
 * After the session is over its gate is opened once more for this one write, under the same session, and shut again; a process killed in
 * between leaves a gate that gate-reconcile.ts shuts. Run again after any death it finds what was done: the annotation that is gone needs no
 * second write.
 */
import { randomUUID } from 'node:crypto'
import type { BreakGlassPause } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { sha256 } from '#lib/audit/audit-crypto.ts'
import { recordedAct } from '#lib/audit/recorded-act.ts'
import { gateValue, openGate } from '#lib/cluster/break-glass-gate.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, NotFound, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import { textAt, valueAt } from '#lib/json.ts'
import { readExactJson, roughJson } from '#lib/patch/exact-json.ts'
import { breakGlassManager } from '#lib/patch/field-owners.ts'
import { markPatch } from '#lib/patch/make-patch.ts'
import { readPause } from '#lib/plan/paused-apply.ts'
import { refOfTarget } from './change-target.ts'
import type { Pause } from './contract.ts'
import { belongsOpen, shutGateOf } from './gate-session.ts'
import { auditTarget, pauseView, refOfPause, rememberedOf, targetOfPause } from './pause-row.ts'
import { annotationOf, argoCommand, type Controller, controllerNames } from './pause-target.ts'
import { readableSession } from './session-access.ts'
import { type StoredSession, tellPages, withRequester } from './session-row.ts'

/** Called after each step; a test ends the process there. */
export type AfterResumeStep = (step: (typeof resumeSteps)[number]) => void
export const resumeSteps = ['resuming', 'intent', 'gate', 'written', 'recorded'] as const

interface By {
  username: string
  login: Pick<Actor, 'loginId'>
  requestId: string
  /** Why it ends. */
  why: 'asked' | 'elapsed' | 'in Git' | 'session over'
}

/** A person lets the controller go on. Throws NotFound, Forbidden, Conflict (not paused), and what the cluster refuses with. */
export async function resume(sessionId: string, pauseId: string, actor: Actor, requestId: string): Promise<Pause> {
  const session = await readableSession(sessionId, actor)
  const row = await database().breakGlassPause.findUnique({ where: { id: pauseId } })
  if (row?.sessionId !== session.id) throw new NotFound('There is no such pause in this session.')
  const allowed =
    session.requestedById === actor.userId ||
    (await clusterNamed(session.cluster).impersonationMode({ token: await clusterToken(actor), namespace: session.namespace })) !== 'none'
  if (!allowed) throw new Forbidden(`Only people who may use break-glass in ${session.namespace} let its controllers go on.`)
  await letGoOn(session, row, { username: actor.username, login: actor, requestId, why: 'asked' })
  return pauseView(await database().breakGlassPause.findUniqueOrThrow({ where: { id: pauseId } }))
}

/** The worker lets the controller go on, as the person who held it back. What stands in the way is told at the pause; gives whether it is done. */
export async function resumeByWorker(pauseId: string, why: By['why'], afterStep: AfterResumeStep = () => {}): Promise<boolean> {
  const row = await database().breakGlassPause.findUnique({ where: { id: pauseId }, include: { session: { include: withRequester } } })
  if (!row || !['pausing', 'paused', 'resuming'].includes(row.state)) return true
  const { session } = row
  try {
    if (!session.loginId) throw new Unauthenticated('The sign-in has ended.')
    const by = { username: row.owner, login: { loginId: session.loginId }, requestId: pauseId, why }
    await letGoOn(session, row, by, afterStep)
    return true
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    const sentence =
      error instanceof Unauthenticated
        ? `The sign-in of ${row.owner} has ended, so Corbel cannot let ${controllerNames[controllerOf(row)]} go on: somebody of the team must, here.`
        : error.message
    await database().breakGlassPause.updateMany({
      where: { id: pauseId, state: { in: ['pausing', 'paused', 'resuming'] } },
      data: { state: 'paused', problem: sentence },
    })
    if (row.problem !== sentence) await tellPages(database(), session)
    return false
  }
}

const controllerOf = (row: BreakGlassPause): Controller => pauseView(row).controller

async function letGoOn(session: StoredSession, row: BreakGlassPause, by: By, afterStep: AfterResumeStep = () => {}): Promise<void> {
  const { count } = await database().breakGlassPause.updateMany({
    where: { id: row.id, state: { in: ['pausing', 'paused', 'resuming'] } },
    data: { state: 'resuming' },
  })
  if (count === 0) throw new Conflict('This controller goes on already.')
  afterStep('resuming')
  try {
    if (controllerOf(row) === 'argocd') await releaseApplication(session, row, by, afterStep)
    else await releaseObject(session, row, by, afterStep)
  } catch (error) {
    const problem = error instanceof CorbelError ? error.message : 'Something in Corbel went wrong.'
    await database().breakGlassPause.updateMany({ where: { id: row.id, state: 'resuming' }, data: { state: 'paused', problem } })
    throw error
  }
  afterStep('written')
  await database().$executeRaw`
    UPDATE "break_glass_pause" SET "state" = 'resumed', "resumedAt" = clock_timestamp(), "problem" = NULL WHERE "id" = ${row.id}::uuid AND "state" = 'resuming'`
  await tellPages(database(), session)
  afterStep('recorded')
}

const actOf = (session: StoredSession, row: BreakGlassPause, by: By, auditIds: string[]) => ({
  requestId: by.requestId,
  actor: by.username,
  action: 'break-glass.resumed',
  target: auditTarget(session, targetOfPause(row)),
  details: { pause: row.id, controller: row.controller, why: by.why, auditIds, mode: session.mode },
})

/** What was lifted by somebody else, or is gone with its object, is only written down. */
async function noteGone(session: StoredSession, row: BreakGlassPause, by: By, how: string): Promise<void> {
  const { details, ...act } = actOf(session, row, by, [])
  await database().$transaction((transaction) => appendAudit(transaction, { ...act, outcome: 'succeeded', details: { ...details, how } }))
}

async function releaseObject(session: StoredSession, row: BreakGlassPause, by: By, afterStep: AfterResumeStep): Promise<void> {
  const target = targetOfPause(row)
  const { cluster, namespace } = session
  const ref = await refOfTarget({ cluster, namespace, kind: target.key ?? '', name: target.name })
  const token = await clusterToken(by.login)
  let text: string
  try {
    text = (await clusterNamed(cluster).as({ token }).getText(ref)).value
  } catch (error) {
    if (error instanceof NotFound) return noteGone(session, row, by, 'the object is gone')
    throw error
  }
  const live = roughJson(readExactJson(text))
  const annotation = annotationOf(controllerOf(row)) ?? ''
  const value = textAt(live, 'metadata', 'annotations', annotation)
  if (textAt(live, 'metadata', 'uid') !== target.uid || value === undefined) return noteGone(session, row, by, 'the annotation is gone')
  if (row.controller === 'corbel' && readPause(value) && readPause(value)?.session !== session.id)
    return noteGone(session, row, by, 'another session has paused it')
  const auditId = randomUUID()
  await recordedAct(
    actOf(session, row, by, [auditId]),
    async () => {
      afterStep('intent')
      await throughGate(session, by, async () => {
        afterStep('gate')
        const { bytes } = markPatch({ live: text, session: session.id, sha256, annotations: { [annotation]: undefined } })
        const calls = clusterNamed(cluster).asBreakGlass({ token, namespace, session: session.id, requestId: by.requestId })
        await calls.patch(ref, bytes, { dryRun: false, auditId })
      })
    },
    () => ({}),
  )
}

/** The time for which the gate says it is open, in milliseconds; it is shut right after the write. */
const shortMs = 60_000

/** Does one write through the session's gate, which is opened for it where the session is over. */
async function throughGate(session: StoredSession, by: By, write: () => Promise<void>): Promise<void> {
  const now = await database().breakGlassSession.findUniqueOrThrow({ where: { id: session.id } })
  if (belongsOpen(now)) return write()
  const { id, cluster, namespace, tier } = session
  // whoever is killed from here on leaves a gate that is known to be in doubt
  await database().breakGlassSession.updateMany({ where: { id }, data: { gate: 'unknown' } })
  const value = gateValue({
    tier: tier === 'approval' ? 'approved' : 'ordinary',
    person: by.username,
    until: new Date(Date.now() + shortMs),
    reason: `lets a paused controller go on: ${session.reason.replace(/\p{C}/gu, ' ')}`,
  })
  try {
    for (let attempt = 0; ; attempt++) {
      await openGate({ cluster: clusterNamed(cluster), namespace, session: id, value })
      try {
        return await write()
      } catch (error) {
        // whoever compares gates with sessions may have shut it in between
        if (!(error instanceof Forbidden) || attempt === 2) throw error
      }
    }
  } finally {
    await shutGateOf(id)
  }
}

async function releaseApplication(session: StoredSession, row: BreakGlassPause, by: By, afterStep: AfterResumeStep): Promise<void> {
  const target = targetOfPause(row)
  const automated = rememberedOf(row)
  const calls = clusterNamed(session.cluster).as({ token: await clusterToken(by.login) })
  try {
    const { value } = await calls.get(refOfPause(target))
    if (valueAt(value, ['spec', 'syncPolicy', 'automated']) !== undefined)
      return await noteGone(session, row, by, 'it syncs by itself again')
    await recordedAct(
      actOf(session, row, by, []),
      async () => {
        afterStep('intent')
        await calls.patchMerge(refOfPause(target), { spec: { syncPolicy: { automated } } }, { fieldManager: breakGlassManager })
      },
      () => ({}),
    )
  } catch (error) {
    if (error instanceof NotFound) return noteGone(session, row, by, 'the Application is gone')
    if (error instanceof Forbidden)
      throw new Forbidden(`${error.message} Somebody who may can run: ${argoCommand(target, automated)}`, { cause: error })
    throw error
  }
}
