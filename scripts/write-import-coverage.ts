/**
 * Writes docs/import-coverage.md: what the import does for every stable kind whose asset type the inventory has. Needs the published
 * definitions, facts and pairs beside the repository (`../shared/kcc`), which are no part of it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isObject, type Json, textAt, valueAt } from '#lib/json.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { convertAsset } from '#lib/mapping/convert-asset.ts'
import { tableOf } from '#lib/mapping/kind-tables.ts'
import { transforms } from '#lib/mapping/transforms.ts'
import { publishedKinds } from './published-kinds.ts'

const root = join(import.meta.dirname, '..')
const shared = join(root, '../shared/kcc')

interface Row {
  kind: string
  assetTypes: string[]
  controller: string
}

/** Stable kinds whose asset type is in the inventory. */
function rows(): Row[] {
  const [head = '', ...lines] = readFileSync(join(shared, 'facts/kinds.csv'), 'utf8').trim().split('\n')
  const columns = head.trim().split(',')
  const cell = (cells: string[], column: string): string => cells[columns.indexOf(column)] ?? ''
  return lines
    .map((line) => line.split(','))
    .filter((cells) => cell(cells, 'beta') === 'True' && cell(cells, 'inCAIList') === 'yes')
    .map((cells) => ({
      kind: cell(cells, 'kind'),
      assetTypes: cell(cells, 'assetTypes').split('|'),
      controller: cell(cells, 'controller'),
    }))
}

function catalogue(): Catalogue {
  const kinds = publishedKinds()
  return catalogueOf(
    kinds.map(({ kind }) => kind),
    ({ kind }) => kinds.find((one) => one.kind.kind === kind)?.definition ?? {},
  )
}

/** Which transforms the pairs and samples used, by kind. */
function transformsUsed(kinds: Catalogue): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>()
  for (const folder of ['pairs/exported', 'pairs/reconciled', 'assets'])
    for (const name of readdirSync(join(shared, folder)))
      for (const line of readFileSync(join(shared, folder, name), 'utf8')
        .split('\n')
        .filter(Boolean)) {
        const value: Json = JSON.parse(line)
        const { manifests, account } = convertAsset(valueAt(value, ['asset']) ?? value, kinds, {})
        const kind = textAt(manifests[0], 'kind')
        if (!kind) continue
        const known = used.get(kind) ?? new Set<string>()
        for (const { by } of account?.entries ?? []) if (by) known.add(by)
        used.set(kind, known)
      }
  return used
}

/** Matched and missed leaves by kind, as `score.py` counts them. */
function scores(pairs: string, folder: string): Map<string, { matched: number; missed: number }> {
  const file = join(folder, `${pairs}.json`)
  const converter = [process.execPath, join(root, 'bin/corbel.mjs'), 'import', 'convert', '--crds', join(shared, 'crds')]
  spawnSync(join(shared, 'score.py'), [join(shared, 'pairs', pairs), join(shared, 'crds'), '--json', file, '--', ...converter])
  const kinds = valueAt(JSON.parse(readFileSync(file, 'utf8')), ['kinds'])
  const count = (of: Json, key: string): number => Number(valueAt(of, [key]) ?? 0)
  return new Map(
    Object.entries(isObject(kinds) ? kinds : {}).map(([kind, of]) => [
      kind,
      { matched: count(of, 'matched'), missed: count(of, 'missed') },
    ]),
  )
}

const kinds = catalogue()
const used = transformsUsed(kinds)
const folder = mkdtempSync(join(tmpdir(), 'corbel-coverage-'))
const [exported, reconciled] = ['exported', 'reconciled'].map((pairs) => scores(pairs, folder))
rmSync(folder, { recursive: true })

const ratio = (of: { matched: number; missed: number } | undefined, digits = 2): string =>
  of && of.matched + of.missed > 0 ? (of.matched / (of.matched + of.missed)).toFixed(digits) : ''

/** Over all kinds that have test data. */
const total = (of: ReadonlyMap<string, { matched: number; missed: number }> | undefined): string =>
  ratio(
    [...(of?.values() ?? [])].reduce((sum, { matched, missed }) => ({ matched: sum.matched + matched, missed: sum.missed + missed }), {
      matched: 0,
      missed: 0,
    }),
    3,
  )

function importOf({ kind, assetTypes }: Row): string {
  const mapped = kinds.load(kind)
  const refusals = tableOf(kind)?.refuse ?? []
  if (
    refusals.some(
      ({ from, is, matches, atLeast }) =>
        is === undefined && matches === undefined && atLeast === undefined && ['name', 'id'].includes(from.join('.')),
    )
  )
    return 'refused'
  const found = assetTypes.filter((assetType) => kinds.kindOf({ name: '//x/y', assetType, data: {}, ancestors: [] })?.kind === kind)
  if (!mapped || found.length === 0) return tableOf(kind) ? 'by condition' : 'shared type'
  return tableOf(kind) ? 'rules and table' : 'rules'
}

const body = rows()
  .sort((a, b) => a.kind.localeCompare(b.kind))
  .map((row) => [
    row.kind,
    row.assetTypes.map((type) => type.replace('.googleapis.com', '')).join(', '),
    importOf(row),
    [...(used.get(row.kind) ?? [])]
      .filter((by) => !['copy', 'identity', 'label'].includes(by))
      .sort()
      .join(', '),
    (kinds.load(row.kind)?.secrets ?? []).map((path) => path.slice(1).join('.')).join(', '),
    row.controller,
    ratio(exported?.get(row.kind)),
    ratio(reconciled?.get(row.kind)),
  ])

const page = `# What the import covers

Printed by \`node scripts/write-import-coverage.ts\`: every kind of Config Connector 1.155 with a stable version whose asset type is in
Cloud Asset Inventory (${body.length}). An asset type is written without \`.googleapis.com\`.

| column     | meaning |
| ---------- | ------- |
| import     | \`rules\`: by the general rules alone · \`rules and table\`: with a table for the kind · \`by condition\`, \`shared type\`: the asset type belongs to several kinds, and the resource decides · \`refused\`: always, with the reason |
| transforms | what test data used beyond names that are equal |
| unreadable | fields for secrets, which nobody can read |
| controller | which sort of controller adopts it |
| exported, reconciled | the share of leaves that agree with what Google's exporter printed and with what stood in the API server for the same state; empty: no test data |

Over all kinds with test data, those without a row included: ${total(exported)} of the leaves exported and ${total(reconciled)} of those
reconciled, every manifest valid under its definition, and none of them another resource than the asset. Most of what is missed
belongs to jobs, secrets and assets that lack a field their kind asks for, which the import refuses, or names resources by numbers that
stand for something else in the recordings.

The transforms: ${Object.entries(transforms)
  .map(([name, says]) => `\`${name}\` ${says}`)
  .join(' · ')}.

| kind | asset type | import | transforms | unreadable | controller | exported | reconciled |
| ---- | ---------- | ------ | ---------- | ---------- | ---------- | -------- | ---------- |
${body.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`
writeFileSync(join(root, 'docs/import-coverage.md'), page)
