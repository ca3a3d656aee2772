import { expect, test } from 'vitest'
import { verdictLook, verdictLooks, verdicts } from './import-words.ts'

test.each(verdicts)('%s is never plain green where fields have no place', (verdict) => {
  expect(verdictLook(verdict, 0)).toBe(verdictLooks[verdict])
  const look = verdictLook(verdict, 4)
  expect(look.tone).not.toBe('green')
  expect(look.word).toBe(`${verdictLooks[verdict].word}; 4 fields have no place in the manifest`)
  expect(verdictLook(verdict, 1).word).toMatch(/; 1 field has no place in the manifest$/)
})
