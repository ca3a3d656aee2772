/** Connections to GitHub or GitHub Enterprise: as the App's installation on a repository, or with a token somebody gave us. */
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { NotFound } from '#lib/errors.ts'
import { type Caller, explainRefusal, refusalOf } from './forge-errors.ts'

/** A call that takes longer than this is given up, in milliseconds. */
const patience = 20_000

export interface AppSettings {
  /** Where the REST API is, e.g. https://api.github.com or https://ghe.example.com/api/v3. */
  apiUrl: string
  appId: string
  /** The App's private key, PEM. */
  privateKey: string
}

/** A way to GitHub for one repository. `octokit` gives a client whose token is still good. */
export interface Connection {
  repository: string
  owner: string
  name: string
  caller: Caller
  octokit: () => Promise<Octokit>
}

const hurried: typeof fetch = (input, init) => {
  const limit = AbortSignal.timeout(patience)
  return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit })
}

/** Octokit logs refusals by itself; ours are thrown and shown instead. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const client = (apiUrl: string, token?: string): Octokit =>
  new Octokit({ baseUrl: apiUrl, log: silent, request: { fetch: hurried }, ...(token === undefined ? {} : { auth: token }) })

/** Owner and name of `owner/name`. Throws NotFound for anything else: such a text must not reach a URL. */
export function splitRepository(repository: string): { owner: string; name: string } {
  const [owner = '', name = '', ...rest] = repository.split('/')
  const safe = /^[A-Za-z0-9_.-]+$/
  if (rest.length > 0 || !safe.test(owner) || !safe.test(name) || /^\.+$/.test(owner) || /^\.+$/.test(name)) {
    throw new NotFound(`"${repository}" is not a repository name like owner/name. Correct the project's annotation corbel.dev/repository.`)
  }
  return { owner, name }
}

/** Connects with a token: a person's linked account, or what CI was given. */
export function connectWithToken(apiUrl: string, repository: string, token: string, caller: 'person' | 'token' = 'token'): Connection {
  const octokit = client(apiUrl, token)
  return { repository, ...splitRepository(repository), caller, octokit: async () => octokit }
}

/** Connects as the App. Installation ids and tokens (an hour each, this repository only) are kept in memory. */
export function appConnections(settings: AppSettings): (repository: string) => Connection {
  const auth = createAppAuth({
    appId: settings.appId,
    privateKey: settings.privateKey,
    log: silent,
    request: client(settings.apiUrl).request,
  })
  const installations = new Map<string, number>()
  const clients = new Map<string, { token: string; octokit: Octokit }>()

  async function installationOf(repository: string): Promise<number> {
    const known = installations.get(repository)
    if (known !== undefined) return known
    const { owner, name } = splitRepository(repository)
    const { token } = await auth({ type: 'app' })
    const { data } = await client(settings.apiUrl, token).rest.apps.getRepoInstallation({ owner, repo: name })
    installations.set(repository, data.id)
    return data.id
  }

  async function octokitFor(repository: string): Promise<Octokit> {
    try {
      const installationId = await installationOf(repository)
      const { token } = await auth({ type: 'installation', installationId, repositoryNames: [splitRepository(repository).name] })
      const known = clients.get(repository)
      if (known?.token === token) return known.octokit
      const octokit = client(settings.apiUrl, token)
      clients.set(repository, { token, octokit })
      return octokit
    } catch (error) {
      // an App that was installed anew has another installation id
      installations.delete(repository)
      if (refusalOf(error)?.status === 404) {
        const sentence = `Corbel's GitHub App is not installed on ${repository}, or the repository does not exist. Ask its owner to install the App.`
        throw new NotFound(sentence, { cause: error })
      }
      throw explainRefusal(error, { repository, doing: 'sign in', caller: 'app' })
    }
  }

  return (repository) => ({ repository, ...splitRepository(repository), caller: 'app', octokit: () => octokitFor(repository) })
}

/** Runs a call and translates what goes wrong. `doing` completes "Corbel could not …". */
export async function ask<T>(connection: Connection, doing: string, call: (octokit: Octokit) => Promise<T>): Promise<T> {
  const octokit = await connection.octokit()
  try {
    return await call(octokit)
  } catch (error) {
    throw explainRefusal(error, { repository: connection.repository, doing, caller: connection.caller })
  }
}

/** As `ask`, and undefined where GitHub says there is no such thing. */
export async function askIfThere<T>(connection: Connection, doing: string, call: (octokit: Octokit) => Promise<T>): Promise<T | undefined> {
  const octokit = await connection.octokit()
  try {
    return await call(octokit)
  } catch (error) {
    if (refusalOf(error)?.status === 404) return undefined
    throw explainRefusal(error, { repository: connection.repository, doing, caller: connection.caller })
  }
}
