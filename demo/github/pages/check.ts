/** Checks and statuses of a commit, and the page of one check run (the job's log). */
import { type CheckRun, findCheck, latestChecks, latestStatuses } from '../checks.ts'
import type { Repository, World } from '../world.ts'
import { type Html, html } from './html.ts'
import { type Page, shortSha, when } from './layout.ts'
import { markdown } from './markdown.ts'

const looks: Record<string, [look: string, mark: string]> = {
  success: ['success', '✓'],
  failure: ['failure', '✗'],
  error: ['failure', '✗'],
  timed_out: ['failure', '✗'],
  action_required: ['failure', '!'],
  pending: ['pending', '●'],
}

/** A check's name and how it ended, with a sign and a word. */
export function checkMark(check: Pick<CheckRun, 'name' | 'status' | 'conclusion'>): Html {
  const word = check.status === 'completed' ? (check.conclusion ?? 'neutral') : check.status.replace('_', ' ')
  const [look, mark] = check.status === 'completed' ? (looks[word] ?? ['neutral', '–']) : ['pending', '●']
  return html`<span class="check ${look}">${mark} ${check.name}: ${word}</span>`
}

export const checksPending = (world: World, repository: Repository, sha: string): boolean =>
  latestChecks(world, repository, sha).some(({ status }) => status !== 'completed') ||
  latestStatuses(world, repository, sha).some(({ state }) => state === 'pending')

export const hasChecks = (world: World, repository: Repository, sha: string): boolean =>
  latestChecks(world, repository, sha).length + latestStatuses(world, repository, sha).length > 0

/** Everything that judges a commit. */
export function checksView(world: World, repository: Repository, sha: string): Html {
  const checks = latestChecks(world, repository, sha)
  const statuses = latestStatuses(world, repository, sha)
  return html`<h2>Checks</h2>
${checks.length + statuses.length === 0 && html`<p class="quiet">No check has reported on ${shortSha(sha)} yet.</p>`}
${checks.map(
  (check) => html`<section class="panel" aria-label="Check ${check.name}">
<div class="head">${checkMark(check)} ${check.title} · <a href="/${repository.fullName}/runs/${check.id}">Log of ${check.name}</a>
${check.details_url && /^https?:/.test(check.details_url) && html` · <a href="${check.details_url}">Details</a>`}</div>
${check.summary && html`<div class="content">${markdown(check.summary)}</div>`}</section>`,
)}
${
  statuses.length > 0 &&
  html`<ul class="list">${statuses.map(
    (
      status,
    ) => html`<li>${checkMark({ name: status.context, status: status.state === 'pending' ? 'queued' : 'completed', conclusion: status.state })} ${status.description}
${status.target_url && /^https?:/.test(status.target_url) && html` <a href="${status.target_url}">Details</a>`}</li>`,
  )}</ul>`
}`
}

export function checkPage(world: World, repository: Repository, id: number): Page {
  const check = findCheck(world, repository, id)
  const body = html`<h1>${check.name}</h1>
<p>${checkMark(check)} <span class="quiet">on <a href="/${repository.fullName}/commit/${check.head_sha}"><code>${shortSha(check.head_sha)}</code></a>
${check.started_at && html` · started ${when(check.started_at)}`}${check.completed_at && html` · ended ${when(check.completed_at)}`}</span></p>
${check.title && html`<h2>${check.title}</h2>`}
${check.summary && html`<div class="panel"><div class="content">${markdown(check.summary)}</div></div>`}
<h2>Log</h2>${check.text ? html`<pre tabindex="0">${check.text}</pre>` : html`<p class="quiet">${check.status === 'completed' ? 'It wrote none.' : 'Nothing yet.'}</p>`}`
  return { title: check.name, body, repository, refresh: check.status !== 'completed' }
}
