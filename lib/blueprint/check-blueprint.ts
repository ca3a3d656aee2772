/**
 * What is wrong with a blueprint or with hints beyond their shape: names that lead nowhere, paths a kind does not have,
 * answers that fit no field, tests that fail. With no kinds at hand only what needs none is checked.
 */
import type { AnswerPath, Blueprint, BlueprintProject, Condition, ManifestRecipe, Source, ValueRecipe } from '#lib/blueprint/blueprint.ts'
import { answerErrors } from '#lib/blueprint/check-answers.ts'
import { compileQuestions } from '#lib/blueprint/compile-questions.ts'
import { effectiveAnswers, fillBlueprint } from '#lib/blueprint/fill-blueprint.ts'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import type { Complaint } from '#lib/blueprint/read-blueprints.ts'
import { isObject, type Json, type JsonPath } from '#lib/json.ts'
import { pathText } from '#lib/manifest/with-value.ts'
import { nameOfType } from '#lib/schema/check-value.ts'
import { type CompiledKind, childrenOf, type FieldNode, type ObjectField, stepInto } from '#lib/schema/field-tree.ts'
import { suggestKey } from '#lib/schema/suggest-key.ts'
import { validateField, validateResource } from '#lib/schema/validate.ts'

/** The kinds known, by key. A key that is missing is a kind that is not offered. */
export type KnownKinds = ReadonlyMap<string, CompiledKind>

/** Stands in for a project in tests. */
const testProject: BlueprintProject = { namespace: 'test-project', cluster: 'test', team: 'test-team', gcpProject: 'test-project-1234' }

/** Everything wrong with a blueprint, by its place in the document. `kinds` undefined: nothing that needs definitions is checked. */
export function checkBlueprint(blueprint: Blueprint, kinds: KnownKinds | undefined): Complaint[] {
  const root = compileQuestions(blueprint.questions)
  const uses = new Uses(blueprint, root)
  const complaints = [...questionComplaints(blueprint, root), ...uses.walk()]
  if (kinds) for (const [index, recipe] of blueprint.manifests.entries()) complaints.push(...kindComplaints(recipe, index, kinds, root))
  if (complaints.some(({ severity }) => severity !== 'warning')) return complaints // tests would only say the same again
  return [...complaints, ...testComplaints(blueprint, root, kinds)]
}

/** Everything wrong with hints, by their place in the document. */
export function checkHints(hints: KindHints, kinds: KnownKinds): Complaint[] {
  const kind = kinds.get(hints.kind)
  if (!kind) return [{ path: ['spec', 'kind'], message: unknownKind(hints.kind, kinds), unknownKind: true }]
  return hints.fields.flatMap((hint, index): Complaint[] => {
    const at: JsonPath = ['spec', 'fields', index]
    const place = placeOf(kind, hint.path)
    if (place === 'nowhere') return [{ path: [...at, 'path'], message: noSuchPath(kind, hint.path) }]
    if (place === 'anything' || hint.recommended === undefined) return []
    const node = place
    return validateField(node, hint.recommended).map((error) => ({
      path: [...at, 'recommended'],
      message: `${pathText([...hint.path, ...error.path])}: the recommended value does not fit. ${error.message}`,
    }))
  })
}

const asked = (index: number): JsonPath => ['spec', 'questions', index]
const made = (index: number): JsonPath => ['spec', 'manifests', index]

const schemaKeywords = new Set(
  'type format title description default enum minimum maximum exclusiveMinimum exclusiveMaximum multipleOf pattern minLength maxLength items minItems maxItems uniqueItems properties required additionalProperties minProperties maxProperties nullable references x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-int-or-string x-kubernetes-validations oneOf anyOf allOf not'.split(
    ' ',
  ),
)

