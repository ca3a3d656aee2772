/**
 * Answers to manifests. Pure and forgiving: while somebody still types, what is not answered is left out, and what stands
 * in the way of a manifest is said beside it.
 *
 * An answer counts as given when it is there and not empty: '', {}, [] and null are what a form leaves behind when somebody
 * clears a field. Defaults of questions count as answers.
 */
import type {
  AnswerPath,
  Blueprint,
  BlueprintProject,
  Condition,
  ManifestRecipe,
  Question,
  Source,
  ValueRecipe,
} from '#lib/blueprint/blueprint.ts'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { define } from '#lib/manifest/parse-manifest.ts'
import { withValue } from '#lib/manifest/with-value.ts'
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'

export interface FilledManifest {
  /** The recipe it was made by; `position` counts the items of a repeated one from 1. */
  id: string
  position: number | undefined
  /** `Kind.group`. */
  kind: string
  title: string
  /** `''` while the answer that names it is not given. */
  name: string
  /** One for the whole project: not created where it is there already. */
  shared: boolean
  value: JsonObject
  /** Why it cannot be sent yet, as sentences. */
  problems: string[]
}

export interface FillFacts {
  project: BlueprintProject
  /** `group/version` that manifests of a kind are written in; undefined for a kind that is not offered. */
  apiVersionOf: (kind: string) => string | undefined
}

interface Scope {
  answers: JsonObject
  item?: Json
  position?: number
}

/** Whether an answer counts as given. */
export const isGiven = (value: Json | undefined): value is Json =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0) &&
  !(isObject(value) && Object.keys(value).length === 0)

/** The answers as they count: with defaults, without those of questions that are not asked. `root` is the compiled questions. */
export function effectiveAnswers(questions: readonly Question[], root: FieldNode, answers: JsonObject): JsonObject {
  const counted: JsonObject = {}
  const nodes = new Map(childrenOf(root).map((child) => [child.key, child]))
  for (const { name, when } of questions) {
    if (when && !holds(when, { answers: counted })) continue
    const node = nodes.get(name)
    const given = Object.hasOwn(answers, name) ? answers[name] : undefined
    const value = node ? withDefaults(node, given) : given
    if (isGiven(value)) define(counted, name, value)
  }
  return counted
}

/** The questions that are asked with these answers, in their order. */
export function askedQuestions(questions: readonly Question[], root: FieldNode, answers: JsonObject): Question[] {
  const counted = effectiveAnswers(questions, root, answers)
  return questions.filter(({ when }) => !when || holds(when, { answers: counted }))
}

function withDefaults(node: FieldNode, value: Json | undefined): Json | undefined {
  if (!isGiven(value) && node.default !== undefined) return node.default
  if (node.type === 'list' && Array.isArray(value)) return value.map((item) => withDefaults(node.item, item) ?? item)
  if (node.type !== 'object' || !isObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) define(copy, key, item)
  for (const child of node.children) {
    const filled = withDefaults(child, copy[child.key])
    if (filled !== undefined) define(copy, child.key, filled)
  }
  return copy
}

/** The manifests these answers make. `answers` are effective ones. */
export function fillBlueprint(blueprint: Blueprint, answers: JsonObject, facts: FillFacts): FilledManifest[] {
  const filler = new Filler(blueprint, facts)
  const made = blueprint.manifests.flatMap((recipe) => filler.make(recipe, { answers }))
  const seen = new Set<string>()
  for (const manifest of made) {
    const key = `${manifest.kind}/${manifest.name}`
    if (manifest.name !== '' && seen.has(key))
      manifest.problems.push(`Another manifest of these answers is a ${manifest.kind} named "${manifest.name}" too.`)
    seen.add(key)
  }
  return made
}

/** How many items repetitions make in all. Nested ones multiply: ten of ten in each other would not end. */
const mostItems = 5000

class Filler {
  readonly #blueprint: Blueprint
  readonly #facts: FillFacts
  #itemsLeft = mostItems
  constructor(blueprint: Blueprint, facts: FillFacts) {
    this.#blueprint = blueprint
    this.#facts = facts
  }

  make(recipe: ManifestRecipe, scope: Scope): FilledManifest[] {
    if (recipe.when && !holds(recipe.when, scope)) return []
    if (!recipe.repeat) return [this.#one(recipe, scope)]
    const problems: string[] = []
    const made = this.#taken(itemsOf(scope.answers, recipe.repeat), problems).map((item, index) =>
      this.#one(recipe, { ...scope, item, position: index + 1 }),
    )
    made[0]?.problems.push(...problems)
    return made
  }

