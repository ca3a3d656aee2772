/** The address of a field within its page: a JSON Pointer (RFC 6901) after `#`, such as `#/spec/lifecycleRule/0/action`. Pure. */
import type { JsonPath } from '#lib/json.ts'
import { type FieldNode, stepInto } from '#lib/schema/field-tree.ts'

/** The part of an address from `#` on that leads to a field. */
export const fieldLink = (path: JsonPath): string =>
  `#${path.map((key) => `/${encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`

/** The field an address leads to, read along the schema: a number is an index only where a list is. Undefined where `#` leads to no field. */
export function linkedField(hash: string, root: FieldNode): JsonPath | undefined {
  if (!hash.startsWith('#/')) return undefined
  let keys: string[]
  try {
    keys = hash.slice(2).split('/').map(decodeURIComponent)
  } catch {
    return undefined // a broken %-escape: not one of our addresses
  }
  let node: FieldNode | undefined = root
  return keys.map((escaped) => {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = /^\d{1,6}$/.test(key) && (node?.type === 'list' || node?.type === 'free-form')
    const step = isIndex ? Number(key) : key
    node = node && stepInto(node, step)
    return step
  })
}
