import { expect, test } from 'vitest'
import type { ImportState } from '#lib/imports/contract.ts'
import { assetNameWord } from './import-words.ts'
import { type ImportStep, importSteps, isReached, stepOf } from './run-steps.ts'

const run = (state: ImportState, importable: number, chosen: number) => ({
  state,
  counts: { importable, managed: 0, unsupported: 0, skipped: 0, chosen },
})

test.each<[string, ReturnType<typeof run>, ImportStep[]]>([
  ['a scan that has not ended shows the scan only', run('scanning', 10, 0), ['scan']],
  ['a scan that failed before it read anything shows the scan only', run('failed', 0, 0), ['scan']],
  ['a scan that was cancelled half way goes on before anything is chosen', run('cancelled', 3, 0), ['scan']],
  ['review and pull requests want something chosen', run('ready', 3, 0), ['scan', 'choose', 'adoption']],
  ['with something chosen every step is open', run('ready', 3, 1), [...importSteps]],
])('%s', (_, state, reached) => expect(importSteps.filter((step) => isReached(step, state))).toEqual(reached))

test.each<[string | null, ReturnType<typeof run>, ImportStep]>([
  [null, run('scanning', 0, 0), 'scan'],
  [null, run('ready', 3, 0), 'choose'],
  [null, run('ready', 3, 2), 'choose'],
  ['review', run('ready', 3, 2), 'review'],
  ['review', run('ready', 3, 0), 'choose'],
  ['pull-requests', run('scanning', 3, 0), 'scan'],
  ['nonsense', run('ready', 3, 0), 'choose'],
])('the address %s leads to a step that has something to show', (named, state, step) => expect(stepOf(named, state)).toBe(step))

test.each([
  ['//pubsub.googleapis.com/projects/p/topics/orders', 'topics/orders'],
  ['//storage.googleapis.com/acme-logs', 'acme-logs'],
  ['odd', 'odd'],
])('the name %s is shortened to %s', (name, short) => expect(assetNameWord(name)).toBe(short))
