import { expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import type { MinedFacts } from '#lib/schema/field-tree.ts'
import { minedAdvice } from '#lib/schema/mined-advice.ts'

test.each<[MinedFacts | undefined, Json | undefined, RegExp | undefined]>([
  [{ values: ['SSD', 'HDD'] }, 'SSD', undefined],
  [{ values: ['SSD', 'HDD'] }, 'TAPE', /does not name this value\. It names SSD, HDD\.$/],
  [{ values: ['SSD', 'HDD'] }, 'ssd', /writes this SSD/],
  [{ values: ['SSD', 'HDD'] }, '', undefined],
  [{ values: ['SSD', 'HDD'] }, undefined, undefined],
  [{ values: ['POSTGRES_14', 'POSTGRES_15'] }, 'POSTGRES_18', undefined],
  [{ values: Array.from({ length: 30 }, (_, index) => `v${index}`) }, 'x', /and 18 more/],
  [{ syntax: 'duration' }, '3.5s', undefined],
  [{ syntax: 'duration' }, '1h', /in seconds/],
  [{ syntax: 'timestamp' }, '2026-11-30T12:00:00Z', undefined],
  [{ syntax: 'timestamp' }, 'tomorrow', /such as 2026/],
  [{ syntax: 'url' }, 'gcr.io/a', undefined],
  [undefined, 'x', undefined],
])('%j of %j', (mined, value, said) => {
  const advice = minedAdvice({ type: 'string', key: 'a', label: 'A', ...(mined ? { mined } : {}) }, value)
  if (said) expect(advice).toMatch(said)
  else expect(advice).toBeUndefined()
})
