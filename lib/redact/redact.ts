/**
 * Takes secrets out of what is shown, logged or sent elsewhere. It stands in front of every diff, dry run, error, export and pull request
 * comment. What counts as secret: data of core Secrets, literal values of secret-or-literal fields (`password: {value: …}`), texts under keys
 * named like secrets, values of environment variables and entries of metadata named like secrets, copies of manifests in annotations, and
 * anything that looks like a credential wherever it stands (private keys, tokens, URLs with a password, assignments in scripts).
 */
import { stringify } from 'yaml'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, textAt, valueAt } from '#lib/json.ts'
import { setValues } from '#lib/manifest/edit-manifest.ts'
import { type ManifestFile, parseManifestFile } from '#lib/manifest/parse-manifest.ts'

/** What stands in place of a secret. */
export const hidden = '(hidden)'
/** The same, where the secret differs from the one it is compared with. */
export const hiddenChanged = '(hidden, changed)'

const secretName =
  /(?:^|[a-z0-9_.-])(?:password|passwd|passphrase|private_?key(?:_?data|_?pem)?|secret_?key|client_?secret|api_?key|access_?key|access_?token|auth_?token|token|credentials?|shared_?secret|auth_?string|raw_?key|(?:rsa_?)?encrypted_?key|connection_?string|bearer)$/i
/** Keys that end like a secret's and name something public. */
const publicName = /(?:page|continue|sync|next|kind|type)_?token$|^(?:enable|disable|use|require|has|is)/i

/** Whether a key is named like one whose text is secret. */
export const isSecretName = (key: string): boolean => (key === 'secret' || secretName.test(key)) && !publicName.test(key)

/** Metadata of machines that holds the keys of a cluster's nodes, in one long text. */
const machineMetadata = /^(?:kube-env|windows-kube-env)$/

const copiedManifest = 'kubectl.kubernetes.io/last-applied-configuration'

/** Where the secrets of a value stand. `isSecret` adds what a schema knows. */
export function secretPaths(value: Json, isSecret: (path: JsonPath) => boolean = () => false): JsonPath[] {
  const found: JsonPath[] = []
  const coreSecret = textAt(value, 'kind') === 'Secret' && textAt(value, 'apiVersion') === 'v1'
  const walk = (here: Json, path: JsonPath) => {
    if (Array.isArray(here)) {
      for (const [index, item] of here.entries()) walk(item, [...path, index])
    } else if (isObject(here)) {
      const named = textAt(here, 'name') ?? textAt(here, 'key')
      for (const [key, item] of Object.entries(here)) {
        const at = [...path, key]
        if (isHidden(key, item, at, named)) found.push(at)
        else walk(item, at)
      }
    }
  }
  const isHidden = (key: string, item: Json, at: JsonPath, named: string | undefined): boolean => {
    if (item === null || item === '' || typeof item === 'boolean') return false
    if (coreSecret && at.length === 2 && (at[0] === 'data' || at[0] === 'stringData')) return true
    // whatever stands there: of a wrong shape it is refused by schemas, and still somebody's secret
    if (key === 'value' && at.length >= 2 && isSecretName(String(at.at(-2)))) return true
    if (key === 'value' && named !== undefined && (isSecretName(named) || machineMetadata.test(named))) return true
    if (isObject(item) || Array.isArray(item)) return false
    if (key === copiedManifest || isSecret(at)) return true
    if (machineMetadata.test(key)) return true
    return typeof item === 'string' && isSecretName(key)
  }
  walk(value, [])
  return found
}

/** A copy of a resource without its secrets. */
export function redactResource(value: JsonObject, isSecret?: (path: JsonPath) => boolean): JsonObject {
  const secrets = new Set(secretPaths(value, isSecret).map((path) => JSON.stringify(path)))
  const copy = (here: Json, path: JsonPath): Json => {
    if (secrets.has(JSON.stringify(path))) return hidden
    if (Array.isArray(here)) return here.map((item, index) => copy(item, [...path, index]))
    if (isObject(here)) return Object.fromEntries(Object.entries(here).map(([key, item]) => [key, copy(item, [...path, key])]))
    return typeof here === 'string' ? redactText(here) : here
  }
  const result = copy(value, [])
  return isObject(result) ? result : {}
}

