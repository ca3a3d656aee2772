/** When a part that ended by itself is started again. Pure: the supervisor acts on it. */

/** A part that ran this long (ms) before it ended counts as healthy: its earlier failures are forgotten. */
export const healthyAfterMs = 60_000

/** Ends in a row without a healthy run after which people are told which log to read; restarts go on, slowly. */
export const failuresUntilAlarm = 5

const firstDelayMs = 250
const longestDelayMs = 30_000

export interface RestartDecision {
  /** Ends in a row, this one included. */
  failures: number
  delayMs: number
  /** True once, when the failures become a pattern. */
  alarm: boolean
}

/** What to do when a part ends after `ranMs`, having failed `failuresBefore` times in a row. Back-off doubles from 250 ms to 30 s. */
export function decideRestart(ranMs: number, failuresBefore: number): RestartDecision {
  const failures = ranMs >= healthyAfterMs ? 1 : failuresBefore + 1
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1))
  return { failures, delayMs, alarm: failures === failuresUntilAlarm }
}
