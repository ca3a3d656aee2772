/** Finding a blueprint in the catalogue: every word of the query in its texts. Pure. */
import type { BlueprintSummary } from '#lib/catalogue/contract.ts'

/** Those of a cluster that fit, the ones whose title has the words first; all of them for an empty query. */
export function matchingBlueprints(blueprints: readonly BlueprintSummary[], cluster: string, query: string): BlueprintSummary[] {
  const words = query
    .toLowerCase()
    .split(/[\s./-]+/)
    .filter(Boolean)
  const titled = ({ title }: BlueprintSummary) => words.every((word) => title.toLowerCase().includes(word))
  const found = blueprints.filter(({ clusters, title, description, category, keywords, kinds }) => {
    const texts = [title, description, category, ...keywords, ...kinds].join(' ').toLowerCase()
    return clusters.includes(cluster) && words.every((word) => texts.includes(word))
  })
  return [...found.filter(titled), ...found.filter((each) => !titled(each))]
}
