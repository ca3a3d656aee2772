/**
 * The demo's first live resources: the manifests of the repositories' first commits as CI would have applied them, and some
 * that somebody made by hand. Each project is filled once; what people change later stays.
 */
import { parseAllDocuments } from 'yaml'
import { type ClusterCalls, openCluster } from '#lib/cluster/client.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'
import { inParallel } from './in-parallel.ts'
import { byHand } from './made-by-hand.ts'
import { type Project, projects } from './projects.ts'
import { repositoryFiles } from './seed-repositories.ts'

const filledAnnotation = 'demo.corbel.dev/filled'

/** A manifest of a repository with the file it came from. */
export interface SeedManifest {
  path: string
  manifest: JsonObject
}

/** The manifests of a project in its repository's first commit. */
export function projectManifests({ repository, path }: Project): SeedManifest[] {
  if (repository === undefined || path === undefined) return []
  return Object.entries(repositoryFiles(repository))
    .filter(([file]) => file.startsWith(`${path}/`) && file.endsWith('.yaml'))
    .flatMap(([file, text]) =>
      parseAllDocuments(text)
        .map((document): unknown => document.toJS())
        .filter(isObject)
        .map((manifest) => ({ path: file, manifest })),
    )
}

/**
 * Fills the projects that were not filled before. `commits` are the repositories' first commits (seedRepositories). Gives the
 * number of resources applied.
 */
export async function seedResources({ kubeconfig, commits }: { kubeconfig: string; commits: Record<string, string> }): Promise<number> {
  const cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  try {
    const calls = cluster.asPortal()
    let applied = 0
    for (const project of projects) applied += await fill(calls, project, commits)
    return applied
  } finally {
    await cluster.close()
  }
}

async function fill(calls: ClusterCalls, project: Project, commits: Record<string, string>): Promise<number> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: project.namespace }
  const { value } = await calls.get(namespace)
  if (textAt(value, 'metadata', 'annotations', filledAnnotation) !== undefined) return 0
  const manifests = projectManifests(project).map(({ path, manifest }) =>
    withAnnotations(manifest, {
      'corbel.dev/repository': project.repository ?? '',
      'corbel.dev/path': path,
      'corbel.dev/commit': commits[project.repository ?? ''] ?? '',
    }),
  )
  const hand = byHand(project.namespace)
  await inParallel(8, manifests, (manifest) => calls.applyServerSide(manifest, { fieldManager: 'corbel', force: true }))
  await inParallel(8, hand, (manifest) => calls.applyServerSide(manifest, { fieldManager: 'kubectl', force: true }))
  await calls.patchMerge(namespace, { metadata: { annotations: { [filledAnnotation]: 'true' } } }, { fieldManager: 'corbel-demo' })
  return manifests.length + hand.length
}

function withAnnotations(manifest: JsonObject, added: Record<string, string>): JsonObject {
  const metadata = isObject(manifest.metadata) ? manifest.metadata : {}
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {}
  return { ...manifest, metadata: { ...metadata, annotations: { ...annotations, ...added } } }
}
