/** Turns the changes a person wants into the files they make, against the repositories as they are now. */
import { Conflict, CorbelError, Invalid, Unauthenticated } from '#lib/errors.ts'
import { asApp } from '#lib/forge/forge.ts'
import { headOf, readFile } from '#lib/forge/repository-content.ts'
import { isKustomization } from '#lib/manifest/kustomization.ts'
import { checkAnnotations, checkIdentity, checkName, readManifest, resourceTitle } from './change-identity.ts'
import type { ResourceChange } from './contract.ts'
import { type Kustomizations, keptLists, kustomizationsOf } from './kustomized-files.ts'
import { findEditable } from './manifest-source.ts'
import { documentOf, pathInProject, pathOfNew, withNew, withoutResource, withReplaced } from './place-change.ts'
import {
  type Base,
  baseOf,
  type FoundManifest,
  notInGit,
  type ProjectInGit,
  projectInGit,
  readProjectFile,
  requireOfferedKind,
} from './project-manifests.ts'
import type { ProposedResource } from './pull-request-text.ts'
import { rebasedText } from './rebase-change.ts'
import { addressOf } from './resource-address.ts'

export interface PreparedFile {
  path: string
  /** The blob the file is now; null where there is none. */
  blob: string | null
  before: string | null
  after: string | null
  /** Places in the request of the changes that touch it. */
  changes: number[]
}

/** What goes to one repository. */
export interface PreparedGroup {
  repository: string
  base: Base
  /** Those that could be prepared, in the order of the request. */
  resources: ProposedResource[]
  files: PreparedFile[]
  /** Places in the request of all changes that belong here, those with a problem too. */
  changes: number[]
}

/** What became of one change. */
export interface PreparedChange {
  resource: ProposedResource | undefined
  repository: string | undefined
  path: string | undefined
  /** The manifest as it goes into the file: merged, where the person's was based on another version. */
  text: string | null
  /** Why it cannot be proposed. */
  problem: CorbelError | undefined
}

export interface Prepared {
  changes: PreparedChange[]
  groups: PreparedGroup[]
}

/** An open proposal whose branch is built upon, instead of the repository's default branch. */
export interface Onto {
  repository: string
  branch: string
  /** Addresses of the resources that the proposal creates: on its branch they exist, elsewhere they do not. */
  creates: ReadonlySet<string>
}

/** How many changes look for their files at once. */
const atOnce = 6

/**
 * The files that changes touch, before and after, by repository. Changes of one file are applied one after another. What is wrong with one
 * change is told at that change: Invalid where the manifest is not the resource the person chose, changes nothing or comes twice,
 * Conflict where Git is no longer as the person saw it, NotFound where there is nothing to change.
 */
export async function prepareChanges(changes: ResourceChange[], onto?: Onto): Promise<Prepared> {
  const bases = new Map<string, Promise<Base>>()
  const baseFor = (repository: string): Promise<Base> => {
    const known = bases.get(repository) ?? (onto ? headOfBranch(onto) : baseOf(asApp(repository)))
    bases.set(repository, known)
    return known
  }
  const prepared: PreparedChange[] = changes.map(() => ({
    resource: undefined,
    repository: undefined,
    path: undefined,
    text: null,
    problem: undefined,
  }))
  const located = new Map<number, Located>()
  const queue = changes.entries()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, changes.length) }, async () => {
      for (const [index, change] of queue) {
        const into = prepared[index]
        if (!into) continue
        await told(into, async () => {
          located.set(index, await locate(change, into, baseFor, onto))
        })
      }
    }),
  )
  const groups = new Map<string, PreparedGroup>()
  const seen = new Set<string>()
  for (const [index, change] of changes.entries()) {
    const into = prepared[index]
    if (!into?.repository) continue
    const base = await baseFor(into.repository).catch(() => undefined)
    if (!base) continue
    const group = groups.get(into.repository) ?? { repository: into.repository, base, resources: [], files: [], changes: [] }
    groups.set(into.repository, group)
    group.changes.push(index)
    const place = located.get(index)
    if (!place) continue
    await told(into, async () => {
      const address = addressOf(place.resource)
      const title = resourceTitle(place.resource.kind, place.resource.name)
      if (seen.has(address)) throw new Invalid(`${title} is changed twice here. Keep one of the two changes.`)
      seen.add(address)
      place.apply(change, group, index)
      group.resources.push(place.resource)
    })
  }
  // a change that failed on its way leaves no file behind
  for (const group of groups.values()) {
    const touched = group.files.filter(({ changes: touching }) => touching.length > 0)
    // a change's manifest comes before the list it stands in
    group.files = [...touched.filter(({ path }) => !isKustomization(path)), ...touched.filter(({ path }) => isKustomization(path))]
  }
  return { changes: prepared, groups: [...groups.values()] }
}

