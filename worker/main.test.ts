import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('wrong settings end the worker with exit code 78 and a sentence for each', () => {
  const worker = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { NODE_ENV: 'test', CORBEL_URL: 'nowhere' },
    encoding: 'utf8',
  })
  expect(worker.status).toBe(78)
  expect(worker.stderr).toContain('CORBEL_URL must be a URL')
  expect(worker.stderr).toContain('DATABASE_URL is missing')
  expect(worker.stderr).not.toContain('    at ')
})
