import { expect, test } from 'vitest'
import type { RevisionView } from '#lib/inventory/contract.ts'
import { fieldsToShow, revisionAuthor, sessionBehind } from './revision-words.ts'

const [first, second] = ['01980a3c-7a6e-7000-8000-000000000001', '01980a3c-7a6e-7000-8000-000000000002']
const mark = ['metadata', 'annotations', 'corbel.dev/session']
const size = { path: ['spec', 'size'], before: 1, after: 2 }

const revision = (manager: string | null, fields: RevisionView['fields'], change: RevisionView['change'] = 'spec'): RevisionView => ({
  id: first,
  at: '2026-01-01T00:00:00.000Z',
  change,
  generation: 2,
  fields,
  manager,
  state: null,
  reason: null,
  message: null,
  commit: null,
  commitUrl: null,
  proposal: null,
})

test('what break-glass wrote is told by the session behind it, not by the mark that names it', () => {
  const entry = revision('corbel-break-glass', [size, { path: mark, before: second, after: first }])
  expect(revisionAuthor(entry)).toBe('break-glass')
  expect(fieldsToShow(entry)).toEqual([size])
  expect(sessionBehind([entry], 0)).toBe(first)
  const new_ = revision('corbel-break-glass', [
    size,
    { path: ['metadata', 'annotations'], before: undefined, after: { [mark[2] as string]: first } },
  ])
  expect(fieldsToShow(new_)).toEqual([size])
  expect(sessionBehind([new_], 0)).toBe(first)
})

test('a later change of the same session has it from an earlier entry, and nothing newer counts', () => {
  const marked = (session: unknown) => revision('corbel-break-glass', [{ path: mark, before: undefined, after: session }])
  const plain = revision('corbel-break-glass', [size])
  expect(sessionBehind([marked(second), plain, marked(first)], 1)).toBe(first)
  expect(sessionBehind([plain], 0)).toBeNull()
  expect(sessionBehind([plain, revision('kubectl', [{ path: mark, before: first, after: undefined }]), marked(first)], 0)).toBeNull()
  expect(sessionBehind([marked('javascript:x')], 0)).toBeNull()
})

test('a mark that anybody else wrote is shown, and leads nowhere', () => {
  const field = { path: mark, before: undefined, after: first }
  const entry = revision('kubectl', [field])
  expect(revisionAuthor(entry)).toBe('kubectl')
  expect(fieldsToShow(entry)).toEqual([field])
  expect(sessionBehind([entry], 0)).toBeNull()
  expect(revisionAuthor(revision('corbel-break-glass', [], 'condition'))).toBeNull()
  expect(revisionAuthor(revision('corbel', [size]))).toBe('CI')
})
