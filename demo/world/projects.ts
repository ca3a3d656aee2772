/** The demo's projects, as the namespaces of a company called acme: who owns them and where their manifests lie. */

export interface Project {
  namespace: string
  team: string
  googleProject: string
  /** Undefined for a project that has not been moved to Git yet. */
  repository: string | undefined
  /** Folder of its manifests in the repository. */
  path: string | undefined
}

export const projects: Project[] = [
  {
    namespace: 'payments-prod',
    team: 'payments',
    googleProject: 'payments-prod-4711',
    repository: 'acme/payments',
    path: 'infra/payments-prod',
  },
  {
    namespace: 'payments-staging',
    team: 'payments',
    googleProject: 'payments-staging-0815',
    repository: 'acme/payments',
    path: 'infra/payments-staging',
  },
  {
    namespace: 'playlists-prod',
    team: 'playlists',
    googleProject: 'playlists-prod-2204',
    repository: 'acme/playlists',
    path: 'infra/playlists-prod',
  },
  {
    namespace: 'search-prod',
    team: 'search',
    googleProject: 'search-prod-8812',
    repository: 'acme/search',
    path: 'infra/search-prod',
  },
]

/** Every repository of the demo. acme/search has no manifests yet: what search-prod holds waits for the import. */
export const repositories = ['acme/payments', 'acme/playlists', 'acme/search']

/** The service account of a repository's CI, in namespace corbel-ci. */
export const ciAccount = (repository: string): string => `repo-${repository.replace('/', '-')}`
