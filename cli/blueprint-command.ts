/** `corbel blueprint test`: mistakes in blueprints and kind hints, before anybody uses them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { checkBlueprint, checkHints, type KnownKinds } from '#lib/blueprint/check-blueprint.ts'
import { type BlueprintProblem, located, readBlueprints } from '#lib/blueprint/read-blueprints.ts'
import { CorbelError, Invalid } from '#lib/errors.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { clusterOf, isOutage } from './cluster-access.ts'
import type { Options } from './options.ts'
import type { Terminal } from './terminal.ts'

interface Report {
  files: number
  blueprints: number
  hints: number
  /** Sets of answers in the blueprints that were filled and judged. */
  tests: number
  /** Where the definitions came from, and how many there are; null: paths were not checked. */
  definitions: { from: string; kinds: number } | null
  problems: { file: string; line: number; severity: 'error' | 'warning'; message: string }[]
}

/** Exit code: 0 no errors, 1 errors, 3 the cluster could not be asked. Throws CorbelError. */
export async function blueprintCommand(options: Options, terminal: Terminal): Promise<number> {
  const [verb, ...folders] = options.positionals
  if (verb !== 'test' || folders.length === 0) throw new Invalid('Usage: corbel blueprint test DIR… [--crds DIR]. Run "corbel help".')
  let definitions: { from: string; kinds: KnownKinds } | null
  try {
    definitions = await knownKinds(options)
  } catch (error) {
    if (!(error instanceof CorbelError) || !isOutage(error)) throw error
    terminal.err(`corbel: ${error.message}\n`)
    return 3
  }
  const files = folders.flatMap((folder) => filesBelow(resolve(options.directory, folder)))
  if (files.length === 0) throw new Invalid(`There are no YAML files in ${folders.join(', ')}.`)
  const report: Report = {
    files: files.length,
    blueprints: 0,
    hints: 0,
    tests: 0,
    definitions: definitions && { from: definitions.from, kinds: definitions.kinds.size },
    problems: [],
  }
  const names = new Map<string, string>()
  for (const path of files) testFile(readFileSync(path, 'utf8'), relative(options.directory, path), definitions?.kinds, report, names)
  terminal.out(options.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : render(report))
  return report.problems.some(({ severity }) => severity === 'error') ? 1 : 0
}

function testFile(text: string, file: string, kinds: KnownKinds | undefined, report: Report, names: Map<string, string>): void {
  const read = readBlueprints(text)
  const problems: BlueprintProblem[] = [...read.problems]
  report.blueprints += read.blueprints.length
  report.hints += read.hints.length
  for (const { document, blueprint } of read.blueprints) {
    report.tests += blueprint.tests.length
    problems.push(...located(text, document, checkBlueprint(blueprint, kinds)))
    const other = names.get(blueprint.name)
    if (other !== undefined)
      problems.push(
        ...located(text, document, [{ path: ['metadata', 'name'], message: `Another blueprint is named "${blueprint.name}": ${other}.` }]),
      )
    names.set(blueprint.name, file)
  }
  if (kinds) for (const { document, hints } of read.hints) problems.push(...located(text, document, checkHints(hints, kinds)))
  problems.sort((a, b) => a.line - b.line)
  for (const { line, severity, message } of problems) report.problems.push({ file, line, severity, message })
}

/** Definitions of `--crds`, else of the cluster that `--kubeconfig` or KUBECONFIG names, else none. */
async function knownKinds(options: Options): Promise<{ from: string; kinds: KnownKinds } | null> {
  if (options.crds) return { from: options.crds, kinds: compiled(definitionsBelow(resolve(options.directory, options.crds))) }
  if (options.offline || !options.kubeconfig) return null
  const cluster = clusterOf(options, 'cluster')
  try {
    const { items } = await cluster.asPortal().definitions()
    return { from: 'the cluster', kinds: compiled(items) }
  } finally {
    await cluster.close()
  }
}

function compiled(definitions: JsonObject[]): KnownKinds {
  const kinds = new Map<string, CompiledKind>()
  for (const definition of definitions) {
    try {
      const kind = compileKind(definition)
      kinds.set(kind.key, kind)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error // serves no version: nobody can make one
    }
  }
  return kinds
}

function definitionsBelow(folder: string): JsonObject[] {
  const found = filesBelow(folder).flatMap((path) =>
    parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
      const value: unknown = document.toJS()
      return isObject(value) && value.kind === 'CustomResourceDefinition' ? [value] : []
    }),
  )
  if (found.length === 0) throw new Invalid(`There are no CustomResourceDefinitions in ${folder}.`)
  return found
}

function filesBelow(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name)))
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((entry) => filesBelow(join(path, entry.name)))
  } catch (error) {
    throw new Invalid(`${path} cannot be read. Does it exist?`, [], { cause: error })
  }
}

function render({ files, blueprints, hints, tests, definitions, problems }: Report): string {
  const lines = problems.map(({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const checked = definitions
    ? `against ${definitions.kinds} kinds of ${definitions.from}`
    : 'without definitions: paths and kinds were not checked'
  lines.push(
    `Files: ${files}, blueprints: ${blueprints}, tests: ${tests}, kinds with hints: ${hints}, ${checked}. Errors: ${errors}, warnings: ${warnings}.`,
  )
  return `${lines.join('\n')}\n`
}
