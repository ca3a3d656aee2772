import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ManifestJudge, shownErrors } from '#components/create/judge-manifest.ts'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { type Json, textAt } from '#lib/json.ts'
import type { DryRunResult } from '#lib/proposals/contract.ts'

const text = 'metadata:\n  name: ""\nspec: {}\n'
const result = (more: Partial<DryRunResult> = {}): DryRunResult => ({
  accepted: true,
  unavailable: null,
  message: null,
  fields: [],
  warnings: [],
  milliseconds: 1,
  ...more,
})
const check = (value: Json) => (textAt(value, 'metadata', 'name') ? [] : [{ path: ['metadata', 'name'], message: 'Required.' }])

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function judging(answer: (signal: AbortSignal) => Promise<DryRunResult>) {
  const store = new ManifestStore(text)
  const judge = new ManifestJudge(store, check, answer)
  return { store, judge, stop: judge.start() }
}

describe('before a review is asked for', () => {
  const choice = { path: ['spec'], message: 'Set exactly one of: a or b.', missing: ['a', 'b'] }

  test('a choice of which nothing is set yet is no complaint, whatever else stands there', () => {
    expect(shownErrors([choice], { spec: { size: 3 } }, false)).toEqual([])
    expect(shownErrors([choice], { spec: { size: 3 } }, true)).toEqual([choice])
  })

  test('a choice of which too much is set is one, and so is one that was cleared', () => {
    const tooMany = { path: ['spec'], message: 'Set only one of a and b.' }
    expect(shownErrors([tooMany], { spec: { a: 1, b: 2 } }, false)).toEqual([tooMany])
    expect(shownErrors([choice], { spec: { size: 3 } }, false, (path) => path.join('.') === 'spec.b')).toEqual([choice])
    expect(shownErrors([choice], { spec: { size: 3 } }, false, (path) => path.join('.') === 'spec.size')).toEqual([])
  })
})

