/** The known key nearest to a mistyped one, or undefined when none is near: same letters in another case, or up to two slips. */
export function suggestKey(key: string, known: readonly string[]): string | undefined {
  const lower = key.toLowerCase().replace(/[_-]/g, '')
  let best: string | undefined
  let least = Math.min(2, Math.floor(key.length / 3)) + 1
  for (const candidate of known) {
    const other = candidate.toLowerCase()
    if (other === lower || other === `${lower}s` || `${other}s` === lower || other === `${lower}ref`) return candidate
    if (Math.abs(candidate.length - key.length) >= least) continue
    const slips = distance(lower, other, least)
    if (slips < least) {
      least = slips
      best = candidate
    }
  }
  return best
}

/** Edits (insert, delete, replace, swap of neighbours) between two texts; gives up with `limit` once it is reached. */
function distance(a: string, b: string, limit: number): number {
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (older[j - 2] ?? 0) + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > limit) return limit + 1
    older = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