function questionComplaints(blueprint: Blueprint, root: ObjectField): Complaint[] {
  const complaints: Complaint[] = []
  const seen = new Set<string>()
  for (const [index, question] of blueprint.questions.entries()) {
    if (seen.has(question.name))
      complaints.push({ path: [...asked(index), 'name'], message: `The question "${question.name}" is asked twice.` })
    seen.add(question.name)
    complaints.push(...schemaComplaints(question.schema, [...asked(index), 'schema']))
    const node = root.children[index]
    if (!node) continue
    for (const broken of brokenNodes(node))
      complaints.push({
        path: [...asked(index), 'schema'],
        message: `The schema of "${question.name}" cannot be asked as a form. ${broken}`,
      })
    if (node.default !== undefined)
      complaints.push(
        ...validateField({ ...node }, node.default).map((error) => ({
          path: [...asked(index), 'schema', 'default'],
          message: `The default of "${question.name}" does not fit its schema. ${error.message}`,
        })),
      )
  }
  return complaints
}

function schemaComplaints(schema: Json, path: JsonPath): Complaint[] {
  if (!isObject(schema)) return [{ path, message: `${pathText(path)} must be a schema, such as { type: string }.` }]
  return Object.entries(schema).flatMap(([key, value]): Complaint[] => {
    if (!schemaKeywords.has(key)) {
      const meant = suggestKey(key, [...schemaKeywords])
      return [{ path: [...path, key], message: `Schemas have no keyword "${key}" here.${meant ? ` Did you mean "${meant}"?` : ''}` }]
    }
    if (key === 'properties' && isObject(value))
      return Object.entries(value).flatMap(([name, each]) => schemaComplaints(each, [...path, key, name]))
    return key === 'items' || key === 'additionalProperties' ? schemaComplaints(value, [...path, key]) : []
  })
}

function brokenNodes(node: FieldNode): string[] {
  if (node.type === 'free-form') return node.reason === 'preserve-unknown' ? [] : [node.why]
  if (node.type === 'list') return brokenNodes(node.item)
  if (node.type === 'map') return brokenNodes(node.value)
  return childrenOf(node).flatMap(brokenNodes)
}

/** Follows every mention of an answer, an item and a manifest, and finds those that lead nowhere and answers nobody mentions. */
class Uses {
  readonly #blueprint: Blueprint
  readonly #root: ObjectField
  readonly #used = new Set<string>()
  readonly #complaints: Complaint[] = []

  constructor(blueprint: Blueprint, root: ObjectField) {
    this.#blueprint = blueprint
    this.#root = root
  }

