/** Pure changes of cached answers. */

/** The keys of rows that differ from what was shown before under the same key: they flash once. New rows count when `before` was not empty. */
export function changedRows<Row>(
  before: readonly Row[],
  after: readonly Row[],
  keyOf: (row: Row) => string,
  sameAs: (a: Row, b: Row) => boolean,
): Set<string> {
  const old = new Map(before.map((row) => [keyOf(row), row]))
  const changed = new Set<string>()
  if (before.length === 0) return changed
  for (const row of after) {
    const was = old.get(keyOf(row))
    if (!was || !sameAs(was, row)) changed.add(keyOf(row))
  }
  return changed
}

/** A draft list without one draft. */
export const withoutDraft = <List extends { items: readonly { key: string }[] }>(list: List, key: string): List => ({
  ...list,
  items: list.items.filter((draft) => draft.key !== key),
})
