/**
 * A manifest file as Corbel reads it: YAML 1.2 (core schema, merge keys understood) or JSON, one or several documents.
 *
 * Reading never throws for bad YAML: what is wrong becomes a problem with a place, a sentence and the next step, so that an editor can
 * show it while the person types. Only a file over the size limit throws. Duplicate keys are looked for here and not by the parser,
 * whose check takes quadratic time on a map with very many keys.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { TooLarge } from '#lib/errors.ts'
import { type ExactJson, type ExactObject, isExactObject, isObject, type Json, type JsonPath, textAt } from '#lib/json.ts'
import { exactOf, roughJson } from './exact-value.ts'
import { explainSyntaxError, explainYaml11, keyBelowValue } from './explain-yaml.ts'

/** The largest file taken, in bytes of UTF-8. */
export const maxManifestBytes = 1024 * 1024
/** The most values one document may expand to through aliases. */
const maxExpandedValues = 100_000
/** How deep collections may nest; deeper ones would exhaust the stack of some reader of the file. */
const maxDepth = 200

/** Something wrong or surprising at a place of the file. Lines and columns count from 1, offsets from 0 in UTF-16 units. */
export interface ManifestProblem {
  severity: 'error' | 'warning'
  message: string
  line: number
  column: number
  start: number
  end: number
  /** Which document, counted from 0; undefined when the file as a whole is meant. */
  document?: number
  /** The field, where the problem stands at one. */
  path?: JsonPath
  /** The text to write instead, where there is one answer for those who meant text. */
  quoted?: string
}

/** What tells one resource from all others of a cluster. */
export interface ResourceIdentity {
  apiVersion: string
  group: string
  version: string
  kind: string
  namespace: string | undefined
  name: string
}

export interface ManifestDocument {
  index: number
  /** Where the document starts (its `---`, or the start of the file) and ends. */
  start: number
  end: number
  /** Undefined for documents that are no Kubernetes resource. */
  identity: ResourceIdentity | undefined
  /** null for an empty document and for one with errors that leave nothing to read. */
  value: Json
  /** The same with every digit of whole numbers beyond 2^53, which `value` has rounded; the same object where there are none. */
  exact: ExactJson
  /** Whether the document has errors: it may be shown, and is not edited. */
  broken: boolean
}

export interface ManifestFile {
  text: string
  documents: ManifestDocument[]
  problems: ManifestProblem[]
}

export type ParsedDocument = Document.Parsed

/** A text's documents with the source range of every node, and where its lines start. Nobody may change them: they are shared. */
export interface ParsedText {
  documents: readonly ParsedDocument[]
  lines: LineCounter
}

/** The texts parsed last: an edit reads the text that the edit before it has just proven. Long texts are not kept. */
const recent: { text: string; parsed: ParsedText }[] = []
const longestKept = 256 * 1024
/** Short texts are read again in less time than a long one that they would push out. */
const shortestKept = 512

/** Throws RangeError when collections nest too deeply. */
export function parseText(text: string): ParsedText {
  const known = recent.find((entry) => entry.text === text)
  if (known) return known.parsed
  const lines = new LineCounter()
  const options = { keepSourceTokens: true, prettyErrors: false, uniqueKeys: false, logLevel: 'silent', lineCounter: lines } as const
  const documents = parseAllDocuments(text, options)
  const parsed = { documents: Array.isArray(documents) ? documents : [], lines }
  if (text.length >= shortestKept && text.length <= longestKept) {
    recent.unshift({ text, parsed })
    recent.length = Math.min(recent.length, 3)
  }
  return parsed
}

