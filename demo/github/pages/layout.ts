/** The frame of every page: banner, who is signed in, and headers that allow no script at all. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { signedIn } from '../session.ts'
import type { Repository, World } from '../world.ts'
import { type Html, html } from './html.ts'

export interface Page {
  title: string
  body: Html
  status?: number
  repository?: Repository | undefined
  /** Loads itself again every three seconds, while something is under way. */
  refresh?: boolean
  /** Another origin forms may lead to. */
  formTarget?: string
}

export function sendPage(world: World, request: IncomingMessage, response: ServerResponse, page: Page): void {
  const person = signedIn(world, request)
  const here = encodeURIComponent(request.method === 'GET' ? (request.url ?? '/') : '/')
  const { repository } = page
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${page.refresh && html`<meta http-equiv="refresh" content="3">`}
<title>${page.title} · GitHub stand-in</title>
<link rel="stylesheet" href="/_assets/style.css">
<link rel="icon" href="/_assets/avatar.svg">
</head>
<body>
<div class="banner" role="note">GitHub stand-in (simulated): part of the Corbel demo, not github.com.</div>
<header>
<nav aria-label="Repository"><a href="/">Repositories</a>
${
  repository &&
  html` / <a href="/${repository.fullName}">${repository.fullName}</a>
<a class="tab" href="/${repository.fullName}/pulls">Pull requests</a> <a class="tab" href="/${repository.fullName}/commits/main">Commits</a>`
}</nav>
<div>${person ? html`<a href="/login?return_to=${here}">Signed in as <strong>${person.login}</strong></a>` : html`<a href="/login?return_to=${here}">Sign in</a>`}</div>
</header>
<main>${page.body}</main>
<footer class="quiet"><a href="/_deliveries">Webhook deliveries</a></footer>
</body>
</html>
`.text
  response
    .writeHead(page.status ?? 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'${page.formTarget ? ` ${page.formTarget}` : ''}; base-uri 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      // Not no-referrer: browsers would then send `Origin: null` with our own forms.
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .end(text)
}

/** A short time people read, with the exact one on hover. */
export function when(at: number | string): Html {
  const date = new Date(at)
  const seconds = Math.max(0, Math.round((Date.now() - date.getTime()) / 1000))
  const [count, unit] =
    seconds < 60
      ? [seconds, 's']
      : seconds < 3600
        ? [Math.round(seconds / 60), 'min']
        : seconds < 86_400
          ? [Math.round(seconds / 3600), 'h']
          : [Math.round(seconds / 86_400), 'd']
  return html`<time datetime="${date.toISOString()}" title="${date.toISOString()}">${count} ${unit} ago</time>`
}

export const shortSha = (sha: string): string => sha.slice(0, 8)
