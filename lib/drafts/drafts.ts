/**
 * Drafts: what a person has typed and not sent, kept per page (`key`). Two tabs may hold the same draft: saving names the revision it is
 * based on, and another one in between is a conflict that carries the other text. Nothing is overwritten in silence, nothing is lost.
 */
import type { Draft as StoredDraft } from '#db/client.ts'
import { database, isDuplicate } from '#lib/database/client.ts'
import { Conflict, Invalid, TooLarge } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { maxManifestBytes } from '#lib/manifest/parse-manifest.ts'
import { type Draft, DraftContent, type DraftList, type DraftSave } from '#lib/proposals/contract.ts'

/** How many drafts one person may keep. */
const maxDrafts = 200

const viewOf = (row: StoredDraft): Draft => ({
  key: row.key,
  title: row.title,
  content: DraftContent.parse(row.content),
  revision: row.revision,
  updatedAt: row.updatedAt.toISOString(),
})

const at = (actor: Actor, key: string) => ({ userId_key: { userId: actor.userId, key } })

/** The person's drafts, newest first, without their texts. */
export async function listDrafts(actor: Actor): Promise<DraftList> {
  const rows = await database().draft.findMany({
    where: { userId: actor.userId },
    select: { key: true, title: true, revision: true, updatedAt: true },
    orderBy: { updatedAt: 'desc' },
  })
  return { items: rows.map(({ updatedAt, ...row }) => ({ ...row, updatedAt: updatedAt.toISOString() })) }
}

/** One draft, or undefined: having none is what every form begins with, and no error. */
export async function readDraft(key: string, actor: Actor): Promise<Draft | undefined> {
  const row = await database().draft.findUnique({ where: at(actor, key) })
  return row ? viewOf(row) : undefined
}

/**
 * Saves a draft on top of a revision (null: there was none). Throws Conflict with `details.draft` where another tab saved meanwhile:
 * the caller keeps its own text and can save it on top of that revision.
 */
export async function saveDraft(key: string, save: typeof DraftSave._output, actor: Actor): Promise<Draft> {
  if (key.length > 500) throw new Invalid('The name of the draft is too long.')
  if (Buffer.byteLength(save.content.text) > maxManifestBytes) {
    throw new TooLarge('The text is larger than 1 MiB, so it is not kept on the server. Make it smaller; it is still in this tab.')
  }
  const content = { title: save.title, content: save.content }
  if (save.baseRevision === null) {
    if ((await database().draft.count({ where: { userId: actor.userId } })) >= maxDrafts) {
      throw new Invalid(`You have ${maxDrafts} drafts, the most that are kept. Send or discard some of them.`)
    }
    try {
      return viewOf(await database().draft.create({ data: { id: newId(), userId: actor.userId, key, ...content } }))
    } catch (error) {
      if (!isDuplicate(error)) throw error
      throw await conflict(key, actor)
    }
  }
  const where = { userId: actor.userId, key, revision: save.baseRevision }
  const [saved] = await database().draft.updateManyAndReturn({ where, data: { ...content, revision: { increment: 1 } } })
  if (saved) return viewOf(saved)
  throw await conflict(key, actor)
}

async function conflict(key: string, actor: Actor): Promise<Conflict> {
  const other = await database().draft.findUnique({ where: at(actor, key) })
  const what = other ? 'was saved in another tab' : 'was sent or discarded in another tab'
  return new Conflict(`This draft ${what}. Your text is still here: compare, then save it on top or take the other one.`, {
    draft: other ? viewOf(other) : null,
  })
}

/** Discards a draft. Nothing happens where there is none. */
export async function deleteDraft(key: string, actor: Actor): Promise<void> {
  await database().draft.deleteMany({ where: { userId: actor.userId, key } })
}
