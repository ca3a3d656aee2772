/** Reads what the test runners report. Pure. What ran but cannot be read counts as a failure: silence is not success. */
import { z } from 'zod'

export interface Results {
  passed: number
  failed: number
  skipped: number
  /** The failed ones by name. */
  failures: string[]
}

const VitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
})

/** One thing that passed or failed as a whole. */
export const single = (name: string, passed: boolean): Results => ({
  passed: passed ? 1 : 0,
  failed: passed ? 0 : 1,
  skipped: 0,
  failures: passed ? [] : [name],
})

/** The sum of results. */
export const sum = (all: Results[]): Results => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  skipped: all.reduce((total, { skipped }) => total + skipped, 0),
  failures: all.flatMap(({ failures }) => failures),
})

/** From vitest's JSON reporter. A file that failed without a failed test (it could not be loaded) is a failure of its own. */
export function readVitest(suite: string, text: string | undefined, exitCode: number): Results {
  const report = parse(VitestReport, text)
  if (!report) return single(`${suite} (no report)`, false)
  const ofFiles = report.testResults.map((file): Results => {
    const withStatus = (...wanted: string[]): string[] =>
      file.assertionResults.filter(({ status }) => wanted.includes(status)).map(({ fullName }) => `${file.name}: ${fullName}`)
    const failures = withStatus('failed')
    if (file.status === 'failed' && failures.length === 0) failures.push(`${file.name}: ${file.message?.split('\n')[0] || 'could not run'}`)
    return {
      passed: withStatus('passed').length,
      failed: failures.length,
      skipped: withStatus('skipped', 'pending', 'todo').length,
      failures,
    }
  })
  return withExitCode(suite, sum(ofFiles), exitCode)
}

/** From Playwright's JSON reporter. A journey that passed only on its second try counts as failed. */
export function readPlaywright(suite: string, text: string | undefined, exitCode: number): Results {
  const report = parse(PlaywrightReport, text)
  if (!report) return single(`${suite} (no report)`, false)
  const { expected, unexpected, flaky, skipped } = report.stats
  const failed = unexpected + flaky
  const failures = failed > 0 ? [`${suite}: ${failed} of ${expected + failed} journeys`] : []
  const outside = failed > 0 ? [] : report.errors.map(({ message }) => `${suite}: ${message?.split('\n')[0] ?? 'error'}`)
  return withExitCode(suite, { passed: expected, failed: failed + outside.length, skipped, failures: [...failures, ...outside] }, exitCode)
}

/** A runner that reports no failure, yet ends as failed or ran nothing, has failed in a way of its own. */
function withExitCode(suite: string, results: Results, exitCode: number): Results {
  const silent = results.failed === 0 && (exitCode !== 0 || results.passed === 0)
  return silent ? sum([results, single(`${suite} (exit code ${exitCode}, ${results.passed} passed)`, false)]) : results
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data
  } catch {
    return undefined
  }
}
