/**
 * The basket: changes a person has put aside to propose together. It belongs to the person, not to a browser. One item per resource; a
 * resource put in again takes the place of the one before and gets another id, so that a tab that still shows the old one neither sends
 * nor removes what it has not seen.
 */
import type { BasketItem as StoredItem } from '#db/client.ts'
import { database } from '#lib/database/client.ts'
import { Invalid } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { checkAnnotations, checkIdentity, checkName, readManifest, resourceTitle } from '#lib/proposals/change-identity.ts'
import { type BasketAddition, BasketItem, type BasketList, maxChanges, type ResourceChange } from '#lib/proposals/contract.ts'

const viewOf = (row: StoredItem): BasketItem => ({
  id: row.id,
  change: BasketItem.shape.change.parse(row.change),
  title: row.title,
  addedAt: row.addedAt.toISOString(),
})

/** What a person has in the basket, in the order it was put in. */
export async function listBasket(actor: Actor): Promise<BasketList> {
  const rows = await database().basketItem.findMany({ where: { userId: actor.userId }, orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] })
  return { items: rows.map(viewOf) }
}

/**
 * Puts a change into the basket, in place of an earlier one of the same resource, and takes its draft away. Throws Invalid where the
 * manifest is not the resource, or the basket is full.
 */
export async function addToBasket({ change, draftKey }: BasketAddition, actor: Actor): Promise<BasketItem> {
  const name = nameOf(change)
  const { cluster, namespace, kind } = change
  const address = { userId: actor.userId, cluster, namespace, kind, name }
  return database().$transaction(async (transaction) => {
    // one tab after the other: a count that two of them take at once would let both in
    await transaction.$queryRaw`SELECT 1 FROM "user" WHERE id = ${actor.userId}::uuid FOR UPDATE`
    await transaction.basketItem.deleteMany({ where: address })
    if ((await transaction.basketItem.count({ where: { userId: actor.userId } })) >= maxChanges) {
      throw new Invalid(`Your basket holds ${maxChanges} changes, the most there can be. Propose or remove some of them first.`)
    }
    const kept = { ...change, name }
    const title = `${resourceTitle(kind, name)} in ${namespace}`
    const row = await transaction.basketItem.create({ data: { id: newId(), ...address, title, change: kept } })
    if (draftKey !== undefined) await transaction.draft.deleteMany({ where: { userId: actor.userId, key: draftKey } })
    return viewOf(row)
  })
}

/** Takes an item out. Nothing happens where it is gone already. */
export async function removeFromBasket(id: string, actor: Actor): Promise<void> {
  await database().basketItem.deleteMany({ where: { id, userId: actor.userId } })
}

/** The resource's name, by its manifest where it has one. Throws Invalid where the manifest is another resource. */
function nameOf(change: ResourceChange): string {
  const manifest = change.text === null ? undefined : readManifest(change.text)
  if (manifest) {
    const name = change.action === 'create' ? undefined : change.name
    checkIdentity(manifest.identity, { namespace: change.namespace, kind: change.kind, name })
    checkAnnotations(manifest.value)
  }
  const name = change.action === 'create' ? manifest?.identity.name : change.name
  if (!name || (change.action !== 'delete' && !manifest)) throw new Invalid('There is no manifest to put into the basket.')
  checkName(name)
  return name
}
