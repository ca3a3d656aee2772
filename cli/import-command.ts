/** `corbel import convert`: assets of the inventory as JSON lines in, manifests as JSON lines out, in order, one line each. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'
import { Invalid } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { countFates } from '#lib/mapping/account.ts'
import type { KindHead } from '#lib/mapping/asset-kinds.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { type Conversion, convertAsset, refusedWith } from '#lib/mapping/convert-asset.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Exit code: 0, whatever becomes of single assets. Throws CorbelError. */
export async function importCommand(options: Options, terminal: Terminal): Promise<number> {
  const [verb, ...rest] = options.positionals
  if (verb !== 'convert' || rest.length > 0 || !options.crds)
    throw new Invalid('Usage: corbel import convert --crds DIR < assets.jsonl. Run "corbel help".')
  const catalogue = catalogueBelow(resolve(options.directory, options.crds))
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    terminal.out(`${JSON.stringify(answer(convertLine(line, catalogue)))}\n`)
  }
  return 0
}

function convertLine(line: string, catalogue: Catalogue): Conversion {
  let value: Json
  try {
    value = JSON.parse(line)
  } catch {
    return refusedWith('malformed', 'The line is no JSON.')
  }
  return convertAsset(value, catalogue, {})
}

function answer({ manifests, account, verdict, refused }: Conversion): JsonObject {
  return {
    manifests,
    account: account && {
      counts: countFates(account),
      entries: account.entries.map((entry) => ({ ...entry })),
      unreadable: account.unreadable,
    },
    verdict: verdict && { ...verdict },
    error: refused && `${refused.reason}: ${refused.message}`,
  }
}

/** Finds the kinds in a folder by a quick look, and reads a definition in full when it is needed. */
function catalogueBelow(folder: string): Catalogue {
  const files = new Map<string, string>()
  const heads: KindHead[] = []
  for (const name of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(name)) continue
    const text = readFileSync(join(folder, name), 'utf8')
    const group = /^ {2}group: (\S+)$/m.exec(text)?.[1]
    const kind = /^ {4}kind: (\S+)$/m.exec(text)?.[1]
    if (!group || !kind) continue
    heads.push({ kind, group })
    files.set(kind, join(folder, name))
  }
  return catalogueOf(heads, ({ kind }) => {
    const value: unknown = parse(readFileSync(files.get(kind) ?? '', 'utf8'))
    return isObject(value) ? value : {}
  })
}
