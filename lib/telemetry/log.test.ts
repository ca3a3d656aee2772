import { expect, test } from 'vitest'
import { Unavailable } from '#lib/errors.ts'
import { loggedError } from './log.ts'

test('an error is logged with its causes and without what they carry', () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
  const cause = Object.assign(new Error(`id_token not accepted: ${token}`), {
    status: 422,
    jwt: token,
    request: { headers: { authorization: 'token canary' }, body: 'password: canary' },
  })
  const logged = loggedError(new Unavailable('github', 'GitHub does not answer.', { cause }))
  expect(JSON.stringify(logged)).not.toMatch(/canary|eyJ/)
  expect(logged).toMatchObject({ message: 'GitHub does not answer.', status: 503, cause: { type: 'Error', status: 422 } })
})

test('anything thrown can be logged', () => {
  const circular = new Error('round')
  circular.cause = circular
  expect(JSON.stringify(loggedError(circular))).toContain('round')
  expect(loggedError('Bearer abcdefghijklmnopqrstuvwxyz')).toEqual({ type: 'string', message: 'Bearer (hidden)' })
})
