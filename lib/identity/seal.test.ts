import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seal, unseal } from '#lib/identity/seal.ts'

const secret = 'a secret of at least thirty-two characters'

test('what is sealed opens again with the same secret and purpose', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => unseal(secret, 'p', seal(secret, 'p', text)) === text))
})

test('it opens neither for another purpose, nor with another secret, nor with a byte changed', () => {
  const sealed = seal(secret, 'login 1', 'token')
  expect(unseal(secret, 'login 2', sealed)).toBeUndefined()
  expect(unseal(`${secret}!`, 'login 1', sealed)).toBeUndefined()
  for (let at = 3; at < sealed.length - 1; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    expect(unseal(secret, 'login 1', changed)).toBeUndefined()
  }
  expect(unseal(secret, 'login 1', 'not sealed at all')).toBeUndefined()
})
