/** Judges REST traffic by GitHub's own OpenAPI description (the extract beside this file). For tests. */
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { z } from 'zod'
import extract from './extract.json' with { type: 'json' }

const schema = z.record(z.string(), z.unknown())
const operations = z
  .array(
    z.object({
      id: z.string(),
      method: z.string(),
      path: z.string(),
      query: z.array(z.string()),
      body: schema.nullable(),
      bodyRequired: z.boolean(),
      responses: z.record(z.string(), schema.nullable()),
    }),
  )
  .parse(extract.operations)

export interface Exchange {
  method: string
  /** Below `/api/v3`, still encoded. */
  path: string
  query: URLSearchParams
  requestBody: unknown
  status: number
  responseBody: unknown
}

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats(ajv)
ajv.addFormat('repo.nwo', true)
ajv.addSchema({ $id: 'github', components: extract.components })
const compiled = new Map<string, ValidateFunction>()

function complaints(key: string, wanted: Record<string, unknown>, value: unknown): string[] {
  let validate = compiled.get(key)
  if (!validate) {
    validate = ajv.compile(JSON.parse(JSON.stringify(wanted).replaceAll('"#/components/', '"github#/components/')))
    compiled.set(key, validate)
  }
  if (validate(value)) return []
  return (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`)
}

const literal = (path: string): number => path.replace(/\{\w+\}/g, '').length

// These take the rest of the path, with its slashes.
const multiSegment = new Set(['ref', 'path', 'branch', 'basehead'])
const patterns = operations
  .map((operation) => {
    const source = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (multiSegment.has(name) && operation.path.endsWith(`{${name}}`) ? '.+' : '[^/]+'))
    return { operation, pattern: new RegExp(`^${source}$`) }
  })
  // The most literal one is meant: /commits/{ref}/status before /commits/{ref}.
  .sort((a, b) => literal(b.operation.path) - literal(a.operation.path))

const basicError = { type: 'object', required: ['message', 'documentation_url'], properties: { message: { type: 'string' } } }

const looseError = ({ oneOf, ...rest }: Record<string, unknown>): Record<string, unknown> => (oneOf === undefined ? rest : { ...rest, anyOf: oneOf })

/** Which operation an exchange was and everything in it that the description does not allow. */
export function judge(exchange: Exchange): { operation: string | undefined; violations: string[] } {
  // Octokit drops the slash before an empty path: the root folder of /contents/{path}.
  const path = exchange.path.endsWith('/contents') ? `${exchange.path}/.` : exchange.path
  const match = patterns.find(({ operation, pattern }) => operation.method === exchange.method && pattern.test(path))
  if (!match) return { operation: undefined, violations: [`${exchange.method} ${exchange.path} is no operation of the extract`] }
  const { operation } = match
  const violations: string[] = []
  for (const name of exchange.query.keys()) if (!operation.query.includes(name)) violations.push(`query ${name} is not documented`)
  const refused = exchange.status >= 400
  // A request that was refused was wrong on purpose.
  if (!refused && operation.body && (exchange.requestBody !== undefined || operation.bodyRequired)) {
    violations.push(...complaints(`${operation.id} request`, operation.body, exchange.requestBody).map((one) => `request ${one}`))
  }
  const documented = operation.responses[String(exchange.status)]
  if (documented === undefined && !refused) violations.push(`status ${exchange.status} is not documented`)
  // Some errors are documented as exactly one of two shapes that every error fits.
  const wanted = refused ? looseError(documented ?? basicError) : (documented ?? null)
  const empty = exchange.status === 204 || exchange.status === 304 || (refused && exchange.responseBody === undefined)
  if (wanted && !empty) {
    violations.push(...complaints(`${operation.id} ${documented ? exchange.status : 'error'}`, wanted, exchange.responseBody).map((one) => `response ${one}`))
  }
  return { operation: operation.id, violations }
}
