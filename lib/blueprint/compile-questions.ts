/** Questions to a field tree: the compiler of kinds reads their schemas, so the same form asks and the same checks judge. */
import type { Blueprint, Question } from '#lib/blueprint/blueprint.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { compileField } from '#lib/schema/compile-field.ts'
import { type CompiledKind, childrenOf, type FieldNode, type ObjectField } from '#lib/schema/field-tree.ts'

/** One object node with a child for each question, in their order. Their help is the form's business: it stands there in the open. */
export function compileQuestions(questions: readonly Question[]): ObjectField {
  const count = { nodes: 0 }
  const children = questions.map(({ name, title, required, schema }) => {
    const node = compileField(withReferences(schema), name, name, count)
    applyTitles(node, schema)
    node.label = title
    delete node.description
    if (required) node.required = true
    return node
  })
  return { key: '', label: '', type: 'object', children }
}

/** The questions as if they were a kind: what a form is made for. */
export function questionsAsKind(blueprint: Pick<Blueprint, 'name' | 'title' | 'questions'>): CompiledKind {
  return {
    key: `blueprint/${blueprint.name}`,
    group: '',
    kind: blueprint.title,
    plural: '',
    singular: '',
    shortNames: [],
    categories: [],
    scope: 'Namespaced',
    version: '',
    apiVersion: '',
    versions: [],
    title: blueprint.title,
    description: '',
    stability: 'stable',
    root: compileQuestions(blueprint.questions),
    hasStatusSubresource: false,
    hasScaleSubresource: false,
    printerColumns: [],
    status: { conditions: false, observedGeneration: false, fields: [] },
    fieldCount: blueprint.questions.length,
  }
}

/** `references: Kind.group` as the schema of a reference to a resource of that kind. */
function withReferences(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withReferences)
  if (!isObject(schema)) return schema
  if (typeof schema.references === 'string') {
    const { references, ...rest } = schema
    const text = { type: 'string' }
    return {
      ...rest,
      type: 'object',
      properties: { external: text, name: text, namespace: text },
      oneOf: [
        { required: ['name'], not: { required: ['external'] } },
        { required: ['external'], not: { anyOf: [{ required: ['name'] }, { required: ['namespace'] }] } },
      ],
    }
  }
  const copy: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value))
      copy.properties = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withReferences(each)]))
    else copy[key] = key === 'items' || key === 'additionalProperties' ? withReferences(value) : value
  }
  return copy
}

/** Gives nodes the titles and targets their schemas name: the compiler of kinds finds both in prose. */
function applyTitles(node: FieldNode, schema: Json | undefined): void {
  if (!isObject(schema)) return
  if (typeof schema.title === 'string') node.label = schema.title
  if (node.type === 'reference' && typeof schema.references === 'string') {
    node.targets = [schema.references.slice(0, schema.references.indexOf('.'))]
    return
  }
  if (node.type === 'list') applyTitles(node.item, schema.items)
  else if (node.type === 'map') applyTitles(node.value, schema.additionalProperties)
  else if (isObject(schema.properties)) for (const child of childrenOf(node)) applyTitles(child, schema.properties[child.key])
}
