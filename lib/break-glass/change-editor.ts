/**
 * Editing: one change for each resource and action of a session, shared by all tabs of the person whose session it is. What is typed survives
 * reloads; two tabs never overwrite each other in silence; when the live object moves, the text is put onto it as it is now.
 */
import { type BreakGlassChange, Prisma } from '#db/client.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, type CorbelError, Forbidden, NotFound, RateLimited, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { exactObject } from '#lib/patch/exact-json.ts'
import { log } from '#lib/telemetry/log.ts'
import { changeOf, changeStateOf, editableStates, moveChange } from './change-life.ts'
import { settleChange } from './change-settle.ts'
import { readLive, refOfTarget } from './change-target.ts'
import { identityOf, type Rebased, rebase, staleSentence, textToEdit } from './change-text.ts'
import { describeChange } from './change-view.ts'
import type { ChangeEdit, ChangeEditor, ChangeStart } from './contract.ts'
import { readableSession } from './session-access.ts'
import { requireOpen, touchSession } from './session-life.ts'
import type { StoredSession } from './session-row.ts'
import { notYours, tierOf } from './session-rules.ts'
import { openChange, type StoredChange, sealChange } from './stored-change.ts'

/** States of a change that is still being worked on; another one of the same resource begins only after. */
const unfinished = ['editing', 'judged', 'failed', 'applying', 'unknown']

/**
 * Starts a change, or gives the one that is going on. The live object is read with the person's own token.
 * @throws Conflict (session not open), Forbidden (not theirs; the tier does not allow it), NotFound, Invalid
 */
export async function startChange(sessionId: string, { kind, name, action }: ChangeStart, actor: Actor): Promise<ChangeEditor> {
  const session = await requireOpen(sessionId, actor)
  requireTier(session, kind, action)
  const ref = await refOfTarget({ ...session, kind, name })
  const live = await readLive(session.cluster, ref, actor)
  const id = await database().$transaction(async (transaction) => {
    await holdSession(transaction, sessionId)
    const going = await transaction.breakGlassChange.findFirst({
      where: { sessionId, kind, name, action, undoOf: null, state: { in: unfinished } },
      select: { id: true },
    })
    return going?.id ?? (await addChange(transaction, { sessionId, kind, name, action, undoOf: null }, live))
  })
  await touchSession(sessionId)
  return editorOf(session, await changeOf(sessionId, id), actor)
}

/** Throws Forbidden where the session's tier does not reach this. The gate in the cluster refuses it too. */
export function requireTier(session: StoredSession, kind: string, action: 'edit' | 'delete'): void {
  const needed = tierOf(kind, action)
  if (needed.tier === 'approval' && session.tier !== 'approval')
    throw new Forbidden(
      `${needed.reason ?? 'This needs a second person.'} This session was opened without one: end it, and ask for one that says so.`,
    )
}

/** Lets no other change of the session begin meanwhile. */
export async function holdSession(transaction: Transaction, sessionId: string): Promise<void> {
  await transaction.$queryRaw`SELECT 1 FROM "break_glass_session" WHERE "id" = ${sessionId}::uuid FOR UPDATE`
}

/** Makes a change's row out of the live object. Gives its id. */
export async function addChange(
  transaction: Transaction,
  of: Pick<BreakGlassChange, 'sessionId' | 'kind' | 'name' | 'undoOf'> & { action: 'edit' | 'delete' },
  live: string,
  text?: string,
): Promise<string> {
  const id = newId()
  const exact = exactObject(live)
  const identity = identityOf(exact)
  const liveText = textToEdit(exact)
  const content: StoredChange = { live, ...identity, liveText, text: text ?? liveText, bytes: null, inverse: null, after: null }
  const sealed = sealChange(id, content)
  await transaction.breakGlassChange.create({
    data: { id, ...of, state: 'editing', sealed, uid: identity.uid, generation: generationColumn(identity.generation) },
  })
  return id
}

export const generationColumn = (generation: string): bigint | null => (/^\d{1,18}$/.test(generation) ? BigInt(generation) : null)

/** The change with what is typed, for the person whose session it is. Throws NotFound, Forbidden. */
export async function readChange(sessionId: string, id: string, actor: Actor): Promise<ChangeEditor> {
  const session = await ownSession(sessionId, actor)
  return editorOf(session, await changeOf(sessionId, id), actor)
}

