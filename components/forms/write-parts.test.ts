import { describe, expect, test } from 'vitest'
import { ManifestStore } from '#components/create/manifest-store.ts'
import { withSecretKey, writeParts } from './write-parts.ts'

describe('parts of a field', () => {
  const text = 'spec:\n  # the topic of the shop\n  topicRef:\n    name: orders # see the wiki\n    namespace: hub\n'
  test('are written one by one: comments of what stays stay', () => {
    const store = new ManifestStore(text)
    writeParts(store, ['spec', 'topicRef'], { name: 'invoices', namespace: 'hub' }, true)
    expect(store.state().text).toBe(text.replace('name: orders', 'name: invoices'))
  })
  test('take the field out with the last of them, where it may go', () => {
    const store = new ManifestStore(text)
    writeParts(store, ['spec', 'topicRef'], {}, false)
    expect(store.state().value).toEqual({ spec: { topicRef: {} } })
    writeParts(store, ['spec', 'topicRef'], {}, true)
    expect(store.state().value).toEqual({ spec: {} })
  })
})

test('a secret holds what was typed of it, and nothing empty', () => {
  const named = withSecretKey(undefined, 'name', 'ledger')
  expect(named).toEqual({ valueFrom: { secretKeyRef: { name: 'ledger' } } })
  expect(withSecretKey(named, 'key', 'password')).toEqual({ valueFrom: { secretKeyRef: { name: 'ledger', key: 'password' } } })
  expect(withSecretKey(named, 'name', '')).toEqual({})
  expect(withSecretKey({ value: 'open' }, 'key', 'password')).toEqual({ valueFrom: { secretKeyRef: { key: 'password' } } })
})
