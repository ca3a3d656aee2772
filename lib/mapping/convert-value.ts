/** One value of an asset in the form its field wants. Scalars, references and the forms around them; objects go through `map-fields.ts`. Pure. */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { collectionOf } from './asset-name.ts'
import type { Target } from './target.ts'
import type { Transform } from './transforms.ts'
import { collectionFitsKind } from './words.ts'

export interface Converted {
  value: Json
  by?: Transform
}

/** Collections of places and sizes that fields name by their last part. */
const shortNamed = new Set(['zones', 'machineTypes', 'diskTypes', 'acceleratorTypes', 'nodeTypes', 'licenseCodes'])
/** The same, unless the field's own words ask for the whole name. */
const mostlyShort = new Set(['regions', 'locations'])

/** A scalar for a scalar field; undefined when the field cannot hold it. */
export function convertScalar(target: Target, value: string | number | boolean, generated: boolean): Converted | undefined {
  switch (target.type) {
    case 'string':
      if (typeof value !== 'string') return { value: String(value), by: 'number' }
      return shortName(target, value, generated) ?? { value }
    case 'integer':
      return wholeNumber(value)
    case 'number':
      if (typeof value === 'number') return { value }
      return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? { value: Number(value), by: 'number' } : undefined
    case 'boolean':
      if (typeof value === 'boolean') return { value }
      return /^(?:true|false|TRUE|FALSE)$/.test(String(value)) ? { value: String(value).toLowerCase() === 'true', by: 'number' } : undefined
    case 'int-or-string':
      return typeof value === 'boolean' ? undefined : { value }
    case 'free-form':
      return target.node.type === 'free-form' && target.node.accepts === 'any' ? { value } : undefined
    default:
      return undefined
  }
}

/** A clause for people: why a field cannot hold a value. */
export function misfit(target: Target, value: Json): string {
  if (target.isReference) return 'it names no resource in a form that the field could refer to'
  if (
    target.type === 'integer' &&
    (typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^-?\d+s?$/.test(value))
  )
    return 'the number is too large to be kept exactly in a manifest'
  const taken = formsTaken[target.type]
  return taken === undefined ? 'its form does not fit the field' : `it is ${formOf(value)}, and the field takes ${taken}`
}

const formsTaken: Partial<Record<Target['type'], string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  'int-or-string': 'a number or a text',
  list: 'a list',
  map: 'a map',
  object: 'an object',
}

function formOf(value: Json): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return typeof value === 'string' ? 'a text' : typeof value === 'number' ? 'a number' : 'a switch'
}

/** Kinds generated from older schemas take short names; the newer ones take what the API gives. */
function shortName(target: Target, value: string, generated: boolean): Converted | undefined {
  const collection = value.includes('/') ? collectionOf(value) : undefined
  if (collection === undefined) return undefined
  if (!(generated && shortNamed.has(collection)) && !(mostlyShort.has(collection) && takesShortPlace(target, value))) return undefined
  return { value: value.slice(value.lastIndexOf('/') + 1), by: 'short-name' }
}

/** A place in full is shortened, unless the field's own words show the whole name, or one such as "regions/europe-west1". */
const takesShortPlace = ({ prose }: Target, value: string): boolean =>
  /projects\/|\/\//.test(value) && !prose.includes('projects/') && !/["'`](?:regions|zones|locations)\//.test(prose)

/** Whole numbers that a JSON number can hold; `3600s` counts as 3600. */
function wholeNumber(value: string | number | boolean): Converted | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { value } : undefined
  if (typeof value !== 'string') return undefined
  const [, digits, unit] = /^(-?\d+)(s?)$/.exec(value) ?? []
  if (digits === undefined) return undefined
  const number = Number(digits)
  return Number.isSafeInteger(number) ? { value: number, by: unit === 's' ? 'short-name' : 'number' } : undefined
}

