import { z } from 'zod'
import { openApiDocument } from '#lib/api/openapi.ts'
import { route } from '#lib/api/route.ts'
import { config } from '#lib/config/config.ts'
import { routeModules } from './route-modules.ts'

export const GET = route({
  summary: 'This API, described as OpenAPI 3.1',
  access: 'public',
  reply: { 200: z.record(z.string(), z.unknown()) },
  handle: () => openApiDocument(routeModules, config().url),
})
