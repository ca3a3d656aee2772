/**
 * What to ask for where not everything may be listed at once: services as patterns, and the asset types that kinds stand for. A type that the
 * inventory does not know is no loss: it was only our guess at its spelling. Pure.
 */
import { groupsOfService, irregular, type KindHead, kindIndex, kindOfAsset } from '#lib/mapping/asset-kinds.ts'

/** Asset types in groups: each group is asked with one call as long as all of it is allowed. A group is a pattern, or names with spaces between. */
export function groupsToAsk(heads: readonly KindHead[], seen: readonly string[]): string[] {
  const services = new Set([...typesOf(heads), ...seen].map(serviceOf))
  return [...services].sort().map((service) => `${service.replaceAll('.', '\\.')}/.*`)
}

/** A group in smaller ones: a pattern into the types known below it, names into halves; empty where nothing smaller is left. */
export function smallerGroups(group: string, heads: readonly KindHead[], seen: readonly string[]): string[] {
  if (group.endsWith('/.*')) {
    const service = group.slice(0, -3).replaceAll('\\', '')
    const types = [...new Set([...typesOf(heads), ...seen])].filter((type) => serviceOf(type) === service)
    return types.length > 0 ? [types.sort().join(' ')] : []
  }
  const types = group.split(' ')
  if (types.length < 2) return []
  const half = Math.ceil(types.length / 2)
  return [types.slice(0, half).join(' '), types.slice(half).join(' ')]
}

/** A group as the inventory takes it. */
export const assetTypesOf = (group: string): string[] => group.split(' ')

const serviceOf = (type: string): string => type.split('/')[0] ?? ''

/** Asset types that become one of these kinds, in every spelling that is usual. */
function typesOf(heads: readonly KindHead[]): string[] {
  const index = kindIndex(heads)
  const special = Object.entries(irregular).flatMap(([type, kinds]) => (kinds.some(({ kind }) => index.byKind.has(kind)) ? [type] : []))
  const regular = heads.flatMap(({ kind, group }) => {
    const own = group.split('.')[0] ?? ''
    const services = [own, ...Object.entries(groupsOfService).flatMap(([service, groups]) => (groups.includes(own) ? [service] : []))]
    return services.flatMap((service) =>
      endingsOf(kind, service)
        .map((word) => `${service}.googleapis.com/${word}`)
        .filter((assetType) => kindOfAsset(index, { name: '//x/y', assetType, data: {}, ancestors: [] })?.kind === kind),
    )
  })
  return [...new Set([...special, ...regular])]
}

/** `ComputeURLMap` → ComputeUrlMap, UrlMap, Map; for compute the global and regional ones too. */
function endingsOf(kind: string, service: string): string[] {
  const words = kind.match(/[A-Z]+(?![a-z])|[A-Z][a-z0-9]*/g) ?? []
  const endings = words.map((_, at) =>
    words
      .slice(at)
      .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
      .join(''),
  )
  return service === 'compute' ? endings.flatMap((ending) => [ending, `Global${ending}`, `Region${ending}`]) : endings
}
