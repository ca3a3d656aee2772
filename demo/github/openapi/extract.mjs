/**
 * Makes extract.json: of GitHub's own OpenAPI description the operations named in operations.json, with the schemas they reach, without
 * descriptions and examples. The description is 385 MB installed and therefore no dependency. To make the extract again:
 *
 *     cd "$(mktemp -d)" && npm init -y && npm install --ignore-scripts @octokit/openapi@23.0.2
 *     node <repository>/demo/github/openapi/extract.mjs node_modules/@octokit/openapi
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = process.argv[2]
if (!folder) {
  console.error('Name the folder of the installed @octokit/openapi package.')
  process.exit(2)
}
const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname)
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const description = read(join(folder, 'generated', 'api.github.com.json'))
const { version } = read(join(folder, 'package.json'))
const wanted = new Set(read(join(here, 'operations.json')))

const words = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'deprecated', 'title', 'x-github', 'x-multi-segment', 'discriminator'])
const named = new Set(['properties', 'patternProperties'])

/** A schema without words for people; `nullable` of OpenAPI 3.0 becomes the null type of JSON Schema. */
function lean(node) {
  if (Array.isArray(node)) return node.map(lean)
  if (typeof node !== 'object' || node === null) return node
  const result = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'nullable' || words.has(key)) continue
    if (named.has(key)) result[key] = Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, lean(schema)]))
    else result[key] = key === 'enum' || key === 'required' || key === 'default' ? value : lean(value)
  }
  if (node.nullable !== true) return result
  if (result.enum) result.enum = [...new Set([...result.enum, null])]
  if (typeof result.type === 'string') return { ...result, type: [result.type, 'null'] }
  return { anyOf: [result, { type: 'null' }] }
}

const resolve = (node) => (node?.$ref ? node.$ref.split('/').slice(1).reduce((at, key) => at[key], description) : node)
const json = (content) => lean(content?.['application/json']?.schema ?? null)

const operations = []
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!wanted.delete(operation.operationId)) continue
    const responses = Object.fromEntries(Object.entries(operation.responses).map(([status, answer]) => [status, json(resolve(answer).content)]))
    const query = (operation.parameters ?? []).map(resolve).filter((parameter) => parameter.in === 'query')
    operations.push({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      query: query.map((parameter) => parameter.name),
      body: json(resolve(operation.requestBody)?.content),
      bodyRequired: resolve(operation.requestBody)?.required === true,
      responses,
    })
  }
}
if (wanted.size > 0) {
  console.error(`The description has no operation called ${[...wanted].join(', ')}.`)
  process.exit(1)
}

const schemas = {}
const reach = (node) => {
  if (typeof node !== 'object' || node === null) return
  if (typeof node.$ref === 'string') {
    const name = node.$ref.replace('#/components/schemas/', '')
    if (!schemas[name]) {
      schemas[name] = lean(description.components.schemas[name])
      reach(schemas[name])
    }
  }
  for (const value of Object.values(node)) reach(value)
}
reach(operations)

operations.sort((a, b) => a.id.localeCompare(b.id))
const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b)))
const source = `@octokit/openapi ${version}, api.github.com.json (OpenAPI ${description.openapi}); MIT, see NOTICE`
writeFileSync(join(here, 'extract.json'), `${JSON.stringify({ source, operations, components: { schemas: sorted } })}\n`)
console.log(`${operations.length} operations, ${Object.keys(sorted).length} schemas`)
