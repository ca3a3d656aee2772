/** Which resource a change is about, and whether its manifest says the same. */
import { type FieldError, Invalid, TooLarge } from '#lib/errors.ts'
import { isObject, type JsonObject, valueAt } from '#lib/json.ts'
import { maxManifestBytes, parseManifestFile, type ResourceIdentity } from '#lib/manifest/parse-manifest.ts'

/** Kind and group of a kind's key, `Kind.group`. */
export function splitKindKey(key: string): { kind: string; group: string } {
  const dot = key.indexOf('.')
  return dot < 0 ? { kind: key, group: '' } : { kind: key.slice(0, dot), group: key.slice(dot + 1) }
}

/** A resource as a person calls it. */
export const resourceTitle = (kindKey: string, name: string): string => `${splitKindKey(kindKey).kind} ${name}`

export interface ReadManifest {
  value: JsonObject
  identity: ResourceIdentity
}

/** Reads one manifest. Throws Invalid with a sentence and place for every mistake of YAML, TooLarge above a mebibyte. */
export function readManifest(text: string): ReadManifest {
  if (Buffer.byteLength(text) > maxManifestBytes) {
    throw new TooLarge(
      'The manifest is larger than 1 MiB, more than a cluster stores. Make it smaller, or split it into several resources.',
    )
  }
  const file = parseManifestFile(text)
  const errors = file.problems.filter((problem) => problem.severity === 'error')
  const first = errors[0]
  if (first) {
    const fields: FieldError[] = errors
      .slice(0, 50)
      .map(({ path, line, message }) => ({ path: path ?? [], message: `Line ${line}: ${message}` }))
    throw new Invalid(`The manifest is not right in line ${first.line}: ${first.message}`, fields)
  }
  const documents = file.documents.filter(({ value }) => value !== null)
  const [document] = documents
  if (!document) throw new Invalid('The manifest is empty. Fill in the form, or paste a resource.')
  if (documents.length > 1) {
    throw new Invalid(`The text holds ${documents.length} documents. Propose one resource at a time: keep one, without the "---" between.`)
  }
  if (!document.identity || !isObject(document.value)) {
    throw new Invalid('The manifest does not say what it is: it needs apiVersion, kind and metadata.name.', [
      { path: ['metadata', 'name'], message: 'apiVersion, kind and metadata.name are needed.' },
    ])
  }
  return { value: document.value, identity: document.identity }
}

/** What the API server takes as the name of a custom resource (RFC 1123 subdomain). */
const resourceName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/

/** Refuses a name no resource can have: it goes into file names, branches, trailers and tables. Throws Invalid at the field. */
export function checkName(name: string): void {
  if (resourceName.test(name) && !name.includes('..')) return
  const message =
    'A name has lower-case letters, digits, "-" and ".", starts and ends with a letter or digit, and has 253 characters at most.'
  throw new Invalid(`This cannot be the name of a resource. ${message}`, [{ path: ['metadata', 'name'], message }])
}

/** Annotations that say where an object came from. `corbel apply` writes them on the object; in a manifest they could only be false. */
const provenance = ['repository', 'path', 'commit', 'proposal'].map((key) => `corbel.dev/${key}`)

/** Refuses a manifest that sets by hand what Corbel notes itself. Throws Invalid at the annotations. */
export function checkAnnotations(manifest: JsonObject): void {
  const annotations = valueAt(manifest, ['metadata', 'annotations'])
  if (!isObject(annotations)) return
  const fields = provenance
    .filter((key) => Object.hasOwn(annotations, key))
    .map((key) => ({ path: ['metadata', 'annotations', key], message: 'Corbel writes this annotation itself when it applies. Remove it.' }))
  if (fields.length > 0)
    throw new Invalid(
      `The manifest sets ${fields.map(({ path }) => path.at(-1)).join(', ')}. Corbel writes that itself: remove it.`,
      fields,
    )
}

/**
 * Checks that a manifest is the resource the person chose: its kind, its project, and on a change its name. Throws Invalid at the field.
 * A manifest without namespace is refused too: which project it lands in must stand in it.
 */
export function checkIdentity(identity: ResourceIdentity, expected: { namespace: string; kind: string; name?: string | undefined }): void {
  const { kind, group } = splitKindKey(expected.kind)
  if (identity.kind !== kind || identity.group !== group) {
    const message = `This is a ${identity.kind} of ${identity.group || 'the core group'}, but the page is for ${kind} of ${group}. Open the page of that kind instead.`
    throw new Invalid(message, [{ path: identity.kind === kind ? ['apiVersion'] : ['kind'], message }])
  }
  if (identity.namespace !== expected.namespace) {
    const message = identity.namespace
      ? `The manifest is for the namespace ${identity.namespace}, but the project is ${expected.namespace}. Write ${expected.namespace}, or choose the other project.`
      : `The manifest names no namespace. Write metadata.namespace: ${expected.namespace}.`
    throw new Invalid(message, [{ path: ['metadata', 'namespace'], message }])
  }
  if (expected.name !== undefined && identity.name !== expected.name) {
    const message = `The resource is ${expected.name}; a resource cannot be renamed. Restore the name, or create ${identity.name} as a new resource.`
    throw new Invalid(message, [{ path: ['metadata', 'name'], message }])
  }
}
