/** The score against published pairs, where they are present beside the repository; they are no part of it. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'

const root = join(import.meta.dirname, '../..')
const shared = join(root, '../shared/kcc')
const corbel = [process.execPath, join(root, 'bin/corbel.mjs'), 'import', 'convert', '--crds', join(shared, 'crds')]
if (!existsSync(shared)) console.log('score.test.ts: ../shared/kcc is not there: the scores are not measured')

interface Score {
  ratio: number
  invalid?: number
  wrongID?: number
  wrongVersion?: number
  wrongProject?: number
}

function score(pairs: string): Score {
  const { stdout } = spawnSync(join(shared, 'score.py'), [join(shared, 'pairs', pairs), join(shared, 'crds'), '--', ...corbel], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  })
  // The last line is the total as JSON, in the form above.
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Score
}

describe.skipIf(!existsSync(shared))('against what Google’s own tools made of the same state', () => {
  // Floors: what was reached, not what is wished for. Raise them when a rule gets better.
  test.each([
    ['exported', 0.984],
    ['reconciled', 0.954],
  ])('%s manifests score at least %d, all valid, none of them another resource', { timeout: 300_000 }, (pairs, floor) => {
    const { ratio, invalid = 0, wrongID = 0, wrongVersion = 0, wrongProject = 0 } = score(pairs)
    expect({ invalid, wrongID, wrongVersion, wrongProject }).toEqual({ invalid: 0, wrongID: 0, wrongVersion: 0, wrongProject: 0 })
    expect(ratio).toBeGreaterThanOrEqual(floor)
  })

  test('every sample asset converts or is refused with a reason', { timeout: 300_000 }, () => {
    const folder = join(shared, 'assets')
    const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
    const [program = '', ...args] = corbel
    const { stdout, status } = spawnSync(program, args, { input: lines.join('\n'), encoding: 'utf8', maxBuffer: 100_000_000 })
    const answers = stdout
      .trim()
      .split('\n')
      .map((line): { manifests: Json[]; error: string | null } => JSON.parse(line))
    expect(status).toBe(0)
    expect(answers).toHaveLength(lines.length)
    expect(answers.filter(({ manifests, error }) => manifests.length > 0 === (error !== null))).toEqual([])
  })
})
