/**
 * Who may do what with a session. Refusals are sentences; null lets it happen. What cannot be found out is an error and lets nothing happen.
 * Groups are compared whole and letter for letter; a person is known by every name the identity provider gave them.
 */
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { Tier } from './contract.ts'
import type { StoredSession } from './session-row.ts'

const alwaysApproved = ['iam.cnrm.cloud.google.com', 'resourcemanager.cnrm.cloud.google.com']

/** Which tier a change of a kind (`Kind.group`) needs, and for the higher one why: a sentence. */
export function tierOf(kind: string, action: 'edit' | 'delete'): { tier: Tier; reason: string | null } {
  const group = kind.slice(kind.indexOf('.') + 1)
  const name = kind.slice(0, kind.indexOf('.'))
  if (action === 'delete') return { tier: 'approval', reason: 'A deletion needs a second person.' }
  if (alwaysApproved.includes(group.toLowerCase()))
    return { tier: 'approval', reason: `${name} decides who may do what in the cloud, so a second person must agree.` }
  if (config().breakGlass.approvalKinds.some((pattern) => matches(kind, pattern)))
    return { tier: 'approval', reason: `Your platform team wants a second person for ${name}.` }
  return { tier: 'ordinary', reason: null }
}

/** `*` stands for any text. */
function matches(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.toLowerCase().split('*')
  const wanted = text.toLowerCase()
  const last = others.pop()
  if (last === undefined) return wanted === first
  if (!wanted.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = wanted.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return wanted.length - last.length >= at && wanted.endsWith(last)
}

/** Whether somebody is in an approver group. Nobody is where there is none. */
export const isApprover = (actor: Pick<Actor, 'groups'>): boolean =>
  actor.groups.some((group) => config().breakGlass.approverGroups.includes(group))

/** Why somebody may not agree to a session, or refuse it. */
export async function decisionRefusal(session: StoredSession, actor: Actor): Promise<string | null> {
  if (session.tier !== 'approval') return 'This session needs nobody’s agreement.'
  const groups = config().breakGlass.approverGroups
  if (groups.length === 0)
    return 'Nobody may agree to sessions here: CORBEL_BREAK_GLASS_APPROVER_GROUPS names no group. Ask your platform team.'
  if (!isApprover(actor)) return `Only members of ${listed(groups)} agree to break-glass sessions.`
  if (await isRequester(session, actor)) return 'Nobody agrees to their own session. Ask another member of the group.'
  return null
}

/** Why somebody may not end a session. */
export async function endingRefusal(session: StoredSession, actor: Actor): Promise<string | null> {
  if (session.requestedById === actor.userId || actor.admin) return null
  const team = await teamOf(session)
  if (team !== null && actor.groups.includes(team)) return null
  return `Only ${session.requestedBy.name}, ${team === null ? '' : `the team ${team} `}and administrators end this session.`
}

/** Why somebody may not sign a session's review. Whether it waits for one is the state's matter. */
export async function reviewRefusal(session: StoredSession, actor: Actor): Promise<string | null> {
  return (await isRequester(session, actor))
    ? 'Somebody else must sign: nobody reviews their own break-glass session. Ask a colleague who may read the project.'
    : null
}

/** Why nobody but the requester works in a session. */
export const notYours = (session: StoredSession): string =>
  `This is ${session.requestedBy.name}’s session, and only they work in it. Ask for one of your own.`

/** The team that owns a session's project. */
export async function teamOf({ cluster, namespace }: { cluster: string; namespace: string }): Promise<string | null> {
  const project = await database().project.findUnique({ where: { cluster_namespace: { cluster, namespace } }, select: { team: true } })
  return project?.team ?? null
}

/** Whether somebody is the requester, by any name that either is known by: user name, e-mail address, subject at the identity provider. */
async function isRequester(session: StoredSession, actor: Actor): Promise<boolean> {
  if (session.requestedById === actor.userId) return true
  const accounts = await database().account.findMany({
    where: { userId: { in: [session.requestedById, actor.userId] } },
    select: { userId: true, providerAccountId: true },
  })
  const subjects = (userId: string): string[] =>
    accounts.filter((account) => account.userId === userId).map((account) => account.providerAccountId)
  const requester = namesOf(session.requestedBy, subjects(session.requestedById))
  return [...namesOf(actor, subjects(actor.userId))].some((name) => requester.has(name))
}

const namesOf = ({ username, email }: { username: string; email: string | null }, subjects: string[]): Set<string> =>
  new Set([username, email ?? '', ...subjects].map((name) => name.normalize('NFKC').trim().toLowerCase()).filter(Boolean))

const listed = (names: string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`)
