/** Changes the references of other manifests to a resource that gets another name or project. Pure. */
import { CorbelError } from '#lib/errors.ts'
import { isObject, type JsonPath } from '#lib/json.ts'
import { type CompiledKind, fieldAt } from '#lib/schema/field-tree.ts'
import { referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'
import { deleteValue, setValue } from './edit-manifest.ts'
import { parseManifestFile } from './parse-manifest.ts'

export interface RenamedReferences {
  text: string
  /** The references that mean the new one now. */
  changed: JsonPath[]
  /** Those that could not be changed, each with the reason. */
  left: { path: JsonPath; why: string }[]
}

/** Whether a reference is fixed once the resource exists: itself, or something it stands in. */
export const isFixedReference = (kind: CompiledKind, path: JsonPath): boolean =>
  [...path.keys()].some((index) => fieldAt(kind.root, path.slice(0, index + 1))?.immutable !== undefined) ||
  fieldAt(kind.root, [...path, 'name'])?.immutable !== undefined

/**
 * The text of a manifest in which every reference by name to the resource says its new name and project. External values stay: they name
 * the cloud resource. `namespace` is that of the manifest; `document` which of the file's documents it is.
 */
export function renameReferences(
  file: { text: string; document: number; kind: CompiledKind; namespace: string },
  from: { kindName: string; group: string; namespace: string; name: string },
  to: { namespace: string; name: string },
): RenamedReferences {
  const value = parseManifestFile(file.text).documents[file.document]?.value
  const result: RenamedReferences = { text: file.text, changed: [], left: [] }
  if (!isObject(value)) return result
  for (const { path, kinds, group, name, namespace, target } of referencesIn(referenceTree(file.kind.root), value)) {
    const means =
      name === from.name &&
      (namespace ?? file.namespace) === from.namespace &&
      (kinds.length === 0 || kinds.includes(from.kindName)) &&
      (group === undefined || group === from.group)
    if (!means) continue
    if (isFixedReference(file.kind, path)) {
      result.left.push({ path, why: 'It cannot change after creation. Create the resource anew with the new name.' })
      continue
    }
    const elsewhere = to.namespace !== file.namespace
    if (elsewhere && !target.keys.includes('namespace')) {
      result.left.push({ path, why: 'The schema lets it point only into its own project.' })
      continue
    }
    try {
      let text = setValue(result.text, file.document, [...path, 'name'], to.name)
      if (elsewhere) text = setValue(text, file.document, [...path, 'namespace'], to.namespace)
      else if (namespace !== undefined && namespace !== to.namespace) text = deleteValue(text, file.document, [...path, 'namespace'])
      result.text = text
      result.changed.push(path)
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      result.left.push({ path, why: error.message })
    }
  }
  return result
}
