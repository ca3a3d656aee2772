import { describe, expect, test } from 'vitest'
import { isKustomization, listsFile, withFile, withoutFile } from './kustomization.ts'

const build = (text: string, path = 'infra/base/kustomization.yaml') => ({ path, text })
const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'

test.each<[string, boolean]>([
  ['kustomization.yaml', true],
  ['a/kustomization.yml', true],
  ['a/Kustomization', true],
  ['a/my-kustomization.yaml', false],
])('%s', (path, is) => {
  expect(isKustomization(path)).toBe(is)
})

describe('the resources of a kustomization', () => {
  test.each<[string, string, string, boolean]>([
    ['a file', 'resources: [bucket.yaml]', 'infra/base/bucket.yaml', true],
    ['a file with a dot before it', 'resources:\n- ./bucket.yaml', 'infra/base/bucket.yaml', true],
    ['a file of a folder below', 'resources: [a/b.yaml]', 'infra/base/a/b.yaml', true],
    ['a file of another folder', 'resources: [bucket.yaml]', 'infra/bucket.yaml', false],
    ['an address', 'resources: ["https://example.org/bucket.yaml"]', 'infra/base/bucket.yaml', false],
    ['a patch', 'patches: [{path: bucket.yaml}]', 'infra/base/bucket.yaml', false],
    ['one that cannot be read', 'resources: [', 'infra/base/bucket.yaml', false],
  ])('%s', (_, text, path, listed) => {
    expect(listsFile(build(text), path)).toBe(listed)
  })

  test.each<[string, string, string]>([
    [
      'lines',
      `${head}resources:\n- a.yaml # first\n# the rest\n- z.yaml\nnamespace: x\n`,
      `${head}resources:\n- a.yaml # first\n# the rest\n- z.yaml\n- new.yaml\nnamespace: x\n`,
    ],
    ['brackets', 'resources: [a.yaml] # all\n', 'resources: [a.yaml, new.yaml] # all\n'],
    ['none', head, `${head}resources:\n  - new.yaml\n`],
    ['nothing', `${head}resources:\n`, `${head}resources:\n  - new.yaml\n`],
    ['an empty file', '', 'resources:\n  - new.yaml\n'],
  ])('take a file at their end: %s', (_, before, after) => {
    expect(withFile(build(before), 'infra/base/new.yaml')).toBe(after)
    expect(listsFile(build(after), 'infra/base/new.yaml')).toBe(true)
  })

  test('of the root, and of a folder above', () => {
    expect(withFile(build('resources: [a]\n', 'kustomization.yaml'), 'b.yaml')).toBe('resources: [a, b.yaml]\n')
    expect(withFile(build('resources: [a]\n'), 'infra/base/topics/b.yaml')).toBe('resources: [a, topics/b.yaml]\n')
  })

  test.each<[string, string, string]>([
    [
      'lines',
      'resources:\n  # kept\n  - a.yaml\n  - gone.yaml # away\n  - z.yaml # stays\n',
      'resources:\n  # kept\n  - a.yaml\n  - z.yaml # stays\n',
    ],
    ['brackets', 'resources: [gone.yaml, a.yaml]\n', 'resources: [a.yaml]\n'],
    ['twice', 'resources: [gone.yaml, a.yaml, ./gone.yaml]\n', 'resources: [a.yaml]\n'],
    ['the last one of a folder with patches', 'resources:\n- gone.yaml\npatches: [{path: x}]\n', 'resources: []\npatches: [{path: x}]\n'],
  ])('lose a file: %s', (_, before, after) => {
    expect(withoutFile(build(before), 'infra/base/gone.yaml')).toBe(after)
  })

  test.each<[string, string, RegExp]>([
    ['the last thing to build', `${head}resources: [gone.yaml]\n`, /builds no empty folder/],
    ['an alias', 'x: &all [gone.yaml, a]\nresources: *all\n', /alias/],
    ['several documents', 'resources: [gone.yaml, a]\n---\nkind: X\n', /several documents/],
    ['an error', 'resources: [gone.yaml, a]\nx: {{ y }}\n', /line 2 of it has an error/],
  ])('are left alone, with the reason: %s', (_, text, why) => {
    expect(() => withoutFile(build(text), 'infra/base/gone.yaml')).toThrow(why)
  })
  test('that are no list take no file', () => {
    expect(() => withFile(build('resources: {a: b}\n'), 'infra/base/new.yaml')).toThrow(/no list/)
  })
})
