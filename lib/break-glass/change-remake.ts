/** A change's patch made anew on the object as it is now: an edit's out of its text, an undo's out of what it takes back. */
import type { BreakGlassChange } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, NotFound } from '#lib/errors.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import { scopeOf } from '#lib/patch/patch-scope.ts'
import { type MadeChange, makeChange, makeUndo, type ShownField } from './change-patch.ts'
import { StoredFields } from './change-view.ts'
import type { StoredSession } from './session-row.ts'
import { openChange } from './stored-change.ts'

/** `live` is JSON text. Throws Conflict, Invalid, TooLarge: see change-patch.ts. */
export async function remake(session: StoredSession, change: BreakGlassChange, live: string): Promise<MadeChange> {
  if (change.undoOf) return { ...(await remakeUndo(session, change.undoOf, live)), note: null }
  const kind = await compiledKind(session.cluster, change.kind)
  return makeChange({ change, session, stored: openChange(change), live, scope: scopeOf(kind) })
}

/** The way back of an applied change. */
export async function remakeUndo(session: StoredSession, undoOf: string, live: string): Promise<Omit<MadeChange, 'note'>> {
  const applied = await appliedIn(session, undoOf)
  return makeUndo({ applied: openChange(applied), session, live, fields: storedFields(applied) })
}

/** An applied change of the session's project that can be taken back. Throws NotFound, Conflict. */
export async function appliedIn(session: StoredSession, id: string): Promise<BreakGlassChange> {
  const row = await database().breakGlassChange.findUnique({ where: { id }, include: { session: true } })
  if (!row || row.session.cluster !== session.cluster || row.session.namespace !== session.namespace)
    throw new NotFound('There is no such change in this project. Go back to the session to see its changes.')
  const { session: _, ...change } = row
  if (change.action === 'delete')
    throw new Conflict('A deletion cannot be undone: the object and its history are gone. Make it anew with a pull request from Git.')
  if (change.state === 'undone') throw new Conflict('This change was undone already.')
  if (change.state !== 'applied') throw new Conflict('Only a change that was applied can be undone.')
  return change
}

/** What the dry run wrote down of the fields. */
function storedFields({ changes }: BreakGlassChange): ShownField[] {
  // Proof of the cast: the column is written from `MadeChange.fields` alone, and StoredFields checks all but that values are JSON.
  return StoredFields.parse(changes) as ShownField[]
}

/** A change as it was sent. Throws Conflict where none was. */
export function sentChange(change: BreakGlassChange): MadeChange {
  const stored = openChange(change)
  const { bytes } = stored
  if (bytes === null) throw new Conflict('This change was never judged, so there is nothing to show.')
  return { content: { ...stored, bytes }, changes: [], fields: storedFields(change), note: null }
}
