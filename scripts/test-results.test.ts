import { describe, expect, test } from 'vitest'
import { readPlaywright, readVitest, single, sum } from './test-results.ts'

const vitest = (...files: object[]): string => JSON.stringify({ testResults: files })
const passing = { name: 'a.test.ts', status: 'passed', assertionResults: [{ fullName: 'adds', status: 'passed' }] }

describe('results of vitest', () => {
  test.each([
    ['a passed file', vitest(passing), 0, { passed: 1, failed: 0, skipped: 0, failures: [] }],
    [
      'a failed and a skipped test',
      vitest({
        name: 'b',
        status: 'failed',
        assertionResults: [
          { fullName: 'x', status: 'failed' },
          { fullName: 'y', status: 'skipped' },
        ],
      }),
      1,
      { passed: 0, failed: 1, skipped: 1, failures: ['b: x'] },
    ],
    [
      'a file that could not be loaded',
      vitest(passing, { name: 'c', status: 'failed', message: 'no such module\n at c', assertionResults: [] }),
      1,
      { passed: 1, failed: 1, skipped: 0, failures: ['c: no such module'] },
    ],
    ['a failure outside every test', vitest(passing), 1, { passed: 1, failed: 1, skipped: 0, failures: ['unit (exit code 1, 1 passed)'] }],
    ['no test at all', vitest(), 0, { passed: 0, failed: 1, skipped: 0, failures: ['unit (exit code 0, 0 passed)'] }],
    ['no report', undefined, 0, { passed: 0, failed: 1, skipped: 0, failures: ['unit (no report)'] }],
    ['a report cut short', '{"testResults": [', 1, { passed: 0, failed: 1, skipped: 0, failures: ['unit (no report)'] }],
  ])('%s', (_, text, exitCode, expected) => {
    expect(readVitest('unit', text, exitCode)).toEqual(expected)
  })
})

describe('results of Playwright', () => {
  const report = (stats: object, errors: object[] = []): string =>
    JSON.stringify({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats }, errors })
  test.each([
    ['passed journeys', report({ expected: 3 }), 0, 3, 0],
    ['a journey that failed and one that needed two tries', report({ expected: 1, unexpected: 1, flaky: 1 }), 1, 1, 2],
    ['an error outside journeys', report({ expected: 2 }, [{ message: 'set-up failed' }]), 1, 2, 1],
    ['no journey', report({}), 0, 0, 1],
    ['no report', undefined, 1, 0, 1],
  ])('%s', (_, text, exitCode, passed, failed) => {
    expect(readPlaywright('journeys', text, exitCode)).toMatchObject({ passed, failed })
  })
})

test('the sum keeps every failure', () => {
  expect(sum([single('tsc', true), single('biome', false)])).toEqual({ passed: 1, failed: 1, skipped: 0, failures: ['biome'] })
})