  walk(): Complaint[] {
    for (const [index, { when }] of this.#blueprint.questions.entries())
      if (when) this.#condition(when, [...asked(index), 'when'], undefined, index)
    const ids = new Set<string>()
    for (const [index, recipe] of this.#blueprint.manifests.entries()) {
      const at = made(index)
      if (ids.has(recipe.id)) this.#complain([...at, 'id'], `Two manifests have the id "${recipe.id}".`)
      ids.add(recipe.id)
      const item = recipe.repeat ? this.#list(recipe.repeat, [...at, 'repeat']) : undefined
      if (recipe.when) this.#condition(recipe.when, [...at, 'when'], undefined)
      this.#source(recipe.name, [...at, 'name'], item)
      if (mentionsName(recipe.name))
        this.#complain([...at, 'name'], 'A name cannot be made of the name of another manifest; use the answer it comes from.')
      for (const [place, value] of recipe.values.entries()) this.#value(value, [...at, 'values', place], item)
    }
    for (const [index, { name }] of this.#blueprint.questions.entries())
      if (!this.#used.has(name))
        this.#complain([...asked(index), 'name'], `The answer to "${name}" is not used by any manifest. Use it, or do not ask.`)
    return this.#complaints
  }

  #value(recipe: ValueRecipe, at: JsonPath, item: FieldNode | undefined): void {
    if (recipe.when) this.#condition(recipe.when, [...at, 'when'], item)
    if ('source' in recipe) {
      this.#source(recipe.source, at, item)
      return
    }
    const inner = 'repeat' in recipe ? this.#list(recipe.repeat, [...at, 'repeat']) : item
    for (const [index, each] of recipe.values.entries()) this.#value(each, [...at, 'values', index], inner)
  }

  #source(source: Source, at: JsonPath, item: FieldNode | undefined): void {
    if ('from' in source) this.#answer(source.from, [...at, 'from'])
    else if ('item' in source) this.#item(source.item, [...at, 'item'], item)
    else if ('position' in source && !item) this.#complain([...at, 'position'], 'There is a position only inside "repeat".')
    else if ('nameOf' in source && !this.#blueprint.manifests.some(({ id }) => id === source.nameOf)) {
      const meant = suggestKey(
        source.nameOf,
        this.#blueprint.manifests.map(({ id }) => id),
      )
      this.#complain([...at, 'nameOf'], `No manifest here has the id "${source.nameOf}".${meant ? ` Did you mean "${meant}"?` : ''}`)
    } else if ('join' in source)
      for (const [index, part] of source.join.entries()) if (typeof part !== 'string') this.#source(part, [...at, 'join', index], item)
  }

  /** `before`: only questions before this one may be compared. */
  #condition(condition: Condition, at: JsonPath, item: FieldNode | undefined, before?: number): void {
    if ('all' in condition || 'any' in condition) {
      const [key, list] = 'all' in condition ? (['all', condition.all] as const) : (['any', condition.any] as const)
      for (const [index, each] of list.entries()) this.#condition(each, [...at, key, index], item, before)
    } else if ('not' in condition) this.#condition(condition.not, [...at, 'not'], item, before)
    else {
      const node = condition.answer
        ? this.#answer(condition.answer, [...at, 'answer'])
        : this.#item(condition.item ?? [], [...at, 'item'], item)
      const index = this.#blueprint.questions.findIndex(({ name }) => name === condition.answer?.[0])
      if (before !== undefined && index >= before) this.#complain([...at, 'answer'], 'A question can only depend on questions before it.')
      if (!node) return
      for (const wanted of condition.oneOf ?? ('equals' in condition ? [condition.equals ?? null] : [])) {
        const [error] = validateField(node, wanted)
        if (error) this.#complain(at, `The answer is never ${JSON.stringify(wanted)}. ${error.message}`)
      }
    }
  }

  #answer(path: AnswerPath, at: JsonPath): FieldNode | undefined {
    const [name = ''] = path
    this.#used.add(name)
    const node = walkKeys(this.#root, path)
    if (node === undefined) {
      const meant = suggestKey(
        name,
        this.#root.children.map(({ key }) => key),
      )
      this.#complain(at, `There is no answer ${pathText(path)}.${meant && meant !== name ? ` Did you mean "${meant}"?` : ''}`)
    }
    return node === 'anything' ? undefined : node
  }

  #item(path: AnswerPath, at: JsonPath, item: FieldNode | undefined): FieldNode | undefined {
    if (!item) {
      this.#complain(at, 'There is an item only inside "repeat".')
      return undefined
    }
    const node = walkKeys(item, path)
    if (node === undefined) this.#complain(at, `The items of the list have no ${pathText(path)}.`)
    return node === 'anything' ? undefined : node
  }

  #list(path: AnswerPath, at: JsonPath): FieldNode | undefined {
    const node = this.#answer(path, at)
    if (node?.type === 'list') return node.item
    if (node) this.#complain(at, `${pathText(path)} is no list, so nothing can be repeated for it.`)
    return undefined
  }

  #complain(path: JsonPath, message: string): void {
    this.#complaints.push({ path, message })
  }
}

const mentionsName = (source: Source): boolean =>
  'nameOf' in source || ('join' in source && source.join.some((part) => typeof part !== 'string' && mentionsName(part)))

/** The node at keys below another; 'anything' where the schema takes whatever comes. */
function walkKeys(from: FieldNode, keys: readonly (string | number)[]): FieldNode | 'anything' | undefined {
  let here: FieldNode = from
  for (const key of keys) {
    if (here.type === 'free-form') return here.reason === 'empty' ? undefined : 'anything'
    const next = stepInto(here, here.type === 'list' && key === '*' ? 0 : key)
    if (!next) return 'preserveUnknown' in here && here.preserveUnknown ? 'anything' : undefined
    here = next
  }
  return here
}

