import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTypedRequest, requestProblems } from './kept-request.ts'

const free = { shortest: 12, ticket: { required: false, pattern: null, example: null }, most: 240 }
const strict = { ...free, ticket: { required: true, pattern: '[A-Z]+-\\d+', example: 'INC-4711' } }
const right = { reason: 'the queue is stuck', ticket: '', minutes: '30' }

describe('a request', () => {
  test.each([
    [right, free, []],
    [{ ...right, reason: 'too short' }, free, ['reason']],
    [{ ...right, reason: '            ' }, free, ['reason']],
    [{ ...right, reason: '👩‍🚒' }, free, ['reason']],
    [{ ...right, minutes: '' }, free, ['minutes']],
    [{ ...right, minutes: '0' }, free, ['minutes']],
    [{ ...right, minutes: '241' }, free, ['minutes']],
    [{ ...right, minutes: '1e2' }, free, ['minutes']],
    [{ ...right, minutes: '-5' }, free, ['minutes']],
    [right, strict, ['ticket']],
    [{ ...right, ticket: 'INC-4711' }, strict, []],
    [{ ...right, ticket: 'see INC-4711 please' }, strict, ['ticket']],
    [{ ...right, ticket: 'anything' }, { ...free, ticket: { required: false, pattern: '(', example: null } }, []],
  ])('%j', (typed, rules, wrong) => expect(Object.keys(requestProblems(typed, rules))).toEqual(wrong))

  test('says how many characters of the reason are missing', () => {
    expect(requestProblems({ ...right, reason: 'ten letter' }, free).reason).toContain('2 to go')
  })
})

describe('what was kept', () => {
  test('comes back as it was', () => {
    const typed = fc.record({
      reason: fc.string(),
      ticket: fc.string(),
      minutes: fc.string(),
      drill: fc.boolean(),
      incident: fc.boolean(),
      wanted: fc.boolean(),
    })
    fc.assert(
      fc.property(typed, (one) => {
        expect(readTypedRequest(JSON.stringify(one))).toEqual(one)
      }),
    )
  })

  test.each([null, '', '{', '[]', 'null', '{"reason":1}', '"text"'])('%j is nothing', (text) => {
    expect(readTypedRequest(text)).toBeNull()
  })
})
