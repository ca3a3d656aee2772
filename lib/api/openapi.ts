/** The OpenAPI 3.1 document, made from the declarations of the routes themselves. */
import { z } from 'zod'
import { Problem } from '#lib/api/problem.ts'
import type { RouteHandler } from '#lib/api/route.ts'

/** A route module: what it exports by HTTP method. */
export type RouteModule = Partial<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', RouteHandler>>

type Json = { [key: string]: unknown }

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

/** The document for route modules by path, e.g. `/api/v1/proposals/{id}`. */
export function openApiDocument(modules: { path: string; module: RouteModule }[], url: string): Json {
  const paths: Record<string, Json> = {}
  for (const { path, module } of modules) {
    for (const method of methods) {
      const declaration = module[method]?.declaration
      if (!declaration) continue
      const parameters = [
        ...parametersOf(
          declaration.params,
          'path',
          [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
        ),
        ...parametersOf(declaration.query, 'query', []),
      ]
      const replies = Object.fromEntries(
        Object.entries(declaration.reply).map(([status, schema]) => [
          status,
          {
            description: status.startsWith('2') ? 'Done' : 'See summary',
            ...(schema ? { content: { 'application/json': { schema: schemaOf(schema, 'output') } } } : {}),
          },
        ]),
      )
      const operation = {
        summary: declaration.summary,
        operationId: `${method.toLowerCase()}${path
          .replace(/^\/api(\/v1)?/, '')
          .replace(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())
          .replace(/\W/g, '')}`,
        ...(declaration.access === 'public' ? { security: [] } : {}),
        ...(parameters.length > 0 ? { parameters } : {}),
        ...(declaration.body
          ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(declaration.body, 'input') } } } }
          : {}),
        responses: { ...replies, default: { $ref: '#/components/responses/Problem' } },
      }
      paths[path] = { ...paths[path], [method.toLowerCase()]: operation }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Corbel',
      version: '1',
      description: 'The API that the pages of Corbel and the corbel command use.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    security: [{ login: [] }],
    paths,
    components: {
      securitySchemes: {
        login: { type: 'apiKey', in: 'cookie', name: 'corbel-login', description: 'Set by signing in; `__Host-corbel-login` on https.' },
      },
      responses: {
        Problem: {
          description: 'What went wrong (RFC 9457)',
          content: { 'application/problem+json': { schema: schemaOf(Problem, 'output') } },
        },
      },
    },
  }
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', names: string[]): Json[] {
  const shape = schema instanceof z.ZodObject ? schema : undefined
  if (!shape) return names.map((name) => ({ name, in: where, required: true, schema: { type: 'string' } }))
  return Object.entries(shape.shape).map(([name, field]) => {
    const type: z.ZodType = field instanceof z.ZodType ? field : z.string()
    return { name, in: where, required: where === 'path' || !type.safeParse(undefined).success, schema: schemaOf(type, 'input') }
  })
}
