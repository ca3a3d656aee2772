import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AuditAddress,
  auditFilter,
  auditPath,
  auditQuery,
  isCut,
  noFilter,
  readAuditAddress,
  toggledIn,
  withAudit,
} from './audit-filter.ts'

const read = (path: string) => readAuditAddress(new URLSearchParams(path.split('?')[1] ?? ''))

test('an address is read back as it was written', () => {
  fc.assert(
    fc.property(
      fc.record({
        actor: fc.stringMatching(/^[a-z@.]{0,20}$/),
        action: fc.uniqueArray(fc.stringMatching(/^[a-z]+\.[a-z]+$/), { maxLength: 3 }),
        outcome: fc.constantFrom<AuditAddress['outcome'][]>([], ['denied'], ['intent', 'failed']),
        namespace: fc.stringMatching(/^[a-z-]{0,10}$/),
        subject: fc.stringMatching(/^[a-z&=#]{0,10}$/),
        from: fc.constantFrom('', '2026-11-01'),
        to: fc.constantFrom('', '2026-11-23'),
        pages: fc.array(fc.stringMatching(/^[a-z]+$/), { maxLength: 2 }),
      }),
      (address) => {
        expect(read(auditPath(address))).toEqual(address)
      },
    ),
  )
})

test('what an address does not know is left out', () => {
  expect(read('/audit?outcome=great&from=yesterday&to=2026-99-99&x=1')).toEqual(noFilter)
  expect(isCut(noFilter)).toBe(false)
})

test('another filter begins on the first page', () => {
  const address = { ...noFilter, pages: ['a', 'b'] }
  expect(auditQuery(address)).toEqual({ cursor: 'b' })
  expect(withAudit(address, { actor: 'alice' })).toEqual({ ...noFilter, actor: 'alice' })
  expect(isCut({ ...noFilter, outcome: ['denied'] })).toBe(true)
})

test('days are whole days where the reader is', () => {
  const { since, until } = auditFilter({ ...noFilter, from: '2026-11-23', to: '2026-11-23' })
  expect(Date.parse(String(until)) - Date.parse(String(since))).toBe(86_400_000)
  expect(new Date(String(since)).getHours()).toBe(0)
})

test('choosing again takes a value back', () => {
  expect(toggledIn(['a', 'b'], 'a')).toEqual(['b'])
  expect(toggledIn(['b'], 'a')).toEqual(['b', 'a'])
})
