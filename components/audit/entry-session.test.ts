import { expect, test } from 'vitest'
import { sessionPageOf } from './entry-session.ts'

test('an entry of a break-glass session leads to it, and nothing else does', () => {
  const session = '01980a3c-7a6e-7000-8000-000000000001'
  expect(sessionPageOf({ target: { session } })).toBe(`/break-glass/${session}`)
  expect(sessionPageOf({ target: { session: '../admin' } })).toBeNull()
  expect(sessionPageOf({ target: { login: session } })).toBeNull()
})
