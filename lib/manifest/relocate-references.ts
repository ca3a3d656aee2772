/** What becomes of the references of a manifest that goes to another project: to where each may point, and which is proposed. Pure. */
import { isObject, type Json, type JsonObject, type JsonPath, textAt } from '#lib/json.ts'
import type { CompiledKind, FieldNode } from '#lib/schema/field-tree.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import { type FoundReference, readExternal, referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'

/** Where a resource is, or is to be. */
export interface Whereabouts {
  cluster: string
  namespace: string
  name: string
  /** The Google Cloud project of its namespace. */
  gcpProject: string | null
}

/**
 * What a reference is to say: what it says now (`keep`), the resource of that name in the new project (`here`), the one it means now, by
 * its project (`there`) or by an external value (`external`), or the external value with the new project's Google Cloud project
 * (`other-project`).
 */
export type ReferenceChoice = 'keep' | 'here' | 'there' | 'external' | 'other-project'

export interface ReferenceOption {
  choice: ReferenceChoice
  /** What stands at the field then. */
  value: Json
  words: string
}

export interface RelocatedReference {
  path: JsonPath
  kinds: string[]
  /** The name or external value it has now. */
  means: string
  /** At least one. */
  options: ReferenceOption[]
  chosen: ReferenceChoice
  /** Why this is proposed. */
  why: string
  /** Somebody should look at it. */
  attention: boolean
}

/** A resource that must be looked up before a manifest can be relocated. */
export interface SoughtResource {
  cluster: string
  kinds: string[]
  namespace: string
  name: string
  /** Its object is wanted too, for the name by which the cloud knows it. */
  wantsObject?: true
}

export interface FoundResource {
  /** Undefined: it cannot be told, because the person may not look there or the kind is not offered. */
  exists: boolean | undefined
  /** The object, as far as it was read: its status says under which name the cloud knows it. */
  object?: JsonObject | undefined
}

/** What was looked up, by `soughtKey`. */
export type Lookups = ReadonlyMap<string, FoundResource>

export const soughtKey = ({ cluster, kinds, namespace, name }: SoughtResource): string => JSON.stringify([cluster, kinds, namespace, name])

/** The key of a path, for choices. */
export const pathKey = (path: JsonPath): string => JSON.stringify(path)

/** Whether two places are one project. */
export const sameProject = (from: Whereabouts, to: Whereabouts): boolean => from.cluster === to.cluster && from.namespace === to.namespace

/** What a manifest refers to by name inside its own project: at its old and its new place. */
export function soughtResources(kind: CompiledKind, manifest: JsonObject, from: Whereabouts, to: Whereabouts): SoughtResource[] {
  if (sameProject(from, to)) return []
  const sought = ownReferences(kind, manifest, from).flatMap(({ kinds, name = '' }) => [
    { cluster: from.cluster, kinds, namespace: from.namespace, name, wantsObject: true as const },
    { cluster: to.cluster, kinds, namespace: to.namespace, name },
  ])
  return [...new Map(sought.map((each) => [soughtKey(each), each])).values()]
}

const isSecret = ({ kinds }: FoundReference): boolean => kinds.length === 1 && kinds[0] === 'Secret'

const ownReferences = (kind: CompiledKind, manifest: JsonObject, from: Whereabouts): FoundReference[] =>
  referencesIn(referenceTree(kind.root), manifest).filter(
    (reference) => !isSecret(reference) && reference.name !== undefined && (reference.namespace ?? from.namespace) === from.namespace,
  )

/** The Secrets a manifest reads passwords from: they must exist where the resource is. */
export const secretsOf = (kind: CompiledKind, manifest: JsonObject): FoundReference[] =>
  referencesIn(referenceTree(kind.root), manifest).filter(isSecret)

/**
 * Each reference with its choices. `copy`: what is in the new project is used where it exists. `take-over`: the resource stays the same in
 * the cloud, so its references must go on meaning the same.
 */
