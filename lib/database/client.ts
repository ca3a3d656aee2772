/** The database adapter: one Prisma client per process, its driver's errors in our words, notifications. */
import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from '#db/client.ts'
import { config } from '#lib/config/config.ts'
import { Unavailable } from '#lib/errors.ts'

export type Database = PrismaClient
/** A transaction, or the client itself: what a function takes that may run inside its caller's transaction. */
export type Transaction = Prisma.TransactionClient

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelDatabase?: Database }

/** A client for a database of its own, for tests and tools; the caller disconnects it. */
export function connectDatabase(url: string, connections = 10): Database {
  const adapter = new PrismaPg({ connectionString: url, max: connections, connectionTimeoutMillis: 5000 })
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 5000, timeout: 15_000 } })
}

/** The database of this process. Connects lazily; a lost connection is made anew by the next query. */
export function database(): Database {
  held.corbelDatabase ??= connectDatabase(config().databaseUrl)
  return held.corbelDatabase
}

/** The channel on which processes tell each other that something changed. */
export const notifyChannel = 'corbel'

/** What is told: readers fetch again what they show of the scope; nothing else is carried. */
export interface Ping {
  scope: 'resources' | 'proposals' | 'kinds' | 'cluster' | 'break-glass'
  cluster?: string
  namespaces?: string[]
  id?: string
}

/** Tells every listening process, when the transaction commits. */
export async function notify(transaction: Transaction, ping: Ping): Promise<void> {
  await transaction.$executeRaw`SELECT pg_notify(${notifyChannel}, ${JSON.stringify(ping)})`
}

const unreachableCodes = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2037',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
  '08006',
  '08001',
])

const unreachableWords =
  /Connection terminated|connection error and is not queryable|Can't reach database|Unable to start a transaction in the given time|the database system is (starting up|shutting down)|timeout exceeded when trying to connect|server closed the connection/i

/**
 * Whether an error says that the database cannot be reached, as opposed to having refused a statement. What the driver said stands below
 * Prisma's error, and has no code when a connection dies in use ("Connection terminated unexpectedly").
 */
export function isDatabaseUnreachable(error: unknown): boolean {
  const told = [error]
  for (const here of told) {
    if (typeof here !== 'object' || here === null || told.length > 10) continue
    const { code, originalCode, message, cause, meta } = here as Record<string, unknown> // any object can be read so
    if ([code, originalCode].some((each) => typeof each === 'string' && unreachableCodes.has(each))) return true
    if (typeof message === 'string' && unreachableWords.test(message)) return true
    told.push(cause)
    if (typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta) told.push(meta.driverAdapterError)
  }
  return false
}

/** The error as ours when the database is away; any other error as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (!isDatabaseUnreachable(error)) return error
  return new Unavailable(
    'database',
    'Corbel cannot reach its database. It keeps trying; what you typed is still on this page. Try again in a moment.',
    { cause: error },
  )
}

/** Whether a statement was refused because a row with that key exists. */
export const isDuplicate = (error: unknown): boolean => error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
