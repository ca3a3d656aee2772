import { isObject, type Json, type JsonPath } from '#lib/json.ts'

/**
 * Reads a field path as the API server writes it (k8s.io/apimachinery field.Path and structured-merge-diff):
 * `spec.lifecycleRule[0].action`, `.spec.location`, `metadata.labels[a/b]`, `spec.env[name="A"].value`.
 * Brackets with digits are list indexes, other brackets are map keys. `<nil>` and the empty text are the whole document.
 * A list item named by its key (`[name="A"]`) ends the path at the list: its index is not known here.
 */
export function parseFieldPath(text: string): JsonPath {
  const path: JsonPath = []
  if (text === '<nil>') return path
  let at = 0
  while (at < text.length) {
    const char = text[at]
    if (char === '.') {
      at++
    } else if (char === '[') {
      const inside = bracketAt(text, at)
      if (/^\w+=/.test(inside)) return path
      if (inside !== '') path.push(/^\d+$/.test(inside) ? Number(inside) : unquoted(inside))
      at += inside.length + 2
    } else {
      const end = text.slice(at).search(/[.[]/)
      const key = end < 0 ? text.slice(at) : text.slice(at, at + end)
      path.push(unquoted(key))
      at += key.length
    }
  }
  return path
}

/** What stands between a bracket and its partner; a quoted part may hold brackets. */
function bracketAt(text: string, start: number): string {
  let quoted = false
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quoted) at++
    else if (text[at] === '"') quoted = !quoted
    else if (text[at] === ']' && !quoted) return text.slice(start + 1, at)
  }
  return text.slice(start + 1)
}

function unquoted(key: string): string {
  if (!/^".*"$/.test(key)) return key
  try {
    return String(JSON.parse(key))
  } catch {
    return key.slice(1, -1)
  }
}

/**
 * Joins again what a dot inside a key has split: the API server writes the key `a/b.c` of a map as `spec.labels.a/b.c`.
 * Only the document knows. A part the document does not have stays as it was read.
 */
export function rejoinKeys(path: JsonPath, document: Json | undefined): JsonPath {
  const joined: JsonPath = []
  let here = document
  let at = 0
  while (at < path.length) {
    let key = path[at] ?? ''
    let taken = 1
    if (isObject(here) && typeof key === 'string' && !Object.hasOwn(here, key)) {
      for (let length = 2; at + length <= path.length; length++) {
        const candidate = path.slice(at, at + length).join('.')
        if (Object.hasOwn(here, candidate)) {
          key = candidate
          taken = length
          break
        }
      }
    }
    joined.push(key)
    at += taken
    if (Array.isArray(here)) here = typeof key === 'number' ? here[key] : undefined
    else here = isObject(here) && Object.hasOwn(here, String(key)) ? here[String(key)] : undefined
  }
  return joined
}
