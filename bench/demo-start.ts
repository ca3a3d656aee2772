/**
 * Cold start (empty state directory; control plane and portal compiled before, or in this run where they were not) and second
 * start of the demo, by step, and the memory its parts hold after it. Leaves the demo running for the benchmarks that need one.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { forgetBenchDemo, startBenchDemo, stopBenchDemo } from './bench-demo.ts'
import { memoryFigures } from './memory.ts'
import { type Figure, ratio } from './statistics.ts'

const settleMs = 10_000
const round = (seconds: number): number => Number(seconds.toFixed(2))

/** Starts the demo cold, stops it, and starts it again. */
export async function run(): Promise<{ name: string; rows: Figure[] }> {
  await stopBenchDemo()
  forgetBenchDemo()
  const cold = await startBenchDemo()
  const stopping = performance.now()
  await stopBenchDemo()
  const stopped = (performance.now() - stopping) / 1000
  const warm = await startBenchDemo()
  await sleep(settleMs)

  const rows: Figure[] = []
  for (const [title, seconds] of Object.entries(cold.demo.times)) {
    const again = warm.demo.times[title]
    rows.push({ what: `cold: ${title}`, value: round(seconds), unit: 's' })
    if (again !== undefined) rows.push({ what: `warm: ${title}`, value: round(again), unit: 's' })
  }
  rows.push(
    { what: 'cold start, all', value: round(cold.seconds), unit: 's' },
    { what: 'second start, all', value: round(warm.seconds), unit: 's', goal: '< 20' },
    { what: 'second start ÷ cold start', value: ratio(warm.seconds, cold.seconds), unit: '×' },
    { what: 'stop', value: round(stopped), unit: 's' },
    ...memoryFigures(warm.demo.pids(), `${settleMs / 1000} s after start`),
  )
  return { name: 'demo-start', rows }
}
