import { expect, test } from 'vitest'
import { TextsOnTheirWay } from './texts-on-their-way.ts'

test('a text is sent once, and not at all where the address has it', () => {
  const texts = new TextsOnTheirWay('')
  expect(texts.send('')).toBe(false)
  expect(texts.send('led')).toBe(true)
  expect(texts.send('led')).toBe(false)
  expect(texts.arrive('led')).toBe(false)
  expect(texts.send('led')).toBe(false)
})

test('what was sent and arrives late is no news, also when a later text has overtaken it', () => {
  const texts = new TextsOnTheirWay('')
  for (const text of ['led', 'ledger', 'ledger-e']) texts.send(text)
  expect(texts.arrive('led')).toBe(false)
  expect(texts.arrive('ledger-e')).toBe(false)
  expect(texts.send('ledger')).toBe(true)
})

test('what a link or the way back puts into the address is news, and ends what was on its way', () => {
  const texts = new TextsOnTheirWay('ledger')
  expect(texts.arrive('')).toBe(true)
  texts.send('topic')
  expect(texts.arrive('bucket')).toBe(true)
  expect(texts.send('topic')).toBe(true)
})
