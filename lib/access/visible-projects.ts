/**
 * What a person may see. The cluster decides: the person's own token asks each API server what it may list, and lists
 * of the index are cut to the answer. Answers are kept for a minute per login; every read of a whole object and every
 * write asks the API server again.
 *
 * A person whose cluster-wide grants cover every offered kind gets one question per cluster. Others get one question per
 * project (SelfSubjectRulesReview), the projects of their own teams first. While a cluster cannot be asked, people keep
 * seeing the projects their teams own, with the gap named.
 */

import { allowedKinds, allows, covers, type Grant, groupGrants, type RbacKind } from '#lib/access/grants.ts'
import type { AccessQuestion, ClusterCalls } from '#lib/cluster/client.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, RateLimited, Unauthenticated, Unavailable } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { clusterToken } from '#lib/identity/login.ts'
import type { Gap } from '#lib/inventory/contract.ts'

export interface Visibility {
  /** Joined with "or": what lists may show. */
  clusters: Grant[]
  gaps: Gap[]
  /** How many projects exist that this person does not see; null where that is not known. */
  hiddenProjects: number | null
}

const keptMs = 60_000
const atOnce = 24

interface Kept {
  until: number
  answer: Promise<Visibility>
}
const held = globalThis as typeof globalThis & { corbelVisibility?: Map<string, Kept> }

/** What the person may see on every cluster. Throws Unauthenticated when the login has ended. */
export async function visibleProjects(actor: Actor): Promise<Visibility> {
  held.corbelVisibility ??= new Map()
  const kept = held.corbelVisibility
  const now = Date.now()
  const found = kept.get(actor.loginId)
  if (found && found.until > now) return found.answer
  for (const [login, entry] of kept) if (entry.until <= now) kept.delete(login)
  const answer = ask(actor)
  kept.set(actor.loginId, { until: now + keptMs, answer })
  // A failure, or an answer with a cluster missing, is not kept: the next request tries again.
  answer.then(
    (visibility) => visibility.gaps.length > 0 && kept.set(actor.loginId, { until: Date.now() + 15_000, answer }),
    () => kept.delete(actor.loginId),
  )
  return answer
}

async function ask(actor: Actor): Promise<Visibility> {
  const perCluster = await Promise.all(config().clusters.map(({ name }) => askCluster(actor, name)))
  return {
    clusters: perCluster.flatMap((answer) => answer.grants),
    gaps: perCluster.flatMap((answer) => answer.gaps),
    hiddenProjects: perCluster.reduce<number | null>((sum, { hidden }) => (sum === null || hidden === null ? null : sum + hidden), 0),
  }
}

interface ClusterAnswer {
  grants: Grant[]
  gaps: Gap[]
  hidden: number | null
}

async function askCluster(actor: Actor, cluster: string): Promise<ClusterAnswer> {
  const [kinds, projects] = await Promise.all([
    database().kind.findMany({ where: { cluster, NOT: { state: 'gone' } }, select: { key: true, group: true, plural: true } }),
    database().project.findMany({ where: { cluster }, select: { namespace: true, team: true } }),
  ])
  const own = projects.filter((project) => project.team !== null && actor.groups.includes(project.team)).map((project) => project.namespace)
  try {
    const calls = clusterNamed(cluster).as({ token: await clusterToken(actor) })
    if (kinds.length > 0 && (await listsEverything(calls, kinds)))
      return { grants: [{ cluster, namespaces: 'all', kinds: 'all' }], gaps: [], hidden: 0 }
    const namespaces = [...own, ...projects.map((project) => project.namespace).filter((namespace) => !own.includes(namespace))]
    const perNamespace = new Map<string, string[]>()
    await inBatches(namespaces, async (namespace) => {
      const { rules } = await calls.rulesReview(namespace)
      perNamespace.set(namespace, allowedKinds(rules, 'list', kinds))
    })
    const grants = groupGrants(cluster, perNamespace, kinds)
    const seen = grants.reduce((sum, grant) => sum + grant.namespaces.length, 0)
    return { grants, gaps: [], hidden: namespaces.length - seen }
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    if (error instanceof Unauthenticated && !(await stillSignedIn(actor))) throw error
    const reason = error instanceof Unauthenticated ? 'unauthorized' : error.status === 403 ? 'forbidden' : 'unreachable'
    const gap: Gap = { cluster, reason, message: gapSentence(cluster, error), since: null }
    return { grants: own.length > 0 ? [{ cluster, namespaces: own, kinds: 'all' }] : [], gaps: [gap], hidden: null }
  }
}

