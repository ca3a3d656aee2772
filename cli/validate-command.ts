/** `corbel validate`: mistakes in manifest files, before they are committed. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Invalid } from '#lib/errors.ts'
import { type FileProblem, readManifests, type SourceFile } from '#lib/plan/read-manifests.ts'
import { clusterOf, dryRun, forEachAtOnce } from './cluster-access.ts'
import type { Options } from './options.ts'
import { parseRepositoryFile, repositoryFileName } from './repository-file.ts'
import type { Terminal } from './terminal.ts'

/** Exit code: 0 no errors, 1 errors, 3 the cluster could not be asked. Throws CorbelError. */
export async function validateCommand(options: Options, terminal: Terminal): Promise<number> {
  const given = options.positionals.length > 0
  const roots = given ? options.positionals : repositoryFolders(options.directory)
  const files = roots.flatMap((path) => filesBelow(given ? path : join(options.directory, path), options.directory))
  const { resources, problems } = readManifests(files)
  const found: FileProblem[] = [...problems]
  let unasked = false
  if (options.server) {
    const cluster = clusterOf(options, 'cluster')
    try {
      const calls = cluster.asPortal()
      await forEachAtOnce(resources, async ({ object, identity, file }) => {
        const verdict = await dryRun(calls, object, identity.namespace)
        if (verdict.state === 'unavailable') unasked = true
        if (verdict.message) found.push({ severity: 'error', file, line: 1, message: verdict.message })
        found.push(...verdict.warnings.map((message): FileProblem => ({ severity: 'warning', file, line: 1, message })))
      })
    } finally {
      await cluster.close()
    }
  }
  const errors = found.filter(({ severity }) => severity === 'error').length
  if (options.format === 'json')
    terminal.out(`${JSON.stringify({ files: files.length, resources: resources.length, problems: found }, null, 2)}\n`)
  else {
    for (const { severity, file, line, message } of found) terminal.out(`${file}:${line}: ${severity}: ${message}\n`)
    terminal.out(`${files.length} files, ${resources.length} resources, ${errors} errors, ${found.length - errors} warnings\n`)
  }
  return unasked ? 3 : errors > 0 ? 1 : 0
}

function repositoryFolders(directory: string): string[] {
  try {
    return parseRepositoryFile(readFileSync(join(directory, repositoryFileName), 'utf8')).manifests
  } catch (error) {
    if (error instanceof Invalid) throw error
    throw new Invalid(`There is no ${repositoryFileName} in ${directory}. Name the files to look at: corbel validate FILE…`, [], {
      cause: error,
    })
  }
}

function filesBelow(path: string, directory: string): SourceFile[] {
  try {
    if (!statSync(path).isDirectory()) return [{ path: relative(directory, path) || path, text: readFileSync(path, 'utf8') }]
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name)))
      .sort((a, b) => a.name.localeCompare(b.name))
      .flatMap((entry) => filesBelow(join(path, entry.name), directory))
  } catch (error) {
    if (error instanceof Invalid) throw error
    throw new Invalid(`${path} cannot be read. Does it exist?`, [], { cause: error })
  }
}
