/** Lists of pull requests. */
import { latestChecks } from '../checks.ts'
import { listPulls, type Pull } from '../pulls.ts'
import type { Repository, World } from '../world.ts'
import { checkMark } from './check.ts'
import { type Html, html } from './html.ts'
import { type Page, when } from './layout.ts'

export const pullState = (pull: Pull): 'open' | 'merged' | 'closed' => (pull.merged_at !== null ? 'merged' : pull.state)

export function pullRow(world: World, repository: Repository, pull: Pull): Html {
  const state = pullState(pull)
  return html`<li><span class="state ${state}">${state}</span> <a href="/${repository.fullName}/pull/${pull.number}"><strong>${pull.title}</strong> #${pull.number}</a>
<span class="quiet">${pull.author} · ${when(pull.created_at)}</span> ${latestChecks(world, repository, pull.head_sha).map((check) => html` ${checkMark(check)}`)}</li>`
}

export function pullsPage(world: World, repository: Repository): Page {
  const pulls = listPulls(world, repository)
  const body = html`<h1>Pull requests</h1>${
    pulls.length === 0
      ? html`<p class="quiet">There are none yet.</p>`
      : html`<ul class="list">${pulls.map((pull) => pullRow(world, repository, pull))}</ul>`
  }`
  return { title: 'Pull requests', body, repository }
}
