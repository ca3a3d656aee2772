/**
 * The trees of the twenty hardest published kinds, as files: by size, depth, choices, secrets, free parts and rules. A change
 * of the compiler or of the mining shows as a difference to read; `node scripts/write-schema-golden.ts` writes them anew.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { printTree } from '#lib/schema/print-tree.ts'
import { goldenFolder, hardestKinds, publishedKinds } from '#scripts/published-kinds.ts'

const published = publishedKinds(hardestKinds)
if (published.length === 0) console.log('golden.test.ts: no definitions found (set KCC_CRDS): the trees of 20 kinds are not compared')

test.skipIf(published.length === 0).each(hardestKinds)('the tree of %s is the one on file', (name) => {
  const found = published.find(({ kind }) => kind.kind === name)
  if (!found) throw new Error(`no definition of ${name}`)
  expect(printTree(found.kind)).toBe(readFileSync(join(goldenFolder, `${name}.txt`), 'utf8'))
})
