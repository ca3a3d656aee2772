/** File names of manifests where a project says nothing else. */
const defaultLayout = '{kind}-{name}.yaml'

/** File systems take names of 255 bytes (NAME_MAX); a checkout with a longer one fails, and Kubernetes allows names of 253. */
const longestName = 200

/**
 * Where the manifest of a new resource stands in its repository, by the project's folder and layout; undefined where they give no file name
 * inside the folder. Pure: pages show it while somebody types, the server uses it.
 */
export function manifestPath(
  project: { path: string | null; layout: string | null },
  resource: { kind: string; group: string; namespace: string; name: string },
): string | undefined {
  const values: Record<string, string> = { ...resource, kind: resource.kind.toLowerCase() }
  const file = (project.layout || defaultLayout).replace(/\{(kind|group|namespace|name)\}/g, (whole, key: string) => values[key] ?? whole)
  const segments = [...(project.path ?? '').split('/'), ...file.split('/')].filter((segment) => segment !== '' && segment !== '.')
  const leadsOut = segments.some((segment) => segment === '..' || segment === '.git')
  return segments.length === 0 || leadsOut || /[{}\\]/.test(file) ? undefined : segments.map(shortened).join('/')
}

/** A name that is too long as its beginning, a number that tells it from others with this beginning, and its ending. */
function shortened(segment: string): string {
  if (segment.length <= longestName) return segment
  // FNV-1a, since browsers compute digests only with a wait
  let hash = 0x811c9dc5
  for (const character of segment) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  const ending = /\.[a-z]{1,10}$/.exec(segment)?.[0] ?? ''
  return `${segment.slice(0, longestName - 20)}-${hash.toString(16).padStart(8, '0')}${ending}`
}
