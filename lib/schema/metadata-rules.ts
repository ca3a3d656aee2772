/**
 * Kubernetes' own rules for names, labels and annotations (k8s.io/apimachinery `validation`; RFC 1123), which no CRD
 * states.
 */
import type { FieldError } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'

/** All annotations of one object together, keys and values, in bytes. */
export const annotationBytes = 256 * 1024

const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const qualified = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** What is wrong with the name of a resource (DNS-1123 subdomain), or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Give it a name.'
  if (name.length > 253) return `The name has ${name.length} characters; at most 253 are allowed.`
  if (subdomain.test(name)) return undefined
  if (/[A-Z]/.test(name) && subdomain.test(name.toLowerCase())) return `Use small letters only: "${name.toLowerCase()}".`
  return 'Use small letters, digits, "-" and "."; begin and end with a letter or digit.'
}

/** What is wrong with the name of a namespace (DNS-1123 label), or undefined. */
export function namespaceProblem(name: string): string | undefined {
  if (name === '') return 'Give the namespace.'
  if (name.length > 63) return `The namespace has ${name.length} characters; at most 63 are allowed.`
  return label.test(name) ? undefined : 'Use small letters, digits and "-"; begin and end with a letter or digit.'
}

/** What is wrong with a label or annotation key (`[prefix/]name`), or undefined. */
export function keyProblem(key: string): string | undefined {
  const parts = key.split('/')
  if (parts.length > 2) return 'A key has at most one "/".'
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  if (prefix !== undefined && (prefix === '' || prefix.length > 253 || !subdomain.test(prefix))) {
    return 'The part before "/" must be a domain in small letters, at most 253 characters, such as example.com.'
  }
  if (name === '') return prefix === undefined ? 'Give the key.' : 'Give a name after "/".'
  if (name.length > 63) return `The name of a key has at most 63 characters; this one has ${name.length}.`
  return qualified.test(name) ? undefined : 'Use letters, digits, "-", "_" and "."; begin and end with a letter or digit.'
}

/** What is wrong with the value of a label, or undefined. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '') return undefined
  if (value.length > 63) return `The value of a label has at most 63 characters; this one has ${value.length}.`
  return qualified.test(value)
    ? undefined
    : 'Use letters, digits, "-", "_" and "."; begin and end with a letter or digit, or leave it empty.'
}

/** Keys of `metadata` that only the API server writes. */
export const serverMetadata = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
] as const

const known = new Set(['name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences', ...serverMetadata])

/** Checks a whole `metadata`. `scope` decides whether a namespace is wanted. */
export function metadataErrors(metadata: Json | undefined, scope: 'Namespaced' | 'Cluster', at: JsonPath = ['metadata']): FieldError[] {
  if (metadata === undefined || metadata === null) return [{ path: [...at, 'name'], message: 'Give it a name.' }]
  if (!isObject(metadata)) return [{ path: at, message: 'metadata must be a mapping.' }]
  const errors: FieldError[] = []
  const say = (path: JsonPath, message: string | undefined): void => {
    if (message !== undefined) errors.push({ path: [...at, ...path], message })
  }
  for (const key of Object.keys(metadata)) if (!known.has(key)) say([key], `Unknown field "${key}" in metadata.`)
  const { name, generateName, namespace } = metadata
  if (name === undefined || name === null || name === '') {
    if (typeof generateName !== 'string' || generateName === '') say(['name'], 'Give it a name.')
    else if (nameProblem(`${generateName.slice(0, 248)}x`)) say(['generateName'], nameProblem(`${generateName.slice(0, 248)}x`))
  } else say(['name'], typeof name === 'string' ? nameProblem(name) : 'The name must be text.')
  if (namespace !== undefined && namespace !== null && namespace !== '') {
    if (scope === 'Cluster') say(['namespace'], 'This kind belongs to the whole cluster and has no namespace. Remove it.')
    else say(['namespace'], typeof namespace === 'string' ? namespaceProblem(namespace) : 'The namespace must be text.')
  }
  errors.push(...pairErrors(metadata.labels, 'labels', at), ...pairErrors(metadata.annotations, 'annotations', at))
  return errors
}

function pairErrors(pairs: Json | undefined, field: 'labels' | 'annotations', at: JsonPath): FieldError[] {
  if (pairs === undefined || pairs === null) return []
  if (!isObject(pairs)) return [{ path: [...at, field], message: `${field} must be a mapping of text to text.` }]
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of Object.entries(pairs)) {
    const path = [...at, field, key]
    // The server compares annotation keys in small letters.
    const wrong = keyProblem(field === 'annotations' ? key.toLowerCase() : key)
    if (wrong) errors.push({ path, message: wrong })
    // The server reads an empty value into null.
    const text = value === null ? '' : value
    if (typeof text !== 'string') errors.push({ path, message: `Must be text; put ${JSON.stringify(value)} in quotes.` })
    else if (field === 'annotations') bytes += byteLength(key) + byteLength(text)
    else {
      const problem = labelValueProblem(text)
      if (problem) errors.push({ path, message: problem })
    }
  }
  if (bytes > annotationBytes)
    errors.push({ path: [...at, field], message: `The annotations have ${bytes} bytes together; at most ${annotationBytes} are allowed.` })
  return errors
}

const encoder = new TextEncoder()
const byteLength = (text: string): number => encoder.encode(text).length
