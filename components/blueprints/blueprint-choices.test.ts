import { describe, expect, test } from 'vitest'
import type { Question } from '#lib/blueprint/blueprint.ts'
import type { BlueprintSummary } from '#lib/catalogue/contract.ts'
import { firstAnswers } from './first-answers.ts'
import { matchingBlueprints } from './matching-blueprints.ts'

const summary = (name: string, more: Partial<BlueprintSummary> = {}): BlueprintSummary => ({
  name,
  title: name,
  description: '',
  category: 'Other',
  icon: 'box',
  keywords: [],
  team: null,
  kinds: [],
  clusters: ['demo'],
  source: 'here',
  url: null,
  restricted: false,
  ...more,
})

describe('blueprints are found', () => {
  const all = [
    summary('endpoint', { description: 'Data of a bucket.' }),
    summary('bucket', { title: 'Storage bucket', keywords: ['gcs'], kinds: ['StorageBucket.storage.x'] }),
    summary('elsewhere', { title: 'Bucket elsewhere', clusters: ['other'] }),
  ]
  test.each([
    ['', ['endpoint', 'bucket']],
    ['bucket', ['bucket', 'endpoint']],
    ['GCS', ['bucket']],
    ['storagebucket', ['bucket']],
    ['bucket storage', ['bucket']],
    ['nothing', []],
  ])('by %j', (query, names) => {
    expect(matchingBlueprints(all, 'demo', query).map(({ name }) => name)).toEqual(names)
  })
})

test('a form begins with what the blueprint proposes', () => {
  const questions: Question[] = [
    { name: 'name', title: 'Name', schema: { type: 'string' } },
    { name: 'fast', title: 'Fast', schema: { type: 'boolean', default: false } },
    { name: 'mode', title: 'Mode', schema: { type: 'string', default: 'no' } },
  ]
  expect(firstAnswers({ questions })).toBe('fast: false\nmode: "no"\n')
  expect(firstAnswers({ questions: questions.slice(0, 1) })).toBe('')
})
