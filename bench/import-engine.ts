/**
 * How fast assets of the inventory become manifests, and whether the memory of `corbel import convert` grows with their number. Reads the
 * kinds of `KCC_CRDS` and the sample assets beside them, else `../shared/kcc`; without them the table says so.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { catalogueOf } from '#lib/mapping/catalogue.ts'
import { importSession } from '#lib/mapping/import-session.ts'
import { publishedKinds } from '#scripts/published-kinds.ts'
import { memoryOf } from './memory.ts'
import type { BenchRow } from './schema-compile.ts'

const root = join(import.meta.dirname, '..')
const streamed = 100_000

/** Converts 20,000 assets in this process for the speed, and 100,000 through the command for the memory. */
export async function run(): Promise<{ name: string; rows: BenchRow[] }> {
  const name = 'import-engine'
  const crds = process.env.KCC_CRDS ?? join(root, '../shared/kcc/crds')
  const folder = join(crds, '../assets')
  if (!existsSync(crds) || !existsSync(folder))
    return { name, rows: [{ what: 'assets converted', value: 'skipped: no assets beside KCC_CRDS', unit: '' }] }
  const samples = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean))
  const speed = measureSpeed(samples)
  const memory = await measureMemory(samples, crds)
  return {
    name,
    rows: [
      { what: 'processor time for one asset, both passes (200 µs are 5,000/s)', value: speed, unit: 'µs', goal: '≤ 200' },
      { what: `assets per second through the command (${streamed.toLocaleString('en')})`, value: memory.perSecond, unit: '/s' },
      { what: 'memory after 20,000 assets', value: memory.early, unit: 'MiB' },
      { what: 'memory at its highest after that', value: memory.highest, unit: 'MiB' },
      { what: 'growth over the last 80,000 assets', value: memory.highest - memory.early, unit: 'MiB', goal: '≤ 64' },
    ],
  }
}

/** The sample with a name of its own. */
function numbered(sample: string, index: number): JsonObject {
  const asset: Json = JSON.parse(sample)
  if (!isObject(asset)) return {}
  const { resource } = asset
  const data = isObject(resource) && isObject(resource.data) ? { ...resource.data } : {}
  for (const key of ['name', 'selfLink']) if (typeof data[key] === 'string') data[key] = `${data[key]}-${index}`
  return { ...asset, name: `${textAt(asset, 'name')}-${index}`, resource: { ...(isObject(resource) ? resource : {}), data } }
}

/** Microseconds for one asset. Processor time counts, so that whatever else runs does not. */
function measureSpeed(samples: readonly string[]): number {
  const kinds = publishedKinds()
  const catalogue = catalogueOf(
    kinds.map(({ kind }) => kind),
    ({ kind }) => kinds.find((one) => one.kind.kind === kind)?.definition ?? {},
  )
  const assets = Array.from({ length: 20_000 }, (_, index) => numbered(samples[index % samples.length] ?? '{}', index))
  const warm = importSession(catalogue)
  for (const asset of assets.slice(0, 2_000)) warm.first(asset)
  const session = importSession(catalogue)
  const before = process.cpuUsage()
  const first = assets.map((asset) => session.first(asset))
  session.turn()
  for (const [index, asset] of assets.entries()) session.finish((first[index] ?? session.again(asset)).manifests)
  const { user, system } = process.cpuUsage(before)
  return Math.round((user + system) / assets.length)
}

async function measureMemory(samples: readonly string[], crds: string): Promise<{ early: number; highest: number; perSecond: number }> {
  const child = spawn(process.execPath, [join(root, 'bin/corbel.mjs'), 'import', 'convert', '--crds', crds], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const answers = countLines(child.stdout)
  const started = performance.now()
  let early = 0
  let highest = 0
  const look = (written: number): void => {
    const memory = memoryOf({ corbel: child.pid ?? 0 }).corbel ?? 0
    if (written <= streamed / 5) early = Math.max(early, memory)
    highest = Math.max(highest, memory)
  }
  await writeAll(child.stdin, samples, look)
  const timer = setInterval(() => look(streamed), 500)
  const count = await answers
  await ended
  clearInterval(timer)
  if (count !== streamed) throw new Error(`The command gave ${count} lines for ${streamed} assets.`)
  return { early, highest, perSecond: Math.round(streamed / ((performance.now() - started) / 1000)) }
}

async function writeAll(input: Writable, samples: readonly string[], look: (written: number) => void): Promise<void> {
  for (let index = 0; index < streamed; index += 1) {
    const taken = input.write(`${JSON.stringify(numbered(samples[index % samples.length] ?? '{}', index))}\n`)
    if (!taken) await once(input, 'drain')
    if (index % 5_000 === 4_999) look(index + 1)
  }
  input.end()
}

async function countLines(output: Readable): Promise<number> {
  let count = 0
  for await (const chunk of output) for (const byte of chunk) if (byte === 10) count += 1
  return count
}

if (import.meta.main) {
  const { rows } = await run()
  console.table(rows)
}
