/** A resource's manifest as it stands on the branch of an open proposal: what a commit added to it is based on. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { headOf } from '#lib/forge/repository-content.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { proposalToExtend } from './add-commit.ts'
import { checkName } from './change-identity.ts'
import type { ManifestSource } from './contract.ts'
import { sourceOf } from './manifest-source.ts'
import type { ChangedResource } from './place-change.ts'
import { projectInGit, requireOfferedKind } from './project-manifests.ts'

/** Throws what proposalToExtend throws, and NotFound where no file on the branch has the resource. */
export async function readManifestOnto(cluster: string, resource: ChangedResource, onto: string, actor: Actor): Promise<ManifestSource> {
  checkName(resource.name)
  await requireOfferedKind(cluster, resource.kind)
  const [project, { proposal }] = await Promise.all([projectInGit(cluster, resource.namespace), proposalToExtend(onto, actor)])
  const { repository, branch } = proposal
  if (project.repository !== repository)
    throw new Invalid(`${resource.namespace} belongs to ${project.repository}, and the proposal is one of ${repository}.`)
  const connection = asApp(repository)
  const head = await headOf(connection, branch)
  if (!head) throw new Conflict(`${repository} has no branch ${branch} any more. Its pull request was merged or closed meanwhile.`)
  return sourceOf(connection, project, resource, { branch, sha: head })
}
