/** The provider's pages: pick a person, sign out, and a sentence when something is wrong. No script but one `submit`. */
import { emailOf, type Person } from './people.ts'

/** A page and the nonce its Content-Security-Policy must allow. */
interface Page {
  title: string
  nonce: string
  body: string
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #d0d5dd; --soft: #475467; --back: #f5f6f8; --card: #fff; --text: #101828; --accent: #0b5c5c }
@media (prefers-color-scheme: dark) { :root { --line: #3a4250; --soft: #b4bcc8; --back: #14171c; --card: #1d2229; --text: #f2f4f7; --accent: #5fd0c5 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text) }
main { width: min(30rem, calc(100vw - 2rem)); margin: 2rem 0; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 .25rem; font-size: 1.4rem } p { margin: 0 0 1.25rem; color: var(--soft) }
.label { display: inline-block; margin-bottom: 1rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 99px; font-size: .8rem; color: var(--soft) }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem }
button { width: 100%; padding: .7rem 1rem; text-align: left; font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
button:hover { border-color: var(--accent) } button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
small { display: block; color: var(--soft) }`

/** Escapes text for HTML, attributes included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const page = ({ title, nonce, body }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Acme sign-in (simulated)</title>
<link rel="icon" href="data:,"><style nonce="${nonce}">${style}</style></head>
<body><main><span class="label">Simulated identity provider of the demo</span>${body}</main></body></html>`

/** What the page asks. `again`: the e-mail address of who is to prove that it is them; they stand first. */
interface Question {
  action: string
  nonce: string
  again: string | undefined
}

/** One button for each person; no password is asked. */
export const pickPersonPage = (people: Person[], { action, nonce, again }: Question): string => {
  const inOrder = [...people].sort((a, b) => Number(emailOf(b) === again) - Number(emailOf(a) === again))
  const buttons = inOrder.map((person) => {
    const name = person.name.split(' ')[0] ?? person.name
    return `<li><button name="person" value="${escapeHtml(person.id)}">Sign in as ${escapeHtml(name)} — ${escapeHtml(person.groups.join(', '))}
<small>${escapeHtml(emailOf(person))}, ${escapeHtml(person.role)}</small></button></li>`
  })
  const heading =
    again === undefined
      ? "<h1>Who are you?</h1><p>Pick a person of the demo's company. There are no passwords.</p>"
      : '<h1>Is it still you?</h1><p>Corbel wants to be sure before something dangerous. A real provider asks for your security key here.</p>'
  const body = `${heading}
<form method="post" action="${escapeHtml(action)}"><ul>${buttons.join('')}</ul></form>`
  return page({ title: 'Sign in', nonce, body })
}

/** Ends the session at once; the button is for browsers without script. `form` comes from the provider. */
export const signOutPage = (form: string, nonce: string): string => {
  const body = `<h1>Signing out</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>
<script nonce="${nonce}">document.querySelector('button').click()</script>`
  return page({ title: 'Sign out', nonce, body })
}

/** A sentence, and nothing to do but go back. */
export const messagePage = (title: string, sentence: string, nonce: string): string =>
  page({ title, nonce, body: `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p>` })
