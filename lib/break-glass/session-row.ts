/** A session as the database keeps it, and what every act on one tells the audit chain and open pages. */
import type { Prisma } from '#db/client.ts'
import { notify, type Transaction } from '#lib/database/client.ts'
import type { JsonObject } from '#lib/json.ts'
import { SessionState, Tier } from './contract.ts'

/** What is read with every session. */
export const withRequester = { requestedBy: { select: { id: true, username: true, name: true, email: true } } } as const
export type StoredSession = Prisma.BreakGlassSessionGetPayload<{ include: typeof withRequester }>

export const sessionState = ({ state }: { state: string }): SessionState => SessionState.parse(state)
export const sessionTier = ({ tier }: { tier: string }): Tier => Tier.parse(tier)

type Named = Pick<StoredSession, 'id' | 'cluster' | 'namespace' | 'kind' | 'name'>

/** What an audit entry about a session names. */
export const sessionTarget = ({ id, cluster, namespace, kind, name }: Named): JsonObject => ({
  session: id,
  cluster,
  namespace,
  kind,
  name,
})

/** Tells open pages, when the transaction commits, that something about a session changed. Approvers may not see the project: no place is named. */
export const tellPages = (transaction: Transaction, { id }: { id: string }): Promise<void> =>
  notify(transaction, { scope: 'break-glass', id })

/** A session's page. */
export const sessionPath = (id: string): string => `/break-glass/${id}`
