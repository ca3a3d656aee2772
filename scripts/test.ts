/**
 * `npm test`: everything that judges Corbel, in the order of what fails fastest. Prints progress, every failure by name, and as
 * its last line "N passed, N failed". A step that could not run counts as failed.
 *
 *   scripts/test.ts [--only STEP[,STEP]] [--all]        steps: static, unit, system, journeys
 *
 * `--all` (`npm run test:all`) lets the API server judge all published kinds instead of a quarter of them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startFoundations } from '#demo/foundations.ts'
import { removePostgres } from '#demo/postgres/installation.ts'
import { createProgress } from '#demo/progress.ts'
import { startDemo } from '#demo/start-demo.ts'
import { builds, choosePorts, prepareState, removeRecord, root, runningDemo, writeRecord } from '#demo/state.ts'
import { createSupervisor } from '#demo/supervisor/supervisor.ts'
import { buildWeb } from '#demo/web-build.ts'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { throughRestarts } from '#demo/world/through-restarts.ts'
import { findChromium } from './chromium.ts'
import { generatePrismaClient } from './prisma-generate.ts'
import { type Results, readPlaywright, readVitest, single, sum } from './test-results.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean' } } })
const directory = join(builds, 'test')
const modules = join(root, 'node_modules')
const minuteMs = 60_000
const cleanUps: (() => Promise<void>)[] = []
const children = new Set<ChildProcess>()
const { step } = createProgress((line) => console.log(line))

const steps: Record<string, () => Promise<Results>> = { static: staticChecks, unit, system, journeys }
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void interrupted())

const other = runningDemo(directory)
if (other) {
  console.error(`The tests of this checkout run already, as process ${other.pid}.`)
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const results: Results[] = []
const chosen = values.only?.split(',') ?? Object.keys(steps)
for (const name of chosen) {
  console.log(`\n== ${name}`)
  results.push(await attempt(name, steps[name]))
}
report(sum(results))

async function attempt(name: string, run: (() => Promise<Results>) | undefined): Promise<Results> {
  try {
    if (!run) throw new Error(`There is no step ${name}. Steps: ${Object.keys(steps).join(', ')}.`)
    return await run()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return single(`${name} could not run: ${error instanceof Error ? error.message.split('\n')[0] : error}`, false)
  } finally {
    await cleanUp()
  }
}

async function staticChecks(): Promise<Results> {
  const checks: [string, () => Promise<boolean>][] = [
    ['prisma generate', async () => generatePrismaClient() === undefined],
    ['types', async () => (await run([join(modules, 'typescript', 'bin', 'tsc'), '--noEmit', '-p', '.'])) === 0],
    ['lint and format', async () => (await run([join(modules, '@biomejs', 'biome', 'bin', 'biome'), 'check', '.'])) === 0],
    ['unused code', async () => (await run([join(modules, 'knip', 'bin', 'knip.js')])) === 0],
  ]
  const outcomes: Results[] = []
  for (const [name, check] of checks) outcomes.push(await step(name, async () => single(name, await check())))
  return sum(outcomes)
}

function unit(): Promise<Results> {
  return vitest('unit', {})
}

/** On a real PostgreSQL and control plane of the tests' own, seeded like the demo's. */
async function system(): Promise<Results> {
  await freshState()
  const logs = join(directory, 'logs')
  const supervisor = createSupervisor({ logs, tell: (line) => console.log(line) })
  cleanUps.push(supervisor.stop)
  const progress = createProgress((line) => console.log(line))
  const foundations = await startFoundations({ directory, ports: await choosePorts(directory), supervisor, progress })
  await step('Kinds, projects and people', () => throughRestarts(() => seedCluster({ kubeconfig: foundations.kubeconfig })))
  const systems = { TEST_DATABASE_URL: foundations.databaseUrl, TEST_KUBECONFIG: foundations.kubeconfig }
  const env = values.all ? { ...systems, CORBEL_ALL_KINDS: '1' } : systems
  // these tests mostly wait, and the journeys need the build: one that fails is told there
  const build = chosen.includes('journeys') ? buildWeb(() => {}).catch(() => undefined) : undefined
  const [shared, apart] = await Promise.all([vitest('system', env), vitest('apart', env), build])
  return sum([shared, apart])
}

/** Playwright over the whole demo, built as it is shipped. */
async function journeys(): Promise<Results> {
  const chromium = await step('Chromium', findChromium)
  await freshState()
  const demo = startDemo({ directory, tell: (line) => console.log(line) })
  cleanUps.push(demo.stop)
  const { url, githubUrl } = await demo.ready
  const file = join(directory, 'journeys.json')
  const env = {
    CHROMIUM: chromium,
    E2E_URL: url,
    E2E_GITHUB_URL: githubUrl,
    E2E_STATE: directory,
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  }
  const code = await run([join(modules, '@playwright', 'test', 'cli.js'), 'test', '--reporter=list,json'], env, 22 * minuteMs)
  return readPlaywright('journeys', readText(file), code)
}

async function vitest(project: string, env: Record<string, string>): Promise<Results> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, `${project}.json`)
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await run(
    [join(modules, 'vitest', 'vitest.mjs'), 'run', '--project', project, ...reporters],
    env,
    (values.all ? 25 : 12) * minuteMs,
  )
  return readVitest(project, readText(file), code)
}

/** An empty state directory that says whose it is. */
async function freshState(): Promise<void> {
  removePostgres(join(directory, 'postgres'))
  rmSync(directory, { recursive: true, force: true })
  prepareState(directory)
  writeRecord(directory, { pid: process.pid, startedAt: new Date().toISOString(), logs: join(directory, 'logs') })
  cleanUps.push(async () => removeRecord(directory))
}

/** Runs a tool under our Node and returns its exit code; ends it when it takes too long. */
function run(args: string[], env: Record<string, string> = {}, withinMs = 5 * minuteMs): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    children.add(child)
    const late = setTimeout(() => {
      console.error(`Ended after ${withinMs / minuteMs} minutes: ${args.join(' ')}`)
      child.kill('SIGKILL')
    }, withinMs)
    child.once('error', () => resolve(127))
    child.once('close', (code) => {
      clearTimeout(late)
      children.delete(child)
      resolve(code ?? 1)
    })
  })
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

async function cleanUp(): Promise<void> {
  for (const each of cleanUps.splice(0).reverse()) await each()
}

async function interrupted(): Promise<void> {
  for (const child of children) child.kill('SIGTERM')
  await cleanUp()
  process.exit(130)
}

function report({ passed, failed, skipped, failures }: Results): never {
  console.log('')
  for (const name of failures) console.log(`✗ ${name.replaceAll(`${root}/`, '')}`)
  if (skipped > 0) console.log(`${skipped} skipped`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}
