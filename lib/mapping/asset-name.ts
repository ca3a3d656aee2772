/** What the full name of an asset says: its project, its place, its parents and its own id. Pure. */

/** One step of a name: `regions/us-central1`. */
export interface NamePart {
  collection: string
  id: string
  /** From the start of the name to this step, without the host. */
  path: string
}

export interface AssetName {
  host: string
  /** The name without `//host/`. */
  path: string
  parts: NamePart[]
  /** As written: an id, or the project's number. */
  project?: string
  /** `folders/123` or `organizations/123`, for what stands outside of projects. */
  container?: string
  /** Region, zone or location, or `global`. */
  location?: string
  /** What sort of place `location` is. */
  locality?: 'global' | 'location' | 'region' | 'zone'
  /** The last step's id. */
  id: string
}

const places: Record<string, AssetName['locality']> = { locations: 'location', regions: 'region', zones: 'zone' }

/** Reads a full resource name; names that do not come in pairs still have an `id`. */
export function readAssetName(name: string): AssetName {
  const [, host = '', path = ''] = /^(?:https?:)?\/\/([^/]+)\/(.*)$/.exec(name) ?? []
  const parts = namePartsOf(path)
  const read: AssetName = { host, path, parts, id: parts.at(-1)?.id ?? path }
  const inside = parts.flatMap(({ id }) => writtenInside(id))
  for (const { collection, id } of [...parts, ...inside]) if (collection === 'projects') read.project ??= id
  const above = [...parts.slice(0, -1), ...inside].find(({ collection }) => collection === 'folders' || collection === 'organizations')
  if (above) read.container = above.path
  for (const { collection, id } of parts) {
    const place = places[collection]
    if (place) Object.assign(read, { location: id, locality: place })
  }
  if (!read.location && /(?:^|\/)global\//.test(path)) Object.assign(read, { location: 'global', locality: 'global' })
  return read
}

/** The name that an id is: policies stand at `cloudresourcemanager.googleapis.com%2Fprojects%2Fp`. */
function writtenInside(id: string): NamePart[] {
  if (!/%2F/i.test(id)) return []
  return namePartsOf(relativeName(id.replaceAll(/%2F/gi, '/')) ?? '')
}

/** `a/1/global/b/2` in pairs; `global` stands alone, and so does a single last step. */
export function namePartsOf(path: string): NamePart[] {
  const steps = path.split('/')
  const parts: NamePart[] = []
  // Some services put a word of their own before the pairs: `admin/projects/p/…`.
  for (let at = steps.indexOf('projects') % 2 === 1 ? 1 : 0; at < steps.length; ) {
    const step = steps[at] ?? ''
    if (step === 'global' && at + 1 < steps.length && steps[at - 2] !== 'locations') {
      at += 1
      continue
    }
    const id = steps[at + 1]
    if (id === undefined) {
      parts.push({ collection: '', id: step, path })
      break
    }
    parts.push({ collection: step, id, path: steps.slice(0, at + 2).join('/') })
    at += 2
  }
  return parts
}

/** The relative name inside a link: `https://www.googleapis.com/compute/v1/projects/p/…` → `projects/p/…`; undefined for what is no name. */
export function relativeName(value: string): string | undefined {
  const text = value
    .replace(/^(?:https?:)?\/\/[^/]+\/(?:[a-z]+\/)?(?:v\d\w*|beta|alpha)\//, '')
    .replace(/^(?:(?:https?:)?\/\/[^/]+|[a-z]+\.googleapis\.com)\//, '')
  return /^[a-z]\w*\/[^/]/i.test(text) && !text.includes(' ') ? text : undefined
}

/** The collection of the last step of a link or relative name: `…/zones/z/instances/i` → `instances`. */
export function collectionOf(value: string): string | undefined {
  if (/^[^@\s/]+@[a-z0-9.-]+\.gserviceaccount\.com$/.test(value)) return 'serviceAccounts'
  // Other services have buckets of their own.
  if (/^(?:https?:)?(?:\/\/)?(?:www\.googleapis\.com\/storage\/v1\/b|storage\.googleapis\.com)\//.test(value)) return 'storageBuckets'
  const [, service, id] = /^(?:https?:)?(?:\/\/)?([a-z]+)\.googleapis\.com\/([^/]+)$/.exec(value) ?? []
  if (service !== undefined && id !== undefined) return Object.hasOwn(topLevel, service) ? topLevel[service] : undefined
  const name = relativeName(value)
  if (name === undefined) return undefined
  const steps = name.split('/')
  return steps.length % 2 === 0 || steps.includes('global') ? steps.at(-2) : undefined
}

/** What stands at the top of a service's names, where the name does not say it. */
const topLevel: Record<string, string> = { storage: 'buckets' }
