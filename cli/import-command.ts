/** `corbel import convert`: assets of the inventory as JSON lines in, manifests as JSON lines out, in order, one line each. */
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { parseAllDocuments } from 'yaml'
import { Invalid } from '#lib/errors.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { countFates } from '#lib/mapping/account.ts'
import type { KindHead } from '#lib/mapping/asset-kinds.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { type Conversion, refusedWith } from '#lib/mapping/convert-asset.ts'
import { readImportMapping } from '#lib/mapping/import-mapping.ts'
import { type ImportSession, importSession } from '#lib/mapping/import-session.ts'
import type { KindTable } from '#lib/mapping/kind-table.ts'
import { LineSpool } from './line-spool.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

/**
 * Converts in two passes (`ImportSession`): the first writes what it makes to a file, the second puts the references in and prints. Exit
 * code: 0, whatever becomes of single assets. Throws CorbelError.
 */
export async function importCommand(options: Options, terminal: Terminal, input: Readable = process.stdin): Promise<number> {
  const [verb, ...rest] = options.positionals
  if (verb !== 'convert' || rest.length > 0 || !options.crds)
    throw new Invalid('Usage: corbel import convert --crds DIR [--mappings DIR] < assets.jsonl. Run "corbel help".')
  const session = importSession(catalogueBelow(resolve(options.directory, options.crds), mappingsBelow(options)))
  const spool = new LineSpool()
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== '') firstPass(line, session, spool)
    session.turn()
    await secondPass(session, spool, terminal)
  } finally {
    spool.remove()
  }
  return 0
}

/** What the spool holds: an asset that has to wait, or (as two lines) the manifests of one and the rest of its answer. */
const waiting = 'asset '
const made = 'manifests '

function firstPass(line: string, session: ImportSession, spool: LineSpool): void {
  const conversion = tried(() => session.first(JSON.parse(line)))
  if (!conversion) spool.add(waiting + line)
  else {
    spool.add(made + JSON.stringify(conversion.manifests))
    spool.add(JSON.stringify(restOf(conversion)))
  }
}

async function secondPass(session: ImportSession, spool: LineSpool, terminal: Terminal): Promise<void> {
  let manifests: JsonObject[] | undefined
  for await (const line of spool.lines()) {
    let rest = line
    if (line.startsWith(made)) {
      manifests = JSON.parse(line.slice(made.length))
      continue
    }
    if (line.startsWith(waiting)) {
      const conversion = session.again(JSON.parse(line.slice(waiting.length)))
      manifests = conversion.manifests
      rest = JSON.stringify(restOf(conversion))
    }
    const taken = terminal.out(`{"manifests":${JSON.stringify(session.finish(manifests ?? []))},${rest.slice(1)}\n`)
    // Whoever reads more slowly than we write is waited for.
    if (taken === false) await once(process.stdout, 'drain')
  }
}

/** The conversion of a line, or why there is none. */
function tried(convert: () => Conversion | undefined): Conversion | undefined {
  try {
    return convert()
  } catch (error) {
    if (error instanceof SyntaxError) return refusedWith('malformed', 'The line is no JSON.')
    throw error
  }
}

function restOf({ account, verdict, refused }: Conversion): JsonObject {
  return {
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
function catalogueBelow(folder: string, tables: readonly KindTable[]): Catalogue {
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
  const definitionOf = ({ kind, group }: KindHead): JsonObject => {
    const found = definitionsIn(places.get(`${kind}.${group}`) ?? '')
    return found.find((definition) => textAt(definition, 'spec', 'names', 'kind') === kind) ?? {}
  }
  return catalogueOf(heads, definitionOf, tables)
}

/** The tables of `--mappings`. A mapping with a mistake stops the command: its assets would silently be converted without it. */
function mappingsBelow({ mappings, directory }: Options): KindTable[] {
  if (mappings === undefined) return []
  return filesIn(resolve(directory, mappings)).flatMap((file) => {
    const { tables, problems } = readImportMapping(readFileSync(file, 'utf8'))
    const [problem] = problems
    if (problem) throw new Invalid(`${file}:${problem.line}: ${problem.message}`)
    return tables
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
