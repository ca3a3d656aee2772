import { expect, test } from 'vitest'
import { headlineInList } from '#components/resources/headline-in-list.ts'

test.each([
  ['ready', 'SQLInstance ledger is ready.', ''],
  [
    'progressing',
    'SQLInstance ledger waits for ComputeNetwork vpc, which is not ready.',
    'Waits for ComputeNetwork vpc, which is not ready.',
  ],
  ['failed', 'Something else entirely.', 'Something else entirely.'],
  ['ready', 'SQLInstance ledger is ready, but deletion is protected.', 'Is ready, but deletion is protected.'],
] as const)('%s: %s', (state, headline, expected) => {
  expect(headlineInList({ kindName: 'SQLInstance', name: 'ledger', state, headline })).toBe(expected)
})
