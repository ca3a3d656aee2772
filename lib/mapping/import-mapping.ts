/**
 * Tables that operators bring for their own kinds: YAML documents of `corbel.dev/v1`, kind `ImportMapping`, whose `spec` has the form of
 * the tables that ship (`kind-table.ts`). docs/import-mappings.md explains it. Pure.
 */
import { LineCounter, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import type { KindTable } from './kind-table.ts'
import type { RefusalReason } from './refusal.ts'

export interface MappingProblem {
  /** From 1. */
  line: number
  /** A sentence for people. */
  message: string
}

export interface ReadMappings {
  tables: KindTable[]
  /** Empty when every document could be read; a document with a problem gives no table. */
  problems: MappingProblem[]
}

const longest = 1_000_000
const word = z.string().min(1).max(200)
const path = z.array(word).min(1).max(40)
const scalar = z.union([z.string(), z.number(), z.boolean()])
const pattern = z
  .string()
  .max(500)
  .refine((text) => compiles(text), 'This is no regular expression.')
const reasons = z.enum(['unsupported', 'labels', 'secret', 'does-not-fit', 'managed', 'default', 'job', 'gone'] satisfies RefusalReason[])

const table = z.strictObject({
  kind: z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'Name the kind as its CustomResourceDefinition does, such as BakeryOven.'),
  assetTypes: z.array(z.string().regex(/^[a-z0-9.-]+\/[A-Za-z0-9]+$/, 'Write the asset type like service.example.com/Oven.')).optional(),
  id: z.strictObject({ from: path, take: z.enum(['last-part', 'local-part']).optional() }).optional(),
  labels: path.transform((one) => [one]).optional(),
  fields: z
    .array(
      z.strictObject({
        from: path,
        to: z.array(word).max(40),
        as: z
          .strictObject({
            values: z.record(z.string(), scalar).optional(),
            lastPart: z.literal(true).optional(),
            keyField: word.optional(),
          })
          .optional(),
        choose: z
          .array(
            z.strictObject({
              where: z.record(z.string(), scalar).optional(),
              matches: pattern.optional(),
              to: path,
              take: word.optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  leave: z.array(z.strictObject({ from: path, fate: z.enum(['output-only', 'default', 'unreadable', 'unmapped']), why: word })).optional(),
  set: z.array(z.strictObject({ to: z.array(word).length(1), value: z.json(), when: path })).optional(),
  exclusive: z
    .array(z.strictObject({ fields: z.array(word).min(2), first: z.strictObject({ field: word, when: path }).optional() }))
    .optional(),
  parts: z.array(z.strictObject({ from: path, kind: word, collection: word })).optional(),
  joins: z.array(z.strictObject({ assetType: word, as: word })).optional(),
  refuse: z
    .array(
      z.strictObject({
        from: path,
        is: scalar.optional(),
        matches: pattern.optional(),
        atLeast: z.number().optional(),
        reason: reasons,
        why: word,
      }),
    )
    .optional(),
  place: word.optional(),
  nameFills: path.optional(),
  alwaysUpdates: word.optional(),
  makesAnother: word.optional(),
})
const document = z.strictObject({
  apiVersion: z.literal('corbel.dev/v1', 'The apiVersion is corbel.dev/v1.'),
  kind: z.literal('ImportMapping', 'The kind is ImportMapping.'),
  metadata: z.looseObject({ name: word }),
  spec: table,
})

/** Reads all documents of a text. Never throws. */
export function readImportMapping(text: string): ReadMappings {
  if (text.length > longest)
    return { tables: [], problems: [{ line: 1, message: 'The text is longer than a megabyte, which no mapping is.' }] }
  const lines = new LineCounter()
  const read: ReadMappings = { tables: [], problems: [] }
  for (const parsed of parseAllDocuments(text, { lineCounter: lines })) {
    const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line)
    const [error] = parsed.errors
    if (error) {
      read.problems.push({ line: lineAt(error.pos[0]), message: error.message.split('\n')[0] ?? 'This is no YAML.' })
      continue
    }
    if (parsed.contents === null) continue
    let value: unknown
    try {
      value = parsed.toJS({ maxAliasCount: 10 })
    } catch {
      read.problems.push({ line: lineAt(parsed.range?.[0]), message: 'The document repeats itself through aliases too often.' })
      continue
    }
    const result = document.safeParse(value)
    if (result.success) read.tables.push(result.data.spec)
    else
      for (const issue of result.error.issues) {
        const at = [...issue.path]
        // What is missing has no place of its own: the line of what should hold it.
        let node: unknown = parsed.getIn(at, true)
        while (!hasRange(node) && at.length > 0) {
          at.pop()
          node = parsed.getIn(at, true)
        }
        const where = issue.path.map(String).join('.')
        read.problems.push({
          line: lineAt(hasRange(node) ? node.range[0] : parsed.range?.[0]),
          message: where ? `${where}: ${issue.message}` : issue.message,
        })
      }
  }
  return read
}

const hasRange = (node: unknown): node is { range: [number, number, number] } =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)

function compiles(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}