// Written so that each character is looked at a bounded number of times: texts come from manifests and operators, up to a mebibyte.
const patterns: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:"'<>]*:[^\s/@"'<>]+@/gi, `$1${hidden}@`],
  [/\b(Bearer|Basic|token) +[A-Za-z0-9._~+/=-]{16,}/gi, `$1 ${hidden}`],
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g, hidden],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,})\b/g, hidden],
  // what scripts of machines set: DB_PASSWORD=…; a variable or a call in its place is no secret
  [
    /((?:password|passwd|passphrase|secret_?key|client_?secret|private_?key|api_?key|access_?key|(?:access|auth)_?token|_(?:secret|token))=)(?:"[^"$\n(]+"|'[^'$\n(]+'|[^\s"'$&;()<>]+)/gi,
    `$1${hidden}`,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
  [/\bAIza[A-Za-z0-9_-]{35}\b/g, hidden],
]

/** A text without what looks like a credential: for messages, logs and comments. */
export function redactText(text: string): string {
  return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}

/** `key: value` and `"key": "value"` lines under secret names: for texts that cannot be read as YAML. */
function redactLines(text: string): string {
  return redactText(text).replace(/^([ \t]*(?:- )?["']?([\w./-]+)["']?[ \t]*:[ \t]*)(\S.*)$/gm, (line, head: string, key: string) =>
    isSecretName(key) || key === 'stringData' ? head + hidden : line,
  )
}

/** The text of a manifest file without its secrets, otherwise byte for byte. */
export function redactManifest(text: string): string {
  return redactAgainst(text, undefined)
}

/** Two versions of a manifest file without their secrets; a secret that differs says so in the second. Either may be absent (''). */
export function redactManifests(before: string, after: string): { before: string; after: string } {
  return { before: redactManifest(before), after: redactAgainst(after, before === '' ? undefined : parse(before)) }
}

/** Secrets times characters of a file up to which they are replaced in place: about half a second. */
const mostWork = 20_000_000

/** A file with more secrets than can be replaced in place: its values, without comments and in a form of ours. */
const printed = (file: ManifestFile): string =>
  file.documents
    .map(({ value }) => stringify(isObject(value) ? redactResource(value) : hidden, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n')

function redactAgainst(text: string, before: ManifestFile | undefined): string {
  if (text === '') return text
  const file = parse(text)
  if (!file || file.problems.some((problem) => problem.severity === 'error')) return redactLines(text)
  const secrets = file.documents.map((document) => secretPaths(document.value))
  if (secrets.flat().length * text.length > mostWork) return printed(file)
  let result = text
  try {
    for (const [index, document] of file.documents.entries()) {
      const old = before && counterpart(before, document)
      const changes = (secrets[index] ?? []).map((path) => {
        const was = old === undefined ? undefined : valueAt(old, path)
        const changed = was !== undefined && !sameJson(was, valueAt(document.value, path))
        return { path, value: changed ? hiddenChanged : hidden }
      })
      result = setValues(result, document.index, changes)
    }
    // An alias replaced above leaves its anchored value where it is.
    if (/(?:^|\s)\*\S/.test(text)) result = hideValues(result, file)
  } catch {
    // A secret behind an anchor cannot be replaced alone: hide every line that could hold it.
    return redactLines(hideValues(text, file))
  }
  return redactText(result)
}

/** The document of the same resource, else the one at the same place. */
function counterpart(before: ManifestFile, document: ManifestFile['documents'][number]): Json | undefined {
  const same = before.documents.find(
    ({ identity }) => identity && document.identity && identity.kind === document.identity.kind && identity.name === document.identity.name,
  )
  return (same ?? before.documents[document.index])?.value
}

/** Replaces each secret text wherever it stands. */
function hideValues(text: string, file: ManifestFile): string {
  let result = text
  for (const document of file.documents) {
    for (const path of secretPaths(document.value)) {
      const secret = valueAt(document.value, path)
      if (typeof secret !== 'string' && typeof secret !== 'number') continue
      for (const line of String(secret).split('\n')) if (line.trim().length > 2) result = result.replaceAll(line.trim(), hidden)
    }
  }
  return result
}

function parse(text: string): ManifestFile | undefined {
  try {
    return parseManifestFile(text)
  } catch {
    // Too large to read: the caller falls back to line-wise hiding.
    return undefined
  }
}