/** What changes of one repository make, whole: throws the first problem there is, and Invalid where they go to several repositories. */
export async function prepareTogether(changes: ResourceChange[], onto?: Onto): Promise<PreparedGroup> {
  const prepared = await prepareChanges(changes, onto)
  const problem = prepared.changes.find((change) => change.problem)?.problem
  if (problem) throw problem
  const [group, ...more] = prepared.groups
  if (!group) throw new Invalid('There is no change to propose.')
  if (more.length > 0) {
    const names = prepared.groups.map(({ repository }) => repository).join(' and ')
    throw new Invalid(`These changes go to ${names}. A pull request belongs to one repository: propose them one repository at a time.`)
  }
  return group
}

/** Does something for one change; what is wrong with it is noted there, and hides no other change. An ended login ends all. */
async function told(into: PreparedChange, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
    into.problem = error
  }
}

async function headOfBranch({ repository, branch }: Onto): Promise<Base> {
  const sha = await headOf(asApp(repository), branch)
  if (!sha) throw new Conflict(`${repository} has no branch ${branch} any more. Its pull request was merged or closed meanwhile.`)
  return { branch, sha }
}

/** One change with its place in Git; `apply` writes it into the group's file. */
interface Located {
  resource: ProposedResource
  apply: (change: ResourceChange, group: PreparedGroup, index: number) => void
}

async function locate(
  change: ResourceChange,
  into: PreparedChange,
  baseFor: (repository: string) => Promise<Base>,
  onto: Onto | undefined,
): Promise<Located> {
  const resource = await identified(change, into)
  const project = await projectInGit(change.cluster, change.namespace)
  if (onto && project.repository !== onto.repository) {
    throw new Invalid(
      `${resource.name} belongs to ${project.repository}, and the proposal is one of ${onto.repository}. Propose it on its own.`,
    )
  }
  into.repository = project.repository
  const base = await baseFor(project.repository)
  const found = await findEditable(asApp(project.repository), project, resource, base.sha)
  const creating = resource.action === 'create'
  if (creating && !(found && onto?.creates.has(addressOf(resource)))) return locateNew(change, resource, project, base, found?.path, into)
  if (!found) throw notInGit(project, resource)
  into.path = found.path
  const refusal = found.notes.find(({ severity }) => severity === 'refused')
  if (refusal) throw new Invalid(refusal.message)
  const current = documentOf(found.text, resource)
  if (change.text !== null && current && onto && change.baseBlob !== found.blob) {
    into.text = await rebasedText({
      connection: asApp(project.repository),
      resource,
      mine: change.text,
      baseBlob: change.baseBlob,
      theirs: found.text.slice(current.start, current.end),
      branch: onto.branch,
    })
  } else if (change.baseBlob !== null && change.baseBlob !== found.blob) {
    throw new Conflict(
      `${found.path} of ${project.repository} changed since you opened ${resourceTitle(resource.kind, resource.name)}. Compare with the new version, then propose again.`,
      { path: found.path, blob: found.blob },
    )
  }
  const placed: ProposedResource = creating ? { ...resource, action: 'update' } : resource
  const wanted = placed.action === 'update' && change.path !== undefined ? pathInProject(project, change.path) : found.path
  if (wanted !== found.path) return locateMove(placed, project, base, found, wanted, into)
  const lists = placed.action === 'delete' ? await kustomizationsOf(asApp(project.repository), project, base, [found.path]) : undefined
  return {
    resource: placed,
    apply: (_, group, index) => {
      const file = fileOf(group, { path: found.path, blob: found.blob, text: found.text })
      const before = file.after ?? ''
      const after = placed.action === 'delete' ? withoutResource(before, placed) : withReplaced(before, into.text ?? '', placed)
      if (after === before)
        throw new Invalid(`Nothing changes: ${resourceTitle(placed.kind, placed.name)} stands in ${found.path} exactly like this.`)
      write(group, index, [{ file, after }], lists)
    },
  }
}

