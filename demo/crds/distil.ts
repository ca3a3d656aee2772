/**
 * Makes the demo's Config Connector definitions: reads a folder of CustomResourceDefinitions, keeps the kinds that have
 * a table in descriptions/, and writes them beside this file with structure, types and marks as they are and every
 * description replaced by ours.
 *
 *     node demo/crds/distil.ts FOLDER
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { below, describeField, describeReference, type Sentences } from './describe.ts'
import { fieldFacts, referenceFacts } from './facts.ts'

/** The Config Connector release whose structure the definitions have. */
export const configConnectorVersion = '1.155.0'

const here = import.meta.dirname
const kinds = 'kinds'
const common = 'common'

/** Sentences of all kinds: one file per API area with `kinds: {Kind: {summary, spec, status}}`, and common.yaml. */
export function readTables(): { common: Sentences; kinds: Record<string, Sentences> } {
  const folder = join(here, 'descriptions')
  const tables: { common: Sentences; kinds: Record<string, Sentences> } = { common: {}, kinds: {} }
  for (const file of readdirSync(folder).sort()) {
    const document = sentencesOf(parse(readFileSync(join(folder, file), 'utf8')), file)
    for (const [key, value] of Object.entries(below(document, kinds) ?? {})) if (typeof value !== 'string') tables.kinds[key] = value
    Object.assign(tables.common, below(document, common))
  }
  return tables
}

function sentencesOf(value: unknown, where: string): Sentences {
  if (!isObject(value)) throw new Error(`${where} holds something that is not a table of sentences.`)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === 'string' ? item : sentencesOf(item, `${where}: ${key}`)]),
  )
}

/** The definition with our descriptions: a new document, nothing of the original text in it. */
export function distil(definition: JsonObject, tables: ReturnType<typeof readTables>): JsonObject {
  const kind = textAt(definition, 'spec', 'names', 'kind') ?? ''
  const table = tables.kinds[kind]
  const spec = definition.spec
  if (!isObject(spec) || !Array.isArray(spec.versions)) throw new Error(`The definition of ${kind} has no versions.`)
  const versions = spec.versions.filter(isObject).filter((version) => version.storage === true)
  const metadata = isObject(definition.metadata) ? definition.metadata : {}
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      annotations: { 'cnrm.cloud.google.com/version': configConnectorVersion },
      labels: metadata.labels ?? {},
      name: metadata.name ?? '',
    },
    spec: {
      ...spec,
      versions: versions.map((version) => ({
        ...version,
        additionalPrinterColumns: columns(version.additionalPrinterColumns, tables.common),
        schema: { openAPIV3Schema: rewriteRoot(kind, version, table, tables.common) },
      })),
    },
  }
}

function columns(value: Json | undefined, commonTable: Sentences): Json {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).map(({ description, ...column }) => {
    const text = below(below(commonTable, 'columns'), String(column.name))?.['']
    return description === undefined || typeof text !== 'string' ? column : { description: text, ...column }
  })
}

function rewriteRoot(kind: string, version: JsonObject, table: Sentences | undefined, commonTable: Sentences): JsonObject {
  const schema = isObject(version.schema) && isObject(version.schema.openAPIV3Schema) ? version.schema.openAPIV3Schema : {}
  const parts = { spec: withOwn(table, commonTable, 'spec'), status: withOwn(table, commonTable, 'status') }
  const root = rewriteBelow([], schema, { ...below(commonTable, 'root'), ...table, ...parts }, commonTable)
  const summary = table?.summary
  return { description: typeof summary === 'string' ? summary : `${kind} resource.`, ...root }
}

/** The kind's own sentences about spec or status over the common ones. */
function withOwn(table: Sentences | undefined, commonTable: Sentences, part: string): Sentences {
  return { ...below(commonTable, part), ...below(table, part) }
}

