/** The App, its installations, people, and the service itself. */
import { z } from 'zod'
import { timestamp } from '../commits.ts'
import { notFound, Problem } from '../problem.ts'
import { noContent, type Operation, ok, onRepository, operation, readBody } from '../route.ts'
import {
  accountShape,
  appShape,
  installationId,
  installationShape,
  privateUserShape,
  publicUserShape,
  repositoryShape,
} from '../shapes-repository.ts'
import { appPermissions, issueToken, maySee } from '../tokens.ts'
import { account, findRepository, listRepositories, type World } from '../world.ts'

const owners = (world: World): string[] => [...new Set(listRepositories(world).map(({ owner }) => owner))]

function ownerOfInstallation(world: World, id: number): string {
  const owner = owners(world).find((one) => installationId(world, one) === id)
  if (!owner) throw notFound()
  return owner
}

const tokenRequest = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).optional(),
})

function grantedPermissions(asked: Record<string, string> | undefined): Record<string, string> {
  if (!asked) return appPermissions
  for (const [name, level] of Object.entries(asked)) {
    const granted = appPermissions[name]
    if (granted === undefined || (granted === 'read' && level !== 'read')) {
      throw new Problem(422, 'The permissions requested are not granted to this installation.')
    }
  }
  return { metadata: 'read', ...asked }
}

export const accountOperations: Operation[] = [
  operation('GET /app', 'app', ({ world }) => ok(appShape(world))),
  operation('GET /app/installations', 'app', ({ world, page }) => ok(page(owners(world)).map((owner) => installationShape(world, owner)))),
  operation('GET /app/installations/{installation}', 'app', ({ world, id }) =>
    ok(installationShape(world, ownerOfInstallation(world, id('installation')))),
  ),
  operation('GET /orgs/{org}/installation', 'app', ({ world, param }) => {
    if (!owners(world).includes(param('org'))) throw notFound()
    return ok(installationShape(world, param('org')))
  }),
  operation('GET /repos/{owner}/{repo}/installation', 'app', ({ world, param }) => {
    const repository = findRepository(world, `${param('owner')}/${param('repo')}`)
    if (!repository) throw notFound()
    return ok(installationShape(world, repository.owner))
  }),
  operation('POST /app/installations/{installation}/access_tokens', 'app', ({ world, id, body }) => {
    const owner = ownerOfInstallation(world, id('installation'))
    const asked = readBody(tokenRequest, body)
    const all = listRepositories(world).filter((repository) => repository.owner === owner)
    const limited = asked.repositories !== undefined || asked.repository_ids !== undefined
    const chosen = all.filter((one) => asked.repositories?.includes(one.name) || asked.repository_ids?.includes(one.id))
    if (limited && chosen.length < (asked.repositories?.length ?? 0) + (asked.repository_ids?.length ?? 0)) {
      throw new Problem(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.')
    }
    const permissions = grantedPermissions(asked.permissions)
    const { token, expiresAt } = issueToken(world, {
      kind: 'installation',
      subject: owner,
      permissions,
      repositories: limited ? chosen.map(({ name }) => name) : undefined,
      seconds: 3600,
    })
    const repositories = limited ? { repositories: chosen.map((repository) => repositoryShape(world, repository)) } : {}
    const selection = limited ? 'selected' : 'all'
    return {
      status: 201,
      body: { token, expires_at: timestamp(expiresAt), permissions, repository_selection: selection, ...repositories },
    }
  }),
  operation('GET /installation/repositories', 'installation', ({ world, actor, page }) => {
    const visible = listRepositories(world).filter((repository) => maySee(actor, repository))
    return ok({
      total_count: visible.length,
      repository_selection: actor.kind === 'installation' && actor.repositories ? 'selected' : 'all',
      repositories: page(visible).map((repository) => repositoryShape(world, repository)),
    })
  }),
  operation('GET /user', 'user', ({ world, sender }) => ok(privateUserShape(world, account(world, sender)))),
  operation('GET /user/emails', 'user', ({ world, sender }) => {
    const { email } = account(world, sender)
    return ok(email ? [{ email, primary: true, verified: true, visibility: 'private' }] : [])
  }),
  operation('GET /user/repos', 'user', ({ world, page }) => ok(page(listRepositories(world)).map((one) => repositoryShape(world, one)))),
  operation('GET /user/installations', 'user', ({ world, page }) => {
    const all = owners(world)
    return ok({ total_count: all.length, installations: page(all).map((owner) => installationShape(world, owner)) })
  }),
  operation('GET /users/{username}', 'anyone', ({ world, param }) => {
    const login = param('username')
    const known = world.options.people.some((person) => person.login === login) || owners(world).includes(login)
    if (!known) throw notFound()
    return ok(publicUserShape(world, account(world, login)))
  }),
  onRepository('GET /collaborators/{username}', ['metadata:read'], ({ world, param }) => {
    if (!world.options.people.some((person) => person.login === param('username'))) throw notFound()
    return noContent
  }),
  onRepository('GET /collaborators/{username}/permission', ['metadata:read'], ({ world, param }) => {
    const person = world.options.people.find(({ login }) => login === param('username'))
    if (!person) throw notFound()
    const permissions = { admin: false, maintain: false, push: true, triage: true, pull: true }
    const user = { ...accountShape(world, account(world, person.login)), permissions, role_name: 'write' }
    return ok({ permission: 'write', role_name: 'write', user })
  }),
  operation('GET /rate_limit', 'anyone', () => {
    const reset = (Math.floor(Date.now() / 3_600_000) + 1) * 3600
    const core = { limit: 5000, remaining: 4999, reset, used: 1 }
    return ok({ resources: { core, search: { ...core, limit: 30, remaining: 30, used: 0 } }, rate: core })
  }),
]
