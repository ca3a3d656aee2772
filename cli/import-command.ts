/** `corbel import convert`: assets of the inventory as JSON lines in, manifests as JSON lines out, in order, one line each. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { parseAllDocuments } from 'yaml'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt } from '#lib/json.ts'
import { countFates } from '#lib/mapping/account.ts'
import type { KindHead } from '#lib/mapping/asset-kinds.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { type Conversion, convertAsset, refusedWith } from '#lib/mapping/convert-asset.ts'
import { projectNumberAndId } from '#lib/mapping/project-ids.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Exit code: 0, whatever becomes of single assets. Throws CorbelError. */
export async function importCommand(options: Options, terminal: Terminal, input: Readable = process.stdin): Promise<number> {
  const [verb, ...rest] = options.positionals
  if (verb !== 'convert' || rest.length > 0 || !options.crds)
    throw new Invalid('Usage: corbel import convert --crds DIR < assets.jsonl. Run "corbel help".')
  const catalogue = catalogueBelow(resolve(options.directory, options.crds))
  // Assets name projects by id or by number; what one line tells about both helps the lines after it.
  const projectIds = new Map<string, string>()
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    terminal.out(`${JSON.stringify(answer(convertLine(line, catalogue, projectIds)))}\n`)
  }
  return 0
}

function convertLine(line: string, catalogue: Catalogue, projectIds: Map<string, string>): Conversion {
  let value: Json
  try {
    value = JSON.parse(line)
  } catch {
    return refusedWith('malformed', 'The line is no JSON.')
  }
  const project = projectNumberAndId(value)
  if (project) projectIds.set(project.number, project.id)
  return convertAsset(value, catalogue, { projectIds })
}

function answer({ manifests, account, verdict, refused }: Conversion): JsonObject {
  return {
    manifests,
    account: account && {
      counts: countFates(account),
      entries: account.entries.map((entry) => ({ ...entry })),
      unreadable: [...account.unreadable],
    },
    verdict: verdict && { ...verdict },
    error: refused && `${refused.reason}: ${refused.message}`,
  }
}

/** Finds the kinds in a folder by a quick look, and reads a definition in full when an asset needs it. */
function catalogueBelow(folder: string): Catalogue {
  const places = new Map<string, string>()
  const heads: KindHead[] = []
  const note = (kind: string | undefined, group: string | undefined, file: string): void => {
    if (!kind || !group) return
    heads.push({ kind, group })
    places.set(`${kind}.${group}`, file)
  }
  for (const file of filesIn(folder)) {
    const text = readFileSync(file, 'utf8')
    const one = text.match(/^kind: CustomResourceDefinition\s*$/gm)?.length === 1
    const group = one ? /^ {2}group: ([\w.-]+)\s*$/m.exec(text)?.[1] : undefined
    const kind = one ? /^ {4}kind: (\w+)\s*$/m.exec(text)?.[1] : undefined
    if (group && kind) note(kind, group, file)
    else
      for (const definition of definitionsIn(file))
        note(textAt(definition, 'spec', 'names', 'kind'), textAt(definition, 'spec', 'group'), file)
  }
  if (heads.length === 0) throw new Invalid(`There are no CustomResourceDefinitions in ${folder}.`)
  return catalogueOf(heads, ({ kind, group }) => {
    const found = definitionsIn(places.get(`${kind}.${group}`) ?? '')
    return found.find((definition) => textAt(definition, 'spec', 'names', 'kind') === kind) ?? {}
  })
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:ya?ml|json)$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    throw new Invalid(`${folder} cannot be read. Does it exist?`, [], { cause: error })
  }
}

function definitionsIn(file: string): JsonObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const value: unknown = document.toJS()
    return isObject(value) && value.kind === 'CustomResourceDefinition' ? [value] : []
  })
}