/** The API server refuses tokens of an identity provider it cannot reach; that is the cluster's trouble, not the login's. */
async function stillSignedIn(actor: Actor): Promise<boolean> {
  const login = await database().login.findUnique({ where: { id: actor.loginId }, select: { refreshFailure: true } })
  return login !== null && login.refreshFailure === null
}

function gapSentence(cluster: string, error: CorbelError): string {
  if (error instanceof Unauthenticated)
    return `Cluster ${cluster} does not accept your sign-in, so only projects of your own teams are shown, from the index. The platform team must check its OIDC settings.`
  if (error instanceof RateLimited)
    return `Cluster ${cluster} asks to slow down, so only projects of your own teams are shown for a moment.`
  return `Cluster ${cluster} could not be asked what you may see, so only projects of your own teams are shown, from the index. ${error.message}`
}

async function listsEverything(calls: ClusterCalls, kinds: RbacKind[]): Promise<boolean> {
  const question = (kind: RbacKind): AccessQuestion => ({ verb: 'list', group: kind.group, resource: kind.plural })
  const [first, ...rest] = kinds
  if (!first || !(await calls.accessReview(question(first))).allowed) return false
  let all = true
  await inBatches(rest, async (kind) => {
    if (all) all = (await calls.accessReview(question(kind))).allowed
  })
  return all
}

/** Does something for each item, at most `atOnce` at a time. The first failure ends it. */
async function inBatches<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of queue) await work(item)
    }),
  )
}

/** Whether the person may list the project's resources (of a kind, where one is named). */
export async function canReadProject(actor: Actor, cluster: string, namespace: string, kind?: string): Promise<boolean> {
  const { clusters } = await visibleProjects(actor)
  return covers(clusters, cluster, namespace, kind)
}

/** The kinds a person may change, by login and project. */
const keptProposals = new Map<string, { until: number; answer: Promise<string[]> }>()

/**
 * Whether the person may propose changes in a project: the cluster lets their token write there the kind, or some offered
 * kind where none is named. The right is only ever used for dry runs; an admission policy refuses the rest (deploy/kubernetes).
 */
export async function canProposeIn(actor: Actor, cluster: string, namespace: string, kind?: string): Promise<boolean> {
  const kinds = await changeableKinds(actor, cluster, namespace)
  return kind === undefined ? kinds.length > 0 : kinds.includes(kind)
}

async function changeableKinds(actor: Actor, cluster: string, namespace: string): Promise<string[]> {
  const key = `${actor.loginId}/${cluster}/${namespace}`
  const found = keptProposals.get(key)
  if (found && found.until > Date.now()) return found.answer
  const now = Date.now()
  for (const [other, entry] of keptProposals) if (entry.until <= now) keptProposals.delete(other)
  const answer = askProposal(actor, cluster, namespace)
  keptProposals.set(key, { until: now + keptMs, answer })
  answer.catch(() => keptProposals.delete(key))
  return answer
}

async function askProposal(actor: Actor, cluster: string, namespace: string): Promise<string[]> {
  const kinds = await database().kind.findMany({
    where: { cluster, NOT: { state: 'gone' } },
    select: { key: true, group: true, plural: true },
  })
  try {
    const { rules } = await clusterNamed(cluster)
      .as({ token: await clusterToken(actor) })
      .rulesReview(namespace)
    return kinds.filter((kind) => allows(rules, 'patch', kind) && allows(rules, 'create', kind)).map(({ key }) => key)
  } catch (error) {
    // While the cluster cannot be asked, a team goes on with its own projects, as in `visibleProjects`: a pull request
    // writes nothing to the cluster, and CI asks it before anything is applied.
    if (!(error instanceof Unavailable)) throw error
    const project = await database().project.findUnique({ where: { cluster_namespace: { cluster, namespace } }, select: { team: true } })
    return project?.team && actor.groups.includes(project.team) ? kinds.map(({ key }) => key) : []
  }
}
