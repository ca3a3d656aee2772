/** Finds every route of the application on disk: for the OpenAPI document's build and for the test of rules. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface RouteFile {
  file: string
  /** As OpenAPI writes it: /api/v1/proposals/{id} */
  path: string
}

/** Every `route.ts` below a folder `app/`, by path. */
export function routeFiles(app: string): RouteFile[] {
  return readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)route\.tsx?$/.test(name))
    .map((name) => ({
      file: join(app, name),
      path: `/${name
        .replace(/\/?route\.tsx?$/, '')
        .split('/')
        .filter((part) => !/^\(.*\)$/.test(part))
        .map((part) => part.replace(/^\[(?:\.\.\.)?(.+)\]$/, '{$1}'))
        .join('/')}`,
    }))
    .sort((a, b) => a.path.localeCompare(b.path))
}
