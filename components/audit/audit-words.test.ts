import { expect, test } from 'vitest'
import { actionWords, targetOf } from './audit-words.ts'

test.each([
  ['proposal.submitted', 'Proposal submitted'],
  ['login.started', 'Signed in'],
  ['break-glass.residue-checked', 'Break-glass: what is left'],
  ['break-glass.dry-run', 'Break-glass dry run'],
  ['constructor', 'Constructor'],
  ['', ''],
])('%s is told as %s', (action, words) => expect(actionWords(action)).toBe(words))

const kind = 'StorageBucket.storage.cnrm.cloud.google.com'
test.each([
  [
    { cluster: 'demo', namespace: 'payments-prod', kind, name: 'logs' },
    'payments-prod / StorageBucket / logs',
    `/resources/demo/payments-prod/${kind}/logs`,
  ],
  [{ namespace: 'payments-prod', kind, name: 'logs' }, 'payments-prod / StorageBucket / logs', null],
  [{ proposal: 'p1', repository: 'acme/payments', pullNumber: 7 }, 'acme/payments #7', '/proposals/p1'],
  [{ proposal: 'p1', resources: [{}, {}] }, '2 resources', '/proposals/p1'],
  [
    { import: 'i1', proposal: 'p1', cluster: 'demo', namespace: 'payments-prod' },
    'payments-prod, a proposal of the import',
    '/proposals/p1',
  ],
  [{ import: 'i1', cluster: 'demo', scope: 'x' }, 'cluster demo, the import', null],
  [{ cluster: 'demo', namespace: 'payments-prod' }, 'payments-prod', null],
  [{ id: 'x' }, 'x', null],
  [{ name: ['odd'] }, '', null],
  [{}, '', null],
])('%j is told in a line, with its page', (target, text, href) => expect(targetOf({ target })).toEqual({ text, href }))