/** What a reference of the asset means in the import: the name of a manifest, or nothing. */
export type ResolveReference = (external: string, kinds: string[]) => { kind: string; name: string; namespace?: string } | undefined

export interface ReferenceContext {
  resolve: ResolveReference | undefined
  /** The kind names organizations and folders as the service does. */
  declarative: boolean
  /** Project numbers to ids. */
  projectIds: ReadonlyMap<string, string>
}

/** A reference from what the asset holds: a link, a name, an e-mail address. */
export function convertReference(
  target: Target,
  value: Json,
  { resolve, declarative, projectIds }: ReferenceContext,
): JsonObject | undefined {
  const said = externalOf(value)
  if (said === undefined) return undefined
  const external = withProjectId(target, said, projectIds)
  const keys = new Set(target.node.type === 'reference' || target.node.type === 'object' ? target.node.children.map(({ key }) => key) : [])
  const kind = keys.has('kind') && !kindOnlyWithName(target) ? kindMeant(target, external) : undefined
  const known = resolve?.(external, target.kinds)
  if (known && keys.has('name'))
    return {
      ...(keys.has('kind') ? { kind: known.kind } : {}),
      name: known.name,
      ...(known.namespace !== undefined && keys.has('namespace') ? { namespace: known.namespace } : {}),
    }
  if (!keys.has('external')) return undefined
  return { external: declarative ? external : externalAsWanted(target, external), ...(kind === undefined ? {} : { kind }) }
}

function externalOf(value: Json): string | undefined {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number') return String(value)
  if (!isObject(value)) return undefined
  const keys = Object.keys(value)
  const [only] = Object.values(value)
  if (keys.length === 1 && typeof only === 'string' && collectionOf(only) !== undefined) return only
  for (const key of ['name', 'selfLink', 'uri', 'id', 'resourceLink', 'email']) {
    const inner = value[key]
    if (keys.length === 1 && typeof inner === 'string' && inner !== '') return inner
  }
  return undefined
}

/** A project that a reference names by its number, by its id, unless the kind asks for the number. */
function withProjectId(target: Target, external: string, projectIds: ReadonlyMap<string, string>): string {
  const [, collection = '', number] = /^(projects\/)?(\d+)$/.exec(external) ?? []
  const id = number === undefined ? undefined : projectIds.get(number)
  if (id === undefined || !(target.kinds.includes('Project') || target.key === 'projectRef')) return external
  const byNumber = (target.node.type === 'reference' && target.node.targetField === 'number') || proseOf(target).includes('number')
  return byNumber ? external : collection + id
}

/** The kind a reference to several kinds means, by what the value points into. */
function kindMeant(target: Target, external: string): string | undefined {
  const collection = collectionOf(external)
  if (collection === undefined) return target.kinds.length === 1 ? target.kinds[0] : undefined
  return target.kinds.find((kind) => collectionFitsKind(collection, kind))
}

/** The form the kind asks for: organisations and folders are mostly named by their bare number. */
function externalAsWanted(target: Target, external: string): string {
  const [, collection, id] = /^(organizations|folders)\/(\d+)$/.exec(external) ?? []
  if (collection === undefined || id === undefined || wantsName(target, collection)) return external
  return id
}

/** Whether a link says its kind itself, and the schema takes none beside it. */
const kindOnlyWithName = ({ node }: Target): boolean =>
  (node.type === 'reference' || node.type === 'object') &&
  (node.choices ?? []).some(({ options }) =>
    options.some(
      ({ keys, without }) => keys.includes('external') && (without ?? []).some((group) => group.length === 1 && group[0] === 'kind'),
    ),
  )

const proseOf = ({ node }: Target): string =>
  node.type === 'reference' || node.type === 'object' ? (node.children.find(({ key }) => key === 'external')?.description ?? '') : ''

/** Whether the kind's own words ask for a name such as `organizations/123`. */
export function wantsName(target: Target, collection: string): boolean {
  return proseOf(target).includes(`${collection}/`)
}
