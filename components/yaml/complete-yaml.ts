/**
 * What can be written at a place of a manifest: keys of the object the cursor stands in, or the values of the field on
 * its line. While somebody types a key the text is no valid YAML yet, so the line is completed with a placeholder and the
 * path is read from that. Pure.
 */
import { TooLarge } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import { pathAtOffset } from '#lib/manifest/locate.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { printScalar } from '#lib/manifest/print-value.ts'
import { explainField } from '#lib/schema/explain-field.ts'
import { type CompiledKind, childrenOf, type FieldNode, fieldAt, type ReferenceField } from '#lib/schema/field-tree.ts'
import { documentNode } from './document-fields.ts'

export interface Suggestion {
  label: string
  /** What is written in place of the typed text. */
  insert: string
  detail: string
  about: string
  required: boolean
  type: 'key' | 'value'
}

export interface Suggestions {
  /** Where the typed part begins, as an offset of the text. */
  from: number
  items: Suggestion[]
}

const placeholder = 'corbelPlaceholder'

/** A key, and what is typed of its value. */
const keyAndValue = /^(\s*(?:- +)*)([^\s:#'"[\]{}&*!|>%@`-][^:#]*): +(\S*)$/

/** The name of a reference, being typed. */
export interface ReferencePlace {
  /** Where the typed part begins, as an offset of the text. */
  from: number
  typed: string
  /** The column of the key, for keys that go beside it. */
  column: number
  reference: ReferenceField
  /** What already stands beside the name. */
  namespace: string | undefined
  kind: string | undefined
}

/** Whether an offset of a file's text stands in the name of a reference; null where it does not. */
export function referencePlace(kind: CompiledKind, text: string, docIndex: number, offset: number): ReferencePlace | null {
  const lineFrom = text.lastIndexOf('\n', offset - 1) + 1
  const value = keyAndValue.exec(text.slice(lineFrom, offset))
  if (!value) return null
  const column = value[1]?.length ?? 0
  const path = pathAtOffset(text, docIndex, lineFrom + column)
  const node = fieldAt(documentNode(kind), path.slice(0, -1))
  if (node?.type !== 'reference' || path.at(-1) !== 'name') return null
  const beside = valueIn(text, docIndex, path.slice(0, -1))
  const typed = value[3] ?? ''
  return {
    from: offset - typed.length,
    typed,
    column,
    reference: node,
    namespace: textAt(beside, 'namespace'),
    kind: textAt(beside, 'kind'),
  }
}

/** The suggestions at an offset of a file's text (line ends `\n`), or null where there is nothing to say. */
export function completeYaml(kind: CompiledKind, text: string, docIndex: number, offset: number): Suggestions | null {
  const lineFrom = text.lastIndexOf('\n', offset - 1) + 1
  const nextEnd = text.indexOf('\n', offset)
  const lineTo = nextEnd < 0 ? text.length : nextEnd
  const before = text.slice(lineFrom, offset)
  const value = keyAndValue.exec(before)
  if (value) {
    const path = pathAtOffset(text, docIndex, lineFrom + (value[1]?.length ?? 0))
    const root = documentNode(kind)
    const items = [...valuesOf(fieldAt(root, path)), ...targetsOf(fieldAt(root, path.slice(0, -1)), path.at(-1))]
    return items.length > 0 ? { from: offset - (value[3]?.length ?? 0), items } : null
  }
  const key = /^(\s*(?:- +)*)([\w./-]*)$/.exec(before)
  if (!key || /^\s*:/.test(text.slice(offset, lineTo)) || (key[2] === '' && text.slice(offset, lineTo).trim() !== '')) return null
  const indent = key[1] ?? ''
  const from = lineFrom + indent.length
  const completed = `${text.slice(0, from)}${placeholder}: 0${text.slice(lineTo)}`
  const path = pathAtOffset(completed, docIndex, from + 1)
  if (path.at(-1) !== placeholder) return null
  const parentPath = path.slice(0, -1)
  const parent = fieldAt(documentNode(kind), parentPath)
  if (!parent) return null
  if (parent.type === 'string' || parent.type === 'boolean') return { from, items: valuesOf(parent) }
  const items = keysOf(parent, valueIn(completed, docIndex, parentPath), ' '.repeat(indent.length))
  return items.length > 0 ? { from, items } : null
}

function valueIn(text: string, docIndex: number, path: JsonPath): Json | undefined {
  try {
    return valueAt(parseManifestFile(text).documents[docIndex]?.value, path)
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    return undefined // said above the editor; without the value, keys that are there are suggested too
  }
}

function keysOf(node: FieldNode, value: Json | undefined, indent: string): Suggestion[] {
  return childrenOf(node)
    .filter((child) => !child.mined?.outputOnly && !(isObject(value) && Object.hasOwn(value, child.key)))
    .map((child) => ({
      label: child.key,
      insert: startOf(child, indent),
      detail: explainField(child),
      about: aboutField(child),
      required: child.required === true,
      type: 'key' as const,
    }))
}

/** What follows when a key is chosen: its value on the same line, or an indented place for more. */
function startOf(node: FieldNode, indent: string): string {
  const key = /^[\w./-]+$/.test(node.key) ? node.key : JSON.stringify(node.key)
  switch (node.type) {
    case 'object':
    case 'reference':
    case 'secret-or-literal':
    case 'map':
      return `${key}:\n${indent}  `
    case 'list':
      return `${key}:\n${indent}  - `
    case 'free-form':
      return `${key}:`
    default:
      return `${key}: `
  }
}

function valuesOf(node: FieldNode | undefined): Suggestion[] {
  if (!node) return []
  const suggest = (value: string, detail: string): Suggestion => ({
    label: value,
    insert: value,
    detail,
    about: '',
    required: false,
    type: 'value',
  })
  if (node.type === 'boolean') return [suggest('true', ''), suggest('false', '')]
  if ('enum' in node && node.enum)
    return node.enum.flatMap((value) =>
      value !== null && typeof value === 'object' ? [] : [suggest(printScalar(value), sameDefault(node, value) ? 'default' : '')],
    )
  if (node.type === 'string') return (node.mined?.values ?? []).map((value) => suggest(printScalar(value), 'named in the description'))
  return []
}

/** The kinds a reference may name, where its schema leaves `kind` open. */
function targetsOf(node: FieldNode | undefined, key: string | number | undefined): Suggestion[] {
  if (node?.type !== 'reference' || key !== 'kind') return []
  const open = node.children.find((child) => child.key === 'kind')
  if (!open || ('enum' in open && open.enum)) return []
  return node.targets.map((label) => ({ label, insert: label, detail: '', about: '', required: false, type: 'value' }))
}

const sameDefault = (node: FieldNode, value: Json): boolean => node.default !== undefined && node.default === value

/** What a field is for, in one text: for hovering and beside suggestions. */
export function aboutField(node: FieldNode): string {
  const facts = [
    node.required ? 'Required.' : '',
    node.immutable ? 'Cannot be changed after creation.' : '',
    node.default !== undefined ? `Default: ${JSON.stringify(node.default)}.` : node.mined?.default ? `Default: ${node.mined.default}.` : '',
    node.deprecated ? `Deprecated: ${node.deprecated}` : '',
  ].filter(Boolean)
  return [node.description ?? '', facts.join(' ')].filter(Boolean).join('\n')
}
