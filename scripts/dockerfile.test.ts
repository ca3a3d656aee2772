import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(root, 'Dockerfile'), 'utf8')
const instructions = text
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() && !line.startsWith('#'))

test('the Dockerfile has no complaint from the linter', () => {
  expect(validate(text).map((complaint) => `line ${complaint.range.start.line + 1}: ${complaint.message}`)).toEqual([])
})

test('the image runs as nobody in particular, and its code belongs to root', () => {
  expect(instructions.filter((line) => line.startsWith('USER')).at(-1)).toBe('USER 65532:65532')
})

test('what is copied from the checkout is there, and the demo is not in the image', () => {
  const copied = instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1))
  for (const name of copied) expect(existsSync(join(root, name)), name).toBe(true)
  expect(readFileSync(join(root, '.dockerignore'), 'utf8')).toMatch(/^demo$/m)
})
