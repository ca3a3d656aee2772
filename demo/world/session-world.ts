/** What system tests of sessions stand on: a database and a project of their own in the real cluster, and people signed in. For tests only. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { routeFiles } from '#lib/api/route-tree.ts'
import { SessionRequest } from '#lib/break-glass/contract.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { freshDatabase } from '#lib/database/fresh-database.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { tokenHash } from '#lib/identity/login.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import { serviceAccountKubeconfig, serviceAccountToken } from './service-account-kubeconfig.ts'
import { testKubeconfig } from './test-cluster.ts'
import { type ThrowawayProject, throwawayProject } from './throwaway-project.ts'

export const bucketKind = 'StorageBucket.storage.cnrm.cloud.google.com'
export const policyKind = 'IAMServiceAccount.iam.cnrm.cloud.google.com'
const secret = 'a secret of at least thirty-two characters'

export interface SessionWorld {
  project: ThrowawayProject
  namespace: string
  /** The team's; `outsider` may read nothing. */
  alice: Actor
  bob: Actor
  /** Of the approver group and the administrators, with no rights in the project. */
  dave: Actor
  erin: Actor
  outsider: Actor
  /** Somebody else who is signed in. `token`: whose rights in the cluster they have. */
  signIn: (name: string, options?: Partial<Actor> & { token?: string; subject?: string }) => Promise<Actor>
  /** Calls a route as somebody's browser would. `path` is as in the route tree, below /api/v1/break-glass. */
  call: (who: Actor, method: string, path: string, options?: Calling) => Promise<Answer>
  /** What is asked for when nothing else is said. */
  asking: (given?: Partial<SessionRequest>) => SessionRequest
  remove: () => Promise<void>
}

interface Calling {
  params?: Record<string, string>
  query?: string
  body?: unknown
}
interface Answer {
  status: number
  text: string
  headers: Headers
}

const portal = 'https://corbel.test'
const routes = routeFiles(join(import.meta.dirname, '..', '..', 'app'))

async function call(who: Actor, method: string, path: string, { params = {}, query = '', body }: Calling = {}): Promise<Answer> {
  const wanted = `/api/v1/break-glass${path}`
  const file = routes.find((route) => route.path === wanted)?.file
  if (!file) throw new Error(`There is no route ${wanted}.`)
  const handler = (await import(file))[method]
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {})
  const init = { method, headers: { origin: portal, cookie: `__Host-corbel-login=${who.loginId}` } }
  const request = new Request(`${portal}${wanted}${query}`, method === 'GET' ? init : { ...init, body: text })
  const response: Response = await handler(request, { params: Promise.resolve(params) })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

/** Makes it all. `settings` are environment variables besides the usual ones. */
export async function sessionWorld(settings: Record<string, string> = {}): Promise<SessionWorld> {
  const kubeconfig = testKubeconfig()
  const folder = mkdtempSync(join(tmpdir(), 'corbel-sessions-'))
  const file = join(folder, 'portal.kubeconfig')
  const [fresh, project] = await Promise.all([freshDatabase(process.env.TEST_DATABASE_URL), throwawayProject(kubeconfig)])
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'corbel', file, expirationSeconds: 3600 })
  Object.assign(process.env, {
    CORBEL_URL: portal,
    CORBEL_SECRET: secret,
    CORBEL_LOG_LEVEL: 'error',
    DATABASE_URL: fresh.url,
    OIDC_ISSUER: 'https://127.0.0.1:1',
    OIDC_CLIENT_ID: 'corbel',
    OIDC_CLIENT_SECRET: 'x',
    CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig: file }]),
    CORBEL_BREAK_GLASS_APPROVER_GROUPS: 'platform',
    GITHUB_URL: 'http://127.0.0.1:1',
    GITHUB_APP_ID: '1',
    GITHUB_APP_PRIVATE_KEY_FILE: import.meta.filename, // any file that says PRIVATE KEY
    GITHUB_WEBHOOK_SECRET: 'x',
    GITHUB_CLIENT_ID: 'x',
    GITHUB_CLIENT_SECRET: 'x',
    ...settings,
  })
  config()
  const { namespace, people } = project
  await database().project.create({ data: { cluster: 'demo', namespace, team: people } })
  for (const [key, plural] of [
    [bucketKind, 'storagebuckets'],
    [policyKind, 'iamserviceaccounts'],
  ] as const) {
    const kind = key.slice(0, key.indexOf('.'))
    const about = { group: key.slice(kind.length + 1), kind, plural, version: 'v1beta1', namespaced: true, definition: {}, hash: key }
    await database().kind.create({ data: { cluster: 'demo', key, ...about } })
    const at = { createdAt: new Date(), updatedAt: new Date() }
    const row = { id: newId(), cluster: 'demo', namespace, kind: key, kindName: kind, name: 'invoices', uid: newId(), team: people, ...at }
    await database().resource.create({ data: { ...row, state: 'ready', headline: 'Ready', resourceVersion: '1' } })
  }
  const nobody = await serviceAccountToken({ kubeconfig, namespace: 'default', name: 'default', expirationSeconds: 3600 })

  const signIn: SessionWorld['signIn'] = async (name, { token = nobody, subject = name, ...given } = {}) => {
    const username = given.username ?? `${name}@acme.test`
    const about = { name: given.name ?? name, email: given.email === undefined ? username : given.email, groups: given.groups ?? [] }
    const user = await database().user.upsert({
      where: { username },
      update: about,
      create: { id: newId(), username, ...about, accounts: { create: { provider: 'oidc', providerAccountId: subject } } },
    })
    const loginId = newId()
    const later = new Date(Date.now() + 3_600_000)
    await database().login.create({
      data: {
        id: loginId,
        tokenHash: tokenHash(loginId),
        userId: user.id,
        idToken: seal(secret, `login ${loginId}`, token),
        idTokenExpiresAt: later,
        expiresAt: later,
        authenticatedAt: new Date(),
      },
    })
    return { userId: user.id, loginId, username, admin: false, auditor: false, ...about, ...given }
  }

  return {
    project,
    namespace,
    alice: await signIn('alice', { token: project.alice, groups: [people] }),
    bob: await signIn('bob', { token: project.bob, groups: [people] }),
    dave: await signIn('dave', { groups: ['platform'], admin: true }),
    erin: await signIn('erin', { groups: ['auditors'], auditor: true }),
    outsider: await signIn('outsider', { groups: ['playlists'] }),
    signIn,
    call,
    asking: (given = {}) =>
      SessionRequest.parse({
        cluster: 'demo',
        namespace,
        kind: bucketKind,
        name: 'invoices',
        reason: 'Invoices are not written since noon',
        minutes: 60,
        ...given,
      }),
    remove: async () => {
      await Promise.all(clusters().map((cluster) => cluster.close()))
      await database().$disconnect()
      await Promise.all([fresh.drop(), project.remove()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
