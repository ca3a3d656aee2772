/** The demo that benchmarks run against: one state directory of their own, so that nobody's demo is disturbed. */
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removePostgres } from '#demo/postgres/installation.ts'
import { type Demo, startDemo } from '#demo/start-demo.ts'
import { builds, root } from '#demo/state.ts'

/** Where the benchmarks' demo keeps its state. */
export const benchDirectory = join(builds, 'bench')

/** The kind with the most fields of all published Config Connector kinds. */
export const largestKind = 'MonitoringDashboard.monitoring.cnrm.cloud.google.com'

let running: Demo | undefined
let stopStarting: (() => Promise<void>) | undefined

/** Starts the demo and gives it with the seconds that took; what it says goes to `tell`. */
export async function startBenchDemo(tell: (line: string) => void = console.log): Promise<{ demo: Demo; seconds: number }> {
  if (running) throw new Error('The demo of the benchmarks runs already.')
  const started = performance.now()
  const crds = largestKindFolder()
  const starting = startDemo({ directory: benchDirectory, ...(crds && { crds }), tell })
  stopStarting = starting.stop
  try {
    running = await starting.ready
  } catch (error) {
    await stopBenchDemo()
    throw error
  }
  return { demo: running, seconds: (performance.now() - started) / 1000 }
}

/** The demo that runs; started where none does. */
export const benchDemo = async (): Promise<Demo> => running ?? (await startBenchDemo()).demo

/** Stops it, also one that is still being started. Nothing happens where none runs. */
export async function stopBenchDemo(): Promise<void> {
  const stop = stopStarting
  running = undefined
  stopStarting = undefined
  await stop?.()
}

/** Removes everything it keeps between starts; compiled things stay, they are the checkout's. */
export function forgetBenchDemo(): void {
  removePostgres(join(benchDirectory, 'postgres'))
  rmSync(benchDirectory, { recursive: true, force: true })
}

/** File of the largest kind's definition, where the published definitions are on this machine. */
export function largestDefinition(): string | undefined {
  const source = process.env.KCC_CRDS ?? join(root, '..', 'shared', 'kcc', 'crds')
  const [file] = existsSync(source) ? globSync('*monitoringdashboards.monitoring.cnrm.cloud.google.com.yaml', { cwd: source }) : []
  return file && join(source, file)
}

/** A folder with that definition alone, as the demo takes it. */
function largestKindFolder(): string | undefined {
  const file = largestDefinition()
  if (!file) return undefined
  const folder = join(builds, 'bench-crds')
  mkdirSync(folder, { recursive: true })
  copyFileSync(file, join(folder, basename(file)))
  return folder
}
