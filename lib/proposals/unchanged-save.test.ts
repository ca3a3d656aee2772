/** The way of a text from the file to the form and back: what nobody changed comes back byte for byte. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryResources } from '#lib/manifest/arbitrary-file.ts'
import { setValue } from '#lib/manifest/edit-manifest.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { withReplaced } from './place-change.ts'

const file = arbitraryResources.map(parseManifestFile).filter(({ problems }) => problems.every(({ severity }) => severity !== 'error'))
const mixed = fc.tuple(arbitraryResources, fc.nat()).map(([text, at]) => {
  const lines = text.split(/(?<=\n)/)
  return parseManifestFile(lines.map((line, index) => (index === at % lines.length ? line.replace(/\r?\n$/, '\r\n') : line)).join(''))
})
const thing = (name: string) => ({ namespace: 'here', kind: 'Thing.example.org', name })

test('every document of any file can be put back unchanged', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        file,
        mixed.filter(({ problems }) => problems.every(({ severity }) => severity !== 'error')),
      ),
      (read) => {
        for (const { identity, start, end } of read.documents) {
          expect(identity).toBeDefined()
          expect(withReplaced(read.text, read.text.slice(start, end), thing(identity?.name ?? ''))).toBe(read.text)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a changed document changes nothing around it', () => {
  fc.assert(
    fc.property(file, fc.nat(), (read, at) => {
      const document = read.documents[at % read.documents.length]
      if (!document) return
      const edited = setValue(read.text, document.index, ['metadata', 'labels', 'added'], 'here')
      const there = parseManifestFile(edited).documents[document.index]
      const sent = edited.slice(there?.start, there?.end)
      expect(withReplaced(read.text, sent, thing(`thing-${document.index}`))).toBe(edited)
    }),
    { numRuns: 500 },
  )
})
