import { Prisma } from '#db/client.ts'
import { ResourceRow, ResourceState } from './contract.ts'

/** The columns a list shows, and no others. */
export const listedColumns = Prisma.raw(
  [
    'id',
    'cluster',
    'namespace',
    'kind',
    'kindName',
    'name',
    'team',
    'state',
    'headline',
    'reason',
    'stateSince',
    'repository',
    'path',
    'createdAt',
    'updatedAt',
  ]
    .map((name) => `"${name}"`)
    .join(', '),
)

export interface ListedRow {
  id: string
  cluster: string
  namespace: string
  kind: string
  kindName: string
  name: string
  team: string | null
  state: string
  headline: string
  reason: string | null
  stateSince: Date | null
  repository: string | null
  path: string | null
  createdAt: Date
  updatedAt: Date
}

/** A row as it travels. Only the fields of the contract, whatever else the row carries. */
export function rowView(row: ListedRow): ResourceRow {
  const state = ResourceState.safeParse(row.state)
  return ResourceRow.parse({
    ...row,
    state: state.success ? state.data : 'unknown',
    stateSince: row.stateSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  })
}
