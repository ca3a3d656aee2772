import { describe, expect, test } from 'vitest'
import { nextOption, nextRow } from './cursor-moves.ts'
import { placePanel } from './place-panel.ts'

describe('the row cursor', () => {
  test.each([
    ['j', -1, 0],
    ['j', 2, 2],
    ['k', 2, 1],
    ['k', -1, 0],
    ['Home', 2, 0],
    ['End', 0, 2],
    ['x', 0, undefined],
  ])('%s from row %d of three leads to %s', (key, here, row) => {
    expect(nextRow(key, here, 3)).toBe(row)
  })

  test('has nowhere to go in an empty table', () => expect(nextRow('j', -1, 0)).toBeUndefined())
})

describe('the cursor of suggestions', () => {
  const options = [{ disabled: true }, {}, { disabled: true }, {}]
  test('passes over what cannot be chosen and goes round', () => {
    expect([
      nextOption(options, -1, 1),
      nextOption(options, 1, 1),
      nextOption(options, 3, 1),
      nextOption(options, 1, -1),
      nextOption(options, -1, -1),
    ]).toEqual([1, 3, 1, 3, 3])
  })

  test('stays away when nothing can be chosen', () => expect(nextOption([{ disabled: true }], -1, 1)).toBe(-1))
})

describe('a panel', () => {
  const view = { width: 360, height: 640 }
  test('stands under its button', () => {
    expect(placePanel({ left: 10, right: 90, top: 100, bottom: 130 }, { width: 200, height: 100 }, view, 'start')).toEqual({
      left: 10,
      top: 134,
    })
  })
  test('goes above where there is no room below, and stays inside the window', () => {
    expect(placePanel({ left: 300, right: 350, top: 600, bottom: 632 }, { width: 200, height: 100 }, view, 'start')).toEqual({
      left: 152,
      top: 496,
    })
  })
})
