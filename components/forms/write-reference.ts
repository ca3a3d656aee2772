/**
 * What the editor of a reference draws, and what each of its controls writes. A resource by name and an external value exclude each
 * other; the kind belongs to both. What a control does not speak of stays as it was. Pure.
 */
import type { KindSummary } from '#lib/inventory/contract.ts'
import type { JsonObject } from '#lib/json.ts'
import type { ChoiceOption, ReferenceField } from '#lib/schema/field-tree.ts'

/** The two ways to say what is meant. */
export type ReferenceWay = 'name' | 'external'

/** Where resources lie. References name them, and few clusters offer them as kinds. */
const placeKinds = ['Project', 'Folder', 'Organization']
const placeVersion = 'resourcemanager.cnrm.cloud.google.com/v1beta1'

const childOf = (node: ReferenceField, key: string) => node.children.find((child) => child.key === key)

/** The ways a reference can be given, the usual one first. */
export const referenceWays = (node: ReferenceField): ReferenceWay[] => (['name', 'external'] as const).filter((key) => childOf(node, key))

/** Whether the kind must, may or must not stand beside a name or an external value. */
function kindBeside(node: ReferenceField, way: ReferenceWay): 'must' | 'may' | 'never' {
  const kind = childOf(node, 'kind')
  if (!kind) return 'never'
  const options = (node.choices ?? []).flatMap((choice) => choice.options).filter(({ keys }) => keys.includes(way))
  const all = (holds: (option: ChoiceOption) => boolean): boolean => options.length > 0 && options.every(holds)
  if (all(({ without = [] }) => without.some((keys) => keys.length === 1 && keys[0] === 'kind'))) return 'never'
  return kind.required || all(({ keys }) => keys.includes('kind')) ? 'must' : 'may'
}

/**
 * Whether the kind has a control of its own: where it can be one of several. Where there can be one only it is written where it
 * must be, and says nothing, unless the document says something else.
 */
export function asksForKind(node: ReferenceField, reference: JsonObject, way: ReferenceWay): boolean {
  if (kindBeside(node, way) === 'never') return false
  return node.targets.length !== 1 || (reference.kind !== undefined && reference.kind !== node.targets[0])
}

/** The kinds to offer for a reference: those its schema names, else what the cluster offers and what everything lies in. */
export function kindChoices(node: ReferenceField, offered: readonly KindSummary[]): string[] {
  if (node.targets.length > 0) return node.targets
  return [...placeKinds, ...new Set(offered.map(({ kind }) => kind))].filter((kind, index, all) => all.indexOf(kind) === index)
}

/** The `apiVersion` that goes with the name of a kind; undefined where that is not known for sure. */
export function versionOfKind(kind: string, offered: readonly KindSummary[]): string | undefined {
  const [found, ...others] = offered.filter((each) => each.kind === kind)
  if (found) return others.length > 0 ? undefined : `${found.group}/${found.version}`
  return placeKinds.includes(kind) ? placeVersion : undefined
}

/** With another kind, or none. */
export function withKind(node: ReferenceField, reference: JsonObject, kind: string, offered: readonly KindSummary[]): JsonObject {
  const { kind: _, apiVersion: __, ...rest } = reference
  return completed(node, kind === '' ? rest : { ...rest, kind }, offered)
}

/** With a name that was typed: whatever else says which resource is meant stays. */
export function withName(node: ReferenceField, reference: JsonObject, name: string, offered: readonly KindSummary[]): JsonObject {
  if (name === '') return withoutTarget(node, reference)
  const { external: _, ...rest } = reference
  return completed(node, { ...rest, name }, offered)
}

/** A resource chosen from a list; `namespace` undefined: that of the resource which refers to it. */
export interface ChosenResource {
  name: string
  namespace: string | undefined
  kind: KindSummary | undefined
}

/** With a resource that was chosen, which says all there is to say. */
export function withChosen(node: ReferenceField, { name, namespace, kind }: ChosenResource): JsonObject {
  const has = (key: string) => childOf(node, key) !== undefined
  return {
    ...(has('apiVersion') && kind ? { apiVersion: `${kind.group}/${kind.version}` } : {}),
    ...(has('kind') && kind ? { kind: kind.kind } : {}),
    name,
    ...(has('namespace') && namespace !== undefined ? { namespace } : {}),
  }
}

/** With an external value in place of a resource by name. */
export function withExternal(node: ReferenceField, reference: JsonObject, external: string, offered: readonly KindSummary[]): JsonObject {
  const { name: _, namespace: __, ...rest } = reference
  return external === '' ? withoutTarget(node, reference) : completed(node, { ...rest, external }, offered)
}

function withoutTarget(node: ReferenceField, reference: JsonObject): JsonObject {
  const { name: _, namespace: __, external: ___, ...rest } = reference
  return completed(node, rest, [])
}

/**
 * With what follows from the rest: the one kind there can be, where it must be written, and the version of the kind. Without a
 * target there is no version: some kinds of IAM take a kind by itself, for the project they lie in, and only by itself.
 */
function completed(node: ReferenceField, reference: JsonObject, offered: readonly KindSummary[]): JsonObject {
  const way = (['name', 'external'] as const).find((key) => reference[key] !== undefined)
  const { apiVersion: written, kind: chosen, ...rest } = reference
  if (way === undefined) return chosen === undefined ? rest : { kind: chosen, ...rest }
  const beside = kindBeside(node, way)
  if (beside === 'never') return rest
  const [only, ...others] = node.targets
  const kind = chosen ?? (beside === 'must' && others.length === 0 ? only : undefined)
  const version = typeof kind === 'string' && childOf(node, 'apiVersion') ? versionOfKind(kind, offered) : undefined
  const apiVersion = written ?? version
  return { ...(apiVersion === undefined ? {} : { apiVersion }), ...(kind === undefined ? {} : { kind }), ...rest }
}
