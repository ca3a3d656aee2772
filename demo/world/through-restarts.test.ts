import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { throughRestarts } from '#demo/world/through-restarts.ts'
import { Invalid, Unavailable } from '#lib/errors.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('work that meets a control plane that is away is done again until it answers', async () => {
  let times = 0
  const heard: string[] = []
  const done = throughRestarts(
    async () => {
      times += 1
      if (times < 3) throw new Unavailable('cluster', 'away')
      return 'seeded'
    },
    (why) => heard.push(why),
  )
  await vi.runAllTimersAsync()
  expect(await done).toBe('seeded')
  expect(heard).toEqual(['away', 'away'])
})

test('a refusal is not tried again, and an absence without end is told in the end', async () => {
  await expect(throughRestarts(() => Promise.reject(new Invalid('no')))).rejects.toThrow('no')
  const never = throughRestarts(() => Promise.reject(new Unavailable('cluster', 'away')))
  const told = expect(never).rejects.toThrow('away')
  await vi.runAllTimersAsync()
  await told
})
