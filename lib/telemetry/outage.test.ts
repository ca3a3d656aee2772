import { expect, test } from 'vitest'
import { outage } from './outage.ts'

test('a failure is told when it begins, every ten minutes while it lasts, and when it has ended', () => {
  let minute = 0
  const away = outage(() => minute * 60_000)
  const told: number[] = []
  for (; minute <= 25; minute++) if (away.begins()) told.push(minute)
  expect(told).toEqual([0, 10, 20])
  expect(away.ends()).toBe(26 * 60_000)
  expect(away.ends()).toBeUndefined()
  expect(away.begins()).toBe(true)
})

test('another failure is told at once, and the whole time counts as one outage', () => {
  let second = 0
  const away = outage(() => second * 1000)
  expect(away.begins('refused')).toBe(true)
  second = 3
  expect([away.begins('refused'), away.begins('out of memory'), away.begins('out of memory')]).toEqual([false, true, false])
  second = 5
  expect(away.ends()).toBe(5000)
})

test('what works has no end to tell', () => expect(outage().ends()).toBeUndefined())
