import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importCommand } from './import-command.ts'
import { readOptions } from './options.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corbel-import-'))
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { resourceID: { type: 'string' }, heat: { type: 'integer' } } } },
  }
  const oven = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'bakeryovens.bakery.cnrm.cloud.google.com' },
    spec: {
      group: 'bakery.cnrm.cloud.google.com',
      names: { kind: 'BakeryOven', plural: 'bakeryovens' },
      scope: 'Namespaced',
      versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }
  writeFileSync(join(folder, 'oven.json'), JSON.stringify(oven))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function convert(lines: string[], args = ['convert', '--crds', folder]): Promise<string> {
  let out = ''
  const terminal = {
    environment: {},
    directory: folder,
    out: (text: string) => {
      out += text
    },
    err: () => {},
  }
  await importCommand(readOptions(args, {}, folder), terminal, Readable.from([`${lines.join('\n')}\n`]))
  return out
}

test('each line gives one line, in order, whatever it holds', async () => {
  const asset = (id: string) =>
    JSON.stringify({
      name: `//bakery.googleapis.com/projects/p/ovens/${id}`,
      assetType: 'bakery.googleapis.com/Oven',
      resource: { data: { heat: 1 } },
    })
  const answers = (await convert([asset('a'), 'not json', '{}', asset('b')])).trim().split('\n')
  expect(answers.map((line) => JSON.parse(line)).map(({ manifests, error }) => manifests[0]?.metadata.name ?? error)).toEqual([
    'a',
    'malformed: The line is no JSON.',
    'malformed: The asset has no type ("assetType"), so it has no kind.',
    'b',
  ])
})

test('a mapping says what the names do not, and a mistake in it is told with its line', async () => {
  const mappings = join(folder, 'mappings')
  mkdirSync(mappings)
  const text =
    'apiVersion: corbel.dev/v1\nkind: ImportMapping\nmetadata: {name: a}\nspec:\n  kind: BakeryOven\n  fields: [{from: [celsius], to: [heat]}]\n'
  writeFileSync(join(mappings, 'oven.yaml'), text)
  const asset = JSON.stringify({
    name: '//bakery.googleapis.com/projects/p/ovens/a',
    assetType: 'bakery.googleapis.com/Oven',
    resource: { data: { celsius: 7 } },
  })
  const args = ['convert', '--crds', folder, '--mappings', mappings]
  expect(JSON.parse(await convert([asset], args)).manifests[0].spec).toEqual({ resourceID: 'a', heat: 7 })
  writeFileSync(join(mappings, 'oven.yaml'), text.replace('fields', 'felds'))
  await expect(convert([asset], args)).rejects.toThrow(/oven\.yaml:5: spec: Unrecognized key: "felds"/)
})

test('a folder without definitions is refused with a sentence', async () => {
  await expect(convert([], ['convert', '--crds', join(folder, 'nowhere')])).rejects.toThrow('cannot be read')
})

test('anything else than convert shows how to call it', async () => {
  await expect(convert([], ['turn'])).rejects.toThrow('Usage: corbel import convert')
})
