import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readYaml, yamlText } from '#components/forms/yaml-text.ts'

test('what is copied is what is pasted', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const json = JSON.parse(JSON.stringify(value))
      expect(readYaml(yamlText(json))).toEqual({ value: json })
    }),
  )
})

test('what cannot be read is said with its line', () => {
  expect(readYaml('a: 1\nb: [')).toMatchObject({ problem: expect.stringMatching(/^Line \d: /) })
  expect(readYaml('a: 1\n---\nb: 2')).toMatchObject({ problem: expect.stringContaining('One document only') })
  expect(readYaml('  \n')).toEqual({ value: undefined })
})
