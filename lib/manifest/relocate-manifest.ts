/**
 * A manifest for another place: another name, another project. The text is edited in place, so comments and order stay, and everything
 * changed, and everything somebody should look at, is told with its reason. Pure.
 *
 * `copy` makes a second resource: nothing of the first one's identity stays. `take-over` makes the new Kubernetes object of a resource that
 * lives on in the cloud under its name there (`spec.resourceID`), in the Google Cloud project it is in.
 */
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'
import type { CompiledKind, FieldNode } from '#lib/schema/field-tree.ts'
import { childrenOf, fieldAt } from '#lib/schema/field-tree.ts'
import { serverMetadata } from '#lib/schema/metadata-rules.ts'
import { deleteValue, setValue } from './edit-manifest.ts'
import { parseManifestFile } from './parse-manifest.ts'
import {
  type Lookups,
  pathKey,
  type ReferenceChoice,
  type RelocatedReference,
  relocatedReferences,
  sameProject,
  secretsOf,
  type Whereabouts,
} from './relocate-references.ts'

export interface Relocation {
  /** One document. */
  text: string
  kind: CompiledKind
  purpose: 'copy' | 'take-over'
  from: Whereabouts
  to: Whereabouts
  /** The text was made of the live object: what the server and the controller wrote into it goes. */
  live?: boolean
  /** On take-over: the name in the cloud; undefined for kinds that have none. */
  cloudName?: string | undefined
  lookups: Lookups
  /** What somebody chose for a reference, by `pathKey`. */
  choices?: ReadonlyMap<string, ReferenceChoice>
}

/** One change of the text, or one thing to look at. */
export interface RelocationNote {
  path: JsonPath
  what: string
  why: string
}

export interface Relocated {
  text: string
  changes: RelocationNote[]
  /** `problem`: it will not work like this. */
  flags: (RelocationNote & { severity: 'look' | 'problem' })[]
  references: RelocatedReference[]
}

const connector = 'cnrm.cloud.google.com'

/** Whether Config Connector reconciles a kind. */
export const isConfigConnector = ({ group }: { group: string }): boolean => group === connector || group.endsWith(`.${connector}`)

/** What `lib/redact` writes in place of a secret: a manifest made of a live object has it. */
const hiddenText = /^\(hidden/

/** Written by the API server or by controllers; in a file they mean nothing, or something false. */
const writtenMetadata = [...serverMetadata, 'finalizers', 'ownerReferences']
const writtenAnnotation =
  /^corbel\.dev\/|^kubectl\.kubernetes\.io\/last-applied-configuration$|^cnrm\.cloud\.google\.com\/(?:last-changed-cookie|observed-secret-versions|mutable-but-unreadable-fields|supports-ssa)$/
const writtenLabel = /^managed-by-cnrm$|^cnrm-lease-/

/** Kinds whose names nobody else in the world may have. */
const worldWideNames = new Set(['StorageBucket', 'Project'])
const addressKeys = /^(?:host|hostname|dnsName|domain|domainName|customDomain)$/

/** The manifest at its new place. Throws Invalid where the text cannot be read. */
export function relocateManifest(relocation: Relocation): Relocated {
  const edit = new Edit(relocation.text)
  const { kind, purpose, from, to } = relocation
  const manifest = edit.value()
  clean(edit, relocation)
  if (from.name !== to.name) edit.set(['metadata', 'name'], to.name, `the name is ${to.name}`, 'You chose it.')
  if (textAt(manifest, 'metadata', 'namespace') !== to.namespace)
    edit.set(['metadata', 'namespace'], to.namespace, `the project is ${to.namespace}`, 'You chose it.')
  cloudIdentity(edit, relocation)
  const references = relocatedReferences(kind, edit.value(), relocation).map((reference) => {
    const wanted = relocation.choices?.get(pathKey(reference.path))
    return {
      ...reference,
      chosen: reference.options.some(({ choice }) => choice === wanted) ? (wanted ?? reference.chosen) : reference.chosen,
    }
  })
  for (const { path, options, chosen, why, means } of references) {
    const option = options.find(({ choice }) => choice === chosen)
    if (option && !sameJson(option.value, valueAt(edit.value(), path))) edit.set(path, option.value, `${means} → ${option.words}`, why)
  }
  if (!sameProject(from, to)) secretsAndNames(edit, relocation)
  if (purpose === 'copy') uniqueNames(edit, relocation)
  return { text: edit.text, changes: edit.changes, flags: edit.flags, references }
}

/** A text that is edited step by step; what cannot be edited is told. */
class Edit {
  text: string
  readonly changes: RelocationNote[] = []
  readonly flags: Relocated['flags'] = []
  constructor(text: string) {
    this.text = text
    if (!isObject(parseManifestFile(text).documents[0]?.value)) setValue(text, 0, ['metadata'], {}) // throws the sentence
  }

  value(): JsonObject {
    const value = parseManifestFile(this.text).documents[0]?.value
    return isObject(value) ? value : {}
  }

  set(path: JsonPath, value: Json, what: string, why: string) {
    this.#try(path, what, why, () => setValue(this.text, 0, path, value))
  }

  remove(path: JsonPath, what: string, why: string, pruneEmpty = false) {
    if (valueAt(this.value(), path) === undefined) return
    this.#try(path, what, why, () => deleteValue(this.text, 0, path, { pruneEmpty }))
  }

  look(path: JsonPath, what: string, why: string, severity: 'look' | 'problem' = 'look') {
    this.flags.push({ path, what, why, severity })
  }

  #try(path: JsonPath, what: string, why: string, change: () => string) {
    try {
      const after = change()
      if (after === this.text) return
      this.text = after
      this.changes.push({ path, what, why })
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error
      this.look(path, `${what}: change it in the YAML`, error.message, 'problem')
    }
  }
}