/** What a kind has at a path of its documents; labels and annotations count, names do not: the recipe has its own place for them. */
function placeOf(kind: CompiledKind, path: readonly (string | number)[]): FieldNode | 'anything' | 'nowhere' {
  const [first, second] = path
  if (first === 'metadata') return (second === 'labels' || second === 'annotations') && path.length <= 3 ? 'anything' : 'nowhere'
  if (first === 'apiVersion' || first === 'kind' || first === 'status') return 'nowhere'
  return walkKeys(kind.root, path) ?? 'nowhere'
}

const unknownKind = (key: string, kinds: KnownKinds): string => {
  const meant = suggestKey(key, [...kinds.keys()])
  return `${key} is not among the definitions.${meant ? ` Did you mean ${meant}?` : ''}`
}

function noSuchPath(kind: CompiledKind, path: readonly (string | number)[]): string {
  if (path[0] === 'metadata')
    return `${pathText([...path])} is not for blueprints: only labels and annotations are. The name has its own key.`
  let length = path.length
  while (length > 1 && placeOf(kind, path.slice(0, length - 1)) === 'nowhere') length--
  const parent = length > 1 ? placeOf(kind, path.slice(0, length - 1)) : kind.root
  const key = path[length - 1]
  const known = typeof parent === 'string' ? [] : childrenOf(parent).map((child) => child.key)
  const meant = typeof key === 'string' ? suggestKey(key, known) : undefined
  return `${kind.kind} has no field ${pathText(path.slice(0, length))}.${meant ? ` Did you mean "${meant}"?` : ''}`
}

function kindComplaints(recipe: ManifestRecipe, index: number, kinds: KnownKinds, root: ObjectField): Complaint[] {
  const at = made(index)
  const kind = kinds.get(recipe.kind)
  if (!kind) return [{ path: [...at, 'kind'], message: unknownKind(recipe.kind, kinds), unknownKind: true }]
  const complaints: Complaint[] = []
  if (kind.scope === 'Cluster')
    complaints.push({ path: [...at, 'kind'], message: `${kind.kind} belongs to the whole cluster; blueprints make resources of projects.` })
  const fixed = (value: Json, path: JsonPath): void => {
    const place = path.length === 0 ? kind.root : path.length === 1 && path[0] === 'metadata' ? 'metadata' : placeOf(kind, path)
    if (place === 'nowhere') complaints.push({ path: [...at, 'manifest', ...path], message: noSuchPath(kind, path) })
    else if (place === 'anything') return
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) fixed(item, [...path, key])
    else if (Array.isArray(value)) for (const [place, item] of value.entries()) fixed(item, [...path, place])
    else if (place !== 'metadata')
      complaints.push(
        ...validateField(place, value).map((error) => ({
          path: [...at, 'manifest', ...path],
          message: `${pathText(path)}: ${error.message}`,
        })),
      )
  }
  fixed(recipe.manifest, [])
  const list = recipe.repeat ? walkKeys(root, recipe.repeat) : undefined
  const item = typeof list === 'object' && list.type === 'list' ? list.item : undefined
  const values = (recipes: readonly ValueRecipe[], before: JsonPath, within: JsonPath, ofItem: FieldNode | undefined): void => {
    for (const [place, value] of recipes.entries()) {
      const here: JsonPath = [...within, place]
      const path = [...before, ...value.path]
      const target = placeOf(kind, path)
      if (target === 'nowhere') complaints.push({ path: [...here, 'path'], message: noSuchPath(kind, path) })
      else if (target === 'anything') continue
      else if ((value.append || 'repeat' in value) && target.type !== 'list')
        complaints.push({ path: [...here, 'path'], message: `${pathText(path)} is ${nameOfType(target)}, and this makes a list.` })
      else if ('source' in value) {
        const why = misfit(value.source, value.append && target.type === 'list' ? target.item : target, root, ofItem)
        if (why) complaints.push({ path: here, message: `${pathText(path)} ${why}` })
      } else {
        const list = 'repeat' in value ? walkKeys(root, value.repeat) : undefined
        const inner = typeof list === 'object' && list.type === 'list' ? list.item : undefined
        values(value.values, [...path, 0], [...here, 'values'], 'repeat' in value ? inner : ofItem)
      }
    }
  }
  values(recipe.values, [], [...at, 'values'], item)
  return complaints
}

