/**
 * The API server judges what the import makes: of every published sample asset, and of every published pair of the same kinds, it must take
 * each manifest under its definition. `CORBEL_ALL_KINDS=1` takes the pairs of all kinds. The definitions and assets are read where they are
 * present: `KCC_CRDS`, else `../shared/kcc` beside the repository. They go into a control plane of this test's own.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definitionsPath, openRawServer, type RawServer } from '#demo/control-plane/raw-server.ts'
import { adminKubeconfig, controlPlanePart } from '#demo/control-plane/start.ts'
import { builds } from '#demo/state.ts'
import { freePort } from '#demo/supervisor/ports.ts'
import { createSupervisor, type Supervisor } from '#demo/supervisor/supervisor.ts'
import { inParallel } from '#demo/world/in-parallel.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { publishedKinds } from '#scripts/published-kinds.ts'
import { catalogueOf } from './catalogue.ts'
import { importSession } from './import-session.ts'

const all = process.env.CORBEL_ALL_KINDS === '1'
const shared = join(process.env.KCC_CRDS ?? join(import.meta.dirname, '../../../shared/kcc/crds'), '..')
const present = existsSync(join(shared, 'assets'))
if (!present) console.log('api-server.system.test.ts: no assets found (set KCC_CRDS): what the import makes is not judged')

const assetsIn = (folder: string): Json[] =>
  readdirSync(join(shared, folder)).flatMap((file) =>
    readFileSync(join(shared, folder, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): Json => {
        const value: Json = JSON.parse(line)
        return valueAt(value, ['asset']) ?? value
      }),
  )

describe.skipIf(!present)('the API server judges the manifests of an import', () => {
  let directory: string
  let supervisor: Supervisor
  let server: RawServer
  let manifests: JsonObject[]
  const places = new Map<string, string>()

  beforeAll(async () => {
    const published = publishedKinds()
    const catalogue = catalogueOf(
      published.map(({ kind }) => kind),
      ({ kind }) => published.find((one) => one.kind.kind === kind)?.definition ?? {},
    )
    const imported = (assets: readonly Json[]): JsonObject[] => {
      const session = importSession(catalogue)
      const first = assets.map((asset) => session.first(asset))
      session.turn()
      return assets.flatMap((asset, index) => session.finish((first[index] ?? session.again(asset)).manifests))
    }
    const samples = imported(assetsIn('assets'))
    const wanted = new Set(samples.map((manifest) => textAt(manifest, 'kind')))
    manifests = [...samples, ...imported([...assetsIn('pairs/exported'), ...assetsIn('pairs/reconciled')])].filter(
      (manifest) => all || wanted.has(textAt(manifest, 'kind')),
    )
    const kinds = new Set(manifests.map((manifest) => textAt(manifest, 'kind')))
    const needed = published.filter(({ kind }) => kinds.has(kind.kind))
    for (const { kind } of needed) places.set(kind.kind, kind.plural)

    directory = mkdtempSync(join(tmpdir(), 'corbel-import-'))
    supervisor = createSupervisor({ logs: directory, tell: (line) => console.log(line) })
    const program = { binary: join(builds, 'bin', 'control-plane') }
    await supervisor.start({
      ...controlPlanePart({ program, directory, port: await freePort() }),
      env: { GOMEMLIMIT: all ? '3GiB' : '1GiB' },
    })
    server = await openRawServer(adminKubeconfig(directory), 8)
    await install(
      server,
      needed.map(({ definition }) => definition),
    )
  }, 300_000)
  afterAll(async () => {
    server?.close()
    await supervisor?.stop()
    if (directory) rmSync(directory, { recursive: true, force: true })
  })

  test('each is taken by a strict dry run', async () => {
    const refused: string[] = []
    await inParallel(6, manifests, async (manifest) => {
      const kind = textAt(manifest, 'kind') ?? ''
      const path = `/apis/${textAt(manifest, 'apiVersion')}/namespaces/default/${places.get(kind)}?dryRun=All&fieldValidation=Strict`
      const { status, body } = await server.call('POST', path, manifest)
      if (status !== 201)
        refused.push(`${kind} ${textAt(manifest, 'metadata', 'name')}: ${status} ${textAt(body, 'message')?.slice(0, 300)}`)
    })
    console.log(`${manifests.length} manifests of ${places.size} kinds, ${refused.length} refused`)
    expect(refused).toEqual([])
    expect(manifests.length).toBeGreaterThan(250)
  }, 120_000)
})

/** Installs definitions and waits until the API server serves them all. */
async function install(server: RawServer, definitions: JsonObject[]): Promise<void> {
  await inParallel(4, definitions, async (definition) => {
    const { status, body } = await server.call('POST', definitionsPath, definition)
    if (status !== 201) throw new Error(`A definition was refused: ${JSON.stringify(body).slice(0, 300)}`)
  })
  for (const until = Date.now() + 240_000; Date.now() < until; await sleep(1000)) {
    const { body } = await server.call('GET', definitionsPath)
    const items = valueAt(body, ['items'])
    const served = Array.isArray(items) ? items.filter((item) => isObject(item) && isServed(item)).length : 0
    if (served >= definitions.length) return
  }
  throw new Error('The API server does not serve the definitions after four minutes.')
}

function isServed(definition: JsonObject): boolean {
  const conditions = valueAt(definition, ['status', 'conditions'])
  return Array.isArray(conditions) && conditions.some((one) => isObject(one) && one.type === 'Established' && one.status === 'True')
}
