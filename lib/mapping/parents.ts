/** What an asset's name says for its fields: the project, the place, and the resources it belongs to. Pure. */
import type { JsonObject } from '#lib/json.ts'
import type { AssetName } from './asset-name.ts'
import { wantsName } from './convert-value.ts'
import type { Identity } from './identity.ts'
import { fits } from './match-field.ts'
import type { Target } from './target.ts'
import { fold, singular } from './words.ts'

/** Fills fields of the spec that the data left out and the name tells. */
export function fillParents(spec: Target, out: JsonObject, { name, project, container }: Identity, generated: boolean): void {
  fillPlace(spec, out, name)
  const named = name.parts.slice(0, -1)
  const parent = named.at(-1)
  for (const part of named) {
    if (part.collection === 'organizations') fillOwnOrganization(spec, out, part.path)
    if (['projects', 'folders', 'organizations', ''].includes(part.collection)) continue
    const word = singular(fold(part.collection))
    const reference =
      spec.byFold.get(`${word}ref`) ??
      spec.fields.find(
        (field) => field.isReference && (field.isRequired || part === parent) && field.key !== 'projectRef' && fits(field, part.collection),
      )
    if (reference?.isReference && !Object.hasOwn(out, reference.key)) {
      if (!/^(?:locations|regions|zones)$/.test(part.collection)) out[reference.key] = { external: externalName(part.path, reference) }
    } else {
      const text = spec.byFold.get(word) ?? spec.required.find(({ key, type }) => type === 'string' && word.startsWith(fold(key)))
      if (text?.type === 'string' && (text.isRequired || fold(text.key) === word) && !Object.hasOwn(out, text.key)) out[text.key] = part.id
    }
  }
  const parentRef = spec.byKey.get('parentRef')
  if (parent && parentRef?.isReference && !Object.hasOwn(out, 'parentRef')) out.parentRef = { external: parent.path }
  const collection = /\/documents\/(.+)\/[^/]+$/.exec(name.path)?.[1]
  if (collection !== undefined && spec.byKey.get('collection')?.type === 'string') out.collection ??= collection
  fillContainer(spec, out, project, container, generated)
}

/** Services with organizations of their own (`apigeeOrganizationRef`). */
function fillOwnOrganization(spec: Target, out: JsonObject, path: string): void {
  const own = spec.required.find(({ key, isReference }) => isReference && /.Organi[sz]ationRef$/.test(key))
  if (own && !Object.hasOwn(out, own.key)) out[own.key] = { external: externalName(path, own) }
}

function fillPlace(spec: Target, out: JsonObject, name: AssetName): void {
  if (name.location === undefined) return
  const zonal = name.locality === 'zone' || /-[a-z]$/.test(name.location)
  for (const key of zonal ? ['zone', 'location', 'region'] : ['location', 'region']) {
    const field = spec.byKey.get(key)
    if (field?.type === 'string' && !Object.hasOwn(out, key)) {
      if (name.locality === 'global' && key !== 'location') continue
      out[key] = name.location
      return
    }
    if (field) return
  }
}

function fillContainer(
  spec: Target,
  out: JsonObject,
  project: string | undefined,
  container: string | undefined,
  generated: boolean,
): void {
  const field = spec.byKey.get('projectRef')
  if (project !== undefined && field?.isReference && !Object.hasOwn(out, 'projectRef')) {
    const alone = !['folderRef', 'organizationRef', 'billingAccountRef'].some((key) => Object.hasOwn(out, key))
    if (alone) out.projectRef = { external: externalName(`projects/${project}`, field) }
  }
  if (project !== undefined || container === undefined) return
  const [collection, id = ''] = container.split('/')
  const key = collection === 'folders' ? 'folderRef' : 'organizationRef'
  const reference = spec.byKey.get(key)
  if (reference?.isReference && !Object.hasOwn(out, key))
    out[key] = { external: wantsName(reference, collection ?? '') || !generated ? `${collection}/${id}` : id }
}

/** The name in the form the reference asks for: bare where its format has no slash. */
function externalName(path: string, reference: Target): string {
  const format = reference.node.type === 'reference' ? reference.node.externalFormat : undefined
  const field = reference.node.type === 'reference' ? reference.node.targetField : undefined
  const bare = format !== undefined ? !format.includes('/') : field === 'name' || field === 'projectID'
  return bare ? (path.split('/').at(-1) ?? path) : path
}
