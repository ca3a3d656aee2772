/** Accounts, repositories, apps and installations as the REST API shows them. */
import { timestamp } from './commits.ts'
import { appPermissions } from './tokens.ts'
import { type Account, account, botLogin, type Repository, type World } from './world.ts'

/** When the simulated world began, for dates nobody looks at. */
const longAgo = '2024-01-01T00:00:00Z'

export const nodeId = (kind: string, id: string | number): string => `${kind}_${Buffer.from(String(id)).toString('base64url')}`

export function accountShape(world: World, who: Account) {
  const url = `${world.apiUrl}/users/${encodeURIComponent(who.login)}`
  return {
    login: who.login,
    id: who.id,
    node_id: nodeId('U', who.id),
    avatar_url: `${world.url}/_assets/avatar.svg`,
    gravatar_id: '',
    url,
    html_url: `${world.url}/${encodeURIComponent(who.login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: who.type,
    site_admin: false,
  }
}

export const userShape = (world: World, login: string) => accountShape(world, account(world, login))

export function publicUserShape(world: World, who: Account) {
  return {
    ...accountShape(world, who),
    name: who.name,
    company: null,
    blog: null,
    location: null,
    email: who.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: longAgo,
    updated_at: longAgo,
  }
}

export const privateUserShape = (world: World, who: Account) => ({
  ...publicUserShape(world, who),
  user_view_type: 'private',
  private_gists: 0,
  total_private_repos: 0,
  owned_private_repos: 0,
  disk_usage: 0,
  collaborators: 0,
  two_factor_authentication: true,
})

const linkedLists =
  'assignees comments contributors deployments downloads events forks hooks languages merges stargazers subscribers tags teams'.split(' ')

const templates: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  statuses_url: '/statuses/{sha}',
  subscription_url: '/subscription',
  trees_url: '/git/trees{/sha}',
}

export const repositoryUrl = (world: World, { fullName }: Repository): string => `${world.apiUrl}/repos/${fullName}`
export const pageUrl = (world: World, { fullName }: Repository): string => `${world.url}/${fullName}`

/** The fields every form of a repository has (GitHub's "minimal repository"). */
export function minimalRepositoryShape(world: World, repository: Repository) {
  const url = repositoryUrl(world, repository)
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: true,
    owner: userShape(world, repository.owner),
    html_url: pageUrl(world, repository),
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(linkedLists.map((list) => [`${list}_url`, `${url}/${list}`])),
    ...Object.fromEntries(Object.entries(templates).map(([key, path]) => [key, url + path])),
  }
}

export function repositoryShape(world: World, repository: Repository) {
  const created = timestamp(repository.createdAt)
  const page = pageUrl(world, repository)
  return {
    ...minimalRepositoryShape(world, repository),
    clone_url: `${page}.git`,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: 'main',
    visibility: 'private',
    archived: false,
    disabled: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    has_downloads: false,
    is_template: false,
    allow_forking: false,
    web_commit_signoff_required: false,
    topics: [],
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    pushed_at: created,
    created_at: created,
    updated_at: created,
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
  }
}

/** As `GET /repos/{owner}/{repo}` answers. */
export const fullRepositoryShape = (world: World, repository: Repository) => ({
  ...repositoryShape(world, repository),
  allow_merge_commit: true,
  allow_squash_merge: true,
  allow_rebase_merge: false,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
  network_count: 0,
  subscribers_count: 0,
})

const appEvents = ['check_run', 'issue_comment', 'pull_request', 'push']

/** The GitHub App, as checks name it. */
export const appShape = (world: World) => ({
  id: Number(world.options.app.id),
  slug: world.options.app.slug,
  node_id: nodeId('A', world.options.app.id),
  owner: accountShape(world, account(world, botLogin(world))),
  name: world.options.app.slug,
  description: null,
  external_url: world.url,
  html_url: `${world.url}/apps/${world.options.app.slug}`,
  created_at: longAgo,
  updated_at: longAgo,
  permissions: appPermissions,
  events: appEvents,
})

/** Each owner has the App installed once, for all its repositories. */
export const installationId = (world: World, owner: string): number => 1000 + account(world, owner).id

export function installationShape(world: World, owner: string) {
  const id = installationId(world, owner)
  const who = account(world, owner)
  return {
    id,
    account: accountShape(world, who),
    repository_selection: 'all',
    access_tokens_url: `${world.apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.url}/organizations/${owner}/settings/installations/${id}`,
    app_id: Number(world.options.app.id),
    app_slug: world.options.app.slug,
    target_id: who.id,
    target_type: 'Organization',
    permissions: appPermissions,
    events: appEvents,
    single_file_name: null,
    created_at: longAgo,
    updated_at: longAgo,
    suspended_by: null,
    suspended_at: null,
  }
}
