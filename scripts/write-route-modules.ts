/** Prints `app/api/v1/openapi.json/route-modules.ts`: every route of the API by path, for the OpenAPI document. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { routeFiles } from '#lib/api/route-tree.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'app', 'api', 'v1', 'openapi.json')

/** The module's text. The document's own route is left out: a module cannot list itself. */
export function routeModulesText(): string {
  const routes = routeFiles(join(root, 'app')).filter(({ path }) => path !== '/api/v1/openapi.json')
  const imports = routes.map(({ file }, index) => `import * as route${index} from '${relative(folder, file).replace(/^(?!\.)/, './')}'`)
  const rows = routes.map(({ path }, index) => `  { path: '${path}', module: route${index} },`)
  return [
    '// Printed by scripts/write-route-modules.ts from the route tree; a test compares.',
    "import type { RouteModule } from '#lib/api/openapi.ts'",
    ...imports,
    '',
    '/** Every route of the API. */',
    'export const routeModules: { path: string; module: RouteModule }[] = [',
    ...rows,
    ']',
    '',
  ].join('\n')
}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'route-modules.ts'), routeModulesText())
}
