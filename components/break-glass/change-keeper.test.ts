import { describe, expect, test } from 'vitest'
import { ApiProblem } from '#components/data/api-problem.ts'
import type { ChangeEditor } from '#lib/break-glass/contract.ts'
import { ChangeKeeper, type ChangeServer } from './change-keeper.ts'

const editorWith = (text: string, revision: number): ChangeEditor => ({
  change: {
    id: '00000000-0000-7000-8000-000000000000',
    kind: 'Thing.example.dev',
    name: 'one',
    action: 'edit',
    state: 'editing',
    revision,
    fields: [],
    patchHash: null,
    dryRun: null,
    dryRunAt: null,
    auditId: null,
    appliedAt: null,
    undoOf: null,
    undoneBy: null,
    remaining: false,
    readiness: null,
    corroborated: 'waiting',
    proposal: null,
    residue: null,
    problem: null,
  },
  live: 'live',
  text,
  stale: null,
})

/** A server with one text, as the API keeps it, and a tab with one document. */
function world(text = 'start') {
  let stored = editorWith(text, 1)
  let away = false
  const server: ChangeServer = {
    save: async (next, revision) => {
      if (away) throw new ApiProblem(0, 'unreachable', 'The portal does not answer.')
      if (revision !== stored.change.revision) throw new ApiProblem(409, 'conflict', 'Another tab saved.')
      stored = editorWith(next, revision + 1)
      return stored
    },
    read: async () => stored,
  }
  const tab = () => {
    const document = { text: stored.text, broken: undefined as string | undefined }
    const store = {
      state: () => document,
      subscribe: () => () => undefined,
      settle: () => undefined,
      replace: (next: string) => {
        document.text = next
      },
    }
    const keeper = new ChangeKeeper(store, stored, server, () => undefined)
    return { document, keeper }
  }
  return {
    tab,
    stored: () => stored,
    goAway: (gone: boolean) => {
      away = gone
    },
  }
}

describe('what is typed into a change', () => {
  test('is saved, once', async () => {
    const { tab, stored } = world()
    const { document, keeper } = tab()
    expect(await keeper.save()).toBe(true)
    expect(stored().change.revision).toBe(1)
    document.text = 'typed'
    expect(await Promise.all([keeper.save(), keeper.save()])).toEqual([true, true])
    expect(stored()).toEqual(editorWith('typed', 2))
  })

  test('is not sent while it cannot be read', async () => {
    const { tab, stored } = world()
    const { document, keeper } = tab()
    Object.assign(document, { text: 'a: [', broken: 'Line 1' })
    expect(await keeper.save()).toBe(false)
    expect(stored().text).toBe('start')
  })

  test('stays, and says so, while the portal does not answer', async () => {
    const { tab, stored, goAway } = world()
    const { document, keeper } = tab()
    document.text = 'typed'
    goAway(true)
    expect(await keeper.save()).toBe(false)
    expect(keeper.keeping()).toMatchObject({ state: 'failed', again: true })
    goAway(false)
    expect(await keeper.save()).toBe(true)
    expect(stored().text).toBe('typed')
  })

  test('follows another tab where nothing is unsaved', async () => {
    const { tab, stored } = world()
    const [one, other] = [tab(), tab()]
    one.document.text = 'from one'
    await one.keeper.save()
    other.keeper.hear(stored())
    expect(other.document.text).toBe('from one')
    other.document.text = 'from other'
    expect(await other.keeper.save()).toBe(true)
  })

  test.each(['mine', 'theirs'] as const)('is never overwritten in silence: the person chooses %s', async (whose) => {
    const { tab, stored } = world()
    const [one, other] = [tab(), tab()]
    one.document.text = 'from one'
    other.document.text = 'from other'
    await one.keeper.save()
    expect(await other.keeper.save()).toBe(false)
    expect(other.keeper.keeping().state).toBe('conflict')
    expect(other.document.text).toBe('from other')
    expect(stored().text).toBe('from one')
    other.keeper.choose(whose)
    await other.keeper.save()
    expect([other.document.text, stored().text]).toEqual(whose === 'mine' ? ['from other', 'from other'] : ['from one', 'from one'])
  })

  test('is the same in both tabs without a question when both typed the same', async () => {
    const { tab } = world()
    const [one, other] = [tab(), tab()]
    one.document.text = 'same'
    other.document.text = 'same'
    await one.keeper.save()
    expect(await other.keeper.save()).toBe(true)
  })

  test('is asked about when the server tells of another text while this one is unsaved', () => {
    const { tab } = world()
    const { document, keeper } = tab()
    document.text = 'typed'
    keeper.hear(editorWith('put onto the new object', 2))
    expect(keeper.keeping().state).toBe('conflict')
    expect(document.text).toBe('typed')
  })
})
