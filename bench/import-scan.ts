/**
 * How long a scan takes from its start to the table to choose from, 5,000 assets in one project, against the inventory stand-in in a process of
 * its own; how long the worker's event loop was held meanwhile; how fast the table answers at 5,000 and 100,000 rows; and how long finding what
 * is managed takes beside 50,000 resources of the index. Needs TEST_DATABASE_URL.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { indexDemoKinds } from '#demo/crds/index-demo-kinds.ts'
import { withOptions } from '#demo/supervisor/part-options.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { type Database, database } from '#lib/database/client.ts'
import { freshDatabase } from '#lib/database/fresh-database.ts'
import { newId } from '#lib/ids.ts'
import { ImportRowQuery } from '#lib/imports/contract.ts'
import { managedAssets } from '#lib/imports/managed-assets.ts'
import { rowFacets, rowPage } from '#lib/imports/read-rows.ts'
import { scanInventory, scanInventoryJob } from '#lib/imports/scan-inventory.ts'
import { closeJobQueue } from '#lib/jobs/job-queue.ts'
import { runnable, startJobs } from '#lib/jobs/run-jobs.ts'
import type { Figure } from './statistics.ts'

const assets = 5_000
const resources = 50_000
const project = 'bench-prod-1'

/** Measures everything once. */
export async function run(): Promise<{ name: string; rows: Figure[] }> {
  const fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const inventory = await standIn()
  const own = { DATABASE_URL: fresh.url, CORBEL_ASSET_INVENTORY: 'google', CORBEL_ASSET_INVENTORY_URL: inventory.url }
  Object.assign(process.env, settingsForTests(own))
  const db = database()
  try {
    await indexDemoKinds(db, 'demo')
    const user = newId()
    await db.user.create({ data: { id: user, username: 'bench', name: 'Bench', groups: [] } })
    await db.project.create({
      data: { cluster: 'demo', namespace: 'bench-prod', repository: 'acme/bench', path: 'infra', gcpProject: project },
    })
    const rows: Figure[] = []
    for (const bytes of [0, 45_000_000]) {
      await post(`${inventory.url}/simulated/projects`, { project: bytes === 0 ? project : `${project}-large`, assets, bytes })
      rows.push(...(await measureScan(db, user, bytes === 0 ? project : `${project}-large`, bytes)))
    }
    await fillIndex(db)
    rows.push(...(await measureScan(db, user, project, 0, `beside ${resources} resources, `)))
    rows.push(...(await measureManaged(db)))
    const { id } = await db.importRun.findFirstOrThrow({ where: { scope: `projects/${project}` } })
    rows.push(...(await measureTable(db, id, assets)))
    await multiply(db, id)
    rows.push(...(await measureTable(db, id, 100_000)))
    return { name: 'import-scan', rows }
  } finally {
    await closeJobQueue()
    await db.$disconnect()
    await inventory.stop()
    await fresh.drop()
  }
}

