/** Starting, cancelling and resuming runs. */
import { canProposeIn, canReadProject } from '#lib/access/visible-projects.ts'
import { inventoryProblem } from '#lib/assets/inventory.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { config } from '#lib/config/config.ts'
import { database, type Transaction } from '#lib/database/client.ts'
import { Conflict, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { newId } from '#lib/ids.ts'
import { enqueue } from '#lib/jobs/job-queue.ts'
import type { ImportRun, ImportStart } from './contract.ts'
import { cancelScan, resumeScan, snapshotDays } from './import-life.ts'
import { targetProblem } from './import-targets.ts'
import { describeRunById } from './read-imports.ts'
import { changeableRun, type RunRow } from './run-access.ts'
import { scanInventoryJob } from './scan-inventory.ts'

interface Wanted {
  cluster: string
  namespace: string | null
  scope: string
}

/**
 * Starts a run. A run of the same scope that is still read is answered instead of a second one. Throws Forbidden, NotFound, and Invalid
 * with the sentence that says what is missing.
 */
export async function startImport(start: ImportStart, actor: Actor, requestId: string): Promise<ImportRun> {
  const wanted = await wantedRun(start, actor)
  const id = await database().$transaction(async (transaction) => {
    const running = await runningScan(transaction, wanted)
    if (running !== undefined) return running
    const made = newId()
    await transaction.importRun.create({ data: { id: made, ...wanted, state: 'waiting', requestedById: actor.userId } })
    await enqueue(transaction, scanInventoryJob, { run: made }, { key: made })
    await audit(transaction, 'import.started', { id: made, ...wanted }, actor, requestId)
    return made
  })
  return describeRunById(id)
}

/** The run of the same place that is read now. Two clicks, or two people: one of them waits here and finds the other's run. */
async function runningScan(transaction: Transaction, wanted: Wanted): Promise<string | undefined> {
  const place = `import/${wanted.cluster}/${wanted.namespace ?? ''}/${wanted.scope}`
  await transaction.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${place}, 0))::text`
  const { cluster, namespace, scope } = wanted
  const where = { cluster, namespace, scope, state: { in: ['waiting', 'scanning'] } }
  return (await transaction.importRun.findFirst({ where, select: { id: true } }))?.id
}

async function wantedRun({ cluster, namespace, scope }: ImportStart, actor: Actor): Promise<Wanted> {
  if ((namespace === null) === (scope === null)) throw new Invalid('Name a project, or a folder or an organization; not both.')
  if (!config().clusters.some(({ name }) => name === cluster)) throw new NotFound(`There is no cluster ${cluster}.`)
  if (scope !== null) {
    if (!actor.admin)
      throw new Forbidden('Folders and organizations are imported by the platform team. Choose one of your projects, or ask them.')
    const problem = inventoryProblem()
    if (problem !== null) throw new Invalid(problem)
    return { cluster, namespace: null, scope }
  }
  const name = namespace ?? ''
  const project = (await canReadProject(actor, cluster, name))
    ? await database().project.findUnique({ where: { cluster_namespace: { cluster, namespace: name } } })
    : null
  if (!project) throw new NotFound(`There is no project ${name} on ${cluster}, or you may not see it. The team that owns it can let you.`)
  const mayPropose = await canProposeIn(actor, cluster, name)
  const problem = targetProblem(project, mayPropose)
  if (!mayPropose) throw new Forbidden(problem ?? '')
  if (problem !== null || project.gcpProject === null) throw new Invalid(problem ?? '')
  return { cluster, namespace: name, scope: `projects/${project.gcpProject}` }
}

/** Stops reading; what was read is kept. Nothing happens to a run that is not read. Throws NotFound, Forbidden. */
export async function cancelImport(id: string, actor: Actor, requestId: string): Promise<ImportRun> {
  const run = await changeableRun(id, actor)
  await database().$transaction(async (transaction) => {
    if (await cancelScan(transaction, id)) await audit(transaction, 'import.cancelled', run, actor, requestId)
  })
  return describeRunById(id)
}

/** Goes on reading a run that was cancelled or failed, where it stopped. Throws NotFound, Forbidden, Conflict. */
export async function resumeImport(id: string, actor: Actor, requestId: string): Promise<ImportRun> {
  const run = await changeableRun(id, actor)
  const readFor = Date.now() - (run.snapshotAt?.getTime() ?? Date.now())
  if (readFor > snapshotDays * 86_400_000)
    throw new Conflict(`The inventory tells only about the last ${snapshotDays} days, and this import is older. Start a new one.`)
  const { cluster, namespace, scope } = run
  if (namespace !== null) {
    const project = await database().project.findUnique({
      where: { cluster_namespace: { cluster, namespace } },
      select: { gcpProject: true },
    })
    if (scope !== `projects/${project?.gcpProject}`)
      throw new Conflict(`${namespace} stands for another cloud project now than when this import was started. Start a new one.`)
  }
  await database().$transaction(async (transaction) => {
    const running = await runningScan(transaction, { cluster, namespace, scope })
    if (running !== undefined && running !== id)
      throw new Conflict('Another import of the same place is being read. Follow that one.', { run: running })
    if (!(await resumeScan(transaction, id))) return
    await enqueue(transaction, scanInventoryJob, { run: id }, { key: id })
    await audit(transaction, 'import.resumed', run, actor, requestId)
  })
  return describeRunById(id)
}

async function audit(
  transaction: Transaction,
  action: string,
  { id, cluster, namespace, scope }: Pick<RunRow, 'id' | 'cluster' | 'namespace' | 'scope'>,
  actor: Actor,
  requestId: string,
): Promise<void> {
  const target = { import: id, cluster, scope, ...(namespace === null ? {} : { namespace }) }
  await appendAudit(transaction, { requestId, actor: actor.username, action, outcome: 'succeeded', target, details: {} })
}
