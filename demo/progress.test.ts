import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress } from './progress.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('steps side by side share a line that says how far each is, until they are done', async () => {
  const lines: string[] = []
  const { step, times } = createProgress((line) => lines.push(line))
  const oven = Promise.withResolvers<string>()
  const cake = step('Oven', () => oven.promise)
  const cream = Promise.withResolvers<void>()
  const whipped = step('Cream', (say) => {
    say('45 %')
    return cream.promise
  })
  await vi.advanceTimersByTimeAsync(5_000)
  expect(lines).toEqual(['  … 5.0 s: Oven; Cream: 45 %'])
  oven.resolve('cake')
  expect(await cake).toBe('cake')
  await vi.advanceTimersByTimeAsync(5_000)
  cream.resolve()
  await whipped
  await vi.advanceTimersByTimeAsync(60_000)
  expect(lines.slice(1)).toEqual(['  ✓ Oven (5.0 s)', '  … 10.0 s: Cream: 45 %', '  ✓ Cream (10.0 s)'])
  expect(times).toEqual({ Oven: 5, Cream: 10 })
})

test('a step that fails is marked and hands on its error', async () => {
  const lines: string[] = []
  const { step } = createProgress((line) => lines.push(line))
  await expect(step('Oven', () => Promise.reject(new Error('no gas')))).rejects.toThrow('no gas')
  expect(lines).toEqual(['  ✗ Oven (0.0 s)'])
})
