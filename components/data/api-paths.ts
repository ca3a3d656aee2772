/** Addresses of the API and of pages, built in one place: every part is escaped. */
import type { ResourceQuery } from '#lib/inventory/contract.ts'
import type { ProposalQuery } from '#lib/proposals/contract.ts'
import type { ResourceAddress } from './query-keys.ts'

const parts = (...names: string[]) => names.map(encodeURIComponent).join('/')

/** The query text of a filter: lists become repeated names, what is unset is left out. Includes the `?` unless empty. */
export function queryText(query: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export const apiPaths = {
  me: '/api/v1/me',
  projects: '/api/v1/projects',
  project: (cluster: string, namespace: string) => `/api/v1/projects/${parts(cluster, namespace)}`,
  kinds: '/api/v1/kinds',
  kind: (cluster: string, kind: string) => `/api/v1/kinds/${parts(cluster, kind)}`,
  kindHints: (cluster: string, kind: string) => `/api/v1/kinds/${parts(cluster, kind)}/hints`,
  blueprints: '/api/v1/blueprints',
  blueprint: (cluster: string, name: string) => `/api/v1/blueprints/${parts(cluster, name)}`,
  resources: (query: Partial<ResourceQuery>) => `/api/v1/resources${queryText(query)}`,
  resourceFacets: (query: Partial<ResourceQuery>) => `/api/v1/resources/facets${queryText(query)}`,
  resource: (at: ResourceAddress) => `/api/v1/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}`,
  resourceHistory: (at: ResourceAddress, cursor?: string | null) =>
    `/api/v1/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}/history${queryText({ cursor })}`,
  resourceRelations: (at: ResourceAddress, limit?: number) =>
    `/api/v1/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}/relations${queryText({ limit })}`,
  search: (text: string) => `/api/v1/search${queryText({ q: text })}`,
  proposals: (query: Partial<ProposalQuery>) => `/api/v1/proposals${queryText(query)}`,
  proposal: (id: string) => `/api/v1/proposals/${parts(id)}`,
  proposalRetry: (id: string) => `/api/v1/proposals/${parts(id)}/retry`,
  proposalWithdraw: (id: string) => `/api/v1/proposals/${parts(id)}/withdraw`,
  proposalCommits: (id: string) => `/api/v1/proposals/${parts(id)}/commits`,
  preview: '/api/v1/proposals/preview',
  basket: '/api/v1/basket',
  basketItem: (id: string) => `/api/v1/basket/${parts(id)}`,
  dryRun: '/api/v1/dry-run',
  /** `onto`: as it stands on the branch of that proposal. */
  manifest: (at: ResourceAddress, onto?: string) =>
    `/api/v1/manifests/${parts(at.cluster, at.namespace, at.kind, at.name)}${queryText({ onto })}`,
  manifestVersion: (at: ResourceAddress, blob: string) =>
    `/api/v1/manifests/${parts(at.cluster, at.namespace, at.kind, at.name, 'versions', blob)}`,
  drafts: '/api/v1/drafts',
  draft: (key: string) => `/api/v1/drafts/${parts(...key.split('/'))}`,
  /** Leads to GitHub and back to `returnTo`, a path of the portal. */
  linkGithub: (returnTo: string) => `/api/github/link${queryText({ returnTo })}`,
  github: '/api/v1/github',
  events: '/api/v1/events',
}

export const pagePaths = {
  resource: (at: ResourceAddress, tab?: 'manifest' | 'timeline') =>
    `/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}${tab ? `?tab=${tab}` : ''}`,
  /** `onto`: on the branch of that proposal. */
  editResource: (at: ResourceAddress, onto?: string) =>
    `/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}/edit${queryText({ onto })}`,
  cloneResource: (at: ResourceAddress) => `/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}/clone`,
  moveResource: (at: ResourceAddress) => `/resources/${parts(at.cluster, at.namespace, at.kind, at.name)}/move`,
  resources: (query: Partial<ResourceQuery> = {}) => `/resources${queryText(query)}`,
  /** A namespace of several clusters needs the cluster's name beside it. */
  project: (namespace: string, cluster?: string) => `/projects/${parts(namespace)}${queryText({ cluster })}`,
  proposal: (id: string) => `/proposals/${parts(id)}`,
  proposals: (query: Partial<ProposalQuery> = {}) => `/proposals${queryText(query)}`,
  basket: '/basket',
  create: (project?: { cluster: string; namespace: string }) =>
    `/create${project ? queryText({ cluster: project.cluster, namespace: project.namespace }) : ''}`,
  blueprint: (name: string, project?: { cluster: string; namespace: string }) =>
    `/create/blueprint/${parts(name)}${project ? queryText({ cluster: project.cluster, namespace: project.namespace }) : ''}`,
  /** The create page with a copy of a resource, made on that one's own page. */
  createCopy: (kind: string, project: { cluster: string; namespace: string }, of: { namespace: string; name: string }) =>
    `/create/${parts(kind)}${queryText({ cluster: project.cluster, namespace: project.namespace, copy: `${of.namespace}/${of.name}` })}`,
  createKind: (kind: string, project?: { cluster: string; namespace: string }) =>
    `/create/${parts(kind)}${project ? queryText({ cluster: project.cluster, namespace: project.namespace }) : ''}`,
}
