/**
 * A YAML file of blueprints and kind hints, read strictly: every key that is not known is a problem with its line. Never
 * throws for what people may write; what cannot be read is left out and said.
 */

import { type Blueprint, blueprintApiVersion } from '#lib/blueprint/blueprint.ts'
import { BlueprintDocument, KindHintsDocument } from '#lib/blueprint/blueprint-shape.ts'
import type { KindHints } from '#lib/blueprint/kind-hints.ts'
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonPath, textAt, valueAt } from '#lib/json.ts'
import { rangeOf } from '#lib/manifest/locate.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { pathText } from '#lib/manifest/with-value.ts'
import { suggestKey } from '#lib/schema/suggest-key.ts'

/** Something wrong with a blueprint or with hints. */
export interface BlueprintProblem {
  severity: 'error' | 'warning'
  message: string
  /** Counted from 1. */
  line: number
  /** The document's place in the file, counted from 0. */
  document: number
  /** It would be right where the kind is offered. */
  unknownKind?: true
}

/** A complaint by where it stands in the document. */
export interface Complaint {
  path: JsonPath
  message: string
  severity?: 'warning'
  /** It would be right where the kind is offered. */
  unknownKind?: true
}

export interface BlueprintFile {
  blueprints: { document: number; blueprint: Blueprint }[]
  hints: { document: number; hints: KindHints; team: string | undefined }[]
  /** What each document says it is, broken ones included. */
  documents: { document: number; kind: string; name: string; team: string | undefined }[]
  problems: BlueprintProblem[]
}

/** Reads a file; documents of other kinds are a problem too. */
export function readBlueprints(text: string): BlueprintFile {
  const file: BlueprintFile = { blueprints: [], hints: [], documents: [], problems: [] }
  let parsed: ReturnType<typeof parseManifestFile>
  try {
    parsed = parseManifestFile(text)
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    file.problems.push({ severity: 'error', message: error.message, line: 1, document: 0 })
    return file
  }
  for (const { severity, message, line, document } of parsed.problems)
    file.problems.push({ severity, message, line, document: document ?? 0 })
  for (const { index, value, broken } of parsed.documents) {
    if (value === null && !broken) continue // an empty document, such as one of comments alone
    const kind = textAt(value, 'kind') ?? ''
    const name = kind === 'KindHints' ? textAt(value, 'spec', 'kind') : textAt(value, 'metadata', 'name')
    file.documents.push({ document: index, kind, name: name ?? '', team: textAt(value, 'spec', 'team') })
    if (broken) continue
    const complain = (complaints: Complaint[]) => file.problems.push(...located(text, index, complaints))
    if (kind === 'Blueprint') {
      const read = BlueprintDocument.safeParse(value)
      if (read.success) file.blueprints.push({ document: index, blueprint: read.data })
      else complain(read.error.issues.flatMap((issue) => complaintsOf(issue, value)))
    } else if (kind === 'KindHints') {
      const read = KindHintsDocument.safeParse(value)
      if (read.success) file.hints.push({ document: index, ...read.data })
      else complain(read.error.issues.flatMap((issue) => complaintsOf(issue, value)))
    } else complain([{ path: isObject(value) && 'kind' in value ? ['kind'] : [], message: unknownDocument(kind) }])
  }
  return file
}

const unknownDocument = (kind: string): string =>
  kind === ''
    ? `This is no resource: it has no kind. Write "apiVersion: ${blueprintApiVersion}" and "kind: Blueprint" or "kind: KindHints".`
    : `${kind} is not read here; only Blueprint and KindHints are.${suggestKey(kind, ['Blueprint', 'KindHints']) ? ` Did you mean ${suggestKey(kind, ['Blueprint', 'KindHints'])}?` : ''}`

interface Issue {
  code: string
  message: string
  path: PropertyKey[]
  keys?: string[]
}

function complaintsOf(issue: Issue, document: Json): Complaint[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys' && issue.keys)
    return issue.keys.map((key) => ({ path: [...path, key], message: `${pathText([...path, key])} is not a key that is known here.` }))
  const missing = issue.code === 'invalid_type' && valueAt(document, path) === undefined
  return [{ path, message: `${pathText(path)} ${sentence(missing ? 'is missing' : issue.message)}` }]
}

/** Zod's own words, where a schema has none of ours. */
const sentence = (message: string): string => {
  const text = message.replace(/^Invalid input: expected (.*), received (.*)$/, 'must be of type $1, and is $2')
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Complaints with the lines they stand at. */
export function located(text: string, document: number, complaints: Complaint[]): BlueprintProblem[] {
  return complaints.map(({ path, message, severity, unknownKind }) => ({
    severity: severity ?? 'error',
    message,
    line: rangeOf(text, document, path)?.line ?? 1,
    document,
    ...(unknownKind ? { unknownKind } : {}),
  }))
}
