/**
 * `npm run bench`: measures, prints a table per benchmark and whether the goals are met, and writes bench/results/<date>.json and
 * latest.json. Needs nothing but what the demo needs; browser benchmarks need a Chromium and get one as the tests do.
 *
 *   bench/run.ts [--only NAME[,NAME]] [--no-write]
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '#demo/postgres/embedded.ts'
import { prepareState, root, runningDemo } from '#demo/state.ts'
import { benchDirectory, stopBenchDemo } from './bench-demo.ts'
import { type Figure, judge, type Verdict } from './statistics.ts'

interface Measured {
  name: string
  rows: Figure[]
  /** Further figures, for the JSON alone. */
  details?: unknown
}

interface Outcome extends Measured {
  seconds: number
  /** Load of the machine when it began (1-minute average). */
  loadBefore: number
  failure?: string
}

// In this order: those that want the machine for themselves first, then those that share the demo that demo-start leaves.
const benchmarks: Record<string, () => Promise<Measured>> = {
  'schema-compile': async () => (await import('./schema-compile.ts')).run(),
  inventory: () => withPostgres(async () => (await import('./inventory.ts')).run()),
  audit: () => withPostgres(async () => (await import('./audit.ts')).run()),
  'import-scan': () => withPostgres(async () => (await import('./import-scan.ts')).run()),
  'demo-start': async () => (await import('./demo-start.ts')).run(),
  'first-journey': async () => (await import('./first-journey.ts')).run(),
  'break-glass': async () => (await import('./break-glass.ts')).run(),
  'page-weight': async () => (await import('./page-weight.ts')).run(),
  'form-typing': async () => (await import('./form-typing.ts')).run(),
}

const { values } = parseArgs({ options: { only: { type: 'string' }, 'no-write': { type: 'boolean', default: false } } })
const chosen = values.only?.split(',') ?? Object.keys(benchmarks)
const unknown = chosen.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) end(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benchmarks).join(', ')}.`)
const other = runningDemo(benchDirectory)
if (other) end(`The benchmarks of this checkout run already, as process ${other.pid}.`)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stopBenchDemo().finally(() => process.exit(130)))

const startedAt = new Date()
const outcomes: Outcome[] = []
try {
  for (const name of chosen) outcomes.push(await attempt(name, benchmarks[name]))
} finally {
  await stopBenchDemo()
}
const goals = outcomes.flatMap(({ name, rows }) => rows.flatMap((row) => judged(name, row)))
if (!values['no-write']) write()
summarise()
process.exit(outcomes.some(({ failure }) => failure) ? 1 : 0)

async function attempt(name: string, run: (() => Promise<Measured>) | undefined): Promise<Outcome> {
  const loadBefore = Number((loadavg()[0] ?? 0).toFixed(2))
  const started = performance.now()
  console.log(`\n== ${name} (load ${loadBefore})`)
  const seconds = (): number => Number(((performance.now() - started) / 1000).toFixed(1))
  try {
    const measured = await run?.()
    if (!measured) throw new Error(`${name} cannot be run.`)
    console.table(measured.rows.map((row) => ({ ...row, goal: row.goal ?? '', verdict: judge(row) ?? '' })))
    return { ...measured, name, seconds: seconds(), loadBefore }
  } catch (error) {
    const failure = (error instanceof Error ? error.message : String(error)).replaceAll(root, '.')
    console.error(failure)
    return { name, rows: [], seconds: seconds(), loadBefore, failure }
  }
}

/** In a PostgreSQL of its own, unless TEST_DATABASE_URL names one. */
async function withPostgres(measureWith: () => Promise<Measured>): Promise<Measured> {
  if (process.env.TEST_DATABASE_URL) return measureWith()
  prepareState(benchDirectory)
  const postgres = await startPostgres({ directory: join(benchDirectory, 'postgres') })
  process.env.TEST_DATABASE_URL = postgres.url
  try {
    return await measureWith()
  } finally {
    delete process.env.TEST_DATABASE_URL
    await postgres.stop()
  }
}

function judged(benchmark: string, row: Figure): (Figure & { benchmark: string; verdict: Verdict })[] {
  const verdict = judge(row)
  return verdict ? [{ benchmark, ...row, verdict }] : []
}

function write(): void {
  const folder = join(root, 'bench', 'results')
  mkdirSync(folder, { recursive: true })
  const report = {
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    benchmarks: outcomes,
    goals,
  }
  const text = `${JSON.stringify(report, undefined, 2)}\n`
  for (const file of [`${report.startedAt.slice(0, 16).replaceAll(':', '')}.json`, 'latest.json']) writeFileSync(join(folder, file), text)
  // the linter judges these files as well
  execFileSync(process.execPath, [join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'format', '--write', folder])
}

function summarise(): void {
  console.log('\n== Goals')
  for (const { benchmark, what, value, unit, goal, verdict } of goals)
    console.log(`${verdict === 'met' ? '✓' : verdict === 'missed' ? '✗' : '?'} ${benchmark}: ${what}: ${value} ${unit} (goal ${goal})`)
  for (const { name, failure } of outcomes) if (failure) console.log(`✗ ${name} could not run: ${failure.split('\n')[0]}`)
  const count = (verdict: Verdict): number => goals.filter((goal) => goal.verdict === verdict).length
  console.log(`${count('met')} met, ${count('missed')} missed, ${count('not measured')} not measured`)
}

function end(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