/** The manifest goes from the file it stands in to another one. */
async function locateMove(
  resource: ProposedResource,
  project: ProjectInGit,
  base: Base,
  found: FoundManifest,
  path: string,
  into: PreparedChange,
): Promise<Located> {
  into.path = path
  const there = await readFile(asApp(project.repository), path, base.sha)
  const lists = await kustomizationsOf(asApp(project.repository), project, base, [found.path, path])
  return {
    resource,
    apply: (_, group, index) => {
      const from = fileOf(group, { path: found.path, blob: found.blob, text: found.text })
      const to = fileOf(group, { path, blob: there?.blob ?? null, text: there?.text ?? null })
      const left = withoutResource(from.after ?? '', resource)
      const added = withNew(to.after, into.text ?? '', resource, path)
      write(
        group,
        index,
        [
          { file: from, after: left },
          { file: to, after: added, grew: true },
        ],
        lists,
      )
    },
  }
}

async function locateNew(
  change: ResourceChange,
  resource: ProposedResource,
  project: ProjectInGit,
  base: Base,
  existing: string | undefined,
  into: PreparedChange,
): Promise<Located> {
  if (existing !== undefined) {
    const title = resourceTitle(resource.kind, resource.name)
    throw new Conflict(`${title} exists already in ${existing} of ${project.repository}. Open it and edit it instead.`, { path: existing })
  }
  const path = change.path === undefined ? pathOfNew(project, resource) : pathInProject(project, change.path)
  into.path = path
  const there = await readProjectFile(asApp(project.repository), project, path, base.sha)
  const lists = await kustomizationsOf(asApp(project.repository), project, base, [path])
  return {
    resource,
    apply: (_, group, index) => {
      const file = fileOf(group, { path, blob: there?.blob ?? null, text: there?.text ?? null })
      write(group, index, [{ file, after: withNew(file.after, into.text ?? '', resource, path), grew: true }], lists)
    },
  }
}

/** Writes what a change makes of its files, and of the kustomizations that list them: all of it, or nothing where a list cannot change. */
function write(
  group: PreparedGroup,
  index: number,
  files: { file: PreparedFile; after: string | null; grew?: true }[],
  lists: Kustomizations | undefined,
): void {
  const changed = files.map(({ file, after, grew }) => ({ path: file.path, before: file.after, after, grew: grew === true }))
  const kept = lists ? keptLists(changed, lists, (build) => fileOf(group, build).after ?? build.text) : []
  const listed = kept.map(({ build, text }) => ({ file: fileOf(group, build), after: text }))
  for (const { file, after } of [...files, ...listed]) {
    file.after = after
    file.changes.push(index)
  }
}

/** The group's file of a path: as earlier changes left it, or as it stands in Git. */
function fileOf(group: PreparedGroup, { path, blob, text }: { path: string; blob: string | null; text: string | null }): PreparedFile {
  const known = group.files.find((file) => file.path === path)
  if (known) return known
  const file: PreparedFile = { path, blob, before: text, after: text, changes: [] }
  group.files.push(file)
  return file
}

/** Which resource a change is about. Throws Invalid where its manifest says another. */
async function identified(change: ResourceChange, into: PreparedChange): Promise<ProposedResource> {
  into.text = change.text
  const { cluster, namespace, kind, action } = change
  const manifest = change.text === null ? undefined : readManifest(change.text)
  const name = action === 'create' ? manifest?.identity.name : change.name
  if (name) into.resource = { cluster, namespace, kind, name, action }
  if (manifest) {
    checkIdentity(manifest.identity, { namespace, kind, name: action === 'create' ? undefined : change.name })
    checkAnnotations(manifest.value)
  }
  if (!name) throw new Invalid(action === 'create' ? 'There is no manifest to create.' : 'The request does not name the resource.')
  if (action !== 'delete' && change.text === null) throw new Invalid('There is no manifest. Deleting a resource is an action of its own.')
  checkName(name)
  await requireOfferedKind(cluster, kind)
  return { cluster, namespace, kind, name, action }
}
