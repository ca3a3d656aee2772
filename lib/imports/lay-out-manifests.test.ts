import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Invalid } from '#lib/errors.ts'
import type { ImportLayout } from './contract.ts'
import { fileNames, inOrder, pathsOf, type RowToPlace, split } from './lay-out-manifests.ts'

const kinds = { topic: 'PubSubTopic.pubsub.cnrm.cloud.google.com', policy: 'IAMPartialPolicy.iam.cnrm.cloud.google.com' }
const folder = { path: 'infra/search-prod', layout: null }
const row = (displayName: string, more: Partial<RowToPlace> = {}): RowToPlace => ({
  name: `//pubsub.googleapis.com/projects/search-prod/topics/${displayName}`,
  parent: null,
  displayName,
  service: 'pubsub',
  manifests: [{ kind: kinds.topic, namespace: 'search-prod', name: displayName }],
  ...more,
})
const withPolicy = row('orders', {
  manifests: [
    { kind: kinds.topic, namespace: 'search-prod', name: 'orders' },
    { kind: kinds.policy, namespace: 'search-prod', name: 'orders-access' },
  ],
})

describe('files', () => {
  test.each<[ImportLayout, string | null, string[]]>([
    ['resource', null, ['infra/search-prod/pubsubtopic-orders.yaml', 'infra/search-prod/iampartialpolicy-orders-access.yaml']],
    ['resource', '{namespace}/{kind}/{name}.yml', ['infra/search-prod/search-prod/pubsubtopic/orders.yml', expect.any(String)]],
    ['resource', 'all.yaml', ['infra/search-prod/all.yaml', 'infra/search-prod/all.yaml']],
    ['kind', null, ['infra/search-prod/pubsubtopic.yaml', 'infra/search-prod/pubsubtopic.yaml']],
    ['service', '{kind}-{name}.yaml', ['infra/search-prod/pubsub.yaml', 'infra/search-prod/pubsub.yaml']],
  ])('one per %s (layout %s)', (layout, template, expected) => {
    expect(pathsOf(withPolicy, layout, { ...folder, layout: template })).toEqual(expected)
  })

  test('a project whose folder is the root of its repository', () => {
    expect(pathsOf(withPolicy, 'service', { path: null, layout: null })[0]).toBe('pubsub.yaml')
  })

  test('a service that is written like a path becomes a name', () => {
    expect(pathsOf({ ...withPolicy, service: '../../etc\u202e' }, 'service', folder)[0]).toBe('infra/search-prod/etc.yaml')
    expect(pathsOf({ ...withPolicy, service: '..' }, 'service', folder)[0]).toBe('infra/search-prod/resources.yaml')
  })

  test('a file that exists is written into, however its letters are written', () => {
    expect(pathsOf(withPolicy, 'service', folder, fileNames(['infra/search-prod/PubSub.yaml']))[0]).toBe('infra/search-prod/PubSub.yaml')
  })

  test.each([
    ['a folder of that name', ['infra/search-prod/pubsub.yaml/x'], 'has a folder of this name'],
    ['a file above it', ['infra/search-prod'], 'infra/search-prod is a file'],
  ])('%s is told', (_, paths, words) => {
    expect(() => pathsOf(withPolicy, 'service', folder, fileNames(paths))).toThrow(words)
  })

  test.each([
    '../{name}.yaml',
    '{name}.json',
    '{colour}.yaml',
    '.git/{name}.yaml',
    '{name}\u202e.yaml',
    'kustomization.yaml',
    '{name}\u0007.yaml',
  ])('a layout that gives no legal file is refused: %j', (layout) => {
    expect(() => pathsOf(withPolicy, 'resource', { ...folder, layout })).toThrow(Invalid)
  })

  test('whatever things are called, a path is legal, in the folder and ends in .yaml, or is refused with a sentence', () => {
    const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('..', '.', '.git', 'a/b', '\u202e', '{name}', ''))
    const text = fc.oneof(
      word,
      fc.array(word, { maxLength: 4 }).map((words) => words.join('/')),
    )
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.constantFrom<ImportLayout>('resource', 'kind', 'service'),
        fc.option(text),
        (kind, name, service, layout, template) => {
          const manifests = [{ kind: `${kind}.x`, namespace: 'search-prod', name }]
          let paths: string[]
          try {
            paths = pathsOf({ service, manifests }, layout, { path: 'infra/search-prod', layout: template })
          } catch (error) {
            expect(error).toBeInstanceOf(Invalid)
            return
          }
          for (const path of paths) {
            expect(path.startsWith('infra/search-prod/')).toBe(true)
            expect(path).toMatch(/\.ya?ml$/i)
            expect(path).not.toMatch(/[\p{Cc}\p{Cf}\\]/u)
            expect(path.split('/').every((part) => part !== '' && !part.startsWith('.') && part.length <= 200)).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('order', () => {
  const dataset = row('sales', { name: '//x/d', service: 'bigquery' })
  const table = row('a-table', { name: '//x/d/t', parent: '//x/d', service: 'bigquery' })
  const other = row('other', { name: '//x/e', service: 'bigquery' })

  test('what stands below a resource follows it', () => {
    expect(inOrder([other, table, dataset, row('z'), row('a')]).map(({ displayName }) => displayName)).toEqual([
      'other',
      'sales',
      'a-table',
      'a',
      'z',
    ])
  })

  test('is the same whatever order rows come in, and keeps every row', () => {
    const names = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 })
    fc.assert(
      fc.property(
        names,
        fc.infiniteStream(fc.integer({ min: 0, max: 40 })),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (ids, parents, shuffles) => {
          const rows = ids.map((id) => row(`n${id % 7}`, { name: `//${id}`, parent: `//${parents.next().value}` }))
          const shuffled = rows.map((item) => ({ item, by: Number(shuffles.next().value) })).sort((a, b) => a.by - b.by)
          expect(inOrder(shuffled.map(({ item }) => item))).toEqual(inOrder(rows))
          expect(new Set(inOrder(rows))).toEqual(new Set(rows))
        },
      ),
    )
  })

  test('groups hold at most so many manifests, keep the order and tear no row apart', () => {
    const sized = (count: number) =>
      row(`r${count}`, { manifests: Array.from({ length: count }, (_, at) => ({ kind: kinds.topic, namespace: 'x', name: `n${at}` })) })
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 })), fc.integer({ min: 1, max: 10 }), (counts, atMost) => {
        const rows = counts.map(sized)
        const groups = split(rows, atMost)
        expect(groups.flat()).toEqual(rows)
        for (const group of groups)
          expect(group.length === 1 || group.reduce((sum, { manifests }) => sum + manifests.length, 0) <= atMost).toBe(true)
      }),
    )
  })
})