function clean(edit: Edit, { kind, live }: Relocation) {
  const manifest = edit.value()
  const written = 'The cluster writes it; in a new manifest it would be wrong.'
  edit.remove(['status'], 'status is left out', written)
  for (const key of writtenMetadata) edit.remove(['metadata', key], `metadata.${key} is left out`, written)
  for (const [map, pattern] of [
    ['annotations', writtenAnnotation],
    ['labels', writtenLabel],
  ] as const) {
    const found = valueAt(manifest, ['metadata', map])
    if (!isObject(found)) continue
    for (const key of Object.keys(found))
      if (pattern.test(key))
        edit.remove(['metadata', map, key], `${key} is left out`, 'It was written by Corbel or a controller, about the other one.', true)
  }
  if (!live) return
  for (const path of defaultsIn(kind.root, manifest, []))
    edit.remove(path, `${path.join('.')} is left out`, 'It is what the API server writes by itself.', false)
  for (const path of hiddenIn(manifest, [])) {
    edit.remove(path, `${path.join('.')} is left out`, 'It is a secret, which Corbel does not show.')
    edit.look(
      path,
      `${path.join('.')} is missing`,
      'Its value is a secret that Corbel does not keep. Name a Secret that holds it.',
      'problem',
    )
  }
}

/** Fields of a live object that have their schema's default; items of lists are left alone. */
function defaultsIn(node: FieldNode, value: Json | undefined, path: JsonPath): JsonPath[] {
  if (!isObject(value)) return []
  return childrenOf(node).flatMap((child): JsonPath[] => {
    if (!Object.hasOwn(value, child.key)) return []
    const here = value[child.key]
    const at = [...path, child.key]
    if (child.default !== undefined && sameJson(here, child.default) && !child.required) return [at]
    return defaultsIn(child, here, at)
  })
}

function hiddenIn(value: Json, path: JsonPath): JsonPath[] {
  if (typeof value === 'string') return hiddenText.test(value) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item, index) => hiddenIn(item, [...path, index]))
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => hiddenIn(item, [...path, key])) : []
}

/** Under which name and in which Google Cloud project the cloud knows it. */
function cloudIdentity(edit: Edit, { kind, purpose, from, to, cloudName }: Relocation) {
  const manifest = edit.value()
  const resourceId = ['spec', 'resourceID']
  const annotation = ['metadata', 'annotations', `${connector}/project-id`]
  const project = textAt(manifest, ...annotation)
  if (purpose === 'copy') {
    edit.remove(
      resourceId,
      'spec.resourceID is left out',
      'It names the cloud resource of the other one, which this one must not take over.',
    )
    if (project === undefined || sameProject(from, to)) return
    if (project !== from.gcpProject)
      edit.look(annotation, `it stays in the Google Cloud project ${project}`, 'Its annotation says so, whatever project it is in here.')
    else if (to.gcpProject === null)
      edit.remove(annotation, 'the project-id annotation is left out', `It names the Google Cloud project of ${from.namespace}.`, true)
    else edit.set(annotation, to.gcpProject, `the Google Cloud project is ${to.gcpProject}`, `That is the one of ${to.namespace}.`)
    return
  }
  if (cloudName !== undefined && (cloudName !== to.name || textAt(manifest, ...resourceId) !== undefined))
    edit.set(
      resourceId,
      cloudName,
      `spec.resourceID is ${cloudName}`,
      'With it the new object takes over the cloud resource instead of making another one.',
    )
  const policy = ['metadata', 'annotations', `${connector}/deletion-policy`]
  if (textAt(manifest, ...policy) === 'abandon')
    edit.look(
      policy,
      'it keeps the deletion policy abandon',
      'Deleting it later leaves the cloud resource too. Edit it afterwards, where that is not wanted.',
    )
  const container = ['projectRef', 'folderRef', 'organizationRef', 'billingAccountRef'].some((key) =>
    isObject(valueAt(manifest, ['spec', key])),
  )
  if (sameProject(from, to) || !isConfigConnector(kind) || project !== undefined || container || from.gcpProject === null) return
  if (from.gcpProject === to.gcpProject) return
  edit.set(
    annotation,
    from.gcpProject,
    `it stays in the Google Cloud project ${from.gcpProject}`,
    'A cloud resource cannot move to another Google Cloud project.',
  )
  edit.look(
    annotation,
    `${to.namespace} must be able to manage ${from.gcpProject}`,
    `Config Connector works on it with the identity of ${to.namespace}, which needs rights there.`,
  )
}