/** A map key as JSON has it: always text. */
export function keyText(key: unknown): string {
  if (!isScalar(key)) return ''
  if (key.value === null || key.value === undefined) return ''
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

/** Reads a file. Throws TooLarge over 1 MiB. */
export function parseManifestFile(text: string): ManifestFile {
  const bytes = text.length > maxManifestBytes ? text.length : new TextEncoder().encode(text).length
  if (bytes > maxManifestBytes) {
    const most = maxManifestBytes.toLocaleString('en')
    throw new TooLarge(`The file has ${bytes.toLocaleString('en')} bytes; manifests may have ${most} (1 MiB). Split it into several files.`)
  }
  const problems: ManifestProblem[] = []
  let parsed: ParsedText['documents']
  let lines: LineCounter
  try {
    if (tooDeep(text)) throw new RangeError('depth')
    ;({ documents: parsed, lines } = parseText(text))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = `The lists and maps of this file nest more than ${maxDepth} levels deep. Flatten it.`
    problems.push({ severity: 'error', message, line: 1, column: 1, start: 0, end: Math.min(1, text.length) })
    return { text, documents: [], problems }
  }

  const documents = parsed.map((document, index): ManifestDocument => {
    const report: Report = (severity, message, range, path, quoted) => {
      const place = lines.linePos(range[0])
      problems.push({
        severity,
        message,
        line: Math.max(1, place.line),
        column: Math.max(1, place.col),
        start: range[0],
        end: Math.max(range[0], range[1]),
        document: index,
        ...(path ? { path } : {}),
        ...(quoted === undefined ? {} : { quoted }),
      })
    }
    for (const error of syntaxErrors(document, text)) report('error', error.message, error.range)
    const reader = new ValueReader(document, report)
    const exact = document.contents ? reader.read(document.contents, [], 0) : null
    // Proof of the cast: the reader makes bigints of nothing but large numbers, and says so.
    const value = reader.large ? roughJson(exact) : (exact as Json)
    const next = parsed[index + 1]
    return {
      index,
      start: index === 0 ? 0 : document.range[0],
      end: next ? next.range[0] : text.length,
      identity: identify(value),
      value,
      exact,
      broken: document.errors.length > 0 || reader.broken,
    }
  })
  problems.sort((a, b) => a.start - b.start)
  return { text, documents, problems }
}

/**
 * What the parser says against a document. A key that is indented below a value it finds twice, at the line before: there it takes the
 * value for a key of two lines. It is the deeper line that people must change; the lines after it say the same again.
 */
function syntaxErrors({ errors }: ParsedDocument, text: string): { message: string; range: [number, number] }[] {
  const startsOf = (wanted: string) => errors.filter(({ code }) => code === wanted)
  const nested = new Set(startsOf('BLOCK_AS_IMPLICIT_KEY').map(({ pos }) => pos[0]))
  const deeper = new Map(
    startsOf('MULTILINE_IMPLICIT_KEY').flatMap(({ pos: [start, end] }) =>
      nested.has(start) && !/["'[{]/.test(text.charAt(start)) ? [[start, end]] : [],
    ),
  )
  const lineOf = (offset: number): number => text.lastIndexOf('\n', offset - 1) + 1
  const told: { message: string; range: [number, number] }[] = []
  let last = -1
  for (const { code, message, pos } of errors) {
    const end = deeper.get(pos[0])
    if (end === undefined) told.push({ message: explainSyntaxError(code, message), range: pos })
    else if (code === 'BLOCK_AS_IMPLICIT_KEY') {
      const line = lineOf(end)
      if (lineOf(pos[0]) !== last) told.push({ message: keyBelowValue, range: [line + text.slice(line, end).search(/\S|$/), end] })
      last = line
    }
  }
  return told
}

/** The identity of a resource, or undefined where apiVersion, kind or name is missing. */
export function identify(value: Json): ResourceIdentity | undefined {
  if (!isObject(value)) return undefined
  const apiVersion = textAt(value, 'apiVersion')
  const kind = textAt(value, 'kind')
  const name = textAt(value, 'metadata', 'name')
  if (!apiVersion || !kind || !name) return undefined
  const slash = apiVersion.indexOf('/')
  const namespace = textAt(value, 'metadata', 'namespace')
  return {
    apiVersion,
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    namespace: namespace || undefined,
    name,
  }
}

/** Whether a text opens more flow collections or indents further than we follow. A cheap look before the recursive parser. */
function tooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === 0x5b || character === 0x7b) {
      if (++depth > maxDepth) return true
    } else if ((character === 0x5d || character === 0x7d) && depth > 0) depth--
    else if (character === 0x0a) {
      let width = 0
      let dashes = 0
      for (let next = at + 1; ; next++) {
        const follows = text.charCodeAt(next)
        if (follows === 0x20) width++
        else if ((follows === 0x2d || follows === 0x3f) && text.charCodeAt(next + 1) === 0x20) dashes++
        else break
      }
      if (dashes > maxDepth || width > 4 * maxDepth) return true
    }
  }
  return (text.match(/^(?:[-?] ){200}/)?.length ?? 0) > 0
}

