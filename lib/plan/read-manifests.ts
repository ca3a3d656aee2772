/** The resources that a repository's manifest files describe. Pure: files come in as path and text. */
import { CorbelError } from '#lib/errors.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { identify, parseManifestFile, type ResourceIdentity } from '#lib/manifest/parse-manifest.ts'

export interface SourceFile {
  /** Path in the repository, with forward slashes. */
  path: string
  text: string
}

/** One resource as a manifest describes it; `line` is where its document begins, from 1. */
export interface DeclaredResource {
  /** `namespace/Kind.group/name`: the same resource has the same key in every version. */
  key: string
  identity: ResourceIdentity
  file: string
  line: number
  /** The document's own text. */
  text: string
  object: JsonObject
}

/** Something wrong with a file. `line` counts from 1. */
export interface FileProblem {
  severity: 'error' | 'warning'
  file: string
  line: number
  message: string
}

export interface Manifests {
  resources: DeclaredResource[]
  problems: FileProblem[]
}

/** How a resource is called in keys: `payments-prod/StorageBucket.storage.cnrm.cloud.google.com/orders`. */
export function resourceKey({ namespace, kind, group, name }: Pick<ResourceIdentity, 'namespace' | 'kind' | 'group' | 'name'>): string {
  return `${namespace ?? ''}/${group ? `${kind}.${group}` : kind}/${name}`
}

/** Reads files in the order given. A resource that stands twice is an error, and counts once. */
export function readManifests(files: SourceFile[]): Manifests {
  const resources = new Map<string, DeclaredResource>()
  const problems: FileProblem[] = []
  for (const file of files) {
    for (const resource of readFile(file, problems)) {
      const other = resources.get(resource.key)
      if (!other) {
        resources.set(resource.key, resource)
        continue
      }
      const message = `${resource.identity.kind} "${resource.identity.name}" is described in ${other.file} too. Remove one of the two.`
      problems.push({ severity: 'error', file: file.path, line: resource.line, message })
    }
  }
  return { resources: [...resources.values()], problems }
}

function readFile({ path, text }: SourceFile, problems: FileProblem[]): DeclaredResource[] {
  let parsed: ReturnType<typeof parseManifestFile>
  try {
    parsed = parseManifestFile(text)
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    problems.push({ severity: 'error', file: path, line: 1, message: error.message })
    return []
  }
  problems.push(...parsed.problems.map(({ severity, line, message }) => ({ severity, file: path, line, message })))
  return parsed.documents.flatMap((document): DeclaredResource[] => {
    const { value } = document
    if (value === null || document.broken) return []
    const line = text.slice(0, document.start).split('\n').length
    const report = (severity: FileProblem['severity'], message: string) => problems.push({ severity, file: path, line, message })
    if (!isObject(value) || (!textAt(value, 'kind') && !textAt(value, 'apiVersion'))) {
      report('warning', 'This document is no Kubernetes resource: it is left out.')
      return []
    }
    if (isTooling(value)) {
      report('warning', `${textAt(value, 'kind')} is read by other tools, not applied: it is left out.`)
      return []
    }
    if (Array.isArray(value.items) && textAt(value, 'kind')?.endsWith('List')) {
      report('error', 'Lists are not taken. Write each resource as a document of its own, with "---" between them.')
      return []
    }
    const identity = identify(value)
    if (!identity) {
      const missing = [
        textAt(value, 'apiVersion') ? '' : 'apiVersion',
        textAt(value, 'kind') ? '' : 'kind',
        textAt(value, 'metadata', 'name') ? '' : 'metadata.name',
      ]
      report('error', `This resource lacks ${missing.filter(Boolean).join(' and ')}. Add it.`)
      return []
    }
    return [{ key: resourceKey(identity), identity, file: path, line, text: text.slice(document.start, document.end), object: value }]
  })
}

/** Files of Kustomize and kpt that describe no resource of a cluster. */
function isTooling(value: JsonObject): boolean {
  const apiVersion = textAt(value, 'apiVersion') ?? ''
  return /^(?:kustomize\.config\.k8s\.io|kpt\.dev)\//.test(apiVersion)
}
