/** Finding a kind in the catalogue: every word of the query in its name, service, summary or group. Pure. */
import type { BlueprintList } from '#lib/catalogue/contract.ts'
import type { KindSummary } from '#lib/inventory/contract.ts'

/** How well a kind fits: 0 not at all, larger is better. */
function scoreOf(kind: KindSummary, words: readonly string[]): number {
  const name = kind.kind.toLowerCase()
  const texts = `${kind.service} ${kind.summary} ${kind.group}`.toLowerCase()
  // StorageBucket is "storage" and "bucket"; SQLInstance is "sql" and "instance".
  const parts = kind.kind
    .replace(/([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3 $2$4')
    .toLowerCase()
    .split(' ')
  let score = 1
  for (const word of words) {
    const one =
      name === word
        ? 100
        : parts.includes(word)
          ? 60
          : parts.some((part) => part.startsWith(word))
            ? 40
            : name.includes(word)
              ? 20
              : texts.includes(word)
                ? 5
                : 0
    if (one === 0) return 0
    score += one
  }
  return score
}

/** The kinds that fit, best first; all of them, by name, for an empty query. Kinds removed from the cluster are left out. */
export function matchingKinds(kinds: readonly KindSummary[], query: string): KindSummary[] {
  const words = query
    .toLowerCase()
    .split(/[\s./-]+/)
    .filter(Boolean)
  return kinds
    .filter((kind) => kind.state !== 'gone')
    .map((kind) => ({ kind, score: scoreOf(kind, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.kind.kind.localeCompare(b.kind.kind))
    .map(({ kind }) => kind)
}

export type KindNote = BlueprintList['kinds'][number]

/** Of kinds of one cluster those that are offered, and those that the company hides: admins are offered these too. */
export function offeredKinds(
  kinds: readonly KindSummary[],
  notes: ReadonlyMap<string, KindNote>,
  admin: boolean,
): { offered: KindSummary[]; hidden: KindSummary[] } {
  const isHidden = ({ key }: KindSummary) => !admin && notes.get(key)?.hidden != null
  return { offered: kinds.filter((kind) => !isHidden(kind)), hidden: kinds.filter(isHidden) }
}

/** The kinds by service, services in the order of their best kind; without a query by name. */
export function byService(kinds: readonly KindSummary[], searching: boolean): { service: string; kinds: KindSummary[] }[] {
  const groups = new Map<string, KindSummary[]>()
  for (const kind of kinds) groups.set(kind.service, [...(groups.get(kind.service) ?? []), kind])
  const list = [...groups].map(([service, members]) => ({ service, kinds: members }))
  return searching ? list : list.sort((a, b) => a.service.localeCompare(b.service))
}