const targets = new WeakMap<ParsedDocument, Map<Alias, ParsedNode>>()

/** What an alias stands for: the last node before it with its anchor. All aliases of a document are looked up in one walk. */
function aliasTarget(document: ParsedDocument, alias: Alias): ParsedNode | undefined {
  let known = targets.get(document)
  if (!known) {
    const found = new Map<Alias, ParsedNode>()
    const anchored = new Map<string, ParsedNode>()
    visit(document, {
      Node: (_, node) => {
        if (isAlias(node)) {
          const target = anchored.get(node.source)
          if (target) found.set(node, target)
        } else if (node.anchor) anchored.set(node.anchor, asParsed(node))
      },
    })
    targets.set(document, found)
    known = found
  }
  return known.get(alias)
}

type Report = (severity: 'error' | 'warning', message: string, range: readonly [number, number], path?: JsonPath, quoted?: string) => void

/** Turns nodes into JSON, counting what aliases expand to, and reports what a reader of the file should know. */
class ValueReader {
  broken = false
  /** Whether a number was read that is exact only as a bigint. */
  large = false
  #values = 0
  #aliases: string[] = []
  /** The outermost alias being expanded: the place a person can do something about. */
  #expanding: Alias.Parsed | undefined
  readonly #document: ParsedDocument
  readonly #report: Report
  constructor(document: ParsedDocument, report: Report) {
    this.#document = document
    this.#report = report
  }

  read(node: ParsedNode | null, path: JsonPath, depth: number): ExactJson {
    if (node === null) return null
    if (this.#values > maxExpandedValues) return null
    if (++this.#values > maxExpandedValues) {
      this.#error(
        `This document expands to more than ${maxExpandedValues} values through its aliases. Write the values out.`,
        this.#expanding ?? node,
        path,
      )
      return null
    }
    if (depth > maxDepth) {
      this.#error(`This is nested more than ${maxDepth} levels deep. Flatten it.`, node, path)
      return null
    }
    if (isAlias(node)) return this.#readAlias(node, path, depth)
    if (isMap(node)) return this.#readMap(node, path, depth)
    if (isSeq(node)) return node.items.map((item, index) => this.read(asNode(item), [...path, index], depth + 1))
    return this.#readScalar(node, path)
  }