async function measureScan(db: Database, user: string, scanned: string, bytes: number, where = ''): Promise<Figure[]> {
  const id = newId()
  const what = `${where}${assets} assets${bytes > 0 ? ` of ${bytes / 1e6} MB` : ''}`
  const row = { cluster: 'demo', scope: `projects/${scanned}`, namespace: 'bench-prod', state: 'waiting', requestedById: user }
  await db.importRun.create({ data: { id, ...row } })
  const jobs = await startJobs({ databaseUrl: process.env.DATABASE_URL ?? '', jobs: [runnable(scanInventoryJob)] })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const memory = process.memoryUsage().rss
  delay.enable()
  const start = performance.now()
  await scanInventory(id, { signal: new AbortController().signal, last: false })
  for (;;) {
    const { state, problem } = await db.importRun.findUniqueOrThrow({ where: { id } })
    if (state === 'ready') break
    if (state !== 'scanning') throw new Error(`The scan ended ${state}: ${problem}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const seconds = (performance.now() - start) / 1000
  delay.disable()
  await jobs.stop()
  const milliseconds = (value: number): string => (value / 1e6).toFixed(0)
  return [
    { what: `${what}, scan to table`, value: Number(seconds.toFixed(1)), unit: 's', goal: '≤ 30' },
    {
      what: `${what}, event loop held meanwhile`,
      value: `${milliseconds(delay.percentile(50))} / ${milliseconds(delay.percentile(99))} / ${milliseconds(delay.max)}`,
      unit: 'ms p50 / p99 / longest',
      goal: '≤ 250',
    },
    { what: `${what}, memory more`, value: Math.round((process.memoryUsage().rss - memory) / 2 ** 20), unit: 'MiB' },
  ]
}

async function measureManaged(db: Database): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const within of [{ names: [project, '4110000'] }, null]) {
    const memory = process.memoryUsage().rss
    const start = performance.now()
    await managedAssets(db, { cluster: 'demo', projectIds: new Map(), within })
    const what = `what is managed, of ${resources} resources${within ? ', in one project' : ''}`
    figures.push({ what, value: Math.round(performance.now() - start), unit: 'ms' })
    figures.push({ what: `${what}, memory more`, value: Math.round((process.memoryUsage().rss - memory) / 2 ** 20), unit: 'MiB' })
  }
  return figures
}

async function measureTable(db: Database, run: string, rows: number): Promise<Figure[]> {
  const first = await rowPage(db, run, ImportRowQuery.parse({ limit: 100 }))
  let deep = first
  for (let page = 0; page < 20 && deep.nextCursor; page++)
    deep = await rowPage(db, run, ImportRowQuery.parse({ limit: 200, cursor: deep.nextCursor }))
  const query = (given: Record<string, unknown>) => () => rowPage(db, run, ImportRowQuery.parse(given))
  return [
    await measure(`${rows} rows, first page`, query({})),
    await measure(`${rows} rows, after 4,000`, query(deep.nextCursor ? { cursor: deep.nextCursor } : {})),
    await measure(`${rows} rows, one service`, query({ service: ['storage'], category: ['importable'] })),
    await measure(`${rows} rows, part of a name`, query({ search: 'ts-12' })),
    await measure(`${rows} rows, counts beside the table`, () => rowFacets(db, run)),
  ]
}

async function measure(what: string, work: () => Promise<unknown>): Promise<Figure> {
  const times: number[] = []
  for (let round = 0; round < 12; round++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { what, value: `${times[6]?.toFixed(1)} / ${times[11]?.toFixed(1)}`, unit: 'ms p50 / longest' }
}

/** Rows of the run, copied until there are 100,000. */
async function multiply(db: Database, run: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "import_asset" ("id", "runId", "name", "displayName", "assetType", "service", "kind", "namespace", "cloudProject", "category", "reason", "message", "manifests")
    SELECT gen_random_uuid(), "runId", "name" || '/' || n, "displayName" || '-' || n, "assetType", "service", "kind", "namespace", "cloudProject", "category", "reason", "message", "manifests"
    FROM "import_asset", generate_series(1, 19) AS n WHERE "runId" = ${run}::uuid`
  await db.$executeRaw`VACUUM ANALYZE "import_asset"`
}

/** Resources of 500 other projects. */
async function fillIndex(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "resource" ("id", "cluster", "namespace", "kind", "kindName", "name", "uid", "state", "headline", "resourceVersion", "createdAt", "updatedAt")
    SELECT gen_random_uuid(), 'demo', 'project-' || n % 500, 'StorageBucket.storage.cnrm.cloud.google.com', 'StorageBucket', 'bucket-' || n, n::text, 'ready', 'Ready', '1', now(), now()
    FROM generate_series(1, ${resources}::int) AS n`
  await db.$executeRaw`
    INSERT INTO "resource_object" ("resourceId", "object") SELECT "id", jsonb_build_object(
      'apiVersion', 'storage.cnrm.cloud.google.com/v1beta1', 'kind', 'StorageBucket',
      'metadata', jsonb_build_object('name', "name", 'namespace', "namespace", 'annotations', jsonb_build_object('cnrm.cloud.google.com/project-id', "namespace" || '-4711')),
      'spec', jsonb_build_object('location', 'EU', 'resourceID', "name", 'lifecycleRule', (SELECT jsonb_agg(jsonb_build_object('action', jsonb_build_object('type', 'Delete'), 'condition', jsonb_build_object('age', i))) FROM generate_series(1, 20) AS i)),
      'status', jsonb_build_object('conditions', jsonb_build_array(jsonb_build_object('type', 'Ready', 'status', 'True', 'reason', 'UpToDate', 'message', 'The resource is up to date'))))
    FROM "resource"`
  await db.$executeRaw`VACUUM ANALYZE "resource"`
}

async function standIn(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort()
  const program = join(import.meta.dirname, '..', 'demo', 'asset-inventory', 'main.ts')
  const env = { ...process.env, ...withOptions({ port, projects: [project] }) }
  const child = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('There is no free port.')
  return address.port
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`The stand-in answered ${answer.status} to ${url}.`)
}
