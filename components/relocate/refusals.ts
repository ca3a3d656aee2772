/** Why a resource cannot be deleted, renamed or moved by pull request, in sentences. */
import type { Project } from '#lib/inventory/contract.ts'

/** For a project in which the person may not propose. */
export function mayNotPropose({ namespace, repository, team }: Project): string {
  if (repository === null)
    return `The project ${namespace} names no repository, so nothing can be proposed there. Ask the platform team to set the annotation corbel.dev/repository on the namespace.`
  return `You may not propose changes to ${namespace}. Ask ${team ? `the team ${team}` : 'the platform team'} for the role corbel:propose in this namespace.`
}

/** For a resource that no file describes. */
export const notInGit = (kindName: string, name: string): string =>
  `No file in the project's repository describes ${kindName} ${name}: it was made outside of Corbel, so there is nothing a pull request could change. Whoever made it can change it, or clone it into Git here first.`
