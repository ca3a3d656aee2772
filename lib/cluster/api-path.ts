import { Invalid } from '#lib/errors.ts'

/** `/api/v1` for the core group, `/apis/group/version` for others. */
export const apiRoot = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)

/** A name as one part of a path. The API server undoes `%2F` before it reads the path: such a name would lead somewhere else. */
export function segment(name: string): string {
  if (/[/%]/.test(name) || name === '.' || name === '..') throw new Invalid(`Kubernetes has no names like "${name}".`)
  return encodeURIComponent(name)
}
