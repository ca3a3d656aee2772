/** Pages of a repository: files, one file, commits, one commit. */
import { commitFiles, diffFiles, logCommits, readOneCommit } from '../commits.ts'
import { findAtPath, findObject, gitBytes, listTree } from '../git.ts'
import { notFound } from '../problem.ts'
import { listPulls } from '../pulls.ts'
import { listRepositories, type Repository, type World } from '../world.ts'
import { diffView } from './diff.ts'
import { type Html, html } from './html.ts'
import { type Page, shortSha, when } from './layout.ts'
import { pullRow } from './pull-list.ts'

export function repositoriesPage(world: World): Page {
  const repositories = listRepositories(world)
  const body = html`<h1>Repositories</h1>
${
  repositories.length === 0
    ? html`<p>There are none yet.</p>`
    : html`<ul class="list">${repositories.map(
        (repository) => html`<li><a href="/${repository.fullName}"><strong>${repository.fullName}</strong></a>
<span class="quiet">${listPulls(world, repository, 'open').length} open pull requests</span></li>`,
      )}</ul>`
}`
  return { title: 'Repositories', body }
}

const link = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** A folder at a commit. The main page of a repository is its root at main. */
export async function folderPage(world: World, repository: Repository, ref: string, path: string): Promise<Page> {
  const commit = await findObject(repository.path, ref)
  const folder = commit ? await findAtPath(repository.path, commit, path) : undefined
  if (!commit || folder?.type !== 'tree') throw notFound()
  const entries = (await listTree(repository.path, folder.sha)).sort((a, b) => b.type.localeCompare(a.type) || a.path.localeCompare(b.path))
  const [latest] = await logCommits(repository.path, ['-n', '1', commit])
  const prefix = path ? `${path}/` : ''
  const open = listPulls(world, repository, 'open')
  const body = html`<h1>${repository.fullName}${path && html` / ${path}`}</h1>
<p class="quiet"><a href="/${repository.fullName}/commits/${link(ref)}">${ref}</a>${latest && html` · ${latest.message.split('\n')[0]} · ${when(latest.committer.date)}`} · clone <code>${world.url}/${repository.fullName}.git</code></p>
<ul class="list">${entries.map(
    (entry) =>
      html`<li><a href="/${repository.fullName}/${entry.type === 'tree' ? 'tree' : 'blob'}/${link(ref)}/${link(prefix + entry.path)}">${entry.path}${entry.type === 'tree' && '/'}</a></li>`,
  )}</ul>
${path === '' && html`<h2>Open pull requests</h2>${open.length === 0 ? html`<p class="quiet">None.</p>` : html`<ul class="list">${open.map((pull) => pullRow(world, repository, pull))}</ul>`}`}`
  return { title: `${repository.fullName}${path && `/${path}`}`, body, repository }
}

/** Splits `feature/x/some/file` into a branch (which may hold slashes) or commit and a path. */
export async function splitRef(repository: Repository, text: string): Promise<{ ref: string; commit: string; path: string }> {
  const parts = text.split('/')
  for (let count = 1; count <= parts.length; count++) {
    const ref = parts.slice(0, count).join('/')
    const commit = await findObject(repository.path, ref)
    if (commit) return { ref, commit, path: parts.slice(count).join('/') }
  }
  throw notFound()
}

export async function filePage(repository: Repository, refAndPath: string): Promise<Page> {
  const { ref, commit, path } = await splitRef(repository, refAndPath)
  const file = await findAtPath(repository.path, commit, path)
  if (file?.type !== 'blob') throw notFound()
  const bytes = await gitBytes(repository.path, ['cat-file', 'blob', file.sha])
  const content = bytes.includes(0)
    ? html`<p class="quiet">Binary file, ${bytes.length} bytes.</p>`
    : html`<pre tabindex="0">${bytes.toString()}</pre>`
  const body = html`<h1>${path}</h1>
<p class="quiet">at <a href="/${repository.fullName}/tree/${link(ref)}">${ref}</a></p>
<div class="panel"><div class="content">${content}</div></div>`
  return { title: path, body, repository }
}

export async function commitsPage(repository: Repository, ref: string): Promise<Page> {
  const commit = await findObject(repository.path, ref)
  if (!commit) throw notFound()
  const commits = await logCommits(repository.path, ['-n', '100', commit])
  return { title: `Commits of ${ref}`, body: html`<h1>Commits of ${ref}</h1>${commitList(repository, commits)}`, repository }
}

export function commitList(repository: Repository, commits: Awaited<ReturnType<typeof logCommits>>): Html {
  return html`<ul class="list">${commits.map(
    (
      commit,
    ) => html`<li><a href="/${repository.fullName}/commit/${commit.sha}"><code>${shortSha(commit.sha)}</code> ${commit.message.split('\n')[0]}</a>
<span class="quiet">${commit.author.name} · ${when(commit.committer.date)}</span></li>`,
  )}</ul>`
}

export async function commitPage(repository: Repository, sha: string, checks: Html): Promise<Page> {
  const commit = await readOneCommit(repository.path, sha)
  const [subject, ...rest] = commit.message.split('\n')
  const body = html`<h1>${subject}</h1>
<p class="quiet">${commit.author.name} &lt;${commit.author.email}&gt; · ${when(commit.committer.date)} · <code>${commit.sha}</code>
${commit.parents.map((parent) => html` · parent <a href="/${repository.fullName}/commit/${parent}"><code>${shortSha(parent)}</code></a>`)}</p>
${rest.join('\n').trim() && html`<pre>${rest.join('\n').trim()}</pre>`}${checks}${diffView(await commitFiles(repository.path, commit))}`
  return { title: subject ?? '', body, repository }
}

export async function comparePage(repository: Repository, from: string, to: string): Promise<Page> {
  const [base, head] = await Promise.all([findObject(repository.path, from), findObject(repository.path, to)])
  if (!base || !head) throw notFound()
  const title = `${from}...${to}`
  return { title, body: html`<h1>${title}</h1>${diffView(await diffFiles(repository.path, base, head))}`, repository }
}
