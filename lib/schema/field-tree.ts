/**
 * The field tree: what Corbel knows about one kind, compiled from its CustomResourceDefinition (`compile-kind.ts`).
 * It is plain JSON: sent to the browser as it is, no functions, and flags that are false are left out.
 *
 * Every field of the schema has exactly one node, so nothing lacks an editor; what cannot be understood becomes a
 * `free-form` node with the reason. What the API server enforces stands on the node itself; what was only read out of
 * prose stands in `mined` and must never refuse a value.
 *
 * Nodes carry keys, not paths: walking from `CompiledKind.root`, the keys on the way are the path in the document.
 * List items and map values have the key `''`, their real key being an index or a map key.
 */
import type { Json, JsonObject } from '#lib/json.ts'

/** A kind people can create. `root` holds what stands beside apiVersion, kind, metadata and status: nearly always `spec` alone. */
export interface CompiledKind {
  /** `Kind.group`, as on the wire and in URLs. */
  key: string
  group: string
  kind: string
  plural: string
  singular: string
  shortNames: string[]
  categories: string[]
  scope: 'Namespaced' | 'Cluster'
  /** The version forms write: the stored one if it is served, else the most stable served one. */
  version: string
  /** `group/version`, for manifests. */
  apiVersion: string
  versions: KindVersion[]
  /** The kind in words: `SQL instance`. */
  title: string
  /** One or two sentences from the schema; `''` where it has none. */
  description: string
  /** How far one can rely on it: by version name (`v1` stable, `v1beta1` beta, `v1alpha1` alpha). */
  stability: 'stable' | 'beta' | 'alpha'
  /** Set when the version is deprecated: the server's warning, or a sentence of ours. */
  deprecated?: string
  /** An object node; or a free-form node when the schema is missing or broken. */
  root: ObjectField | FreeFormField
  /** What the CRD asks of `metadata.name` beyond Kubernetes' own rules. */
  nameRule?: StringField
  hasStatusSubresource: boolean
  hasScaleSubresource: boolean
  printerColumns: PrinterColumn[]
  /** What the status shows, so that pages know what to look for. */
  status: StatusHints
  /** Number of nodes in the tree, itself included. */
  fieldCount: number
}

export interface KindVersion {
  name: string
  served: boolean
  storage: boolean
  deprecated?: true
}

export interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  description?: string
  priority?: number
}

export interface StatusHints {
  /** Whether the status has a `conditions` list as Kubernetes has it. */
  conditions: boolean
  /** Whether the status has `observedGeneration`. */
  observedGeneration: boolean
  /** Top-level keys of the status, in schema order. */
  fields: string[]
}

/** One field. Switch on `type`; end the switch in `never`. */
export type FieldNode =
  | StringField
  | NumberField
  | BooleanField
  | IntOrStringField
  | ObjectField
  | ListField
  | MapField
  | ReferenceField
  | SecretField
  | FreeFormField

interface Field {
  /** The key in the parent object; `''` for the root, list items and map values. */
  key: string
  /** The key in words: `uniformBucketLevelAccess` → `Uniform bucket level access`. */
  label: string
  /** The schema's description as text; absent where it has none. */
  description?: string
  /** The parent object, when there is one, must hold this key. */
  required?: true
  /** `null` is a value of its own here. */
  nullable?: true
  /** Free on create, locked on edit. `schema`: a rule enforces it; `description`: the prose says so. */
  immutable?: 'schema' | 'description'
  /** Set when the description says so: the sentence that says it. */
  deprecated?: string
  /** What the server writes when the field is unset. */
  default?: Json
  /** Read out of the description: for suggestions and warnings, never for refusals. */
  mined?: MinedFacts
  /** `x-kubernetes-validations`: the server checks them. */
  rules?: ServerRule[]
  /** Raw schemas (allOf/anyOf/oneOf/not/…) that the value must satisfy as well; `validate.ts` interprets them. */
  constraints?: JsonObject[]
}

/** Facts from prose. */
export interface MinedFacts {
  /** Values the description lists as allowed. */
  values?: string[]
  /** The default as the description gives it. */
  default?: string
  example?: string
  /** "Required." in the description of a field the schema leaves optional: required once its parent is set. */
  required?: true
  /** "Optional." in the description. */
  optional?: true
  /** Written by the controller, not by people. */
  outputOnly?: true
  /** A unit or syntax the description names: `duration`, `timestamp`, `email`, `cidr`, `url`, `base64`, `json`, `iam-member`. */
  syntax?: MinedSyntax
}

export type MinedSyntax = 'duration' | 'timestamp' | 'date' | 'email' | 'cidr' | 'url' | 'base64' | 'json' | 'iam-member'

/** One `x-kubernetes-validations` entry. */
export interface ServerRule {
  rule: string
  message?: string
  messageExpression?: string
  /** Where the server reports it, as the schema has it (a JSON path such as `.spec.a`). */
  fieldPath?: string
  reason?: string
  /** Uses `oldSelf`: applies to edits only. */
  transition?: true
  /** Uses `oldSelf` as an optional, and so applies to creations too. */
  optionalOldSelf?: true
}