  #one(recipe: ManifestRecipe, scope: Scope): FilledManifest {
    const problems: string[] = []
    const name = this.#text(recipe.name, scope)
    const apiVersion = this.#facts.apiVersionOf(recipe.kind)
    if (apiVersion === undefined) problems.push(`${recipe.kind} is not offered on this cluster.`)
    if (name === undefined) problems.push('It has no name yet.')
    const kind = recipe.kind.slice(0, recipe.kind.indexOf('.'))
    const fixedMetadata = isObject(recipe.manifest.metadata) ? recipe.manifest.metadata : {}
    let value: Json = {
      apiVersion: apiVersion ?? '',
      kind,
      ...recipe.manifest,
      metadata: { name: name ?? '', namespace: this.#facts.project.namespace ?? '', ...fixedMetadata },
    }
    for (const each of recipe.values) value = this.#put(value, each, scope, problems)
    return {
      id: recipe.id,
      position: scope.position,
      kind: recipe.kind,
      title: recipe.title,
      name: name ?? '',
      shared: recipe.shared === true,
      value: isObject(value) ? value : {}, // an object from the start, and every path has a key
      problems,
    }
  }

  #put(into: Json, recipe: ValueRecipe, scope: Scope, problems: string[]): Json {
    if (recipe.when && !holds(recipe.when, scope)) return into
    let value: Json | undefined
    if ('source' in recipe) {
      value = this.#value(recipe.source, scope)
      if (value === undefined && 'nameOf' in recipe.source)
        problems.push(`${lastKey(recipe.path)} names a manifest that these answers do not make.`)
    } else if ('repeat' in recipe) {
      const items = this.#taken(itemsOf(scope.answers, recipe.repeat), problems)
      value =
        items.length === 0
          ? undefined
          : items.map((item, index) => this.#item(recipe.values, { ...scope, item, position: index + 1 }, problems))
    } else value = given(this.#item(recipe.values, scope, problems))
    if (value === undefined) return into
    const before = valueAt(into, recipe.path)
    const added = 'repeat' in recipe && Array.isArray(value) ? value : [value]
    try {
      return withValue(into, recipe.path, recipe.append ? [...(Array.isArray(before) ? before : []), ...added] : value)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      problems.push(error.message) // a path through what these answers do not make: an item that is not there, a single value
      return into
    }
  }

  #item(recipes: ValueRecipe[], scope: Scope, problems: string[]): Json {
    return recipes.reduce<Json>((made, each) => this.#put(made, each, scope, problems), null)
  }

  /** The items that may still be made. */
  #taken(items: Json[], problems: string[]): Json[] {
    const taken = items.slice(0, this.#itemsLeft)
    this.#itemsLeft -= taken.length
    const message = `These answers make more than ${mostItems} items. Give fewer.`
    if (taken.length < items.length && !problems.includes(message)) problems.push(message)
    return taken
  }

  #value(source: Source, scope: Scope): Json | undefined {
    if ('value' in source) return source.value
    if ('from' in source) return given(valueAt(scope.answers, source.from))
    if ('item' in source) return given(valueAt(scope.item, source.item))
    if ('position' in source) return scope.position
    if ('project' in source) return this.#facts.project[source.project] ?? undefined
    if ('nameOf' in source) return this.#nameOf(source.nameOf, scope)
    const parts = source.join.map((part) => (typeof part === 'string' ? part : this.#text(part, scope)))
    return parts.some((part) => part === undefined) ? undefined : parts.join('')
  }

  #text(source: Source, scope: Scope): string | undefined {
    const value = this.#value(source, scope)
    return value === undefined || value === null || typeof value === 'object' || value === '' ? undefined : String(value)
  }

  /** The name of another manifest: of the same item where both repeat, of the first one else. */
  #nameOf(id: string, scope: Scope): string | undefined {
    const recipe = this.#blueprint.manifests.find((each) => each.id === id)
    if (!recipe || (recipe.when && !holds(recipe.when, scope))) return undefined
    if (!recipe.repeat || scope.item !== undefined) return this.#text(recipe.name, scope)
    const [item] = itemsOf(scope.answers, recipe.repeat)
    return item === undefined ? undefined : this.#text(recipe.name, { ...scope, item, position: 1 })
  }
}

const given = (value: Json | undefined): Json | undefined => (isGiven(value) ? value : undefined)
const lastKey = (path: JsonPath): string => path.filter((key) => typeof key === 'string').join('.')

function itemsOf(answers: JsonObject, path: AnswerPath): Json[] {
  const value = valueAt(answers, path)
  return Array.isArray(value) ? value.filter(isGiven) : []
}

/** Whether a condition holds. */
function holds(condition: Condition, scope: Scope): boolean {
  if ('all' in condition) return condition.all.every((each) => holds(each, scope))
  if ('any' in condition) return condition.any.some((each) => holds(each, scope))
  if ('not' in condition) return !holds(condition.not, scope)
  const { answer, item, is, equals, oneOf } = condition
  const value = answer ? valueAt(scope.answers, answer) : valueAt(scope.item, item ?? [])
  if (is !== undefined) return isGiven(value) === (is === 'set')
  return (oneOf ?? [equals ?? null]).some((wanted) => sameJson(value ?? null, wanted))
}
