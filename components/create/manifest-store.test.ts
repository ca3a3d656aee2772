import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ManifestStore, shareUnchanged } from '#components/create/manifest-store.ts'
import { valueAt } from '#lib/json.ts'

const text = `# who asked: payments
apiVersion: storage.cnrm.cloud.google.com/v1beta1
kind: StorageBucket
metadata:
  name: orders # short
  namespace: payments-prod
spec:
  location: EU
  lifecycleRule:
    - action: {type: Delete}
`

describe('the document being edited', () => {
  test('a form edit keeps comments and every other line', () => {
    const store = new ManifestStore(text)
    expect(store.set(['spec', 'location'], 'US')).toBe(true)
    expect(store.state().text).toBe(text.replace('location: EU', 'location: US'))
    expect(store.state().from).toBe('form')
  })

  test('parts that an edit does not touch stay the same objects', () => {
    const store = new ManifestStore(text)
    const before = store.state().value
    store.set(['spec', 'location'], 'US')
    expect(store.state().value).not.toBe(before)
    expect(valueAt(store.state().value, ['metadata'])).toBe(valueAt(before, ['metadata']))
    expect(valueAt(store.state().value, ['spec', 'lifecycleRule'])).toBe(valueAt(before, ['spec', 'lifecycleRule']))
  })

  test('a text that cannot be read locks the form and keeps the last good value', () => {
    const store = new ManifestStore(text)
    store.replace(`${text}  broken: [`, 'yaml')
    expect(store.state().broken).toMatch(/^Line \d+: /)
    expect(valueAt(store.state().value, ['spec', 'location'])).toBe('EU')
    expect(store.set(['spec', 'location'], 'US')).toBe(false)
    expect(store.state().text).toBe(`${text}  broken: [`)
    store.replace(text, 'yaml')
    expect(store.state().broken).toBeUndefined()
  })

  test('an edit the document does not allow is a complaint at its field, and the next edit takes it away', () => {
    const shared = 'a: &x {b: 1}\nc: *x\n'
    const store = new ManifestStore(shared)
    expect(store.set(['c', 'b'], 2)).toBe(false)
    expect(store.messagesAt(['c', 'b'])[0]).toMatch(/alias/)
    expect(store.state().text).toBe(shared)
    store.set(['d'], 1)
    expect(store.messagesAt(['c', 'b'])).toEqual([])
  })

  test('complaints of one source replace each other, and the same sentence stands once', () => {
    const store = new ManifestStore(text)
    store.complain('check', [{ path: ['spec', 'location'], message: 'No.' }])
    store.complain('server', [
      { path: ['spec', 'location'], message: 'No.' },
      { path: [], message: 'Denied.' },
    ])
    expect(store.complaints().all).toHaveLength(2)
    const messages = store.messagesAt(['spec', 'location'])
    store.complain('server', [])
    expect(store.messagesAt(['spec', 'location'])).toBe(messages)
    store.complain('check', [])
    expect(store.complaints().all).toEqual([])
  })

  test('listeners hear of changes and of nothing else', () => {
    const store = new ManifestStore(text)
    let heard = 0
    const stop = store.subscribe(() => heard++)
    store.replace(text, 'yaml')
    expect(heard).toBe(0)
    store.unset(['spec', 'location'])
    expect(heard).toBe(1)
    stop()
    store.set(['spec', 'location'], 'EU')
    expect(heard).toBe(1)
  })
})

test('sharing changes no value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, next) => {
      // Proof of the casts: fast-check's JSON values are JSON.
      expect(shareUnchanged(before as never, next as never)).toEqual(next)
      expect(shareUnchanged(before as never, structuredClone(before) as never)).toBe(before)
    }),
  )
})

describe('the shortcuts of long files', () => {
  const long = (lines: number) =>
    `metadata:\n  name: orders # why\nspec:\n  other: no\n${Array.from({ length: lines }, (_, at) => `  field${at}: "value ${at}"\n`).join('')}`

  test('typing into a value leaves what a new reading of the text finds', () => {
    const store = new ManifestStore(long(5))
    for (const typed of ['o', 'or', 'no', '', '7', 'a: b', 'end']) {
      expect(store.set(['metadata', 'name'], typed)).toBe(true)
      expect(store.set(['spec', 'other'], typed === 'no' ? false : typed)).toBe(true)
      const again = new ManifestStore(store.state().text)
      expect(again.state().value).toEqual(store.state().value)
      expect(again.state().problems).toEqual(store.state().problems)
    }
    expect(store.state().text).toContain('# why')
  })

  test('only who listens to the place hears of it', () => {
    const store = new ManifestStore(long(5))
    const heard: string[] = []
    store.subscribeAt(['metadata', 'name'], () => heard.push('name'))
    store.subscribeAt(['spec'], () => heard.push('spec'))
    store.subscribeMessages(['spec'], () => heard.push('messages'))
    store.subscribeLock(() => heard.push('lock'))
    store.set(['metadata', 'name'], 'payments')
    store.complain('check', [{ path: ['spec'], message: 'Too small.' }])
    expect(heard).toEqual(['name', 'messages'])
    store.replace('a: [', 'yaml')
    expect(heard).toEqual(['name', 'messages', 'lock'])
  })

  test('long YAML is read when typing rests, and before anybody relies on it', () => {
    const store = new ManifestStore(long(600))
    const text = store.state().text.replace('name: orders', 'name: changed')
    store.replace(text, 'yaml')
    expect(store.state().text).toBe(text)
    expect(valueAt(store.state().value, ['metadata', 'name'])).toBe('orders')
    store.set(['spec', 'field0'], 'new')
    expect(valueAt(store.state().value, ['metadata', 'name'])).toBe('changed')
    expect(store.state().text).toContain('field0: "new"')
    store.replace(text, 'yaml')
    store.settle()
    expect(valueAt(store.state().value, ['spec', 'field0'])).toBe('value 0')
  })
})