export interface StringField extends Field {
  type: 'string'
  /** `date-time`, `byte`, `ipv4`, … as the schema has it; unknown ones are not checked, as by the server. */
  format?: string
  enum?: Json[]
  /** A Go RE2 pattern. */
  pattern?: string
  /** In characters (code points). */
  minLength?: number
  maxLength?: number
}

export interface NumberField extends Field {
  type: 'integer' | 'number'
  /** `int32`, `int64`, `float`, `double`. */
  format?: string
  enum?: Json[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: true
  exclusiveMaximum?: true
  multipleOf?: number
}

export interface BooleanField extends Field {
  type: 'boolean'
  enum?: Json[]
}

/** `x-kubernetes-int-or-string`: `80` or `"80%"`. */
export interface IntOrStringField extends Field {
  type: 'int-or-string'
  enum?: Json[]
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
}

/** What object, reference and secret nodes share: named children in schema order, the required ones marked on themselves. */
interface WithChildren extends Field {
  children: FieldNode[]
  /** Which children go together; nothing is hidden because of it. */
  choices?: Choice[]
  minProperties?: number
  maxProperties?: number
  /** Keys outside `children` are kept by the server; edit them as YAML. */
  preserveUnknown?: true
  /** A whole Kubernetes object in a field: has apiVersion, kind and metadata of its own. */
  embedded?: true
}

export interface ObjectField extends WithChildren {
  type: 'object'
}

/**
 * A rule on which children may stand together, from `oneOf`, `anyOf` or `not` with `required` lists.
 * An option holds when all of `keys` are set and none of the sets in `without` is set completely.
 * `exactly-one` / `at-least-one` of the options holds; `not-together`: never all options at once.
 */
export interface Choice {
  rule: 'exactly-one' | 'at-least-one' | 'not-together'
  options: ChoiceOption[]
}

export interface ChoiceOption {
  /** Empty: the option "none of them". */
  keys: string[]
  without?: string[][]
}

export interface ListField extends Field {
  type: 'list'
  item: FieldNode
  minItems?: number
  maxItems?: number
  uniqueItems?: true
  /** `x-kubernetes-list-type`: `set` has no item twice, `map` no two items with the same `keys`. */
  listType?: 'atomic' | 'set' | 'map'
  /** `x-kubernetes-list-map-keys`. */
  keys?: string[]
}

export interface MapField extends Field {
  type: 'map'
  value: FieldNode
  /** What keys may look like (a Go RE2 pattern), when the schema says. */
  keyPattern?: string
  minProperties?: number
  maxProperties?: number
}

/**
 * A reference to another resource: an object that has `external`.
 * A `{external, name, namespace}` · B also `kind` · C also `apiVersion` and `kind` · D `external` alone.
 */
export interface ReferenceField extends WithChildren {
  type: 'reference'
  shape: 'A' | 'B' | 'C' | 'D'
  /** Kinds it may point to, by kind name without group; empty where the schema does not tell. */
  targets: string[]
  /** What `external` must hold, in the schema's words: `projects/{{project}}/topics/{{name}}`. */
  externalFormat?: string
  /** The field of the target whose value `external` holds: `selfLink`, `name`, `email`. */
  targetField?: string
}

/** A sensitive value: `value` (literal, ends in Git) or else `valueFrom.secretKeyRef` (name and key of a Secret). */
export interface SecretField extends WithChildren {
  type: 'secret-or-literal'
}

/** Anything goes; edited as YAML in place. */
export interface FreeFormField extends Field {
  type: 'free-form'
  /** `object`: must be a mapping; `any`: any JSON value. */
  accepts: 'object' | 'any'
  reason: FreeFormReason
  /** The reason as a sentence for people. */
  why: string
}

/**
 * `preserve-unknown`: the schema allows any keys · `empty`: an object without properties, in which the server keeps
 * nothing · `no-schema`: the CRD has no schema · `broken`: the schema cannot be understood · `too-deep`: deeper than
 * we follow.
 */
export type FreeFormReason = 'preserve-unknown' | 'empty' | 'no-schema' | 'broken' | 'too-deep'

/** The named children of a node; none for scalars, lists, maps and free-form nodes. */
export function childrenOf(node: FieldNode): readonly FieldNode[] {
  return node.type === 'object' || node.type === 'reference' || node.type === 'secret-or-literal' ? node.children : []
}

/** The child node a document key or index leads to: by name, or the item of a list, or the value of a map. */
export function stepInto(node: FieldNode, key: string | number): FieldNode | undefined {
  if (node.type === 'list') return typeof key === 'number' ? node.item : undefined
  if (node.type === 'map') return node.value
  return childrenOf(node).find((child) => child.key === key)
}

/** The node at a document path from `root` (e.g. `['spec', 'lifecycleRule', 0, 'action']`), or undefined where the schema has none. */
export function fieldAt(root: FieldNode, path: readonly (string | number)[]): FieldNode | undefined {
  let here: FieldNode | undefined = root
  for (const key of path) {
    if (!here) return undefined
    here = stepInto(here, key)
  }
  return here
}
