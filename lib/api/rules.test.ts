import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RouteModule } from '#lib/api/openapi.ts'
import { routeFiles } from '#lib/api/route-tree.ts'

const root = join(import.meta.dirname, '..', '..')
const routes = routeFiles(join(root, 'app'))
const modules = new Map<string, RouteModule>()

beforeAll(async () => {
  for (const { file, path } of routes) modules.set(path, await import(file))
}, 60_000)

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(root, folder, name))

describe('routes are declarations', () => {
  test('there are routes to look at', () => expect(routes.length).toBeGreaterThan(15))

  test.each(routes.map(({ path }) => path))('%s exports nothing but declared handlers', (path) => {
    for (const [name, exported] of Object.entries(modules.get(path) ?? {})) {
      if (name === 'dynamic' || name === 'runtime' || name === 'maxDuration') continue
      expect(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], `${path} exports ${name}`).toContain(name)
      expect(exported, `${name} ${path} bypasses lib/api/route.ts`).toHaveProperty('declaration.handle')
    }
  })

  test.each(routes.map(({ path }) => path))('%s names an audit action for every mutation', (path) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const declaration = modules.get(path)?.[method]?.declaration
      if (declaration)
        expect(declaration.audit, `${method} ${path} has neither an audit action nor a reason for none`).toMatch(
          /^([a-z-]+\.[a-z-]+|none: .{10,})$/,
        )
    }
  })

  test('public routes are the ones we know of', () => {
    const open = routes.flatMap(({ path }) =>
      Object.entries(modules.get(path) ?? {}).flatMap(([method, handler]) =>
        handler?.declaration?.access === 'public' ? [`${method} ${path}`] : [],
      ),
    )
    expect(open.sort()).toEqual([
      'GET /api/auth/callback/oidc',
      'GET /api/health/live',
      'GET /api/health/ready',
      'GET /api/v1/openapi.json',
      'POST /api/v1/session/sign-in',
      'POST /api/v1/session/sign-out',
      'POST /api/webhooks/cluster-audit/{cluster}',
      'POST /api/webhooks/github',
    ])
  })

  test('only signed webhooks take requests from other origins', () => {
    const any = routes.filter(({ path }) =>
      Object.values(modules.get(path) ?? {}).some((handler) => handler?.declaration?.origin === 'any'),
    )
    expect(any.map(({ path }) => path).sort()).toEqual(['/api/webhooks/cluster-audit/{cluster}', '/api/webhooks/github'])
  })

  test('pages and layouts have no server actions: mutations are routes', () => {
    const actions = [...sources('app'), ...sources('components')].filter((file) =>
      /^\s*['"]use server['"]/m.test(readFileSync(file, 'utf8')),
    )
    expect(actions.map((file) => relative(root, file))).toEqual([])
  })
})

describe('storeys', () => {
  const importsOf = (file: string): string[] =>
    [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  const pure = ['audit-format', 'blueprint', 'schema', 'manifest', 'mapping', 'rbac', 'redact', 'patch', 'plan', 'readiness']
  const adapters = ['database', 'cluster', 'forge', 'assets', 'config', 'telemetry']
  const roomOf = (file: string): string => relative(join(root, 'lib'), file).split('/')[0] ?? ''
  const isTest = (file: string): boolean => /\.test\.ts$/.test(file)
  const rooms = (file: string): string[] => importsOf(file).flatMap((name) => /^#lib\/([a-z-]+)\//.exec(name)?.[1] ?? [])

  test('lib imports no framework and nothing above it', () => {
    const wrong = sources('lib')
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => /^(next|next\/.*|react|react-dom|react\/.*)$|^#(components|demo|cli|worker|scripts)\/|\/app\//.test(name))
          .map((name) => `${relative(root, file)} → ${name}`),
      )
    expect(wrong).toEqual([])
  })

  test('pure rooms do no input or output and know no room above them', () => {
    const wrong = sources('lib')
      .filter((file) => pure.includes(roomOf(file)) && !isTest(file))
      .flatMap((file) =>
        [
          ...importsOf(file).filter(
            (name) => name.startsWith('node:') || ['pg', 'undici', '@kubernetes/client-node', '@octokit/rest'].includes(name),
          ),
          ...rooms(file).filter((room) => !pure.includes(room)),
        ].map((name) => `${relative(root, file)} → ${name}`),
      )
    expect(wrong).toEqual([])
  })

  test('adapters know no service', () => {
    const wrong = sources('lib')
      .filter((file) => adapters.includes(roomOf(file)) && !isTest(file))
      .flatMap((file) =>
        rooms(file)
          .filter((room) => !pure.includes(room) && !adapters.includes(room))
          .map((room) => `${relative(root, file)} → lib/${room}`),
      )
    expect(wrong).toEqual([])
  })

  test('only lib/config reads the environment', () => {
    const wrong = [...sources('lib'), ...sources('app'), ...sources('components'), ...sources('worker')].filter(
      (file) =>
        !isTest(file) &&
        roomOf(file) !== 'config' &&
        /process\.env/.test(readFileSync(file, 'utf8').replaceAll(/process\.env\.NEXT_RUNTIME|process\.env\.NODE_ENV/g, '')),
    )
    expect(wrong.map((file) => relative(root, file))).toEqual([])
  })

  test('client components import only types from the services', () => {
    const wrong = [...sources('components'), ...sources('app')]
      .filter((file) => /^\s*['"]use client['"]/m.test(readFileSync(file, 'utf8')))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^import (?!type)([^\n]*) from '#lib\/([a-z-]+)\/[^']*'/gm)]
          .filter((match) => !pure.includes(match[2] ?? '') && !/^\{\s*type [^,]*\}$/.test(match[1] ?? ''))
          .map((match) => `${relative(root, file)} → lib/${match[2]}`),
      )
    expect(wrong).toEqual([])
  })
})
