/** Where a new manifest will stand, for showing while somebody types; the server decides (lib/proposals/place-change.ts). Pure. */
import type { Project } from '#lib/inventory/contract.ts'

/** The path of the file; `…` stands in for what is not named yet. */
export function expectedPath(
  project: Pick<Project, 'path' | 'layout'>,
  resource: { kind: string; group: string; namespace: string; name: string },
): string {
  const values: Record<string, string> = {
    kind: resource.kind.toLowerCase(),
    group: resource.group,
    name: resource.name || '…',
    namespace: resource.namespace,
  }
  const file = (project.layout || '{kind}-{name}.yaml').replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole)
  return [...(project.path ?? '').split('/'), ...file.split('/')].filter((part) => part !== '').join('/')
}