/** A schema with its description, and those below it, replaced. Keys that hold no schema stay as they are. */
function rewrite(path: string[], schema: JsonObject, sentences: Sentences | undefined, commonTable: Sentences): JsonObject {
  const original = textAt(schema, 'description') ?? ''
  const facts = fieldFacts(original)
  const fields = isObject(schema.properties) ? schema.properties : {}
  const known = sentences ?? below(below(commonTable, 'fields'), path.at(-1) ?? '')
  if (isObject(fields.external)) return rewriteReference(path, schema, fields, facts, known)
  return { description: describeField(path, schema, facts, known), ...rewriteBelow(path, schema, known, commonTable) }
}

function rewriteBelow(path: string[], schema: JsonObject, sentences: Sentences | undefined, commonTable: Sentences): JsonObject {
  const { description: _, ...rest } = schema
  const result: JsonObject = { ...rest }
  if (isObject(schema.properties)) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, child]) => [
        key,
        isObject(child) && !(key === 'metadata' && path.length === 0)
          ? rewrite([...path, key], child, below(sentences, key), commonTable)
          : child,
      ]),
    )
  }
  for (const nested of ['items', 'additionalProperties']) {
    const child = schema[nested]
    if (isObject(child)) result[nested] = rewriteItem(path, child, sentences, commonTable)
  }
  return result
}

/** An item of a list or map shares its parent's sentences; it gets a text of its own only where it is a reference. */
function rewriteItem(path: string[], schema: JsonObject, sentences: Sentences | undefined, commonTable: Sentences): JsonObject {
  const fields = isObject(schema.properties) ? schema.properties : {}
  if (!isObject(fields.external)) return rewriteBelow(path, schema, sentences, commonTable)
  const { description: _, ...item } = rewriteReference(path, schema, fields, fieldFacts(''), sentences)
  return item
}

function rewriteReference(
  path: string[],
  schema: JsonObject,
  fields: JsonObject,
  facts: ReturnType<typeof fieldFacts>,
  sentences: Sentences | undefined,
): JsonObject {
  const found = referenceFacts(textAt(fields, 'external', 'description') ?? '', textAt(fields, 'name', 'description') ?? '')
  const target = sentences?.target
  const texts = describeReference(typeof target === 'string' ? { ...found, kind: target } : found)
  const { description: _, ...rest } = schema
  return {
    description: describeField(path, schema, facts, sentences ?? { '': texts.self ?? referenceSentence(path, found.kind) }),
    ...rest,
    properties: Object.fromEntries(
      Object.entries(fields).map(([key, field]) => {
        if (!isObject(field)) return [key, field]
        const { description: __, ...bare } = field
        return [key, { description: texts[key] ?? describeField([...path, key], field, fieldFacts(''), undefined), ...bare }]
      }),
    ),
  }
}

const referenceSentence = (path: string[], kind: string | undefined): string =>
  `The ${kind ?? 'resource'} that ${path.length > 2 ? `${path.at(-2)} uses` : 'this resource uses'}.`

/** The text of the file of a definition. */
const fileOf = (definition: JsonObject): string =>
  `# Made by distil.ts: structure of Config Connector ${configConnectorVersion} (Apache-2.0), descriptions of our own.\n${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`

/** Every definition of the folder that we have sentences for, by file name. */
export function distilFolder(folder: string): Map<string, JsonObject> {
  const tables = readTables()
  const made = new Map<string, JsonObject>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    const definition: unknown = parse(readFileSync(join(folder, file), 'utf8'))
    if (!isObject(definition)) continue
    const kind = textAt(definition, 'spec', 'names', 'kind') ?? ''
    if (tables.kinds[kind] !== undefined) made.set(`${textAt(definition, 'metadata', 'name')}.yaml`, distil(definition, tables))
  }
  return made
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) {
    console.error('Name the folder of CustomResourceDefinitions to distil: node demo/crds/distil.ts FOLDER')
    process.exit(2)
  }
  const made = distilFolder(folder)
  for (const [file, definition] of made) writeFileSync(join(here, file), fileOf(definition))
  console.log(`${made.size} definitions written.`)
}
