import { expect, test } from 'vitest'
import { contentsOf } from './chunk-contents.ts'

test('packages are recognised by the texts they keep', () => {
  expect(contentsOf('throw Error("No QueryClient set, use QueryClientProvider to set one")')).toEqual(['@tanstack/react-query'])
  expect(contentsOf('a="cm-cursorLayer",b="cm-searchMatch"')).toEqual(['@codemirror/view', '@codemirror/search'])
})

test('a text without any mark is left unnamed', () => {
  expect(contentsOf('export const a=1')).toEqual([])
})
