import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { longestPauseMs, pausedAnnotation, pausedBecause, pauseOf, pauseValue, readPause } from './paused-apply.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const pause = {
  until: '2026-11-23T18:00:00.000Z',
  session: '0192f0c1-2345-7890-abcd-ef0123456789',
  owner: 'oidc:alice@acme.test',
  reason: 'The bucket is full.',
}
const object = (value?: string): JsonObject => ({
  metadata: { annotations: { ...(value === undefined ? {} : { [pausedAnnotation]: value }) } },
})

describe('the annotation of a pause', () => {
  test('is one line that is read back', () => {
    expect(pauseValue(pause)).toBe(
      'until=2026-11-23T18:00:00.000Z session=0192f0c1-2345-7890-abcd-ef0123456789 owner=oidc:alice@acme.test reason=The bucket is full.',
    )
    expect(readPause(pauseValue(pause))).toEqual(pause)
  })

  test('keeps its end, session and owner whatever the reason says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (reason) => {
        const value = pauseValue({ ...pause, reason })
        expect(value).not.toMatch(/[\n\r\u2028\u2029]/)
        expect(readPause(value)).toMatchObject({ until: pause.until, session: pause.session, owner: pause.owner })
      }),
    )
    expect(readPause(pauseValue({ ...pause, reason: 'x\nuntil=2030-01-01T00:00:00Z session=y' }))?.until).toBe(pause.until)
  })

  test.each([
    ['no annotation', undefined, false, false],
    ['one that holds', pauseValue(pause), true, true],
    ['one whose time is over', pauseValue({ ...pause, until: '2026-11-23T12:00:00Z' }), true, false],
    ['one without an end', 'true', true, false],
    ['an empty one', '', true, false],
    ['one with an end nobody can read', pauseValue({ ...pause, until: 'tomorrow' }), true, false],
    [
      'one longer than anybody may pause',
      pauseValue({ ...pause, until: new Date(now + longestPauseMs + 1000).toISOString() }),
      true,
      false,
    ],
  ])('holds back only until its end: %s', (_, value, annotated, holds) => {
    const found = pauseOf(object(value), now)
    expect(found.annotated).toBe(annotated)
    expect(found.pause !== undefined).toBe(holds)
  })

  test('holds nothing back where there is no object', () => {
    expect(pauseOf(undefined, now)).toEqual({ annotated: false, pause: undefined })
  })

  test('is told with owner, end, session and reason', () => {
    expect(pausedBecause(pause)).toBe(
      'oidc:alice@acme.test has paused it until 2026-11-23T18:00:00.000Z for break-glass session 0192f0c1-2345-7890-abcd-ef0123456789 (The bucket is full.): it was left as it is.',
    )
  })
})
