import { expect, test } from 'vitest'
import type { AdoptionReport, AdoptionRow } from '#lib/imports/contract.ts'
import { adoptionHeadline, adoptionNumbers } from './adoption-words.ts'

const label: AdoptionRow['differences'][number] = { path: ['labels', 'managed-by-cnrm'], before: null, after: 'true', expected: true }
const odd: AdoptionRow['differences'][number] = { path: ['storageClass'], before: 'STANDARD', after: 'NEARLINE', expected: false }

test.each<[Partial<AdoptionReport['counts']>, AdoptionRow['differences'], string]>([
  [{}, [], 'Nothing was merged yet'],
  [{ waiting: 38 }, [], '0 of 38 adopted so far'],
  [{ acquired: 38 }, [label], '38 of 38 adopted, 0 changes in the cloud except the label managed-by-cnrm'],
  [{ acquired: 2 }, [], '2 of 2 adopted, 0 changes in the cloud'],
  [{ acquired: 30, conflict: 2, waiting: 6 }, [label], '30 of 38 adopted, 0 changes in the cloud except the label managed-by-cnrm'],
  [{ acquired: 36, changed: 1, failed: 1 }, [label, odd], '37 of 38 adopted, 1 resource changed in the cloud'],
])('%j is said as %s', (counts, differences, said) => expect(adoptionHeadline(counts, [{ differences }])).toBe(said))

test('what changed is adopted, and counted as changed too', () =>
  expect(adoptionNumbers({ acquired: 3, changed: 1, conflict: 1, failed: 1, waiting: 2, unknown: 1 })).toEqual({
    total: 9,
    adopted: 4,
    changed: 1,
    stopped: 2,
    waiting: 3,
  }))
