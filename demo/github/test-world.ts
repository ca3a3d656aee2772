/** A stand-in of its own for a test file, and octokit clients whose every exchange is judged by GitHub's description. */
import { createHmac, generateKeyPairSync, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { judge } from './openapi/contract.ts'
import { createRepository } from './repositories.ts'
import { type GitHub, startGitHub } from './start.ts'
import type { GitHubOptions, Webhook } from './world.ts'

export const repo = { owner: 'acme', repo: 'payments' }

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

export const appKey: string = privateKey

/** Options for a new folder with `acme/payments` in it. */
export async function testOptions(webhooks: Webhook[] = []): Promise<GitHubOptions> {
  const directory = mkdtempSync(join(tmpdir(), 'github-stand-in-'))
  await createRepository(directory, 'acme/payments', {
    'corbel.yaml': 'cluster: demo\nmanifests: [infra]\n',
    'infra/payments-prod/storagebucket-receipts.yaml': 'kind: StorageBucket\nspec:\n  location: EU\n',
  })
  return {
    directory,
    app: { id: '4711', publicKeyPem: publicKey, slug: 'corbel' },
    oauth: { clientId: 'Iv1.demo', clientSecret: 'a secret of the demo' },
    webhooks,
    people: [
      { login: 'alice', name: 'Alice Ek', email: 'alice@acme.test' },
      { login: 'bob', name: 'Bob Ode', email: 'bob@acme.test' },
    ],
  }
}

export async function startForTest(webhooks: Webhook[] = []): Promise<GitHub & { options: GitHubOptions }> {
  const options = await testOptions(webhooks)
  const github = await startGitHub(options)
  return {
    ...github,
    options,
    close: async () => {
      await github.close()
      rmSync(options.directory, { recursive: true, force: true })
    },
  }
}

export interface Witness {
  /** Operations seen, with their status. */
  operations: Set<string>
  violations: string[]
  fetch: typeof fetch
}

/** A fetch that judges what passes. */
export function witness(): Witness {
  const operations = new Set<string>()
  const violations: string[] = []
  const judged: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    const text = await response.clone().text()
    const { operation, violations: found } = judge({
      method: init?.method ?? 'GET',
      path: url.pathname.replace('/api/v3', ''),
      query: url.searchParams,
      requestBody: typeof init?.body === 'string' && init.body !== '' ? JSON.parse(init.body) : undefined,
      status: response.status,
      responseBody: text ? JSON.parse(text) : undefined,
    })
    operations.add(`${operation} ${response.status}`)
    violations.push(...found.map((one) => `${operation} ${response.status}: ${one}`))
    return response
  }
  return { operations, violations, fetch: judged }
}

/** Octokit with one token, or as nobody. */
export const octokitWith = (github: GitHub, token: string | undefined, by: typeof fetch = fetch): Octokit =>
  new Octokit({ baseUrl: `${github.url}/api/v3`, ...(token ? { auth: token } : {}), request: { fetch: by }, log: quiet })

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Octokit as the App itself (JWT), or as its installation. */
export function octokitOfApp(github: GitHub, by: typeof fetch = fetch, installationId?: number): Octokit {
  return new Octokit({
    baseUrl: `${github.url}/api/v3`,
    authStrategy: createAppAuth,
    auth: { appId: '4711', privateKey, ...(installationId === undefined ? {} : { installationId }) },
    request: { fetch: by },
    log: quiet,
  })
}

export async function installationOctokit(github: GitHub, by: typeof fetch = fetch): Promise<Octokit> {
  const { data } = await octokitOfApp(github, by).rest.apps.getRepoInstallation(repo)
  return octokitOfApp(github, by, data.id)
}

/** A person's tokens through the whole web flow. */
export async function signInAs(
  github: GitHub & { options: GitHubOptions },
  login: string,
): Promise<{ access_token: string; refresh_token: string; cookie: string }> {
  const { clientId, clientSecret } = github.options.oauth
  const redirect_uri = 'http://localhost:3000/callback'
  const authorized = await fetch(`${github.url}/login/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: github.url },
    body: new URLSearchParams({ client_id: clientId, redirect_uri, state: 's', login }),
  })
  const code = new URL(authorized.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const answer = await fetch(`${github.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, code }),
  })
  const tokens: Json = JSON.parse(await answer.text())
  const text = (key: string) => (isObject(tokens) ? String(tokens[key]) : '')
  const cookie = authorized.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { access_token: text('access_token'), refresh_token: text('refresh_token'), cookie }
}

/** A commit with one changed file on a new branch. Gives its id. */
export async function commitOnBranch(octokit: Octokit, branch: string, path: string, content: string, from = 'main'): Promise<string> {
  const base = await octokit.rest.git.getRef({ ...repo, ref: `heads/${from}` })
  const parent = base.data.object.sha
  const tree = await octokit.rest.git.createTree({ ...repo, base_tree: parent, tree: [{ path, mode: '100644', type: 'blob', content }] })
  const commit = await octokit.rest.git.createCommit({ ...repo, message: `Change ${path}`, tree: tree.data.sha, parents: [parent] })
  await octokit.rest.git.createRef({ ...repo, ref: `refs/heads/${branch}`, sha: commit.data.sha })
  return commit.data.sha
}

export interface Received {
  event: string
  id: string
  body: JsonObject
}

/** A webhook receiver that refuses wrong signatures. */
export async function startReceiver(secret: string, port = 0) {
  const received: Received[] = []
  const waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const text = Buffer.concat(chunks).toString()
    const wanted = Buffer.from(`sha256=${createHmac('sha256', secret).update(text).digest('hex')}`)
    const given = Buffer.from(String(request.headers['x-hub-signature-256']))
    if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) {
      response.writeHead(401).end()
      return
    }
    const body: Json = JSON.parse(text)
    received.push({
      event: String(request.headers['x-github-event']),
      id: String(request.headers['x-github-delivery']),
      body: isObject(body) ? body : {},
    })
    response.writeHead(202).end()
    for (const wake of waiting.splice(0)) wake()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    received,
    /** Waits until a delivery fits; the test's own time limit ends a wait in vain. */
    async until(fits: (one: Received) => boolean): Promise<Received> {
      for (;;) {
        const found = received.find(fits)
        if (found) return found
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
