import { describe, expect, test } from 'vitest'
import { afterFailedSave, openDraft, readKept, trySavingAgain } from '#components/create/draft-rules.ts'
import type { Draft } from '#lib/proposals/contract.ts'

const start = 'name: ""\n'
const server: Draft = {
  key: 'create/demo/payments-prod/StorageBucket.storage.cnrm.cloud.google.com',
  title: 'StorageBucket',
  content: { text: 'name: server\n', baseBlob: 'b1' },
  revision: 3,
  updatedAt: '2026-11-23T10:00:00Z',
}
const mine = (revision: number | null, text = 'name: mine\n') => ({ text, revision, baseBlob: 'b0' })

describe('which text an editor opens with', () => {
  test('the start, when nothing was typed', () => {
    expect(openDraft(start, null, null)).toEqual({ from: 'start' })
    expect(openDraft(start, null, mine(null, start))).toEqual({ from: 'start' })
  })
  test("the server's draft", () => {
    expect(openDraft(start, server, null)).toEqual({ from: 'server', text: 'name: server\n', baseBlob: 'b1' })
    expect(openDraft(start, server, mine(2, 'name: server\n'))).toMatchObject({ from: 'server' })
  })
  test("this tab's text, when the server has nothing newer", () => {
    expect(openDraft(start, null, mine(null))).toMatchObject({ from: 'tab', text: 'name: mine\n' })
    expect(openDraft(start, null, mine(3))).toMatchObject({ from: 'tab' })
    expect(openDraft(start, server, mine(3))).toMatchObject({ from: 'tab', baseBlob: 'b0' })
  })
  test("this tab's text, when the server has what this tab sent before it was left", () => {
    expect(openDraft(start, server, { ...mine(2), sent: 'name: server\n' })).toMatchObject({ from: 'tab', text: 'name: mine\n' })
    expect(openDraft(start, server, { ...mine(null), sent: 'name: server\n' })).toMatchObject({ from: 'tab', text: 'name: mine\n' })
    expect(openDraft(start, server, { ...mine(2), sent: 'name: other\n' })).toMatchObject({ from: 'conflict' })
    expect(openDraft(start, null, { ...mine(null), sent: 'name: mine\n' })).toMatchObject({ from: 'tab', sent: 'name: mine\n' })
  })
  test('both, when both went on: the person chooses', () => {
    expect(openDraft(start, server, mine(2))).toEqual({ from: 'conflict', mine: mine(2), other: server })
    expect(openDraft(start, server, mine(null))).toMatchObject({ from: 'conflict' })
  })
})

describe('a save that fails', () => {
  test.each([
    ['unauthenticated', 'signed-out', 10_000],
    ['conflict', 'conflict', undefined],
    ['too-large', 'refused', undefined],
    ['invalid', 'refused', undefined],
    ['unreachable', 'offline', 5000],
    ['unavailable', 'offline', 5000],
    ['rate-limited', 'offline', 5000],
    ['internal', 'offline', 5000],
  ] as const)('%s means %s', (code, state, again) => {
    const keeping = afterFailedSave(code, 'Why.', server)
    expect(keeping.state).toBe(state)
    expect(trySavingAgain(keeping)).toBe(again)
  })
})

describe('what a tab kept', () => {
  test('is read back', () => {
    expect(readKept(JSON.stringify(mine(4)))).toEqual(mine(4))
    expect(readKept(JSON.stringify({ ...mine(4), sent: 'b' }))).toEqual({ ...mine(4), sent: 'b' })
    expect(readKept('{"text":"a"}')).toEqual({ text: 'a', revision: null, baseBlob: null })
  })
  test.each([null, '', '{', 'null', '[]', '{"text":1}'])('%s is not ours', (stored) => {
    expect(readKept(stored)).toBeNull()
  })
})