/** Passwords, and texts that name the old project. */
function secretsAndNames(edit: Edit, { kind, from, to }: Relocation) {
  const manifest = edit.value()
  for (const { path, name } of secretsOf(kind, manifest))
    edit.look(
      path,
      `the Secret ${name} must exist in ${to.namespace}`,
      'Secrets are not copied; a resource reads those of its own project.',
    )
  for (const path of literalSecrets(kind.root, manifest, []))
    edit.look(
      path,
      `${path.join('.')} has the same password`,
      `It stands in the manifest as it is. Should ${to.namespace} have another one?`,
    )
  const taken = new Set(edit.changes.map(({ path }) => pathKey(path)))
  const names = [from.gcpProject, from.namespace].filter((name) => name !== null && name !== to.namespace && name !== to.gcpProject)
  for (const { path, text } of textsIn(manifest, [])) {
    const named = names.find((name) => name !== null && text.includes(name))
    const isReference = path.some((_, index) => fieldAt(kind.root, path.slice(0, index + 1))?.type === 'reference')
    if (named && !isReference && !taken.has(pathKey(path)) && path[0] !== 'metadata')
      edit.look(
        path,
        `${path.join('.')} names ${named}`,
        `Is “${text.length > 80 ? `${text.slice(0, 80)}…` : text}” meant for ${to.namespace} too?`,
      )
  }
  const stage = from.namespace.split('-').find((word) => !to.namespace.split('-').includes(word))
  const labels = valueAt(manifest, ['metadata', 'labels'])
  if (stage && isObject(labels))
    for (const [key, value] of Object.entries(labels))
      if (value === stage) edit.look(['metadata', 'labels', key], `the label ${key} is ${value}`, `Does that hold in ${to.namespace}?`)
}

function uniqueNames(edit: Edit, { kind, from, to }: Relocation) {
  if (worldWideNames.has(kind.kind) && from.name === to.name)
    edit.look(
      ['metadata', 'name'],
      `the name ${to.name} is taken`,
      `Names of ${kind.kind} are unique in the whole world, and the other one has it. Choose another one.`,
      'problem',
    )
  else if (worldWideNames.has(kind.kind))
    edit.look(
      ['metadata', 'name'],
      `nobody else may have the name ${to.name}`,
      `Names of ${kind.kind} are unique in the whole world. The cloud tells when it is taken.`,
    )
  const taken = new Set(edit.changes.map(({ path }) => pathKey(path)))
  for (const { path, text } of textsIn(edit.value(), []))
    if (addressKeys.test(String(path.at(-1))) && path[0] === 'spec' && !taken.has(pathKey(path)))
      edit.look(path, `${path.join('.')} is ${text}`, 'An address like this can usually belong to one resource only.')
}

function textsIn(value: Json, path: JsonPath): { path: JsonPath; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]))
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key])) : []
}

/** Where a password stands as it is. */
function literalSecrets(node: FieldNode, value: Json | undefined, path: JsonPath): JsonPath[] {
  if (node.type === 'secret-or-literal') return textAt(value, 'value') ? [path] : []
  if (node.type === 'list')
    return Array.isArray(value) ? value.flatMap((item, index) => literalSecrets(node.item, item, [...path, index])) : []
  if (node.type === 'map')
    return isObject(value) ? Object.entries(value).flatMap(([key, item]) => literalSecrets(node.value, item, [...path, key])) : []
  if (!isObject(value)) return []
  return childrenOf(node).flatMap((child) => literalSecrets(child, value[child.key], [...path, child.key]))
}
