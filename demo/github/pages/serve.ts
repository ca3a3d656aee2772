/** Finds the page for a path, and does what its buttons ask. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { findObject, gitBytes } from '../git.ts'
import { readForm } from '../http-body.ts'
import { notFound, Problem } from '../problem.ts'
import { mergePull, setPullState } from '../pull-life.ts'
import { fromOurPage, signedIn } from '../session.ts'
import { listDeliveries, redeliver } from '../webhooks.ts'
import { findRepository, type Repository, type World } from '../world.ts'
import { avatar, styleSheet } from './assets.ts'
import { checkPage, checksPending, checksView } from './check.ts'
import { html } from './html.ts'
import { type Page, sendPage, when } from './layout.ts'
import { pullPage } from './pull.ts'
import { pullsPage } from './pull-list.ts'
import { commitPage, commitsPage, comparePage, filePage, folderPage, repositoriesPage, splitRef } from './repository.ts'

export async function servePages(world: World, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  try {
    const path = decodeURIComponent(url.pathname)
    if (path === '/_assets/style.css') return sendAsset(response, 'text/css; charset=utf-8', styleSheet)
    if (path === '/_assets/avatar.svg') return sendAsset(response, 'image/svg+xml', avatar)
    if (request.method === 'POST') return await act(world, request, response, path)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Problem(405, 'This page can only be read.')
    if (/^\/[^/]+\/[^/]+\/raw\//.test(path)) return await sendRaw(world, response, path)
    sendPage(world, request, response, await find(world, request, path))
  } catch (error) {
    const problem = error instanceof URIError ? notFound() : error
    if (!(problem instanceof Problem)) throw error
    sendPage(world, request, response, {
      status: problem.status,
      title: problem.message,
      body: html`<h1>${problem.message}</h1><p>${problem.errors?.[0]?.message}</p><p><a href="/">All repositories</a></p>`,
    })
  }
}

function sendAsset(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=300', 'x-content-type-options': 'nosniff' }).end(text)
}

function repositoryOf(world: World, path: string): { repository: Repository; page: string; rest: string } {
  const [, owner = '', name = '', page = '', ...rest] = path.split('/')
  const repository = findRepository(world, `${owner}/${name}`)
  if (!repository) throw notFound()
  return { repository, page, rest: rest.join('/') }
}

async function sendRaw(world: World, response: ServerResponse, path: string): Promise<void> {
  const { repository, rest } = repositoryOf(world, path)
  const { commit, path: file } = await splitRef(repository, rest)
  const bytes = await gitBytes(repository.path, ['cat-file', 'blob', `${commit}:${file}`]).catch(() => {
    throw notFound()
  })
  response
    .writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .end(bytes)
}

async function find(world: World, request: IncomingMessage, path: string): Promise<Page> {
  if (path === '/') return repositoriesPage(world)
  if (path === '/_deliveries') return deliveriesPage(world)
  const { repository, page, rest } = repositoryOf(world, path)
  const number = /^[1-9]\d{0,14}$/.test(rest) ? Number(rest) : 0
  switch (page) {
    case '':
      return folderPage(world, repository, 'main', '')
    case 'tree': {
      const { ref, path: folder } = await splitRef(repository, rest)
      return folderPage(world, repository, ref, folder)
    }
    case 'blob':
      return filePage(repository, rest)
    case 'commits':
      return commitsPage(repository, rest || 'main')
    case 'commit': {
      const sha = await findObject(repository.path, rest)
      if (!sha) throw notFound()
      const found = await commitPage(repository, sha, checksView(world, repository, sha))
      return { ...found, refresh: checksPending(world, repository, sha) }
    }
    case 'compare': {
      const [from = '', to = ''] = rest.split('...')
      return comparePage(repository, from, to)
    }
    case 'pulls':
      return pullsPage(world, repository)
    case 'pull':
      return pullPage(world, repository, number, signedIn(world, request))
    case 'runs':
      return checkPage(world, repository, number)
    default:
      throw notFound()
  }
}

async function act(world: World, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const form = await readForm(request)
  if (!fromOurPage(request)) throw new Problem(403, 'This form did not come from a page of this site.')
  const person = signedIn(world, request)
  if (!person) throw new Problem(403, 'Sign in first.')
  if (path === '/_deliveries') {
    if (!redeliver(world, form.get('id') ?? '')) throw notFound()
    response.writeHead(303, { location: '/_deliveries' }).end()
    return
  }
  const match = /^(\/[^/]+\/[^/]+\/pull\/([1-9]\d{0,14}))\/(merge|close|reopen)$/.exec(path)
  if (!match) throw notFound()
  const [, back = '', digits = '', verb = ''] = match
  const { repository } = repositoryOf(world, path)
  const number = Number(digits)
  try {
    if (verb === 'merge') await mergePull(world, repository, number, person.login, { method: 'merge', sha: form.get('sha') ?? undefined })
    else await setPullState(world, repository, number, verb === 'close' ? 'closed' : 'open', person.login)
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error
    const notice = error.errors?.[0]?.message ?? error.message
    return sendPage(world, request, response, {
      ...(await pullPage(world, repository, number, person, notice)),
      status: error.status,
      refresh: false,
    })
  }
  response.writeHead(303, { location: back }).end()
}

function deliveriesPage(world: World): Page {
  const deliveries = listDeliveries(world)
  const body = html`<h1>Webhook deliveries</h1>
${deliveries.length === 0 && html`<p class="quiet">Nothing has happened yet.</p>`}
<ul class="list">${deliveries.map((delivery) => {
    const state = delivery.delivered_at !== null ? 'delivered' : delivery.next_at !== null ? 'waiting' : 'failed'
    const look = { delivered: 'success', waiting: 'pending', failed: 'failure' }[state]
    return html`<li><span class="check ${look}">${state}</span> <strong>${delivery.event}</strong>${delivery.action && html`.${delivery.action}`}
<span class="quiet">${when(delivery.created_at)} · ${delivery.attempts} tries · ${world.options.webhooks[delivery.hook]?.url} ${delivery.last_error && html`· ${delivery.last_error}`}</span> <code>${delivery.id}</code>
<form method="post" action="/_deliveries"><input type="hidden" name="id" value="${delivery.id}"><button>Redeliver</button></form></li>`
  })}</ul>`
  return { title: 'Webhook deliveries', body }
}