  #error(message: string, node: { range?: readonly number[] | null | undefined }, path: JsonPath) {
    this.broken = true
    this.#report('error', message, rangeOfNode(node), path)
  }

  #readAlias(node: Alias.Parsed, path: JsonPath, depth: number): ExactJson {
    if (this.#aliases.includes(node.source)) {
      this.#error(`The alias *${node.source} contains itself. Write the value out.`, node, path)
      return null
    }
    const target = aliasTarget(this.#document, node)
    if (!target) {
      this.#error(`There is no anchor &${node.source} before this alias. Write the value out, or define the anchor above.`, node, path)
      return null
    }
    this.#aliases.push(node.source)
    this.#expanding ??= node
    const value = this.read(asNode(target), path, depth + 1)
    this.#aliases.pop()
    if (this.#aliases.length === 0) this.#expanding = undefined
    return value
  }

  #readMap(map: YAMLMap, path: JsonPath, depth: number): ExactJson {
    const value: ExactObject = {}
    const merged: ExactObject[] = []
    const seen = new Set<string>()
    for (const pair of map.items) {
      const key = asNode(pair.key)
      if (key && !isScalar(key) && !isAlias(key)) {
        this.#error('This key is a list or a map. Kubernetes knows only text as keys.', key, path)
        continue
      }
      const keyNode = key && isAlias(key) ? aliasTarget(this.#document, key) : key
      const name = keyText(keyNode)
      if (isMergeKey(pair)) {
        const from = this.read(asNode(pair.value), path, depth + 1)
        const parts = Array.isArray(from) ? from : [from]
        if (!parts.every(isExactObject)) this.#error('A merge key (<<) takes a map or a list of maps.', key ?? map, path)
        merged.push(...parts.filter(isExactObject))
        this.#report(
          'warning',
          'A merge key (<<) copies fields from elsewhere in the file: they cannot be changed here.',
          rangeOfNode(key),
          path,
        )
        continue
      }
      if (seen.has(name)) {
        this.#error(`The key "${name}" stands twice in this map. Keep one of them.`, key ?? map, [...path, name])
        continue
      }
      seen.add(name)
      if (isScalar(key) && key.type === 'PLAIN') this.#warnYaml11(key, [...path, name], true)
      define(value, name, this.read(asNode(pair.value), [...path, name], depth + 1))
    }
    for (const part of merged) for (const [name, item] of Object.entries(part)) if (!Object.hasOwn(value, name)) define(value, name, item)
    return value
  }

  #readScalar(node: Scalar.Parsed, path: JsonPath): ExactJson {
    const value: unknown = node.value
    if (node.type === 'PLAIN') this.#warnYaml11(node, path, false)
    if (typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) {
        this.#error(`${node.source ?? value} is no number that JSON can hold. Quote it, if text is meant.`, node, path)
        return null
      }
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        const message = `${node.source ?? value} is larger than 2^53 and loses digits in JSON readers. Quote it, if the field takes text.`
        this.#report('warning', message, rangeOfNode(node), path, JSON.stringify(node.source ?? String(value)))
        const exact = exactOf(value, node.source ?? String(value))
        if (typeof exact === 'bigint') this.large = true
        return exact
      }
      return value
    }
    if (value === null || value === undefined) return null
    this.#error('This value has a YAML type that JSON does not know. Write it as text, number, list or map.', node, path)
    return null
  }

  #warnYaml11(node: Scalar.Parsed, path: JsonPath, isKey: boolean) {
    const surprise = explainYaml11(node.source ?? '', isKey)
    if (surprise) this.#report('warning', surprise, rangeOfNode(node), path, JSON.stringify(node.source ?? ''))
  }
}

/** Sets an own property, also for names such as `__proto__` that assignment would treat otherwise. */
export function define<Value extends ExactJson>(object: { [key: string]: Value }, name: string, value: Value) {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  else object[name] = value
}

/** Whether a pair is `<<: …`, written plainly. */
export const isMergeKey = (pair: Pair): boolean => isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<'

// Proof of the cast: the walked documents come from the parser, which gives every node a range.
const asParsed = (node: Node): ParsedNode => node as ParsedNode

/** Nodes of parsed documents are always parsed nodes; the package types collections' items as unknown. */
export function asNode(value: unknown): ParsedNode | null {
  // Proof: the composer puts only nodes with ranges, or null, into the collections of a parsed document.
  return (value ?? null) as ParsedNode | null
}

function rangeOfNode(node: { range?: readonly number[] | null | undefined } | null): readonly [number, number] {
  const range = node?.range
  return [range?.[0] ?? 0, range?.[1] ?? 0]
}
