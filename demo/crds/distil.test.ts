import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { distilFolder } from './distil.ts'

const here = import.meta.dirname
const files = readdirSync(here).filter((name) => name.endsWith('.yaml'))
const configConnector = files.filter((name) => name.endsWith('.cnrm.cloud.google.com.yaml'))

function read(path: string): JsonObject {
  const document: unknown = parse(readFileSync(path, 'utf8'))
  if (!isObject(document)) throw new Error(`${path} is not an object`)
  return document
}

/** Calls with every schema below and with its path. */
function walk(schema: Json | undefined, path: string[], visit: (schema: JsonObject, path: string[]) => void): void {
  if (!isObject(schema)) return
  visit(schema, path)
  for (const [key, child] of Object.entries(isObject(schema.properties) ? schema.properties : {})) walk(child, [...path, key], visit)
  walk(schema.items, [...path, '[]'], visit)
  walk(schema.additionalProperties, [...path, '{}'], visit)
}

const schemaOf = (definition: JsonObject, version = 0) => valueAt(definition, ['spec', 'versions', version, 'schema', 'openAPIV3Schema'])

/** The same schema without any description, at any depth. */
const bare = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(bare)
  if (!isObject(schema)) return schema
  // A property may itself be called "description"; it is an object then, never text.
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'description' && typeof value === 'string'))
      .map(([key, value]) => [key, bare(value)]),
  )
}

describe('the definitions of the demo', () => {
  test('are 32 Config Connector kinds and three kinds of the platform', () => {
    expect(configConnector).toHaveLength(32)
    expect(files).toHaveLength(35)
  })

  test.each(files)('%s: every field has a description and a type, so forms have something to show', (file) => {
    const gaps: string[] = []
    walk(schemaOf(read(join(here, file))), [], (schema, path) => {
      const last = path.at(-1)
      if (path.length === 0 || last === '[]' || last === '{}' || path.join() === 'metadata') return
      const typed = schema.type !== undefined || schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
      if (textAt(schema, 'description') === undefined || !typed) gaps.push(path.join('/'))
    })
    expect(gaps).toEqual([])
  })

  test('the platform kinds are marked as offered', () => {
    for (const file of files.filter((name) => !configConnector.includes(name)))
      expect(textAt(read(join(here, file)), 'metadata', 'labels', 'corbel.dev/offered'), file).toBe('true')
  })
})

const originals = process.env.KCC_CRDS ?? resolve(here, '../../../shared/kcc/crds')

describe.runIf(existsSync(originals))('compared with the original definitions', () => {
  const original = (file: string) => read(join(originals, `apiextensions.k8s.io_v1_customresourcedefinition_${file}`))

  test('the files are what distil.ts makes', { timeout: 60_000 }, () => {
    const made = distilFolder(originals)
    expect([...made.keys()].sort()).toEqual(configConnector)
    for (const [file, definition] of made) expect(read(join(here, file)), file).toEqual(definition)
  })

  test.each(configConnector)('%s: structure, types and rules are equal field by field', (file) => {
    const theirs = original(file)
    const versions = valueAt(theirs, ['spec', 'versions'])
    const stored = Array.isArray(versions) ? versions.findIndex((version) => isObject(version) && version.storage === true) : 0
    expect(bare(schemaOf(read(join(here, file))) ?? null)).toEqual(bare(schemaOf(theirs, stored) ?? null))
  })

  test.each(configConnector)('%s: marks are kept and no sentence is', (file) => {
    const theirs = new Map<string, string>()
    const sentences = new Set<string>()
    walk(schemaOf(original(file)), [], (schema, path) => {
      const text = (textAt(schema, 'description') ?? '').replace(/\s+/g, ' ').trim()
      theirs.set(path.join('/'), text)
      for (const sentence of sentencesOf(text)) sentences.add(sentence)
    })
    const copied: string[] = []
    walk(schemaOf(read(join(here, file))), [], (schema, path) => {
      const text = textAt(schema, 'description') ?? ''
      const before = theirs.get(path.join('/')) ?? ''
      expect(/^immutable\b/i.test(text), path.join('/')).toBe(/^((optional|required)\. )?immutable\./i.test(before))
      copied.push(
        ...[text, ...sentencesOf(text)].filter((sentence) => sentences.has(sentence) || (sentence === before && isLong(sentence))),
      )
    })
    expect(copied).toEqual([])
  })
})

const isLong = (text: string) => text.split(' ').length >= 6
/** Sentences of six words and more; a list of allowed values is a fact, not a sentence. */
const sentencesOf = (text: string) =>
  text.split(/(?<=[.:])\s+/).filter((part) => isLong(part) && !/^(\[|Possible values include )/.test(part))
