import { expect, test } from 'vitest'
import { queryText } from './api-paths.ts'
import { ApiProblem, problemFrom } from './api-problem.ts'
import { shouldRetry, signInPath } from './fetch-json.ts'

test("problem details become a typed error with the server's sentence", () => {
  const problem = problemFrom(
    422,
    JSON.stringify({
      type: 'x',
      title: 'Wrong',
      status: 422,
      detail: 'The name is taken.',
      code: 'invalid',
      requestId: 'r1',
      fields: [{ path: ['metadata', 'name'], message: 'taken' }, { broken: true }],
    }),
  )
  expect(problem).toMatchObject({
    status: 422,
    code: 'invalid',
    detail: 'The name is taken.',
    requestId: 'r1',
    fields: [{ path: ['metadata', 'name'], message: 'taken' }],
  })
})

test.each([
  ['<html>Bad gateway</html>', 502, 'internal'],
  ['', 401, 'unauthenticated'],
  ['null', 403, 'forbidden'],
  ['[1]', 404, 'not-found'],
])('an answer that is no problem document (%j) still gives a sentence', (text, status, code) => {
  const problem = problemFrom(status, text, 'r2')
  expect(problem).toMatchObject({ status, code, requestId: 'r2' })
  expect(problem.detail).toContain(String(status))
})

test('only failures that can pass are tried again, twice', () => {
  const away = new ApiProblem(503, 'unavailable', 'The cluster does not answer.')
  expect([shouldRetry(0, away), shouldRetry(1, away), shouldRetry(2, away)]).toEqual([true, true, false])
  expect(shouldRetry(0, new ApiProblem(404, 'not-found', 'No.'))).toBe(false)
  expect(shouldRetry(0, new TypeError('a defect'))).toBe(false)
})

test('signing in leads back to where one was', () => {
  expect(signInPath('/resources?state=failed&q=a b')).toBe('/sign-in?returnTo=%2Fresources%3Fstate%3Dfailed%26q%3Da%20b')
  expect(signInPath('/')).toBe('/sign-in')
})

test('lists are repeated in a query and what is unset is left out', () => {
  expect(queryText({ q: '', state: ['failed', 'unknown'], cursor: null, limit: 5 })).toBe('?state=failed&state=unknown&limit=5')
  expect(queryText({})).toBe('')
})
