/**
 * How long Corbel takes to compile every Config Connector kind into field trees, and how large the largest becomes.
 * Reads `KCC_CRDS`, else `../shared/kcc/crds` beside the repository; without them the table says so.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parse } from 'yaml'
import type { JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'

export interface BenchRow {
  what: string
  value: number | string
  unit: string
  goal?: string
}

/** Compiles all kinds `rounds` times and reports the median, in milliseconds. */
export async function run(rounds = 5): Promise<{ name: string; rows: BenchRow[] }> {
  const name = 'schema-compile'
  const folder = process.env.KCC_CRDS ?? join(import.meta.dirname, '../../shared/kcc/crds')
  if (!existsSync(folder)) return { name, rows: [{ what: 'kinds compiled', value: 'skipped: no CRDs at KCC_CRDS', unit: '' }] }
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  const parsing = performance.now()
  // Published CRDs are objects; compileKind refuses whatever is not.
  const crds = texts.map((text) => parse(text) as JsonObject)
  const parsed = performance.now() - parsing
  const times: number[] = []
  let slowest = { kind: '', milliseconds: 0 }
  let largest = { kind: '', bytes: 0, fields: 0 }
  let bytes = 0
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    for (const crd of crds) {
      const before = performance.now()
      const kind = compileKind(crd)
      const milliseconds = performance.now() - before
      if (milliseconds > slowest.milliseconds) slowest = { kind: kind.kind, milliseconds }
    }
    times.push(performance.now() - start)
  }
  for (const crd of crds) {
    const kind = compileKind(crd)
    const size = Buffer.byteLength(JSON.stringify(kind))
    bytes += size
    if (size > largest.bytes) largest = { kind: kind.kind, bytes: size, fields: kind.fieldCount }
  }
  const sorted = times.toSorted((a, b) => a - b)
  return {
    name,
    rows: [
      { what: 'kinds', value: crds.length, unit: '' },
      { what: 'parse YAML of all', value: Math.round(parsed), unit: 'ms' },
      { what: 'compile all, first time', value: Math.round(times[0] ?? 0), unit: 'ms', goal: '≤ 2000' },
      { what: 'compile all, median', value: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0), unit: 'ms', goal: '≤ 2000' },
      { what: `slowest kind (${slowest.kind})`, value: Number(slowest.milliseconds.toFixed(1)), unit: 'ms' },
      { what: `largest as JSON (${largest.kind}, ${largest.fields} nodes)`, value: Math.round(largest.bytes / 1024), unit: 'KiB' },
      { what: 'all as JSON', value: Math.round(bytes / 1024), unit: 'KiB' },
    ],
  }
}

if (import.meta.main) {
  const { rows } = await run()
  console.table(rows)
}
