/** In which of the four states a field is, in words: a value, empty, null, or not set. Pure. */
import { isObject, type Json } from '#lib/json.ts'
import type { FieldNode } from '#lib/schema/field-tree.ts'

export interface FieldState {
  words: string
  /** `quiet` is said without a badge; `default` is what the server will use. */
  look: 'badge' | 'default' | 'quiet'
}

const showValue = (value: Json): string => {
  const text = typeof value === 'string' ? value || '""' : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

/** What to say beside a field's name; undefined when its value says it all. */
export function fieldState(node: FieldNode, value: Json | undefined): FieldState | undefined {
  if (value === null) return { words: 'null', look: 'badge' }
  // where an empty text is refused it is a place to fill in, and that it is missing is said elsewhere
  if (value === '') return node.type === 'string' && node.required && node.minLength ? undefined : { words: 'empty text', look: 'badge' }
  if (Array.isArray(value) && value.length === 0) return { words: 'empty list', look: 'badge' }
  if (isObject(value) && Object.keys(value).length === 0)
    return node.type === 'object' || node.type === 'map' || node.type === 'free-form'
      ? { words: 'set, without fields', look: 'badge' }
      : undefined
  if (value !== undefined) return undefined
  if (node.default !== undefined) return { words: `default ${showValue(node.default)}`, look: 'default' }
  if (node.mined?.default !== undefined) return { words: `default ${showValue(node.mined.default)}`, look: 'default' }
  return node.required ? undefined : { words: 'not set', look: 'quiet' }
}

/** The empty value a field may be set to, with its name; undefined where there is none. */
export function emptyValue(node: FieldNode): { value: Json; words: string } | undefined {
  switch (node.type) {
    case 'string':
    case 'int-or-string':
      return { value: '', words: 'Set to empty text' }
    case 'list':
      return { value: [], words: 'Set to an empty list' }
    case 'object':
    case 'map':
      return { value: {}, words: 'Set, without fields' }
    case 'free-form':
      return { value: {}, words: 'Set, without fields' }
    case 'integer':
    case 'number':
    case 'boolean':
    case 'reference':
    case 'secret-or-literal':
      return undefined
    default: {
      const never: never = node
      return never
    }
  }
}
