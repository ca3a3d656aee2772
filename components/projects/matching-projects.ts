import type { Project } from '#lib/inventory/contract.ts'

/** The projects whose name, team, repository or cloud project holds every word of a text, in any letter case. */
export function matchingProjects(projects: readonly Project[], text: string): Project[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return projects.filter((project) => {
    const about = [project.namespace, project.team, project.repository, project.gcpProject, project.cluster].join(' ').toLowerCase()
    return words.every((word) => about.includes(word))
  })
}
