/**
 * Live updates. The server sends one line for each change, `{scope, revision, …}`, without data: whoever shows that
 * part reads it again, under their own rights. One EventSource for a tab; it closes while the tab is hidden and
 * everything visible is read again on return. When events fail for long, the visible queries are polled instead.
 */

export interface LiveEvent {
  scope: 'resources' | 'proposals' | 'kinds' | 'cluster' | 'break-glass'
  cluster?: string
  namespaces?: string[]
  id?: string
  revision: string | number
}

/** Reads an event's data; null for what we do not understand (a newer server, a keep-alive). */
export function parseLiveEvent(data: string): LiveEvent | null {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('scope' in value)) return null
  const { scope, cluster, namespaces, id, revision } = value as Record<string, unknown> // an object, checked above
  if (scope !== 'resources' && scope !== 'proposals' && scope !== 'kinds' && scope !== 'cluster' && scope !== 'break-glass') return null
  return {
    scope,
    ...(typeof cluster === 'string' ? { cluster } : {}),
    ...(Array.isArray(namespaces) ? { namespaces: namespaces.filter((name) => typeof name === 'string') } : {}),
    ...(typeof id === 'string' ? { id } : {}),
    revision: typeof revision === 'number' || typeof revision === 'string' ? revision : 0,
  }
}

/** Whether a cached query may show something the event says has changed. When in doubt it may. */
export function isTouchedBy(event: LiveEvent, key: readonly unknown[]): boolean {
  const [area, part, first, second] = key
  const mayBe = (cluster: unknown, namespace: unknown) =>
    (event.cluster === undefined || cluster === undefined || event.cluster === cluster) &&
    (event.namespaces === undefined || namespace === undefined || event.namespaces.includes(String(namespace)))
  // A kind came, changed or went: its resources with it. A cluster's state stands in the person's bar and in every gap.
  // What is typed into a change is followed by its editor; everything else of break-glass is read again.
  if (event.scope === 'break-glass') return area === 'break-glass' && part !== 'change'
  if (event.scope === 'kinds') return area === 'kinds' || area === 'resources' || area === 'projects'
  if (event.scope === 'cluster')
    return area === 'me' || area === 'kinds' || area === 'projects' || (area === 'resources' && part === 'list')
  if (event.scope === 'proposals') {
    if (area === 'drafts' || (area === 'break-glass' && part === 'session')) return true
    if (area === 'proposals') return part !== 'one' || event.id === undefined || event.id === first
    return area === 'resources' && part === 'one'
  }
  // a session shows what the index knows of the resources it changed
  if (area === 'break-glass') return part === 'session'
  if (area === 'resources') return part === 'one' ? mayBe(first, second) : true
  if (area === 'projects') return mayBe(part, first)
  return area === 'kinds' || area === 'proposals'
}

/** How long to wait before connecting again, in milliseconds: doubles to 30 s, with up to a fifth of chance so that a restart is not met by all tabs at once. */
export function reconnectDelay(failures: number, chance: number): number {
  const wait = Math.min(1000 * 2 ** Math.max(0, failures - 1), 30_000)
  return Math.round(wait * (1 + chance / 5))
}
