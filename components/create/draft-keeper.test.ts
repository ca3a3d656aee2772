import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DraftKeeper } from '#components/create/draft-keeper.ts'
import { ManifestStore } from '#components/create/manifest-store.ts'
import type { Draft } from '#lib/proposals/contract.ts'

/** The drafts API as lib/drafts/drafts.ts has it, for one draft. */
class SimulatedServer {
  draft: Draft | null = null
  saves = 0
  next: 'answer' | 'lose-answer' | 'signed-out' | 'away' = 'answer'

  readonly fetch = async (_path: unknown, init?: RequestInit): Promise<Response> => {
    const how = this.next
    this.next = 'answer'
    if (how === 'away') throw new TypeError('network')
    if (how === 'signed-out') return Response.json({ code: 'unauthenticated', detail: 'You are signed out.' }, { status: 401 })
    if (init?.method === 'DELETE') {
      this.draft = null
      return new Response(null, { status: 204 })
    }
    const { title, content, baseRevision } = JSON.parse(String(init?.body))
    if (baseRevision !== (this.draft?.revision ?? null))
      return Response.json({ code: 'conflict', detail: 'Saved in another tab.', details: { draft: this.draft } }, { status: 409 })
    this.saves += 1
    this.draft = { key: 'k', title, content, revision: (this.draft?.revision ?? 0) + 1, updatedAt: '2026-11-23T10:00:00Z' }
    if (how === 'lose-answer') throw new TypeError('network')
    return Response.json(this.draft)
  }

  /** Another tab saves. */
  otherTab(text: string, baseBlob?: string): void {
    this.draft = {
      key: 'k',
      title: '',
      content: { text, baseBlob },
      revision: (this.draft?.revision ?? 0) + 1,
      updatedAt: '2026-11-23T10:00:00Z',
    }
  }
}

const server = () => {
  const simulated = new SimulatedServer()
  vi.stubGlobal('fetch', simulated.fetch)
  return simulated
}
function editing({ text = 'a: 0\n', sent }: { text?: string; sent?: string } = {}): { store: ManifestStore; keeper: DraftKeeper } {
  const store = new ManifestStore(text)
  const options = {
    address: { key: 'k', username: 'alice' },
    title: () => 'A',
    saved: 'a: 0\n',
    draft: null,
    baseBlob: null,
    conflict: null,
    sent,
  }
  return { store, keeper: new DraftKeeper(store, options) }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('keeping what is typed', () => {
  test('what nobody changed is not saved', async () => {
    const remote = server()
    await editing().keeper.save()
    expect(remote.saves).toBe(0)
  })

  test('a change is saved once', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    await keeper.save()
    await keeper.save()
    expect(remote.saves).toBe(1)
    expect(remote.draft?.content.text).toBe('a: 1\n')
    expect(keeper.keeping().state).toBe('kept')
  })

  test('what is typed during a save is saved after it', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    const saving = keeper.save()
    store.set(['a'], 2)
    await keeper.save(true)
    await saving
    await vi.advanceTimersByTimeAsync(1500)
    expect(remote.draft?.content.text).toBe('a: 2\n')
    expect(keeper.keeping().state).toBe('kept')
  })

  test('a lost answer is no conflict with oneself', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    remote.next = 'lose-answer'
    await keeper.save()
    expect(keeper.keeping().state).toBe('offline')
    store.set(['a'], 2)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(keeper.keeping().state).toBe('kept')
    expect(remote.draft?.content.text).toBe('a: 2\n')
  })

  test.each([
    ['away', 'offline'],
    ['signed-out', 'signed-out'],
  ] as const)('%s: it says so, and saves by itself later', async (next, state) => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    remote.next = next
    await keeper.save()
    expect(keeper.keeping().state).toBe(state)
    await vi.advanceTimersByTimeAsync(11_000)
    expect(remote.draft?.content.text).toBe('a: 1\n')
  })

  test("another tab's text is never overwritten before the person chooses", async () => {
    const remote = server()
    const { store, keeper } = editing()
    remote.otherTab('a: 7\n')
    store.set(['a'], 1)
    await keeper.save()
    expect(keeper.keeping()).toMatchObject({ state: 'conflict', other: { content: { text: 'a: 7\n' } } })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(remote.draft?.content.text).toBe('a: 7\n')
    expect(store.state().text).toBe('a: 1\n')
    await keeper.keepMine()
    expect(remote.draft?.content.text).toBe('a: 1\n')
  })

  test('taking the other text goes on from it', async () => {
    const remote = server()
    const { store, keeper } = editing()
    remote.otherTab('a: 7\n', 'the blob it merged with')
    store.set(['a'], 1)
    await keeper.save()
    expect(keeper.takeOther()).toBe('the blob it merged with')
    expect(store.state().text).toBe('a: 7\n')
    store.set(['a'], 8)
    await keeper.save()
    expect(remote.draft).toMatchObject({ revision: 2, content: { text: 'a: 8\n', baseBlob: 'the blob it merged with' } })
  })

  test('what was typed while the text before was put aside is saved', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    const { text } = store.state()
    store.set(['a'], 2)
    await keeper.end({ deleteOnServer: false })
    keeper.begin(text, null)
    await vi.advanceTimersByTimeAsync(1500)
    expect(remote.draft?.content.text).toBe('a: 2\n')
  })

  test('a save that arrived after its page was left is no other tab', async () => {
    const remote = server()
    remote.otherTab('a: 1\n')
    const { keeper } = editing({ text: 'a: 2\n', sent: 'a: 1\n' })
    await keeper.save()
    await vi.advanceTimersByTimeAsync(1500)
    expect(keeper.keeping().state).toBe('kept')
    expect(remote.draft?.content.text).toBe('a: 2\n')
  })

  test('discarding during a save leaves nothing on the server', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    const saving = keeper.save()
    await keeper.end({ deleteOnServer: true })
    await saving
    expect(remote.draft).toBeNull()
  })

  test('while something else takes the draft away nothing is saved, and afterwards only what is new', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    void keeper.save()
    const goOn = await keeper.hold()
    expect(remote.draft?.content.text).toBe('a: 1\n')
    store.set(['a'], 2)
    await keeper.save()
    remote.draft = null
    await keeper.end({ deleteOnServer: false })
    keeper.begin('a: 2\n', null)
    goOn()
    await vi.advanceTimersByTimeAsync(5000)
    expect(remote.draft).toBeNull()
    expect(keeper.keeping().state).toBe('kept')
  })

  test('what was not taken away after all is saved', async () => {
    const remote = server()
    const { store, keeper } = editing()
    const goOn = await keeper.hold()
    store.set(['a'], 1)
    await keeper.save()
    expect(remote.saves).toBe(0)
    goOn()
    await vi.advanceTimersByTimeAsync(1500)
    expect(remote.draft?.content.text).toBe('a: 1\n')
  })

  test('after it was sent nothing is saved any more', async () => {
    const remote = server()
    const { store, keeper } = editing()
    store.set(['a'], 1)
    await keeper.save()
    await keeper.end({ deleteOnServer: true })
    store.set(['a'], 2)
    await keeper.save(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(remote.draft).toBeNull()
  })
})
