/** Against what Config Connector's mappings say, where they are present beside the repository; they are no part of it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { isLabelled } from './labelled-kinds.ts'

const facts = join(import.meta.dirname, '../../../shared/kcc/facts/servicemappings.json')
const Mappings = z.array(z.looseObject({ kind: z.string(), labels: z.string().nullish() }))

test.skipIf(!existsSync(facts))('every kind with a mapping for labels is known to have some', () => {
  const mappings = Mappings.parse(JSON.parse(readFileSync(facts, 'utf8')))
  const labelled = mappings.flatMap(({ kind, labels }) => (labels ? [kind] : []))
  expect(labelled.length).toBeGreaterThan(40)
  expect(labelled.filter((kind) => !isLabelled(kind))).toEqual([])
})
