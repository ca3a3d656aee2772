import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configurationPage } from '#scripts/write-configuration-docs.ts'

test('docs/configuration.md says what the code reads', () => {
  expect(readFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), 'utf8')).toBe(configurationPage())
})
