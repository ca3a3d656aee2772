/** Writes the trees that lib/schema/golden.test.ts compares. Read the differences before you commit them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printTree } from '#lib/schema/print-tree.ts'
import { goldenFolder, hardestKinds, publishedKinds } from './published-kinds.ts'

const published = publishedKinds(hardestKinds)
if (published.length === 0) throw new Error('The published definitions are not there. Set KCC_CRDS to the folder that holds them.')
mkdirSync(goldenFolder, { recursive: true })
for (const name of hardestKinds) {
  const found = published.find(({ kind }) => kind.kind === name)
  if (!found) throw new Error(`There is no definition of ${name}.`)
  writeFileSync(join(goldenFolder, `${name}.txt`), printTree(found.kind))
}
console.log(`Wrote ${hardestKinds.length} trees.`)
