/** The tables that ship. One per kind that needs one; general knowledge belongs into the rules instead. Data. */
import type { KindTable } from './kind-table.ts'

const tables: readonly KindTable[] = []

const byKind = new Map(tables.map((table) => [table.kind, table]))

export const tableOf = (kind: string): KindTable | undefined => byKind.get(kind)
