import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { definitionOf } from '#lib/schema/definition-of.ts'
import { immutableChanges } from './consequences.ts'
import type { ExactJson, ExactObject } from './exact-json.ts'
import { kubectlEquivalent } from './kubectl-equivalent.ts'
import { residueOf, touchedPaths } from './residue.ts'

const live = (spec: ExactObject, managedFields: ExactJson[] = []): ExactObject => ({ metadata: { managedFields }, spec })
const git = (spec: { [key: string]: Json }): Json => ({ spec })

describe('what is left of a change', () => {
  const cases: [string, ExactObject, { [key: string]: Json }, (string | number)[], unknown[]][] = [
    ['the same value', { a: 1 }, { a: 1 }, ['spec', 'a'], []],
    ['a value Git has otherwise', { a: 1 }, { a: 2 }, ['spec', 'a'], [[['spec', 'a'], 1, 2]]],
    ['a value Git has as text', { a: 1 }, { a: '1' }, ['spec', 'a'], [[['spec', 'a'], 1, '1']]],
    ['a field added and never merged', { a: 1, b: 2 }, { a: 1 }, ['spec', 'b'], [[['spec', 'b'], 2, undefined]]],
    ['a field removed that Git still has', {}, { a: 1 }, ['spec', 'a'], [[['spec', 'a'], undefined, 1]]],
    ['a field removed in both', {}, {}, ['spec', 'a'], []],
    ['nothing here and null there', {}, { a: null }, ['spec', 'a'], []],
    ['fields that were not touched', { a: 1, b: 2 }, { a: 1, b: 3 }, ['spec', 'a'], []],
    ['a part of an added object', { o: { a: 1, b: 2 } }, { o: { a: 1 } }, ['spec', 'o'], [[['spec', 'o', 'b'], 2, undefined]]],
    ['a list that Git has longer', { l: [1] }, { l: [1, 2] }, ['spec', 'l', 0], [[['spec', 'l'], [1], [1, 2]]]],
    [
      'an item, by its name, wherever it stands',
      {
        k: [
          { name: 'x', v: 1 },
          { name: 'y', v: 2 },
        ],
      },
      {
        k: [
          { name: 'y', v: 2 },
          { name: 'x', v: 9 },
        ],
      },
      ['spec', 'k', 1, 'v'],
      [],
    ],
    [
      'the other item',
      {
        k: [
          { name: 'x', v: 1 },
          { name: 'y', v: 2 },
        ],
      },
      {
        k: [
          { name: 'y', v: 2 },
          { name: 'x', v: 9 },
        ],
      },
      ['spec', 'k', 0, 'v'],
      [[['spec', 'k', 0, 'v'], 1, 9]],
    ],
    ['a number that a parser of Git rounded', { a: 9007199254740993n }, { a: Number('9007199254740993') }, ['spec', 'a'], []],
    ['a default of the API server', { d: 'standard' }, {}, ['spec', 'd'], []],
    ['what Config Connector filled in', { filled: 1 }, {}, ['spec', 'filled'], []],
  ]
  test.each(cases)('%s', (_, there, wanted, path, left) => {
    const found = residueOf({
      live: live(there, [{ manager: 'cnrm-controller-manager', fieldsV1: { 'f:spec': { 'f:filled': {} } } }]),
      git: git(wanted),
      paths: [path],
      listKeys: (at) => (at.at(-1) === 'k' ? ['name'] : undefined),
      defaults: (at) => (at.at(-1) === 'd' ? 'standard' : undefined),
    })
    expect(found.map((each) => [each.path, each.live, each.git])).toEqual(left)
  })
  test('a resource that is gone in one place only', () => {
    expect(residueOf({ live: undefined, git: undefined, paths: [[]] })).toEqual([])
    expect(residueOf({ live: undefined, git: git({}), paths: [] })).toHaveLength(1)
    expect(
      residueOf({
        live: live({ a: 1 }),
        git: undefined,
        paths: [
          ['spec', 'a'],
          ['spec', 'b'],
        ],
      }),
    ).toEqual([{ path: ['spec', 'a'], live: 1, git: undefined }])
  })
  test('an item that came or went touches its list', () => {
    expect(
      touchedPaths([
        { kind: 'added', path: ['spec', 'l', 3] },
        { kind: 'removed', path: ['spec', 'l', 1] },
        { kind: 'changed', path: ['spec', 'l', 0, 'a'] },
      ]),
    ).toEqual([
      ['spec', 'l'],
      ['spec', 'l', 0, 'a'],
    ])
  })
})

describe('the same with kubectl', () => {
  const ref = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket', name: 'logs' }
  const words = (line: string): string[] =>
    execFileSync('sh', ['-c', `kubectl() { printf '%s\\0' "$@"; }; ${line}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1)
  test('is one line that a shell reads back letter by letter', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
        fc.boolean(),
        (text, dryRun) => {
          const bytes = JSON.stringify([{ op: 'add', path: '/spec/a', value: `${text}'$(touch x)\`id\`"\\` }])
          expect(words(kubectlEquivalent({ ref, namespace: 'payments-prod', bytes, dryRun }))).toEqual([
            '--as=system:serviceaccount:payments-prod:break-glass',
            '--namespace=payments-prod',
            'patch',
            'StorageBucket.v1beta1.storage.cnrm.cloud.google.com/logs',
            '--type=json',
            '--field-manager=corbel-break-glass',
            ...(dryRun ? ['--dry-run=server'] : []),
            '--patch',
            bytes,
          ])
        },
      ),
      { numRuns: 40 },
    )
  })
  test('deletes too', () => {
    expect(kubectlEquivalent({ ref: { ...ref, apiVersion: 'v1', kind: 'ConfigMap' }, namespace: 'a', bytes: null, dryRun: true })).toBe(
      'kubectl --as=system:serviceaccount:a:break-glass --namespace=a delete ConfigMap/logs --dry-run=server',
    )
  })
  test.each(['a:b', 'a b', "a';id;'", '', 'A', '../a'])('%j is no namespace to act in', (namespace) => {
    expect(() => kubectlEquivalent({ ref, namespace, bytes: '[]', dryRun: false })).toThrow()
    expect(() => kubectlEquivalent({ ref: { ...ref, name: namespace }, namespace: 'a', bytes: '[]', dryRun: false })).toThrow()
  })
})

test('what is fixed on a live resource is told with the reason', () => {
  const rules = [{ rule: 'self == oldSelf', message: 'immutable' }]
  const properties = {
    location: { type: 'string', 'x-kubernetes-validations': rules },
    region: { type: 'string', description: 'Immutable. The region.' },
    size: { type: 'integer' },
  }
  const kind = compileKind(definitionOf({ type: 'object', properties: { spec: { type: 'object', properties } } }))
  const changed = (key: string) => ({ kind: 'changed' as const, path: ['spec', key], livePath: ['spec', key], before: 'a', after: 'b' })
  expect(immutableChanges(['location', 'region', 'size', 'unknown'].map(changed), kind)).toMatchObject([
    { path: ['spec', 'location'], by: 'schema', message: expect.stringContaining('spec.location cannot change') },
    { path: ['spec', 'region'], by: 'description' },
  ])
})