/** Why what a source gives never fits a field, after the field's name; undefined where it may fit. */
function misfit(source: Source, target: FieldNode, root: ObjectField, item: FieldNode | undefined): string | undefined {
  if ('value' in source) {
    const [error] = validateField(target, source.value)
    return error ? `does not take this value. ${error.message}` : undefined
  }
  const given = 'from' in source ? walkKeys(root, source.from) : 'item' in source && item ? walkKeys(item, source.item) : undefined
  if ('from' in source || 'item' in source) return typeof given === 'object' ? nodeMisfit(given, target) : undefined
  const kind = 'position' in source ? 'integer' : 'string'
  return accepts(target, kind) ? undefined : `takes ${nameOfType(target)}, and the source gives ${kind === 'string' ? 'text' : 'a number'}.`
}

const accepts = (target: FieldNode, type: string): boolean =>
  target.type === type ||
  target.type === 'free-form' ||
  (target.type === 'int-or-string' && (type === 'integer' || type === 'string')) ||
  (target.type === 'number' && type === 'integer') ||
  (type === 'object' && (target.type === 'reference' || target.type === 'secret-or-literal' || target.type === 'map')) ||
  (type === 'map' && target.type === 'object')

function nodeMisfit(given: FieldNode, target: FieldNode): string | undefined {
  if (given.type === 'free-form') return undefined
  if (!accepts(target, given.type)) return `takes ${nameOfType(target)}, and the answer is ${nameOfType(given)}.`
  if ('enum' in given && given.enum && 'enum' in target && target.enum) {
    for (const choice of given.enum) {
      const [error] = validateField(target, choice)
      if (error) return `does not take the answer ${JSON.stringify(choice)}. ${error.message}`
    }
  }
  return given.type === 'list' && target.type === 'list' ? nodeMisfit(given.item, target.item) : undefined
}

function testComplaints(blueprint: Blueprint, root: ObjectField, kinds: KnownKinds | undefined): Complaint[] {
  return blueprint.tests.flatMap((test, index): Complaint[] => {
    const at: JsonPath = ['spec', 'tests', index]
    const names = root.children.map(({ key }) => key)
    const strangers = Object.keys(test.answers).filter((name) => !names.includes(name))
    if (strangers.length > 0)
      return strangers.map((name) => ({ path: [...at, 'answers', name], message: `Test "${test.name}": there is no question "${name}".` }))
    const wrong = answerErrors(blueprint.questions, root, test.answers)
    if (wrong.length > 0)
      return wrong.map(({ path, message }) => ({
        path: [...at, 'answers', ...path],
        message: `Test "${test.name}": ${pathText(path)}: ${message}`,
      }))
    const filled = fillBlueprint(blueprint, effectiveAnswers(blueprint.questions, root, test.answers), {
      project: testProject,
      apiVersionOf: (key) => (kinds ? kinds.get(key)?.apiVersion : 'unknown/v1'),
    })
    const complaints = filled.flatMap(({ id, problems }) =>
      problems.map((problem) => ({ path: at, message: `Test "${test.name}", manifest "${id}": ${problem}` })),
    )
    if (test.manifests !== undefined && test.manifests !== filled.length)
      complaints.push({
        path: [...at, 'manifests'],
        message: `Test "${test.name}" makes ${filled.length} manifests, not ${test.manifests}.`,
      })
    for (const manifest of filled) {
      const kind = kinds?.get(manifest.kind)
      for (const error of kind ? validateResource(kind, manifest.value) : [])
        complaints.push({ path: at, message: `Test "${test.name}", manifest "${manifest.id}": ${pathText(error.path)}: ${error.message}` })
    }
    return complaints
  })
}