/** The session, of the person themselves: others see what is redacted, on its page. Throws NotFound, Forbidden. */
export async function ownSession(sessionId: string, actor: Actor): Promise<StoredSession> {
  const session = await readableSession(sessionId, actor)
  if (session.requestedById !== actor.userId) throw new Forbidden(notYours(session))
  return session
}

/**
 * Saves what is typed. Whatever was judged before is void.
 * @throws Conflict (another tab saved meanwhile: `details` has its text; sent already; session not open), Forbidden, NotFound
 */
export async function saveChange(sessionId: string, id: string, { text, revision }: ChangeEdit, actor: Actor): Promise<ChangeEditor> {
  const session = await requireOpen(sessionId, actor)
  const change = await changeOf(sessionId, id)
  if (change.action === 'delete') throw new Conflict('A deletion has no text to edit. Start an edit of the resource instead.')
  if (!editableStates.includes(changeStateOf(change)))
    throw new Conflict('This change was sent already, so it can no longer be edited. Start another one.')
  const stored = openChange(change)
  if (change.revision !== revision) throw savedElsewhere(change, stored)
  if (stored.text !== text) await store(change, { ...stored, text }, revision)
  await touchSession(sessionId)
  return editorOf(session, await changeOf(sessionId, id), actor)
}

function savedElsewhere(change: BreakGlassChange, stored: StoredChange): Conflict {
  return new Conflict(
    'You saved another text in another tab meanwhile, and it stands there still. Compare the two; what you typed here is kept on this page.',
    {
      revision: change.revision,
      savedAt: change.updatedAt.toISOString(),
      text: stored.text,
    },
  )
}

/** Throws Conflict, with the other text, when somebody was faster. */
async function store(change: BreakGlassChange, content: StoredChange, revision: number): Promise<void> {
  const sealed = sealChange(change.id, { ...content, bytes: null, inverse: null })
  const emptied = { patchHash: null, dryRun: Prisma.DbNull, dryRunAt: null, problem: null, changes: [] }
  const where = { states: editableStates, revision }
  const based = { uid: content.uid, generation: generationColumn(content.generation) }
  try {
    await moveChange(database(), change.id, where, { state: 'editing', sealed, revision: revision + 1, ...based, ...emptied })
  } catch (error) {
    const now = await database().breakGlassChange.findUnique({ where: { id: change.id } })
    throw error instanceof Conflict && now && now.revision !== revision ? savedElsewhere(now, openChange(now)) : error
  }
}

/** The editor's view, on the object as it is now. While the cluster cannot be asked, as it was last seen. */
async function editorOf(session: StoredSession, change: BreakGlassChange, actor: Actor): Promise<ChangeEditor> {
  const state = changeStateOf(change)
  if (state === 'applying' || state === 'unknown') {
    await settleChange(change.id, actor).catch((error: unknown) => log().debug({ err: error }, 'a change could not be settled now'))
    const now = await changeOf(session.id, change.id)
    const { liveText, text } = openChange(now)
    return { change: await describeChange(session, change.id), live: liveText, text, stale: null }
  }
  const stored = openChange(change)
  const asIs = async (stale: string | null): Promise<ChangeEditor> => ({
    change: await describeChange(session, change.id),
    live: stored.liveText,
    text: stored.text,
    stale,
  })
  if (!editableStates.includes(state) || change.undoOf) return asIs(null)
  let moved: Rebased | undefined
  try {
    const ref = await refOfTarget({ ...session, kind: change.kind, name: change.name })
    moved = rebase(stored, await readLive(session.cluster, ref, actor))
  } catch (error) {
    if (error instanceof NotFound)
      return asIs('The resource is gone: it was deleted meanwhile. What you typed is kept here; make it anew through Git.')
    if (error instanceof Unavailable || error instanceof RateLimited)
      return asIs(`${(error satisfies CorbelError).message} This is the resource as it was last seen.`)
    throw error
  }
  if (!moved) return asIs(null)
  const stale = staleSentence(moved)
  if (moved.unread !== null) return asIs(stale)
  try {
    const { live, uid, generation, liveText, text } = moved
    await store(change, { ...stored, live, uid, generation, liveText, text }, change.revision)
  } catch (error) {
    if (!(error instanceof Conflict)) throw error // another tab is on it; it tells the same
  }
  const now = await changeOf(session.id, change.id)
  const { liveText, text } = openChange(now)
  return { change: await describeChange(session, change.id), live: liveText, text, stale }
}
