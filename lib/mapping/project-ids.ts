/** Project numbers and ids, as far as single assets tell both. The inventory uses either. Pure. */
import type { Json } from '#lib/json.ts'
import { isObject, textAt, valueAt } from '#lib/json.ts'

/** The number and the id of the asset's project, when the asset says both; takes any JSON. */
export function projectNumberAndId(asset: Json): { number: string; id: string } | undefined {
  if (!isObject(asset)) return undefined
  const data = valueAt(asset, ['resource', 'data'])
  const type = textAt(asset, 'assetType') ?? textAt(asset, 'asset_type')
  const numbers: string[] = []
  const ids: string[] = []
  const note = (project: string | undefined): void => {
    if (project) (/^\d+$/.test(project) ? numbers : ids).push(project)
  }
  if (type === 'cloudresourcemanager.googleapis.com/Project') {
    const number = valueAt(data, ['projectNumber'])
    note(typeof number === 'number' || typeof number === 'string' ? String(number) : undefined)
    note(textAt(data, 'projectId'))
  } else {
    const ancestors = valueAt(asset, ['ancestors'])
    for (const ancestor of Array.isArray(ancestors) ? ancestors : []) if (typeof ancestor === 'string') note(projectIn(ancestor))
    note(projectIn(textAt(asset, 'name')))
    note(projectIn(textAt(data, 'name')))
    note(projectIn(textAt(data, 'parent')))
  }
  const [number] = numbers
  const [id] = ids
  return number !== undefined && id !== undefined ? { number, id } : undefined
}

/** The project in a name or link, as written. */
export const projectIn = (text: string | undefined): string | undefined => /(?:^|\/)projects\/([^/]+)/.exec(text ?? '')?.[1]
