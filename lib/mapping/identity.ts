/** Who an asset is: its id, its project, its place, its parents, its labels; and the name its manifest gets. Pure. */
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import type { Asset } from './asset.ts'
import { type AssetName, readAssetName, relativeName } from './asset-name.ts'
import type { KindTable, SourcePath } from './kind-table.ts'
import { projectIn } from './project-ids.ts'

export interface Identity {
  name: AssetName
  /** The id the service knows it by. */
  id: string
  /** The project's id where it is known, else its number. */
  project: string | undefined
  /** `folders/123` or `organizations/123`, for what stands outside of projects. */
  container: string | undefined
}

/** What an asset is called and where it stands. `projectIds`: project numbers to ids, as far as the import knows them. */
export function identityOf(asset: Asset, table: KindTable | undefined, projectIds: ReadonlyMap<string, string> | undefined): Identity {
  const name = readAssetName(asset.name)
  const project = projectOf(asset, name, projectIds)
  return { name, id: idOf(asset, name, table), project, container: name.container }
}

function idOf(asset: Asset, name: AssetName, table: KindTable | undefined): string {
  if (table?.id) {
    const found = valueAt(asset.data, [...table.id.from])
    if (typeof found === 'string' && found !== '') {
      if (table.id.take === 'local-part') return found.split('@')[0] ?? found
      return table.id.take === 'last-part' ? (found.split('/').at(-1) ?? found) : found
    }
    if (typeof found === 'number') return String(found)
  }
  const own = textAt(asset.data, 'name')
  if (!own) return name.id
  const last = own.split('/').at(-1) ?? own
  if (own.includes('/') && relativeName(own)) return last === '' ? name.id : last
  if (own === name.id) return own
  // Some names end in a number where the service itself uses a name.
  const link = textAt(asset.data, 'selfLink')
  return link?.endsWith(`/${own}`) || (/^\d+$/.test(name.id) && /^[a-z][a-z0-9-]*$/.test(own)) ? own : name.id
}

function projectOf(asset: Asset, name: AssetName, projectIds: ReadonlyMap<string, string> | undefined): string | undefined {
  const mentioned = [
    name.project,
    projectIn(textAt(asset.data, 'name')),
    projectIn(textAt(asset.data, 'selfLink')),
    projectIn(textAt(asset.data, 'parent')),
    textAt(asset.data, 'projectId'),
  ]
  const id = mentioned.find((item) => item !== undefined && !/^\d+$/.test(item))
  if (id) return id
  const own = textAt(asset.data, 'projectNumber') ?? valueAt(asset.data, ['projectNumber'])
  const ancestor = asset.ancestors.find((item) => item.startsWith('projects/'))?.slice('projects/'.length)
  const number = [
    name.project,
    ancestor,
    projectIn(textAt(asset.data, 'parent')),
    typeof own === 'string' || typeof own === 'number' ? String(own) : undefined,
  ].find((item) => item !== undefined && item !== '')
  return number === undefined ? undefined : (projectIds?.get(number) ?? number)
}

/** Characters of an id that a name is made of; the cloud has none that long. */
const longestId = 1000

/** A manifest's name out of an id: what Kubernetes allows, as close to the id as it goes. */
export function manifestName(id: string): string {
  const name = id
    .slice(0, longestId) // what is longer names nothing, and would take long to look through
    .normalize('NFKD')
    .replace(/%2F/gi, '-')
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/(?:^|(?<=\.))[-.]+|[-.]+(?=\.|$)/g, '')
    .slice(0, 253)
    .replace(/[-.]+$/, '')
  return name === '' ? 'resource' : name
}

/** The labels at a path, as texts. */
export function labelsAt(data: JsonObject, path: SourcePath): Record<string, string> | undefined {
  const found: Json | undefined = valueAt(data, [...path])
  if (!isObject(found)) return undefined
  const labels: [string, string][] = []
  for (const [key, value] of Object.entries(found)) {
    if (typeof value !== 'string') return undefined
    labels.push([key, value])
  }
  return Object.fromEntries(labels)
}

/** Labels that Kubernetes cannot hold: GCP takes letters of every script, and `-` and `_` at the ends. */
export function impossibleLabels(labels: Record<string, string>): string[] {
  const part = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/
  return Object.entries(labels)
    .filter(([key, value]) => !part.test(key) || (value !== '' && !part.test(value)))
    .map(([key]) => key)
}
