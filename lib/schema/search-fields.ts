/** Finding a field among up to thousands by name, path or description, for "Add field". */
import { childrenOf, type FieldNode } from '#lib/schema/field-tree.ts'

/** A field found. `path` has `'*'` in place of list indexes and map keys. */
export interface FoundField {
  node: FieldNode
  path: string[]
  /** Larger is better; only for order within one search. */
  score: number
}

/** One field with its texts in small letters, made once per kind. */
export interface FieldIndexEntry {
  node: FieldNode
  path: string[]
  name: string
  label: string
  joined: string
  description: string
}

/** Every field below a root, flat, in schema order; pass it to several searches. */
export function indexFields(root: FieldNode): FieldIndexEntry[] {
  const entries: FieldIndexEntry[] = []
  const visit = (node: FieldNode, path: string[]): void => {
    if (path.length > 0 && node.key !== '') {
      entries.push({
        node,
        path,
        name: node.key.toLowerCase(),
        label: node.label.toLowerCase(),
        joined: path
          .filter((key) => key !== '*')
          .join('.')
          .toLowerCase(),
        description: (node.description ?? '').toLowerCase(),
      })
    }
    if (node.type === 'list') visit(node.item, [...path, '*'])
    else if (node.type === 'map') visit(node.value, [...path, '*'])
    else for (const child of childrenOf(node)) visit(child, [...path, child.key])
  }
  visit(root, [])
  return entries
}

/**
 * The fields that fit a query, best first: every word must occur in the path, the label or the description. A name
 * that is the query comes before one that begins with it, then paths, then descriptions; shallow before deep. An
 * empty query gives every field in schema order.
 */
export function searchFields(root: FieldNode | readonly FieldIndexEntry[], query: string, limit = 50): FoundField[] {
  const entries = isIndex(root) ? root : indexFields(root)
  const words = query
    .toLowerCase()
    .split(/[\s./]+/)
    .filter((word) => word !== '')
  const found: FoundField[] = []
  for (const entry of entries) {
    const score = scoreOf(entry, words)
    // a key may hold what parts words
    const isNamed = entry.node.key !== '' && entry.node.key === query.trim()
    if (score > 0) found.push({ node: entry.node, path: entry.path, score: isNamed ? score + 500 : score })
  }
  // Array.sort is stable: equal ones stay in schema order.
  if (words.length > 0) found.sort((a, b) => b.score - a.score)
  return found.slice(0, limit)
}

const isIndex = (root: FieldNode | readonly FieldIndexEntry[]): root is readonly FieldIndexEntry[] => Array.isArray(root)

function scoreOf(entry: FieldIndexEntry, words: string[]): number {
  let score = 1
  for (const word of words) {
    const one = scoreOfWord(entry, word)
    if (one === 0) return 0
    score += one
  }
  const whole = words.join('')
  if (entry.name === whole || entry.label.replaceAll(' ', '') === whole) score += 200
  if (entry.node.deprecated !== undefined) score -= 30
  return Math.max(1, score - entry.path.length)
}

function scoreOfWord(entry: FieldIndexEntry, word: string): number {
  if (entry.name === word) return 100
  if (entry.name.startsWith(word)) return 70
  if (entry.label.split(' ').some((part) => part.startsWith(word))) return 55
  if (entry.name.includes(word)) return 40
  if (entry.joined.includes(word)) return 20
  return entry.description.includes(word) ? 10 : 0
}
