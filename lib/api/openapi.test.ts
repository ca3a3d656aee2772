import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openApiDocument, type RouteModule } from '#lib/api/openapi.ts'
import { routeFiles } from '#lib/api/route-tree.ts'

const root = join(import.meta.dirname, '..', '..')
const routes = routeFiles(join(root, 'app'))

describe('the OpenAPI document', () => {
  test('knows every route of the tree by its own module', async () => {
    const { routeModules } = await import('../../app/api/v1/openapi.json/route-modules.ts')
    const others = routes.filter(({ path }) => path !== '/api/v1/openapi.json')
    expect(routeModules.map(({ path }) => path).sort(), 'run: node scripts/write-route-modules.ts').toEqual(
      others.map(({ path }) => path).sort(),
    )
    for (const { file, path } of others) expect(routeModules.find((entry) => entry.path === path)?.module).toBe(await import(file))
  })

  test('describes each operation once, with every parameter of its path and the problem reply', async () => {
    const modules: { path: string; module: RouteModule }[] = []
    for (const { file, path } of routes) modules.push({ path, module: await import(file) })
    const document = openApiDocument(modules, 'https://corbel.acme.test')
    const paths = Object.entries(
      document.paths as Record<
        string,
        Record<string, { operationId: string; parameters?: { name: string; in: string }[]; responses: object }>
      >,
    )
    expect(paths.length).toBe(modules.length)
    const ids = paths.flatMap(([, operations]) => Object.values(operations).map((operation) => operation.operationId))
    expect(new Set(ids).size).toBe(ids.length)
    for (const [path, operations] of paths) {
      for (const operation of Object.values(operations)) {
        const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
        const given = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
        expect(given.sort(), path).toEqual(wanted.sort())
        expect(operation.responses).toHaveProperty('default')
      }
    }
  })
})
