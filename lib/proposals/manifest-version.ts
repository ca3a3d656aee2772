/** An earlier version of a resource's manifest: what an edit was based on before the file changed in Git. */
import { NotFound } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { readBlob } from '#lib/forge/repository-content.ts'
import { checkName, resourceTitle } from './change-identity.ts'
import type { ManifestVersion } from './contract.ts'
import { type ChangedResource, documentOf } from './place-change.ts'
import { projectInGit, requireOfferedKind } from './project-manifests.ts'

/**
 * A file of the project's repository by Git's id of its content. Throws NotFound where it does not describe the resource, so that nobody
 * reads other files of a repository by their ids.
 */
export async function readManifestVersion(cluster: string, resource: ChangedResource, blob: string): Promise<ManifestVersion> {
  checkName(resource.name)
  await requireOfferedKind(cluster, resource.kind)
  const project = await projectInGit(cluster, resource.namespace)
  const text = await readBlob(asApp(project.repository), blob)
  const document = documentOf(text, resource)
  if (document) return { blob, text, document: document.index }
  throw new NotFound(
    `The version ${blob.slice(0, 7)} of ${project.repository} does not describe ${resourceTitle(resource.kind, resource.name)}. Begin anew from Git's version.`,
  )
}
