/**
 * The API server judges every published kind of Config Connector. For each: the smallest resource a form can send, and
 * generated right ones, must be accepted; generated wrong ones must get the same verdict from us, at a field it names too.
 *
 * The definitions are read where they are present: `KCC_CRDS`, else `../shared/kcc/crds` beside the repository. All 613 take
 * minutes to install, so a run takes a quarter of them, another one each day; `npm run test:all` takes them all. They go into
 * a control plane of this test's own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definitionsPath, openRawServer, type RawAnswer, type RawServer } from '#demo/control-plane/raw-server.ts'
import { adminKubeconfig, controlPlanePart } from '#demo/control-plane/start.ts'
import { builds } from '#demo/state.ts'
import { freePort } from '#demo/supervisor/ports.ts'
import { createSupervisor, type Supervisor } from '#demo/supervisor/supervisor.ts'
import { inParallel } from '#demo/world/in-parallel.ts'
import { isObject, type Json, type JsonObject, valueAt } from '#lib/json.ts'
import { arbitrarySlip, arbitraryValue } from '#lib/schema/arbitrary-value.ts'
import { addVerdicts, compareVerdicts, noVerdicts, ourErrors, resourceOf } from '#lib/schema/compare-verdicts.ts'
import { type CompiledKind, fieldAt } from '#lib/schema/field-tree.ts'
import { publishedKinds } from '#scripts/published-kinds.ts'

const published = publishedKinds()
const all = process.env.CORBEL_ALL_KINDS === '1'
const seed = Number(process.env.CORBEL_SEED ?? 20_261_123)
const parts = 4
const part = Number(process.env.CORBEL_KINDS_PART ?? Math.floor(Date.now() / 86_400_000) % parts)
const chosen = published.filter((_, index) => all || index % parts === part)
const [rightRuns, wrongRuns] = [5, 12]
if (published.length === 0) console.log('all-kinds.system.test.ts: no definitions found (set KCC_CRDS): 613 kinds are skipped')

describe.skipIf(published.length === 0)('the API server judges published kinds', () => {
  let directory: string
  let supervisor: Supervisor
  let server: RawServer
  let kinds: CompiledKind[]
  const began = Date.now()

  beforeAll(
    async () => {
      directory = mkdtempSync(join(tmpdir(), 'corbel-all-kinds-'))
      supervisor = createSupervisor({ logs: directory, tell: (line) => console.log(line) })
      const program = { binary: join(builds, 'bin', 'control-plane') }
      // 613 definitions want some 2.5 GB; with the demo's limit the garbage collector would do nothing else.
      const env = { GOMEMLIMIT: all ? '4GiB' : '2GiB' }
      await supervisor.start({ ...controlPlanePart({ program, directory, port: await freePort() }), env })
      server = patient(await openRawServer(adminKubeconfig(directory), 8))
      const definitions = chosen.map(({ definition }) => definition)
      kinds = chosen.map(({ kind }) => kind)
      await install(server, definitions)
      console.log(
        `${definitions.length} of ${published.length} kinds served after ${Math.round((Date.now() - began) / 1000)} s (part ${all ? 'all' : part})`,
      )
    },
    all ? 1_200_000 : 300_000,
  )
  afterAll(async () => {
    server?.close()
    await supervisor?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  test(
    'smallest and right resources are accepted, wrong ones get our verdict at our field',
    async () => {
      const [smallest, right, wrong] = [noVerdicts(), noVerdicts(), noVerdicts()]
      const empty: string[] = []
      await inParallel(6, kinds, async (kind) => {
        const spec = fieldAt(kind.root, ['spec'])
        if (!spec) {
          addVerdicts(smallest, await compareVerdicts(server.call, kind, [undefined]))
          addVerdicts(wrong, await compareVerdicts(server.call, kind, [{}]))
          return
        }
        const isRight = (value: Json) => ourErrors(kind, resourceOf(kind, value)).length === 0
        const sample = (arbitrary: fc.Arbitrary<Json>, numRuns: number) => fc.sample(arbitrary, { seed, numRuns })
        const some = sample(arbitraryValue(spec), rightRuns * 4).filter(isRight)
        // A rule may want one field more than the schema does; then the smallest is among the others.
        const least = sample(arbitraryValue(spec, 'least'), 20).find(isRight) ?? some.toSorted(byLength)[0]
        if (least === undefined) return void empty.push(kind.kind)
        addVerdicts(smallest, await compareVerdicts(server.call, kind, [least]))
        addVerdicts(right, await compareVerdicts(server.call, kind, some.slice(0, rightRuns)))
        addVerdicts(wrong, await compareVerdicts(server.call, kind, sample(arbitrarySlip(spec), wrongRuns)))
      })
      const told = [
        `${kinds.length} kinds, seed ${seed}, ${Math.round((Date.now() - began) / 1000)} s in all`,
        `smallest accepted: ${smallest.agreed} of ${smallest.cases}`,
        `right accepted: ${right.agreed} of ${right.cases}`,
        `wrong: same verdict ${share(wrong.agreed, wrong.cases)}, refused by both ${wrong.refused}, same field ${share(wrong.named, wrong.refused)}`,
        ...[smallest, right, wrong].flatMap(({ differences, unnamed }) => [...differences, ...unnamed]),
      ]
      console.log(told.join('\n'))
      expect(empty).toEqual([])
      expect([smallest.differences, right.differences]).toEqual([[], []])
      expect(smallest.cases).toBe(kinds.length)
      expect(wrong.agreed / wrong.cases).toBeGreaterThanOrEqual(0.995)
      expect(wrong.named / wrong.refused).toBeGreaterThanOrEqual(0.98)
    },
    all ? 1_200_000 : 300_000,
  )
})

const byLength = (a: Json, b: Json): number => JSON.stringify(a).length - JSON.stringify(b).length

const share = (part: number, of: number): string => `${part} of ${of} (${((100 * part) / Math.max(1, of)).toFixed(2)} %)`

/** Calls again while the control plane is away: with many definitions it falls now and then, and the supervisor starts it again. */
function patient(server: RawServer): RawServer {
  const call: RawServer['call'] = async (method, path, body) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await server.call(method, path, body).catch((error: unknown): RawAnswer | undefined => {
        if (attempt === 60) throw error
        return undefined
      })
      if (answer && (answer.status < 429 || attempt === 60)) return answer
      await sleep(1000)
    }
  }
  return { ...server, call }
}

/** Installs definitions and waits until the API server serves them all. */
async function install(server: RawServer, definitions: JsonObject[]): Promise<void> {
  await inParallel(4, definitions, async (definition) => {
    const { status, body } = await server.call('POST', definitionsPath, definition)
    if (status !== 201 && status !== 409) throw new Error(`A definition was refused: ${JSON.stringify(body).slice(0, 300)}`)
  })
  const until = Date.now() + 600_000
  for (;;) {
    const list = await server.call('GET', definitionsPath)
    const items = valueAt(list.body, ['items'])
    const served = Array.isArray(items) ? items.filter(isObject).filter(isEstablished).length : 0
    if (served >= definitions.length) return
    if (Date.now() > until) throw new Error(`After ten minutes ${definitions.length - served} kinds are not served.`)
    await sleep(2000)
  }
}

function isEstablished(definition: JsonObject): boolean {
  const conditions = valueAt(definition, ['status', 'conditions'])
  return Array.isArray(conditions) && conditions.some((one) => isObject(one) && one.type === 'Established' && one.status === 'True')
}
