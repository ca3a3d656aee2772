/** `corbel validate`: mistakes in manifest files, before they are committed. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Invalid } from '#lib/errors.ts'
import type { Verdict } from '#lib/plan/plan.ts'
import { type DeclaredResource, type FileProblem, readManifests, type SourceFile } from '#lib/plan/read-manifests.ts'
import { renderValidateMarkdown, renderValidateText, type ValidateReport } from '#lib/plan/render-validate.ts'
import { clusterOf, forEachAtOnce, verdictOn } from './cluster-access.ts'
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
      const answers = await forEachAtOnce(resources, async (resource) => {
        const verdict = await verdictOn(calls, resource.object, resource.identity.namespace)
        return { unasked: verdict.state === 'unavailable', problems: problemsOf(verdict, resource) }
      })
      unasked = answers.some((answer) => answer.unasked)
      found.push(...answers.flatMap((answer) => answer.problems))
    } finally {
      await cluster.close()
    }
  }
  const report: ValidateReport = { files: files.length, resources: resources.length, problems: found }
  terminal.out(
    options.format === 'json'
      ? `${JSON.stringify(report, null, 2)}\n`
      : options.format === 'markdown'
        ? renderValidateMarkdown(report)
        : renderValidateText(report),
  )
  const refused = found.some(({ severity }) => severity === 'error')
  return unasked ? 3 : refused ? 1 : 0
}

/** What the API server said of a resource, with the fields it names, as problems of its file. */
function problemsOf({ state, message, fields, warnings }: Verdict, { file, line }: DeclaredResource): FileProblem[] {
  const problem = (severity: FileProblem['severity'], text: string): FileProblem => ({ severity, file, line, message: text })
  const where = fields.map(({ path, message: why }) => problem('error', path.length > 0 ? `${path.join('.')}: ${why}` : why))
  const said = message ?? (state === 'refused' ? 'The API server refuses it.' : null)
  return [...(said === null ? [] : [problem('error', said)]), ...where, ...warnings.map((text) => problem('warning', text))]
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