describe('judging while somebody types', () => {
  test('empty required fields are counted and not held against anybody until the review is asked for', async () => {
    let asked = 0
    const { store, judge } = judging(async () => {
      asked += 1
      return result()
    })
    await vi.advanceTimersByTimeAsync(2000)
    expect(judge.judgement()).toMatchObject({ missing: 1, verdict: { state: 'none' } })
    expect(store.complaints().all).toEqual([])
    expect(asked).toBe(0)
    expect(judge.ask()).toHaveLength(1)
    expect(store.complaints().all).toHaveLength(1)
  })

  test('a valid text is put before the server once after a pause', async () => {
    let asked = 0
    const { store, judge } = judging(async () => {
      asked += 1
      return result({ warnings: ['deprecated'] })
    })
    for (const name of ['a', 'ab', 'abc']) {
      store.set(['metadata', 'name'], name)
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(asked).toBe(0)
    await vi.advanceTimersByTimeAsync(500)
    expect(asked).toBe(1)
    expect(judge.judgement().verdict).toMatchObject({ state: 'accepted', warnings: ['deprecated'] })
  })

  test('what the server refuses stands at its field, and goes with the next change', async () => {
    const refusal = result({ accepted: false, message: 'No.', fields: [{ path: ['metadata', 'name'], message: 'Taken.' }] })
    const { store, judge } = judging(async () => refusal)
    store.set(['metadata', 'name'], 'a')
    await vi.advanceTimersByTimeAsync(800)
    expect(store.messagesAt(['metadata', 'name'])).toEqual(['Taken.'])
    store.set(['metadata', 'name'], '')
    expect(judge.judgement().verdict.state).toBe('none')
    await vi.advanceTimersByTimeAsync(300)
    expect(store.messagesAt(['metadata', 'name'])).toEqual(['Required.'])
  })

  test('what was filled in and is cleared in the form is missing at once, until it is filled in or the text is another one', async () => {
    const { store, judge } = judging(async () => result())
    const said = async () => {
      await vi.advanceTimersByTimeAsync(300)
      return store.messagesAt(['metadata', 'name'])
    }
    store.set(['metadata', 'name'], 'a')
    expect(await said()).toEqual([])
    store.unset(['metadata', 'name'])
    expect(await said()).toEqual(['Required.'])
    store.set(['spec', 'size'], 3)
    expect(await said()).toEqual(['Required.'])
    expect(judge.judgement().missing).toBe(0)
    store.replace(text, 'outside')
    expect(await said()).toEqual([])
    store.set(['metadata', 'name'], 'a')
    expect(await said()).toEqual([])
    store.replace(text, 'yaml')
    expect(await said()).toEqual([])
  })

  test('what is typed and cleared at once, before anything was checked, is missing all the same', async () => {
    const { store } = judging(async () => result())
    await vi.advanceTimersByTimeAsync(300)
    store.set(['metadata', 'name'], 'a')
    store.unset(['metadata', 'name'])
    await vi.advanceTimersByTimeAsync(300)
    expect(store.messagesAt(['metadata', 'name'])).toEqual(['Required.'])
  })

  test('a verdict on an older text is dropped', async () => {
    const answers: ((value: DryRunResult) => void)[] = []
    const { store, judge } = judging(() => new Promise((resolve) => answers.push(resolve)))
    store.set(['metadata', 'name'], 'a')
    await vi.advanceTimersByTimeAsync(800)
    store.set(['metadata', 'name'], 'b')
    answers[0]?.(result({ accepted: false, message: 'About a.' }))
    await vi.advanceTimersByTimeAsync(100)
    expect(judge.judgement().verdict.state).toBe('none')
  })

  test('a cluster that is away is said in words', async () => {
    const { store, judge } = judging(async () => result({ accepted: false, unavailable: 'The cluster demo does not answer.' }))
    store.set(['metadata', 'name'], 'a')
    await vi.advanceTimersByTimeAsync(800)
    expect(judge.judgement().verdict).toMatchObject({ state: 'unavailable', message: 'The cluster demo does not answer.' })
    expect(store.complaints().all).toEqual([])
  })

  test('a text that cannot be read has no verdict', async () => {
    const { store, judge } = judging(async () => result())
    store.replace('a: [', 'yaml')
    await vi.advanceTimersByTimeAsync(800)
    expect(judge.judgement()).toMatchObject({ errors: undefined, verdict: { state: 'none' } })
    expect(judge.ask()).toBeUndefined()
  })

  test('nothing happens after the end', async () => {
    let asked = 0
    const { store, stop } = judging(async () => {
      asked += 1
      return result()
    })
    store.set(['metadata', 'name'], 'a')
    stop()
    await vi.advanceTimersByTimeAsync(2000)
    expect(asked).toBe(0)
  })
})

test('an error about something that is there is shown at once', () => {
  const errors = [
    { path: ['spec', 'location'], message: 'Not one of them.' },
    { path: ['metadata', 'name'], message: 'Required.' },
  ]
  expect(shownErrors(errors, { spec: { location: 'XX' }, metadata: { name: '' } }, false)).toEqual([errors[0]])
  expect(shownErrors(errors, {}, true)).toEqual(errors)
  expect(shownErrors([{ path: ['spec', 'topicRef'], message: 'Choose one.' }], { spec: { topicRef: {} } }, false)).toEqual([])
})

describe('rules of the kind', () => {
  const findings = {
    hints: [{ path: ['metadata', 'name'], message: 'No such name.' }],
    unchecked: [{ path: [], rule: { rule: 'x' }, why: '' }],
  }
  const withRules = (answer: DryRunResult) => {
    const store = new ManifestStore(text)
    const judge = new ManifestJudge(
      store,
      check,
      async () => answer,
      async () => findings,
    )
    judge.start()
    store.set(['metadata', 'name'], 'a')
    return { store, judge }
  }

  test('give hints after the check, which hold up no dry run and go when the server has spoken', async () => {
    const { store, judge } = withRules(result())
    await vi.advanceTimersByTimeAsync(300)
    expect(store.complaints().all).toMatchObject([{ message: expect.stringContaining('probably refuse'), hint: true }])
    expect(judge.judgement()).toMatchObject({ errors: [], unchecked: 1 })
    await vi.advanceTimersByTimeAsync(500)
    expect(judge.judgement().verdict.state).toBe('accepted')
    expect(store.complaints().all).toEqual([])
  })

  test('stay while the server cannot be asked', async () => {
    const { store } = withRules(result({ unavailable: 'away' }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(store.complaints().all).toHaveLength(1)
  })
})
