/**
 * The assets of this world, from the files in assets/: one file per project and topic, in a short form. `$project`, `$number` and
 * `$compute` (the beginning of Compute Engine's links) stand for what they say.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { assetOf, type SeedAsset } from './asset-store.ts'
import { factsOf, hostOf } from './asset-types.ts'
import { ancestorsOf, projectNumber } from './cloud-projects.ts'

const object = z.custom<JsonObject>(isObject)
const entry = z.strictObject({
  /** `storage/Bucket` for storage.googleapis.com/Bucket. */
  type: z.string(),
  /** Below the service's host. */
  name: z.string(),
  updated: z.iso.datetime(),
  location: z.string().optional(),
  version: z.string().optional(),
  /** Full name; the project where left out. */
  parent: z.string().optional(),
  /** Left out for an asset that comes without. */
  data: object.optional(),
  policy: object.optional(),
  later: z.union([z.strictObject({ deleted: z.literal(true) }), z.strictObject({ data: object })]).optional(),
  /** Why it is here; not part of the asset. */
  about: z.string().optional(),
})
const fileSchema = z.strictObject({ project: z.string(), assets: z.array(entry) })

/** Every asset of the demo, and one for each of its projects. */
export function seedAssets(projects: string[]): SeedAsset[] {
  const folder = join(import.meta.dirname, 'assets')
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  return [...projects.map(projectAsset), ...files.flatMap((file) => assetsOf(readFileSync(join(folder, file), 'utf8')))]
}

function assetsOf(text: string): SeedAsset[] {
  const raw: Json = parse(text)
  const { project, assets } = fileSchema.parse(filled(raw, placeholders(isObject(raw) ? String(raw.project) : '')))
  return assets.map(({ type, name, updated, location, version, parent, data, policy, later }) => {
    const assetType = type.replace('/', '.googleapis.com/')
    const facts = factsOf(assetType)
    const full = `//${hostOf(assetType)}/${name}`
    const resource: JsonObject = {
      version: version ?? facts.version,
      discoveryDocumentUri: `https://www.googleapis.com/discovery/v1/apis/${assetType.split('.')[0]}/${version ?? facts.version}/rest`,
      discoveryName: facts.discoveryName,
      parent: parent ?? `//cloudresourcemanager.googleapis.com/projects/${projectNumber(project)}`,
      ...(data ? { data } : {}),
      ...(location === undefined ? {} : { location }),
    }
    return {
      project,
      asset: assetOf(project, full, assetType, updated, resource),
      ...(policy ? { policy } : {}),
      ...(later ? { later } : {}),
    }
  })
}

/** The asset of a project itself. */
export function projectAsset(id: string): SeedAsset {
  const number = projectNumber(id)
  const assetType = 'cloudresourcemanager.googleapis.com/Project'
  const [parentType = '', parentId = ''] = (ancestorsOf(id)[1] ?? '').split('/')
  const resource: JsonObject = {
    version: 'v1',
    discoveryDocumentUri: 'https://cloudresourcemanager.googleapis.com/$discovery/rest',
    discoveryName: 'Project',
    parent: `//cloudresourcemanager.googleapis.com/${parentType}/${parentId}`,
    data: {
      createTime: '2023-02-06T08:14:09.112Z',
      lifecycleState: 'ACTIVE',
      name: id.replace(/-\d+$/, ''),
      parent: { id: parentId, type: parentType.replace(/s$/, '') },
      projectId: id,
      projectNumber: number,
    },
  }
  return {
    project: id,
    asset: assetOf(id, `//cloudresourcemanager.googleapis.com/projects/${number}`, assetType, '2023-02-06T08:14:11.870Z', resource),
  }
}

const placeholders = (project: string): [string, string][] => [
  ['$project', project],
  ['$number', projectNumber(project)],
  ['$compute', `https://www.googleapis.com/compute/v1/projects/${project}`],
]

function filled(value: Json, words: [string, string][]): Json {
  if (typeof value === 'string') return words.reduce((text, [word, meaning]) => text.replaceAll(word, meaning), value)
  if (Array.isArray(value)) return value.map((item) => filled(item, words))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [filled(key, words), filled(part, words)]))
}
