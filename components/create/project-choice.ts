/** Which project the catalogue creates in: the address's, else the last one used in this browser, else the person's first. */
import type { Project } from '#lib/inventory/contract.ts'

export interface ProjectName {
  cluster: string
  namespace: string
}

const storageKey = 'corbel.last-project'

/** Remembers a project for the next visit. */
export function rememberProject(project: ProjectName): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify([project.cluster, project.namespace]))
  } catch {
    // a browser that forbids it remembers nothing
  }
}

/** The project remembered, or null. */
export function rememberedProject(): ProjectName | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null')
    if (!Array.isArray(value)) return null
    const [cluster, namespace]: unknown[] = value
    return typeof cluster === 'string' && typeof namespace === 'string' ? { cluster, namespace } : null
  } catch {
    return null
  }
}

/** The projects with one of them as it was read on its own, which knows more than a list does. */
export function withProject(projects: readonly Project[], one: Project | undefined): Project[] {
  if (!one) return [...projects]
  const others = projects.filter(({ cluster, namespace }) => cluster !== one.cluster || namespace !== one.namespace)
  return [one, ...others]
}

/** The project to create in, among those the person may propose to. A project the address asks for is never replaced by another. */
export function chooseProject(
  projects: readonly Project[],
  asked: ProjectName | null,
  remembered: ProjectName | null,
): Project | undefined {
  const open = projects.filter((project) => project.canPropose)
  const find = (name: ProjectName | null) =>
    name ? open.find((project) => project.cluster === name.cluster && project.namespace === name.namespace) : undefined
  if (asked) return find(asked)
  return find(remembered) ?? open.find((project) => project.mine) ?? open[0]
}
