import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImportRow } from '#lib/imports/contract.ts'
import { treeLines } from './row-tree.ts'

const row = (name: string, parent: string | null): ImportRow => ({
  id: `id of ${name}`,
  name,
  displayName: name,
  assetType: 'compute.googleapis.com/Network',
  service: 'compute',
  kind: null,
  namespace: null,
  cloudProject: null,
  location: null,
  parent,
  updatedAt: null,
  category: 'importable',
  reason: null,
  message: null,
  managedBy: null,
  verdict: null,
  unmapped: 0,
  manifests: 1,
  chosen: false,
  edited: false,
  accepted: null,
  proposalId: null,
  adoption: null,
})

const drawn = (rows: ImportRow[], open = true) =>
  treeLines(rows, () => open).map((line) => `${'  '.repeat(line.depth)}${line.type === 'row' ? line.row.name : `(${line.label})`}`)

const some = [row('subnet', 'network'), row('network', '//cloud/projects/7'), row('bucket', '//cloud/projects/7'), row('alone', null)]

test('what is below something stands below it, and parents that are no rows get a line of their own', () =>
  expect(drawn(some)).toEqual(['alone', '(projects/7)', '  network', '    subnet', '  bucket']))

test('what is closed hides what is below it', () => expect(drawn(some, false)).toEqual(['alone', '(projects/7)']))

test('a line names all that is below it, however deep', () =>
  expect(treeLines(some, () => false)[1]?.below).toEqual(['id of network', 'id of subnet', 'id of bucket']))

test('every row stands in an open tree exactly once, even where parents go in circles', () =>
  fc.assert(
    fc.property(
      fc
        .uniqueArray(fc.integer({ min: 0, max: 12 }), { maxLength: 12 })
        .chain((names) =>
          fc.tuple(
            ...names.map((name) =>
              fc.option(fc.integer({ min: 0, max: 14 })).map((parent) => row(`${name}`, parent === null ? null : `${parent}`)),
            ),
          ),
        ),
      (rows) => {
        const names = treeLines(rows, () => true).flatMap((line) => (line.type === 'row' ? [line.row.name] : []))
        expect(names.toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
      },
    ),
  ))
