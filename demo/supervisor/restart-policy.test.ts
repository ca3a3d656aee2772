import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideRestart, failuresUntilAlarm, healthyAfterMs } from './restart-policy.ts'

describe('a part that ended by itself', () => {
  test.each([
    ['the first time soon after its start', 1_000, 0, { failures: 1, delayMs: 250, alarm: false }],
    ['again soon after', 1_000, 1, { failures: 2, delayMs: 500, alarm: false }],
    ['so often that people should look', 1_000, failuresUntilAlarm - 1, { failures: failuresUntilAlarm, delayMs: 4_000, alarm: true }],
    ['once more after the alarm', 1_000, failuresUntilAlarm, { failures: failuresUntilAlarm + 1, delayMs: 8_000, alarm: false }],
    ['after a healthy run', healthyAfterMs, 9, { failures: 1, delayMs: 250, alarm: false }],
  ])('%s', (_, ranMs, failuresBefore, expected) => {
    expect(decideRestart(ranMs, failuresBefore)).toEqual(expected)
  })

  test('always comes back within half a minute, never at once', () => {
    fc.assert(
      fc.property(fc.nat(10 * healthyAfterMs), fc.nat(1_000), (ranMs, failures) => {
        const { delayMs } = decideRestart(ranMs, failures)
        expect(delayMs).toBeGreaterThan(0)
        expect(delayMs).toBeLessThanOrEqual(30_000)
      }),
    )
  })
})
