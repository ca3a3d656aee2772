/**
 * Keeps parts running: starts each, starts it again when it ends by itself, stops all, the foundations last.
 *
 * A part is started and awaited once by `start`; from then on it is the supervisor's. Killed with -9, it is named and
 * comes back after a back-off (restart-policy.ts). Should the supervisor itself be killed, the parts see their standard
 * input close and end (follow-parent.mjs, `--follow-stdin` of the control plane).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { logFile, type Part, type Run, runPart, stopRun } from './part.ts'
import { releasePort } from './ports.ts'
import { decideRestart } from './restart-policy.ts'

export interface SupervisorOptions {
  /** Directory of the log files. */
  logs: string
  /** Gets a sentence whenever a part ended, came back, or keeps failing. */
  tell: (sentence: string) => void
  /** A part runs as another process than before. */
  changed?: () => void
}

export interface Supervisor {
  /** Starts a part and waits until it is ready. A start that fails is tried no further: it throws. */
  start: (part: Part) => Promise<void>
  /** Process id by part, of those that run now. */
  pids: () => Record<string, number>
  /** Stops all parts, foundations last. Parts that are just being started are stopped all the same. */
  stop: () => Promise<void>
}

const stopGraceMs = 4_000
const foundationGraceMs = 6_000

export function createSupervisor({ logs, tell, changed }: SupervisorOptions): Supervisor {
  const runs = new Map<string, Run>()
  const stopping = new AbortController()

  const launch = (part: Part): Run => {
    const run = runPart(part, logs)
    runs.set(part.name, run)
    run.ended.then(() => {
      if (runs.get(part.name) === run) runs.delete(part.name)
    })
    return run
  }

  const watchOver = async (part: Part, first: Run): Promise<void> => {
    let run = first
    let failures = 0
    while (!stopping.signal.aborted) {
      const how = await run.ended
      if (stopping.signal.aborted) return
      const decision = decideRestart(Date.now() - run.startedAt, failures)
      failures = decision.failures
      tell(`${part.title} ended (${how}); starting it again in ${(decision.delayMs / 1000).toFixed(1)} s.`)
      if (decision.alarm)
        tell(`${part.title} ended ${failures} times in a row. Read ${logFile(logs, part.name)}; it is tried on, more slowly.`)
      await sleep(decision.delayMs, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      run = launch(part)
      changed?.()
      await announce(part, run)
    }
  }

  const announce = async (part: Part, run: Run): Promise<void> => {
    try {
      await run.ready
      tell(`${part.title} is back.`)
    } catch (error) {
      if (stopping.signal.aborted) return
      tell(error instanceof Error ? error.message : String(error))
      await stopRun(run, stopGraceMs)
    }
  }

  return {
    start: async (part) => {
      await Promise.all((part.ports ?? []).map(releasePort))
      if (stopping.signal.aborted) throw new Error('The demo is being stopped.')
      const run = launch(part)
      try {
        await run.ready
      } catch (error) {
        await stopRun(run, stopGraceMs)
        throw error
      }
      void watchOver(part, run)
    },
    pids: () => Object.fromEntries([...runs].map(([name, run]) => [name, run.process.pid ?? 0])),
    stop: async () => {
      stopping.abort()
      // The others still write to the foundations while they end.
      await Promise.all([...runs.values()].filter((run) => !run.part.foundation).map((run) => stopRun(run, stopGraceMs)))
      await Promise.all([...runs.values()].map((run) => stopRun(run, foundationGraceMs)))
    },
  }
}
