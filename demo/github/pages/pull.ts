/** The page where a person reads a pull request and merges or closes it. */
import { logCommits } from '../commits.ts'
import { findPull, listComments, type Pull, pullFacts, pullLabels } from '../pulls.ts'
import type { Person, Repository, World } from '../world.ts'
import { checksPending, checksView, hasChecks } from './check.ts'
import { diffView } from './diff.ts'
import { type Html, html } from './html.ts'
import { type Page, shortSha, when } from './layout.ts'
import { markdown } from './markdown.ts'
import { pullState } from './pull-list.ts'
import { commitList } from './repository.ts'

/** Why the merge button does nothing, or undefined when it works. */
export async function mergeObstacle(repository: Repository, pull: Pull, person: Person | undefined): Promise<string | undefined> {
  const { merge } = await pullFacts(repository, pull)
  if (merge.state === 'conflict')
    return `It conflicts with ${pull.base} in ${merge.files.join(', ')}. Update the branch ${pull.head} first.`
  if (pull.draft === 1) return 'It is still a draft.'
  return person ? undefined : 'Sign in to merge.'
}

async function actions(repository: Repository, pull: Pull, person: Person | undefined): Promise<Html> {
  const here = `/${repository.fullName}/pull/${pull.number}`
  if (pull.merged_at !== null) {
    return html`<div class="panel"><div class="actions"><span>${pull.merged_by} merged this ${when(pull.merged_at)} as <a href="/${repository.fullName}/commit/${pull.merge_sha}"><code>${shortSha(pull.merge_sha ?? '')}</code></a>.</span></div></div>`
  }
  if (pull.state === 'closed') {
    return html`<div class="panel"><div class="actions"><span>Closed without merging.</span>
<form method="post" action="${here}/reopen"><button ${!person && 'disabled'}>Reopen pull request</button></form></div></div>`
  }
  const obstacle = await mergeObstacle(repository, pull, person)
  return html`<div class="panel"><div class="actions">
<form method="post" action="${here}/merge"><input type="hidden" name="sha" value="${pull.head_sha}"><button class="primary" ${obstacle && 'disabled'}>Merge pull request</button></form>
<form method="post" action="${here}/close"><button ${!person && 'disabled'}>Close pull request</button></form>
${obstacle ? html`<span>${obstacle}</span>` : html`<span class="quiet">No conflicts with ${pull.base}.</span>`}
${!person && html` <a href="/login?return_to=${encodeURIComponent(here)}">Sign in</a>`}</div></div>`
}

const remark = (author: string, at: number, text: string | null, id: string): Html => html`<section class="panel" id="${id}">
<div class="head"><strong>${author}</strong> <span class="quiet">${when(at)}</span></div><div class="content">${text ? markdown(text) : html`<p class="quiet">No description.</p>`}</div></section>`

/** `notice` says why the last button press did nothing. */
export async function pullPage(
  world: World,
  repository: Repository,
  number: number,
  person: Person | undefined,
  notice?: string,
): Promise<Page> {
  const pull = findPull(world, repository, number)
  const facts = await pullFacts(repository, pull)
  const commits = (await logCommits(repository.path, [`${pull.base_sha}..${pull.head_sha}`])).reverse()
  const state = pullState(pull)
  const applied = pull.merge_sha === null ? undefined : html`<h2>After the merge</h2>${checksView(world, repository, pull.merge_sha)}`
  const body = html`<h1>${pull.title} <span class="quiet">#${pull.number}</span></h1>
<p><span class="state ${state}">${state}</span> <span class="quiet"><strong>${pull.author}</strong> wants to merge ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} into <code>${pull.base}</code> from <code>${pull.head}</code></span>
${pullLabels(world, pull).map((label) => html` <span class="label">${label.name}</span>`)}</p>
${notice && html`<p role="alert"><strong>${notice}</strong></p>`}
${remark(pull.author, pull.created_at, pull.body, 'description')}
${listComments(world, repository, number).map((comment) => remark(comment.author, comment.created_at, comment.body, `issuecomment-${comment.id}`))}
${checksView(world, repository, pull.head_sha)}
${applied}
${await actions(repository, pull, person)}
<h2>Commits</h2>${commitList(repository, commits)}
${diffView(facts.files)}`
  return { title: `${pull.title} #${number}`, body, repository, refresh: awaitsChecks(world, repository, pull) }
}

/** How long after a change a check may take to appear, in milliseconds. */
const patience = 60_000

/** Whether a check of the head or of the merge runs, or may be about to. */
function awaitsChecks(world: World, repository: Repository, pull: Pull): boolean {
  const shas = pull.merge_sha === null ? [pull.head_sha] : [pull.head_sha, pull.merge_sha]
  if (shas.some((sha) => checksPending(world, repository, sha))) return true
  const newest = shas.at(-1) ?? pull.head_sha
  return (
    (pull.state === 'open' || pull.merge_sha !== null) && world.now() - pull.updated_at < patience && !hasChecks(world, repository, newest)
  )
}
