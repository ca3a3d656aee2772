/** How much memory the demo's parts hold: resident set of each and its children, from /proc (Linux only). */
import { readdirSync, readFileSync } from 'node:fs'
import type { Figure } from './statistics.ts'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended meanwhile
  }
}

const field = (status: string, name: string): number => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))?.[1] ?? 0)

/**
 * MiB by part, children included; memory that children share with each other (PostgreSQL's buffers) is counted once, by taking
 * what is theirs alone (RssAnon) and the largest shared part. Empty where there is no /proc.
 */
export function memoryOf(pids: Record<string, number>): Record<string, number> {
  const statuses = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), status: read(`/proc/${name}/status`) }))
  const children = Map.groupBy(statuses, ({ status }) => field(status, 'PPid'))
  const family = (pid: number): string[] => {
    const own = statuses.find((each) => each.pid === pid)
    return own ? [own.status, ...(children.get(pid) ?? []).flatMap((child) => family(child.pid))] : []
  }
  return Object.fromEntries(
    Object.entries(pids).map(([part, pid]) => {
      const all = family(pid)
      const anonymous = all.reduce((sum, status) => sum + field(status, 'RssAnon'), 0)
      const shared = Math.max(0, ...all.map((status) => field(status, 'VmRSS') - field(status, 'RssAnon')))
      return [part, Math.round((anonymous + shared) / 1024)]
    }),
  )
}

/** The same as rows of a table, largest first, and their sum. */
export function memoryFigures(pids: Record<string, number>, when: string): Figure[] {
  if (process.platform !== 'linux') return [{ what: `memory ${when}`, value: 'not measured: needs /proc', unit: '' }]
  const parts = Object.entries(memoryOf(pids)).sort(([, a], [, b]) => b - a)
  const sum = parts.reduce((total, [, mebibytes]) => total + mebibytes, 0)
  return [
    ...parts.map(([part, mebibytes]) => ({ what: `memory ${when}: ${part}`, value: mebibytes, unit: 'MiB' })),
    { what: `memory ${when}: all parts`, value: sum, unit: 'MiB' },
  ]
}
