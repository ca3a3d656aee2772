import { expect, test } from 'vitest'
import { saidHere } from './said-here.ts'

const all = [
  { path: ['spec', 'resourceRef'], message: 'Choose a resource.' },
  { path: ['spec', 'resourceRef', 'kind'], message: 'Required.' },
  { path: ['spec', 'resourceRef', 'valueFrom', 'secretKeyRef', 'key'], message: 'Required.', hint: true as const },
  { path: ['spec', 'resourceRefs', 0], message: 'Elsewhere.' },
  { path: ['spec'], message: 'Above.' },
]

test('a field says its own complaints', () => {
  expect(saidHere(all, ['spec', 'resourceRef'], false)).toEqual([{ message: 'Choose a resource.', key: '', hint: false }])
})

test('a field drawn as one says those inside it too, each with its key', () => {
  expect(saidHere(all, ['spec', 'resourceRef'], true)).toEqual([
    { message: 'Choose a resource.', key: '', hint: false },
    { message: 'kind: Required.', key: 'kind', hint: false },
    { message: 'key: Required.', key: 'key', hint: true },
  ])
  expect(saidHere(all, ['spec', 'other'], true)).toEqual([])
})