export function relocatedReferences(
  kind: CompiledKind,
  manifest: JsonObject,
  { purpose, from, to, lookups }: { purpose: 'copy' | 'take-over'; from: Whereabouts; to: Whereabouts; lookups: Lookups },
): RelocatedReference[] {
  if (sameProject(from, to)) return []
  return referencesIn(referenceTree(kind.root), manifest).flatMap((reference) => {
    if (isSecret(reference)) return []
    const value = readValue(manifest, reference.path)
    if (reference.external !== undefined) return externalReference(reference, reference.external, value, purpose, from, to)
    if ((reference.namespace ?? from.namespace) !== from.namespace) return foreignReference(reference, value, from, to)
    return [namedReference(kind, reference, value, purpose, from, to, lookups)]
  })
}

const readValue = (manifest: Json, path: JsonPath): JsonObject => {
  let here: Json | undefined = manifest
  for (const key of path) here = Array.isArray(here) ? here[Number(key)] : isObject(here) ? here[String(key)] : undefined
  return isObject(here) ? here : {}
}

const without = (value: JsonObject, ...keys: string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))

function namedReference(
  kind: CompiledKind,
  { path, kinds, target, name = '' }: FoundReference,
  value: JsonObject,
  purpose: 'copy' | 'take-over',
  from: Whereabouts,
  to: Whereabouts,
  lookups: Lookups,
): RelocatedReference {
  const look = (place: Whereabouts) => lookups.get(soughtKey({ cluster: place.cluster, kinds, namespace: place.namespace, name }))
  const existsThere = look(to)?.exists
  const node = fieldAt(kind.root, path)
  const external = target.keys.includes('external') ? externalValueOf(node, kinds, look(from)?.object, name, from) : undefined
  const options: ReferenceOption[] = [
    {
      choice: 'here',
      value: without(value, 'namespace'),
      words: `${name} in ${to.namespace}${existsThere === false ? ' (does not exist yet)' : ''}`,
    },
  ]
  if (target.keys.includes('namespace') && from.cluster === to.cluster)
    options.push({ choice: 'there', value: { ...value, namespace: from.namespace }, words: `${name} in ${from.namespace}` })
  if (external !== undefined)
    options.push({
      choice: 'external',
      value: { ...without(value, 'name', 'namespace'), external },
      words: `${name} of ${from.gcpProject ?? from.namespace} as an external value: ${external}`,
    })
  const outside = options.find(({ choice }) => choice === 'there') ?? options.find(({ choice }) => choice === 'external')
  const base = { path, kinds, means: name, options }
  if (purpose === 'copy' && existsThere === true)
    return { ...base, chosen: 'here', why: `${to.namespace} has one of this name.`, attention: false }
  if (outside) {
    const why =
      purpose === 'take-over'
        ? `It goes on meaning the one in ${from.namespace}.`
        : existsThere === false
          ? `${to.namespace} has none of this name, so it points to the one in ${from.namespace}. Is that meant?`
          : `Whether ${to.namespace} has one of this name cannot be told, so it points to the one in ${from.namespace}. Is that meant?`
    return { ...base, chosen: outside.choice, why, attention: purpose === 'copy' }
  }
  const why =
    existsThere === true
      ? `The schema lets it point only into its own project, where another ${name} stands.`
      : `The schema lets it point only into its own project, and ${to.namespace} has no ${name}: the resource will wait until there is one.`
  return { ...base, chosen: 'here', why, attention: true }
}

/** Names another project, neither the old nor the new one: it may stay. Where it names the new one, that is where it is now. */
function foreignReference(
  { path, kinds, target, name = '', namespace = '' }: FoundReference,
  value: JsonObject,
  from: Whereabouts,
  to: Whereabouts,
): RelocatedReference[] {
  const keep: ReferenceOption = { choice: 'keep', value, words: `${name} in ${namespace}, as it is` }
  const base = { path, kinds, means: `${namespace}/${name}`, options: [keep], chosen: 'keep' as const }
  if (from.cluster !== to.cluster)
    return [{ ...base, why: `It names a project of cluster ${from.cluster}; ${to.cluster} must have one of that name.`, attention: true }]
  if (namespace !== to.namespace || !target.keys.includes('namespace'))
    return [{ ...base, why: 'It names another project already.', attention: false }]
  const here: ReferenceOption = { choice: 'here', value: without(value, 'namespace'), words: `${name} in ${to.namespace}` }
  return [{ ...base, options: [keep, here], chosen: 'here', why: 'It is in the same project now.', attention: false }]
}

