/**
 * The edited object as YAML text, read without losing digits. What lib/manifest warns about is refused here where it could make the change
 * another one than the person sees: anchors, aliases, merge keys and tags have no place in an emergency edit.
 */
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml'
import { type FieldError, Invalid } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'
import { asNode, define, keyText, parseManifestFile, parseText } from '#lib/manifest/parse-manifest.ts'
import { type ExactJson, type ExactObject, exactOf, isExactObject } from './exact-json.ts'

/** Reads one manifest. Throws Invalid with a place for everything that is wrong, TooLarge over 1 MiB. */
export function readEdited(text: string): ExactObject {
  const file = parseManifestFile(text)
  const errors = file.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    const [first] = errors
    throw new Invalid(
      `Line ${first?.line}: ${first?.message}`,
      errors.map(({ path, message, line }): FieldError => ({ path: path ?? [], message: `Line ${line}: ${message}` })),
    )
  }
  if (file.documents.length !== 1) throw new Invalid(`The text holds ${file.documents.length} documents. Keep the one that is edited.`)
  const document = parseText(text).documents[0]
  const value = document?.contents ? read(asNode(document.contents), []) : null
  if (!isExactObject(value)) throw new Invalid('The text is no Kubernetes object. Write apiVersion, kind, metadata and spec.')
  return value
}

function read(node: ReturnType<typeof asNode>, path: JsonPath): ExactJson {
  if (node === null) return null
  if (isAlias(node) || node.anchor) throw notPlain('An anchor or alias', path)
  if (node.tag) throw notPlain('A tag', path)
  if (isMap(node)) {
    const value: ExactObject = {}
    for (const pair of node.items) {
      const key = asNode(pair.key)
      if (isAlias(key) || key?.anchor || key?.tag) throw notPlain('An anchor, alias or tag', path)
      const name = keyText(key)
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') throw notPlain('A merge key', path)
      define(value, name, read(asNode(pair.value), [...path, name]))
    }
    return value
  }
  if (isSeq(node)) return node.items.map((item, index) => read(asNode(item), [...path, index]))
  if (isCollection(node)) throw notPlain('This', path)
  const { value, source } = node
  if (typeof value === 'number') return exactOf(value, source ?? String(value))
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return null
}

function notPlain(what: string, path: JsonPath): Invalid {
  const message = `${what} cannot be used in a break-glass change: write the values out.`
  return new Invalid(message, [{ path, message }])
}
