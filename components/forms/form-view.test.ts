import { describe, expect, test } from 'vitest'
import { FormView } from '#components/forms/form-view.ts'

const rules = ['spec', 'rules']
const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`field${index}`, { a: index }]))

describe('what a form shows', () => {
  test('sections of a large document are closed until somebody opens them, and stay as they were left', () => {
    const view = new FormView({ spec: many })
    expect(view.isOpen(['spec', 'field1'], true)).toBe(false)
    view.setOpen(['spec', 'field1'], true)
    expect(view.isOpen(['spec', 'field1'], true)).toBe(true)
    expect(new FormView({ spec: { a: {} } }).isOpen(['spec', 'a'], true)).toBe(true)
  })

  test('asking for a field opens everything above it, and draws a list as far as it', () => {
    const view = new FormView({ spec: many })
    view.reveal([...rules, 40, 'action'])
    expect(view.isOpen([...rules, 40], false)).toBe(true)
    expect(view.isRevealed(rules)).toBe(true)
    expect(view.drawnItems(rules, 25)).toBe(41)
    expect(view.request()?.path).toEqual([...rules, 40, 'action'])
  })

  test('asking for the name opens nothing: it stands outside of the sections', () => {
    const view = new FormView()
    view.reveal(['metadata', 'name'])
    expect(view.isOpen(['metadata'], false)).toBe(false)
    expect(view.request()?.path).toEqual(['metadata', 'name'])
    view.reveal(['metadata', 'labels', 'team'])
    expect(view.isOpen(['metadata'], false)).toBe(true)
  })

  test('who looks at one place hears of that place only', () => {
    const view = new FormView()
    const heard: string[] = []
    view.subscribeAt(['spec', 'a'], () => heard.push('a'))
    view.subscribeAt(['spec', 'b'], () => heard.push('b'))
    view.setOpen(['spec', 'a'], true)
    view.setFocused(['spec', 'b'])
    expect(heard).toEqual(['a'])
    expect(view.versionAt(['spec', 'a'])).toBe(1)
    expect(view.versionAt(['spec', 'b'])).toBe(0)
  })

  test('items that move take along what is open', () => {
    const view = new FormView()
    view.setOpen([...rules, 0], false)
    view.setOpen([...rules, 1], true)
    view.setOpen([...rules, 1, 'action'], true)
    view.setOpen(['spec', 'other', 1], false)
    view.renumber(rules, (index) => (index === 0 ? undefined : index - 1))
    expect(view.isOpen([...rules, 0], false)).toBe(true)
    expect(view.isOpen([...rules, 0, 'action'], false)).toBe(true)
    expect(view.isOpen([...rules, 1], false)).toBe(false)
    expect(view.isOpen(['spec', 'other', 1], true)).toBe(false)
  })

  test('who looks into a list hears when its items move, and nobody beside it', () => {
    const view = new FormView()
    const heard: string[] = []
    view.subscribeAt([...rules, 1, 'action'], () => heard.push('action'))
    view.subscribeAt(['spec', 'other', 1], () => heard.push('other'))
    view.renumber(rules, (index) => 1 - index)
    expect(heard).toEqual(['action'])
  })
})
