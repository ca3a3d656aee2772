/**
 * The list of files that a kustomization builds (`resources:`), kept true where files appear and disappear. Pure.
 * Format: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/
 */
import { CorbelError, Invalid } from '#lib/errors.ts'
import { isObject, type Json } from '#lib/json.ts'
import { deleteValue, insertItem } from './edit-manifest.ts'
import { type RepositoryText, resolvedPath } from './managed-files.ts'
import { parseManifestFile } from './parse-manifest.ts'

/** Whether a file of this name is a kustomization. */
export const isKustomization = (path: string): boolean => /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path)

/** Keys that give a kustomization nothing to build. */
const namesOnly = new Set(['apiVersion', 'kind', 'metadata', 'resources'])

/** Whether a kustomization names a file among its resources. False for one that cannot be read. */
export const listsFile = (build: RepositoryText, path: string): boolean => placesOf(build, path).length > 0

/** The kustomization with a file at the end of its resources. Throws Invalid, with the reason, where the list cannot be edited. */
export function withFile(build: RepositoryText, path: string): string {
  const { value } = readable(build)
  const list = value.resources ?? []
  if (!Array.isArray(list)) throw new Invalid('its resources are no list.')
  const folder = build.path.split('/').slice(0, -1).join('/')
  return insertItem(build.text, 0, ['resources'], list.length, folder === '' ? path : path.slice(folder.length + 1))
}

/**
 * The kustomization without a file among its resources. Throws Invalid, with the reason, where the list cannot be edited, or where nothing
 * would be left to build: Kustomize refuses that.
 */
export function withoutFile(build: RepositoryText, path: string): string {
  const { value } = readable(build)
  const places = placesOf(build, path)
  if (Array.isArray(value.resources) && places.length === value.resources.length && Object.keys(value).every((key) => namesOnly.has(key)))
    throw new Invalid('nothing else stands in it, and Kustomize builds no empty folder.')
  return places.reduceRight((text, index) => deleteValue(text, 0, ['resources', index]), build.text)
}

/** Where a file stands among the resources. */
function placesOf(build: RepositoryText, path: string): number[] {
  const list = contentOf(build.text).value
  const entries = isObject(list) && Array.isArray(list.resources) ? list.resources : []
  return entries.flatMap((entry, index) => (typeof entry === 'string' && resolvedPath(build.path, entry) === path ? [index] : []))
}

function readable({ text }: RepositoryText): { value: { [key: string]: Json } } {
  const { value, why } = contentOf(text)
  if (why !== undefined) throw new Invalid(why)
  return { value: isObject(value) ? value : {} }
}

/** What a kustomization says, and why it is not edited. */
function contentOf(text: string): { value: Json; why?: string } {
  try {
    const { documents, problems } = parseManifestFile(text)
    const value = documents[0]?.value ?? null
    const error = problems.find(({ severity }) => severity === 'error')
    if (error) return { value, why: `line ${error.line} of it has an error.` }
    if (documents.length > 1) return { value, why: 'it holds several documents.' }
    return isObject(value) || value === null ? { value } : { value, why: 'it is no mapping of fields.' }
  } catch (error) {
    if (error instanceof CorbelError) return { value: null, why: error.message }
    throw error
  }
}
