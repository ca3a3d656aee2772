/** What the pages for cloning, renaming and moving read: the resource in Git and in the cluster, and what its references lead to. */
import { type QueryClient, useQueries, useQuery } from '@tanstack/react-query'
import { type Awaited, firstFailed } from '#components/create/page-gate.tsx'
import { ApiProblem } from '#components/data/api-problem.ts'
import { queries } from '#components/data/queries.ts'
import type { ResourceAddress } from '#components/data/query-keys.ts'
import type { KindSummary, Project, ResourceDetail } from '#lib/inventory/contract.ts'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { printResource } from '#lib/manifest/print-value.ts'
import { type FoundResource, type Lookups, type SoughtResource, soughtKey } from '#lib/manifest/relocate-references.ts'
import type { ManifestSource } from '#lib/proposals/contract.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'

export interface RelocationSource {
  kind: CompiledKind
  project: Project
  projects: Project[]
  kinds: KindSummary[]
  detail: ResourceDetail
  /** The object in the cluster, or as the index had it last. */
  live: JsonObject
  /** Undefined where no file describes it. */
  source: ManifestSource | undefined
  /** One document: the manifest in Git, or one made of the live object. */
  text: string
  reload: () => void
}

/** Everything about the resource, what failed, or nothing yet. */
export function useRelocationSource(at: ResourceAddress): { data?: RelocationSource; failed?: Awaited } {
  const kind = useQuery(queries.kind(at.cluster, at.kind))
  const project = useQuery(queries.project(at.cluster, at.namespace))
  const projects = useQuery(queries.projects())
  const kinds = useQuery(queries.kinds())
  const detail = useQuery(queries.resource(at))
  const source = useQuery(queries.manifest(at))
  const notThere = source.error instanceof ApiProblem && (source.error.code === 'not-found' || source.error.code === 'invalid')
  if (kind.data && project.data && projects.data && kinds.data && detail.data && (source.data || notThere)) {
    const live = detail.data.object as Record<string, Json> as JsonObject // came as JSON, so its values are Json
    return {
      data: {
        kind: kind.data,
        project: project.data,
        projects: projects.data.items,
        kinds: kinds.data.items,
        detail: detail.data,
        live,
        source: source.data,
        text: source.data ? oneDocument(source.data.text, source.data.document) : printResource(live),
        reload: () => void source.refetch(),
      },
    }
  }
  const failed = firstFailed([
    { query: detail, what: at.name },
    ...(notThere ? [] : [{ query: source, what: `the manifest of ${at.name} in Git` }]),
    { query: kind, what: `the kind of ${at.name}` },
    { query: project, what: `the project ${at.namespace}` },
    { query: projects, what: 'the projects' },
    { query: kinds, what: 'the kinds' },
  ])
  return failed ? { failed } : {}
}

/** One document of a file as a text of its own. */
export function oneDocument(text: string, document: number): string {
  const { documents } = parseManifestFile(text)
  const found = documents[document]
  if (!found || documents.length === 1) return text
  const alone = text.slice(found.start, found.end).replace(/^---[ \t]*\r?\n/, '')
  return alone.endsWith('\n') ? alone : `${alone}\n`
}

/** Looks up resources in the index, and the objects of those that exist. `ready` once all answers are there. */
export function useLookups(sought: readonly SoughtResource[], kinds: readonly KindSummary[]): { lookups: Lookups; ready: boolean } {
  const asked = sought.map((each) => ({
    ...each,
    keys: kinds.filter(({ cluster, kind }) => cluster === each.cluster && each.kinds.includes(kind)).map(({ key }) => key),
  }))
  const rows = useQueries({
    queries: asked.map(({ cluster, namespace, name, keys }) => ({
      ...queries.resources({ cluster: [cluster], namespace: [namespace], kind: keys, name, limit: 1 }),
      placeholderData: undefined,
      enabled: keys.length > 0 && name !== '',
    })),
  })
  const found = asked.map((_, index) => rows[index]?.data?.items[0])
  const details = useQueries({
    queries: found.flatMap((row, index) => (row && asked[index]?.wantsObject ? [{ ...queries.resource(row), retry: false }] : [])),
  })
  const lookups = new Map<string, FoundResource>()
  for (const [index, each] of asked.entries()) {
    const row = found[index]
    const detail = row && details.find(({ data }) => data?.row.id === row.id)?.data?.object
    lookups.set(soughtKey(each), {
      exists: rows[index]?.data ? row !== undefined : undefined,
      object: isObject(detail) ? detail : undefined,
    })
  }
  const waiting = rows.some(({ fetchStatus, data }) => fetchStatus === 'fetching' && !data)
  return { lookups, ready: !waiting && !details.some(({ fetchStatus, data }) => fetchStatus === 'fetching' && !data) }
}

/** The manifest and kind of another resource, read once. */
export async function readOther(client: QueryClient, at: ResourceAddress): Promise<{ source: ManifestSource; kind: CompiledKind }> {
  const [source, kind] = await Promise.all([client.fetchQuery(queries.manifest(at)), client.fetchQuery(queries.kind(at.cluster, at.kind))])
  return { source, kind }
}
