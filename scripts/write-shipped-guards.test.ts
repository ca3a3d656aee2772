import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shippedGuards } from '#lib/doctor/shipped-guards.ts'
import { shippedGuardsText } from './write-shipped-guards.ts'

test('the doctor knows the admission policies as deploy/kubernetes has them (node scripts/write-shipped-guards.ts prints them anew)', () => {
  const printed = shippedGuardsText()
  const list: unknown = JSON.parse(printed.slice(printed.indexOf('= [') + 2))
  expect(shippedGuards).toEqual(list)
  expect(shippedGuards.length).toBeGreaterThan(4)
  expect(readFileSync(join(import.meta.dirname, '..', 'lib', 'doctor', 'shipped-guards.ts'), 'utf8')).toContain('write-shipped-guards.ts')
})
