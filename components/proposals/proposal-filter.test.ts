import { expect, test } from 'vitest'
import { proposalListPath, proposalQuery, readProposalFilter } from '#components/proposals/proposal-filter.ts'

test.each([
  ['', { who: 'mine', group: null, pages: [] }, '/proposals'],
  ['who=team&state=attention', { who: 'team', group: 'attention', pages: [] }, '/proposals?who=team&state=attention'],
  ['who=nobody&state=__proto__', { who: 'mine', group: null, pages: [] }, '/proposals'],
  ['page=a&page=b', { who: 'mine', group: null, pages: ['a', 'b'] }, '/proposals?page=a&page=b'],
])('the address %s', (search, filter, path) => {
  expect(readProposalFilter(new URLSearchParams(search))).toEqual(filter)
  expect(proposalListPath(readProposalFilter(new URLSearchParams(search)))).toBe(path)
})

test('the last page of the address is the one that is asked for', () => {
  expect(proposalQuery({ who: 'all', group: 'ready', pages: ['a', 'b'] })).toEqual({ who: 'all', state: ['ready'], limit: 30, cursor: 'b' })
})
