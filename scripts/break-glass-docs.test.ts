/** The tables of docs/break-glass.md name tests that are there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs', 'break-glass.md'), 'utf8')

/** The rows of the table below a heading: the first cell, and the last one. */
function rows(heading: string): { id: string; proof: string }[] {
  const [, rest = ''] = page.split(`\n## ${heading}\n`)
  const [section = ''] = rest.split('\n## ')
  return section
    .split('\n')
    .filter((line) => /^\| *T?\d+ /.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      return { id: cells[1] ?? '', proof: cells.at(-2) ?? '' }
    })
}

/** What a cell names: a file, and what stands in it, which counts for the file before it. */
function named(proof: string): { file: string; text: string }[] {
  const found: { file: string; text: string }[] = []
  let file = ''
  for (const [, path, text] of proof.matchAll(/`([^`]+)`|“([^”]+)”/g)) {
    file = path ?? file
    found.push({ file, text: text ?? '' })
  }
  return found
}

describe.each([
  ['Promises', 32],
  ['Threats', 30],
] as const)('%s', (heading, count) => {
  test(`there are ${count}`, () => expect(rows(heading)).toHaveLength(count))

  test.each(rows(heading))('$id is proven by tests that are there', ({ proof }) => {
    const tests = named(proof)
    expect(tests.length).toBeGreaterThan(0)
    for (const { file, text } of tests) {
      expect(existsSync(join(root, file)), file).toBe(true)
      expect(readFileSync(join(root, file), 'utf8'), file).toContain(text)
    }
  })
})
