import { expect, test } from 'vitest'
import { managedAlready, reasonSentence } from './reason-words.ts'

test.each([
  ['managed', 'managed', 'IAMServiceAccount crawler in search-prod stands for it already.', managedAlready],
  ['skipped', 'managed', 'A GKE cluster manages it.', 'Something else manages it.'],
  [
    'unsupported',
    'unsupported',
    'No kind of the cluster stands for bigtableadmin.googleapis.com/Table.',
    'No kind of the cluster fits the asset type.',
  ],
  [
    'skipped',
    'part',
    'It stands in the manifest of orders, which it is a part of.',
    'They stand in the manifest of what they are a part of.',
  ],
  ['skipped', 'google-roles', 'This role comes with Google Cloud.', 'This role comes with Google Cloud.'],
  ['unsupported', 'constructor', null, 'constructor'],
  ['skipped', null, null, 'They were left out.'],
])('%s assets for the reason %s are said together, not by one of them', (category, reason, message, sentence) =>
  expect(reasonSentence(category, reason, message)).toBe(sentence),
)
