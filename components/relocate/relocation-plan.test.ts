import { expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { planRelocation, withAbandon } from './relocation-plan.ts'

const from = { cluster: 'demo', namespace: 'shop', name: 'orders', gcpProject: 'shop-1' }
const abandon: Json = { metadata: { annotations: { 'cnrm.cloud.google.com/deletion-policy': 'abandon' } } }
const possible = { possible: true as const, cloudName: 'orders', why: 'It stays.' }
const base = { from, to: { ...from, name: 'sales' }, movesFile: false, takeOver: possible, live: {}, isLive: true, inGit: {} }

test.each([
  ['nothing wanted', { to: from }, { do: 'nothing' }],
  ['another file only', { to: from, movesFile: true }, { do: 'move-file' }],
  ['a kind that cannot be taken over', { takeOver: { possible: false as const, why: 'No.' } }, { do: 'replace', why: 'No.' }],
  ['the cluster says abandon', { live: abandon }, { abandoned: 'yes' }],
  ['only Git says abandon: it is not applied yet', { inGit: abandon }, { abandoned: 'in-git' }],
  ['nobody says abandon', {}, { abandoned: 'no' }],
  ['the cluster could not be asked', { live: abandon, isLive: false }, { abandoned: 'unknown' }],
  ['another project is a move', { to: { ...from, namespace: 'hub' }, live: abandon }, { do: 'take-over', cloudName: 'orders' }],
])('%s', (_, wanted, plan) => expect(planRelocation({ ...base, ...wanted })).toMatchObject(plan))

test('the first step only sets the policy', () => {
  const text = 'kind: X # a comment\nmetadata:\n  name: orders\n'
  expect(withAbandon(text, 0)).toBe(`${text}  annotations:\n    cnrm.cloud.google.com/deletion-policy: abandon\n`)
})
