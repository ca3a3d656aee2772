/**
 * The files blueprints and hints are written in: those shipped with Corbel, folders of repositories, ConfigMaps of the
 * clusters. Whatever cannot be read now is served as it was read last, and said.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clusters } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { CorbelError, Forbidden, NotFound } from '#lib/errors.ts'
import { asApp, fileUrl } from '#lib/forge/forge.ts'
import { defaultBranch, headOf, listFolder, readBlob } from '#lib/forge/repository-content.ts'
import { isObject, textAt, valueAt } from '#lib/json.ts'
import { log } from '#lib/telemetry/log.ts'

/** Where ConfigMaps with blueprints are, and how they are labelled. */
export const blueprintNamespace = 'corbel-system'
export const blueprintLabel = 'corbel.dev/blueprint=true'

export interface SourceFile {
  /** In words: `acme/platform`, `ConfigMap team-a on infra-eu`. */
  source: string
  path: string
  url: string | null
  text: string
  /** The only cluster it is for; null: all. */
  cluster: string | null
  /** Written by us: kinds a cluster lacks are no mistake of anybody. */
  shipped: boolean
}

export interface SourceTrouble {
  source: string
  message: string
}

interface ReadSource {
  files: SourceFile[]
  trouble?: SourceTrouble
}

const isYaml = (path: string): boolean => /\.ya?ml$/.test(path)
/** More files of one source than this are a mistake in the setting. */
const mostFiles = 500

interface Held {
  shipped?: Promise<SourceFile[]>
  repositories: Map<string, { commit: string; files: SourceFile[] }>
  clusters: Map<string, SourceFile[]>
}
// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const global = globalThis as typeof globalThis & { corbelBlueprintSources?: Held }
const held = (): Held => {
  global.corbelBlueprintSources ??= { repositories: new Map(), clusters: new Map() }
  return global.corbelBlueprintSources
}

/** Everything that is configured, in the order of the setting, ConfigMaps last: what comes later stands for the same name before. */
export async function readSources(): Promise<{ files: SourceFile[]; troubles: SourceTrouble[] }> {
  const configured = config().blueprintSources.map((source) => (source === 'shipped' ? shipped() : inRepository(source)))
  const read = await Promise.all([...configured, ...clusters().map((cluster) => inCluster(cluster.name))])
  return { files: read.flatMap(({ files }) => files), troubles: read.flatMap(({ trouble }) => (trouble ? [trouble] : [])) }
}

async function shipped(): Promise<ReadSource> {
  const read = held().shipped ?? readShipped()
  held().shipped = read
  try {
    return { files: await read }
  } catch (error) {
    log().error({ err: error }, 'the blueprints that come with Corbel could not be read')
    delete held().shipped
    const message = 'The folder "blueprints" is not where the server was started. Build the image as its Dockerfile says.'
    return { files: [], trouble: { source: 'shipped with Corbel', message } }
  }
}

/** The folder `blueprints` beside the program: next.config.ts has it copied into the standalone build. */
async function readShipped(): Promise<SourceFile[]> {
  const folder = join(/* turbopackIgnore: true */ process.cwd(), 'blueprints')
  const names = (await readdir(folder, { recursive: true })).filter(isYaml).sort()
  return Promise.all(
    names.map(async (path) => ({
      source: 'shipped with Corbel',
      path,
      url: null,
      text: await readFile(join(/* turbopackIgnore: true */ folder, path), 'utf8'),
      cluster: null,
      shipped: true,
    })),
  )
}

/** One answer of GitHub says whether anything changed; files are read by their content's id, and only new ones. */
async function inRepository({ repository, path: folder }: { repository: string; path: string }): Promise<ReadSource> {
  const key = `${repository}:${folder}`
  const before = held().repositories.get(key)
  try {
    const connection = asApp(repository)
    const branch = await defaultBranch(connection)
    const commit = await headOf(connection, branch)
    if (commit === undefined) throw new NotFound(`${repository} has no branch ${branch} yet.`)
    if (before?.commit === commit) return { files: before.files }
    const entries = (await listFolder(connection, folder, commit)).filter(({ path }) => isYaml(path)).slice(0, mostFiles)
    const files: SourceFile[] = []
    for (const { path, blob } of entries)
      files.push({
        source: repository,
        path,
        url: fileUrl(repository, branch, path),
        text: await readBlob(connection, blob),
        cluster: null,
        shipped: false,
      })
    held().repositories.set(key, { commit, files })
    if (files.length > 0) return { files }
    const where = folder === '' ? repository : `${repository} below ${folder}`
    return {
      files,
      trouble: { source: repository, message: `There are no YAML files in ${where}. Correct CORBEL_BLUEPRINTS or add blueprints.` },
    }
  } catch (error) {
    return failed(error, repository, before?.files ?? [])
  }
}

async function inCluster(name: string): Promise<ReadSource> {
  const before = held().clusters.get(name) ?? []
  try {
    const cluster = clusters().find((each) => each.name === name)
    if (!cluster) return { files: [] }
    const { items } = await cluster
      .asPortal()
      .list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: blueprintNamespace, labelSelector: blueprintLabel })
    const files = items.flatMap((item) => {
      const map = textAt(item, 'metadata', 'name') ?? ''
      const data = valueAt(item, ['data'])
      return Object.entries(isObject(data) ? data : {}).flatMap(([path, text]): SourceFile[] =>
        typeof text === 'string' && isYaml(path)
          ? [{ source: `ConfigMap ${map} on ${name}`, path, url: null, text, cluster: name, shipped: false }]
          : [],
      )
    })
    held().clusters.set(name, files)
    return { files }
  } catch (error) {
    if (error instanceof Forbidden)
      return {
        files: before,
        trouble: {
          source: `ConfigMaps on ${name}`,
          message: `The portal's account may not list ConfigMaps in ${blueprintNamespace}. Apply deploy/kubernetes/portal-account.yaml, or do without blueprints in ConfigMaps.`,
        },
      }
    return failed(error, `ConfigMaps on ${name}`, before)
  }
}

function failed(error: unknown, source: string, files: SourceFile[]): ReadSource {
  if (!(error instanceof CorbelError)) throw error
  log().warn({ err: error, source }, 'blueprints could not be read')
  const last = files.length > 0 ? ' What was read last is still offered.' : ''
  return { files, trouble: { source, message: `${error.message}${last}` } }
}
