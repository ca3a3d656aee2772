/** A row of a run as the API gives it, and the columns it needs. */
import { Prisma } from '#db/client.ts'
import { Adoption, ImportCategory, ImportRow, ImportVerdict } from './contract.ts'

/** The columns of a row that `rowView` reads; the proposal only while its pull request is not closed. */
export const rowColumns = Prisma.raw(
  [
    'id',
    'name',
    'displayName',
    'assetType',
    'service',
    'kind',
    'namespace',
    'cloudProject',
    'location',
    'parent',
    'updateTime',
    'category',
    'reason',
    'message',
    'managedBy',
    'verdict',
    'unmapped',
    'manifests',
    'chosen',
    'edited',
    'accepted',
    'adoption',
  ]
    .map((name) => `"${name}"`)
    .concat(`(SELECT p."id" FROM "proposal" p WHERE p."id" = "proposalId" AND p."state" <> 'closed') AS "proposalId"`)
    .join(', '),
)

export interface StoredRow {
  id: string
  name: string
  displayName: string
  assetType: string
  service: string
  kind: string | null
  namespace: string | null
  cloudProject: string | null
  location: string | null
  parent: string | null
  updateTime: Date | null
  category: string
  reason: string | null
  message: string | null
  managedBy: unknown
  verdict: string | null
  unmapped: number
  manifests: number
  chosen: boolean
  edited: boolean
  accepted: boolean | null
  proposalId: string | null
  adoption: string | null
}

/** The row in the words of the wire. */
export function rowView({ updateTime, managedBy, category, verdict, adoption, ...row }: StoredRow): ImportRow {
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    assetType: row.assetType,
    service: row.service,
    kind: row.kind,
    namespace: row.namespace,
    cloudProject: row.cloudProject,
    location: row.location,
    parent: row.parent,
    updatedAt: updateTime?.toISOString() ?? null,
    category: ImportCategory.parse(category),
    reason: row.reason,
    message: row.message,
    managedBy: ImportRow.shape.managedBy.parse(managedBy),
    verdict: ImportVerdict.nullable().parse(verdict),
    unmapped: row.unmapped,
    manifests: row.manifests,
    chosen: row.chosen,
    edited: row.edited,
    accepted: row.accepted,
    proposalId: row.proposalId,
    adoption: Adoption.nullable().parse(adoption),
  }
}