function externalReference(
  { path, kinds }: FoundReference,
  external: string,
  value: JsonObject,
  purpose: 'copy' | 'take-over',
  from: Whereabouts,
  to: Whereabouts,
): RelocatedReference[] {
  const own = from.gcpProject
  const { place } = readExternal(external)
  const options: ReferenceOption[] = [{ choice: 'keep', value, words: `${external}, as it is` }]
  const base = { path, kinds, means: external, options }
  const isOwnProject = kinds.includes('Project') && (external === own || external === `projects/${own}`)
  if (own === null || own === to.gcpProject || !(isOwnProject || place === `projects/${own}`)) {
    if (purpose === 'take-over' || !mayBeOfOld(external, place, from, to)) return []
    return [{ ...base, chosen: 'keep', why: `It stays the same one. Is that meant for ${to.namespace} too?`, attention: true }]
  }
  const why = `It goes on meaning the one in ${own}.`
  if (to.gcpProject === null) return [{ ...base, chosen: 'keep', why, attention: purpose === 'copy' }]
  const moved = isOwnProject ? external.replace(own, to.gcpProject) : inProject(external, own, to.gcpProject)
  options.push({ choice: 'other-project', value: { ...value, external: moved }, words: moved })
  if (purpose === 'take-over') return [{ ...base, chosen: 'keep', why, attention: false }]
  if (isOwnProject)
    return [{ ...base, chosen: 'other-project', why: `It names the project it is in; that is ${to.gcpProject} now.`, attention: false }]
  return [{ ...base, chosen: 'keep', why: `It names something in ${own}. Is that meant for ${to.namespace} too?`, attention: true }]
}

/** Whether an external value may mean something of the old project: it has a name of that, or does not say its project by id. */
function mayBeOfOld(external: string, place: string, from: Whereabouts, to: Whereabouts): boolean {
  const moves = from.gcpProject === null || from.gcpProject !== to.gcpProject
  if (moves && (place === '' || /^projects\/\d+$/.test(place))) return true
  if (moves && from.gcpProject !== null && external.includes(from.gcpProject)) return true
  // the id of the project that both are in may hold the name of the old one
  const rest = moves || from.gcpProject === null ? external : external.replaceAll(from.gcpProject, '')
  return from.namespace !== to.namespace && rest.includes(from.namespace)
}

const inProject = (external: string, from: string, to: string): string =>
  external.replace(`projects/${from}/`, `projects/${to}/`).replace(`@${from}.iam.`, `@${to}.iam.`)

/** The external value that means a resource, by what its field asks for and what its status tells; undefined where it cannot be known. */
function externalValueOf(
  node: FieldNode | undefined,
  kinds: string[],
  object: JsonObject | undefined,
  name: string,
  from: Whereabouts,
): string | undefined {
  const resourceId = textAt(object, 'spec', 'resourceID') ?? name
  const field = node?.type === 'reference' ? node.targetField : undefined
  const format = node?.type === 'reference' ? node.externalFormat : undefined
  const told = field === undefined ? undefined : textAt(object, 'status', field === 'self_link' ? 'selfLink' : field)
  if (told) return told
  if (field === 'name' && object) return resourceId
  if (kinds.length === 1 && kinds[0] === 'StorageBucket') return resourceId
  const filled =
    format === undefined || from.gcpProject === null ? undefined : fillFormat(format.split(' or ')[0] ?? '', from.gcpProject, resourceId)
  return filled ?? textAt(object, 'status', 'externalRef') ?? textAt(object, 'status', 'selfLink')
}

/** A format such as `projects/{{project}}/topics/{{name}}` with its project and its last part filled in; undefined where it asks for more. */
function fillFormat(format: string, project: string, name: string): string | undefined {
  const hole = /\{\{?\s*[\w.-]+\s*\}?\}|\[[\w-]+\]|<[\w-]+>/g
  const parts = format.split('/')
  if (parts[0] !== 'projects' || parts.length < 4 || format.match(hole)?.length !== 2) return undefined
  if (!parts[1]?.match(hole) || !parts.at(-1)?.match(hole)) return undefined
  return ['projects', project, ...parts.slice(2, -1), name].join('/')
}
