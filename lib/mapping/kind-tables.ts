/** The tables that ship, by kind. General knowledge belongs into the rules instead. Data. */
import type { KindTable } from './kind-table.ts'
import { computeTables } from './tables/compute.ts'
import { containerTables } from './tables/container.ts'
import { dataTables } from './tables/data.ts'
import { managementTables } from './tables/management.ts'

const byKind = new Map([...computeTables, ...containerTables, ...dataTables, ...managementTables].map((table) => [table.kind, table]))

export const tableOf = (kind: string): KindTable | undefined => byKind.get(kind)
