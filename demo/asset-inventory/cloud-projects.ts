/** The simulated organization: projects with their numbers and folders. */
import { createHash } from 'node:crypto'

export const organization = 'organizations/913400000001'
const folders: Record<string, string> = { prod: 'folders/913400000110', staging: 'folders/913400000120' }

const numbers: Record<string, string> = {
  'payments-prod-4711': '471100000001',
  'payments-staging-0815': '481500000002',
  'playlists-prod-2204': '422040000003',
  'search-prod-8812': '488120000004',
}

/** The number of a project; for projects the demo does not know, made from the id, the same each time. */
export const projectNumber = (id: string): string =>
  numbers[id] ?? `4${String(createHash('sha256').update(id).digest().readUInt32BE()).padStart(11, '0')}`

/** Project, folder and organization of a project's resources, nearest first. */
export function ancestorsOf(id: string): string[] {
  const folder = /\bstaging\b/.test(id) ? folders.staging : folders.prod
  return [`projects/${projectNumber(id)}`, ...(folder ? [folder] : []), organization]
}

/** Whether a project lies in a scope: itself by id or number, a folder, the organization. */
export const isWithin = (scope: string, id: string): boolean => scope === `projects/${id}` || ancestorsOf(id).includes(scope)
