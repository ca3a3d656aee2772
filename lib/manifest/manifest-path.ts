/** File names of manifests where a project says nothing else. */
const defaultLayout = '{kind}-{name}.yaml'

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
  return segments.length === 0 || leadsOut || /[{}\\]/.test(file) ? undefined : segments.join('/')
}
