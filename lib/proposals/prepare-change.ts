/** Turns a change a person wants into the file it makes, against the repository as it is now. */
import { Conflict, Invalid } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { readFile } from '#lib/forge/repository-content.ts'
import { checkAnnotations, checkIdentity, checkName, readManifest, resourceTitle } from './change-identity.ts'
import type { ResourceChange } from './contract.ts'
import { pathOfNew, withNew, withoutResource, withReplaced } from './place-change.ts'
import { type Base, baseOf, findManifest, notInGit, projectInGit, requireOfferedKind } from './project-manifests.ts'
import type { ProposedResource } from './pull-request-text.ts'

export interface PreparedChange {
  repository: string
  base: Base
  resource: ProposedResource
  path: string
  /** The blob the file is now; null where there is none. */
  blob: string | null
  before: string | null
  after: string | null
}

/**
 * The file a change touches, before and after. Throws Invalid where the manifest is not the resource the person chose or changes
 * nothing, Conflict where Git is no longer as the person saw it, NotFound where there is nothing to change.
 */
export async function prepareChange(change: ResourceChange): Promise<PreparedChange> {
  const manifest = change.text === null ? undefined : readManifest(change.text)
  if (manifest) {
    checkIdentity(manifest.identity, {
      namespace: change.namespace,
      kind: change.kind,
      name: change.action === 'create' ? undefined : change.name,
    })
    checkAnnotations(manifest.value)
  }
  const name = change.action === 'create' ? manifest?.identity.name : change.name
  if (!name) throw new Invalid(change.action === 'create' ? 'There is no manifest to create.' : 'The request does not name the resource.')
  if (change.action !== 'delete' && change.text === null)
    throw new Invalid('There is no manifest. Deleting a resource is an action of its own.')
  checkName(name)
  await requireOfferedKind(change.cluster, change.kind)
  const resource: ProposedResource = {
    cluster: change.cluster,
    namespace: change.namespace,
    kind: change.kind,
    name,
    action: change.action,
  }
  const project = await projectInGit(change.cluster, change.namespace)
  const connection = asApp(project.repository)
  const base = await baseOf(connection)
  const found = await findManifest(connection, project, resource, base.sha)
  const prepared = { repository: project.repository, base, resource }
  const title = resourceTitle(resource.kind, name)

  if (change.action === 'create') {
    if (found)
      throw new Conflict(`${title} exists already in ${found.path} of ${project.repository}. Open it and edit it instead.`, {
        path: found.path,
      })
    const path = pathOfNew(project, resource)
    const file = await readFile(connection, path, base.sha)
    const before = file?.text ?? null
    return { ...prepared, path, blob: file?.blob ?? null, before, after: withNew(before, change.text ?? '', resource, path) }
  }
  if (!found) throw notInGit(project, resource)
  if (change.baseBlob !== null && change.baseBlob !== found.blob) {
    throw new Conflict(
      `${found.path} of ${project.repository} changed since you opened ${title}. Compare with the new version, then propose again.`,
      {
        path: found.path,
        blob: found.blob,
      },
    )
  }
  const after = change.action === 'delete' ? withoutResource(found.text, resource) : withReplaced(found.text, change.text ?? '', resource)
  if (after === found.text) throw new Invalid(`Nothing changes: ${title} stands in ${found.path} exactly like this.`)
  return { ...prepared, path: found.path, blob: found.blob, before: found.text, after }
}
