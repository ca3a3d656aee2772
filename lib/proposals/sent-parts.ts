/** What a person's change came from, and what goes away with it: a draft, items of the basket. */
import type { Transaction } from '#lib/database/client.ts'
import { Conflict } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'

/**
 * Takes away the draft and the basket's items that were sent, in the transaction that records the change. Throws Conflict where another
 * tab has replaced or taken out an item since: what was reviewed is no longer what is wanted.
 */
export async function removeSent(
  transaction: Transaction,
  sent: { draftKey?: string | undefined; basketItems?: string[] | undefined },
  actor: Actor,
): Promise<void> {
  if (sent.draftKey !== undefined) await transaction.draft.deleteMany({ where: { userId: actor.userId, key: sent.draftKey } })
  const ids = [...new Set(sent.basketItems ?? [])]
  if (ids.length === 0) return
  const { count } = await transaction.basketItem.deleteMany({ where: { userId: actor.userId, id: { in: ids } } })
  if (count < ids.length) {
    throw new Conflict('Your basket changed in another tab since you opened this review. Look at it again, then propose what it holds now.')
  }
}
