import { describe, expect, test } from 'vitest'
import { countChanges, unifiedDiff } from './diff-lines.ts'
import { diffValues } from './diff-values.ts'
import { addDocument, findDocument, removeDocument } from './file-documents.ts'
import { documentAtOffset } from './locate.ts'
import { parseManifestFile } from './parse-manifest.ts'
import { printResource } from './print-value.ts'

const one = 'apiVersion: x.dev/v1\nkind: A\nmetadata:\n  name: one\n'
const two = 'apiVersion: x.dev/v2\nkind: A\nmetadata:\n  name: two\n  namespace: n\n'

describe('documents of a file', () => {
  test('are found by group, kind, name and namespace, whatever the version', () => {
    const file = parseManifestFile(`${one}---\n${two}`)
    expect(findDocument(file, { group: 'x.dev', kind: 'A', namespace: 'n', name: 'two' })?.index).toBe(1)
    expect(findDocument(file, { group: 'x.dev', kind: 'A', namespace: 'other', name: 'two' })).toBeUndefined()
    expect(findDocument(file, { group: 'x.dev', kind: 'A', namespace: 'any', name: 'one' })?.index).toBe(0)
  })

  test.each([
    ['an empty file', '', two, two],
    ['a file with one', one, two, `${one}---\n${two}`],
    ['a file without final newline', one.trimEnd(), two, `${one}---\n${two}`],
    ['a file with an open mark', `${one}---\n`, two, `${one}---\n${two}`],
    ['a new document with its own mark', one, `---\n${two}`, `${one}---\n${two}`],
    ['a file with Windows line ends', 'a: 1\r\n', 'b: 1\n', 'a: 1\r\n---\r\nb: 1\r\n'],
  ])('are added to %s', (_, text, added, after) => {
    expect(addDocument(text, added)).toBe(after)
  })

  test('are taken out with their mark, leaving the others byte for byte', () => {
    const text = `# file\n${one}---\n# second\n${two}---\n${one.replace('one', 'three')}`
    expect(removeDocument(text, 1)).toBe(`# file\n${one}---\n${one.replace('one', 'three')}`)
    expect(removeDocument(text, 2)).toBe(`# file\n${one}---\n# second\n${two}`)
    expect(removeDocument(text, 0)).toBe(`---\n# second\n${two}---\n${one.replace('one', 'three')}`)
    expect(removeDocument(one, 0)).toBe('')
  })

  test('are told by an offset', () => {
    expect(documentAtOffset(`${one}---\n${two}`, 3)).toBe(0)
    expect(documentAtOffset(`${one}---\n${two}`, one.length + 10)).toBe(1)
  })
})

test('a fresh manifest has the order people expect, and quotes what readers disagree on', () => {
  const value = {
    spec: { b: 'no', a: '010', text: 'x\ny\n', none: {} },
    kind: 'K',
    metadata: { labels: { a: '1' }, name: 'orders' },
    apiVersion: 'v1',
  }
  expect(printResource(value)).toBe(
    'apiVersion: v1\nkind: K\nmetadata:\n  name: orders\n  labels:\n    a: "1"\nspec:\n  b: "no"\n  a: "010"\n  text: |\n    x\n    y\n  none: {}\n',
  )
  expect(parseManifestFile(printResource(value)).documents[0]?.value).toEqual(value)
})

describe('differences', () => {
  test('of lines', () => {
    expect(unifiedDiff('a\nb\nc\n', 'a\nx\nc\n')).toBe('@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n')
    expect(unifiedDiff('a\n', 'a\n')).toBe('')
    expect(countChanges('a\nb\n', 'a\nc\nd\n')).toEqual({ added: 2, removed: 1 })
  })
  test('of values, lists by position', () => {
    expect(diffValues({ a: [1, 2], b: null }, { a: [1, 3], c: '' })).toEqual([
      { path: ['a', 1], before: 2, after: 3 },
      { path: ['b'], before: null, after: undefined },
      { path: ['c'], before: undefined, after: '' },
    ])
  })
  test('of values, lists by keys', () => {
    const before = {
      env: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    }
    const after = {
      env: [
        { name: 'b', value: '3' },
        { name: 'c', value: '4' },
      ],
    }
    expect(diffValues(before, after, (path) => (path[0] === 'env' ? ['name'] : undefined))).toEqual([
      { path: ['env', 0], before: { name: 'a', value: '1' }, after: undefined },
      { path: ['env', 0, 'value'], before: '2', after: '3' },
      { path: ['env', 1], before: undefined, after: { name: 'c', value: '4' } },
    ])
  })
})
