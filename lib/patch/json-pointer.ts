/** JSON Pointers (RFC 6901) for paths. */
import { Invalid } from '#lib/errors.ts'
import type { JsonPath } from '#lib/json.ts'

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/** Keys that some reader of a patch could take for JavaScript's own; none of ours, and nobody else's through us. */
export const isForbiddenKey = (key: string | number): boolean => forbidden.has(String(key))

/** `['metadata', 'labels', 'a/b']` → `/metadata/labels/a~1b`. Throws Invalid for keys of JavaScript's prototypes. */
export function pointerOf(path: JsonPath): string {
  return path.map((key) => `/${token(key)}`).join('')
}

function token(key: string | number): string {
  if (isForbiddenKey(key)) throw new Invalid(`"${key}" cannot be a key in a break-glass change. Change it through Git.`)
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The tokens of a pointer, as text. Throws Invalid for what is no pointer. */
export function tokensOf(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) throw new Invalid(`"${pointer}" is no JSON Pointer.`)
  const tokens = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  for (const each of tokens) token(each)
  return tokens
}

/** A path as people read it: `metadata.labels["a/b"]`, `spec.rules[0].action`. For sentences only. */
export function pathText(path: JsonPath): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`
      if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join('')
}
