/**
 * What is left of a session's changes: for every field a change touched, the live object against Git's manifest at the base branch. A session
 * goes on to its review only when nothing is left and nobody is held back any more; and comes back when something turns up after all. A file
 * that another tool renders cannot be compared: then the second person says at the review what they have seen (review.ts).
 *
 * The live object is read by the portal's own account, so that the worker can look while nobody is there. What is kept and shown is redacted.
 */
import { z } from 'zod'
import type { BreakGlassChange, BreakGlassSession } from '#db/client.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { clusterNamed } from '#lib/cluster/clusters.ts'
import { database } from '#lib/database/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { configConnectorManager } from '#lib/patch/consequences.ts'
import { fieldOwners } from '#lib/patch/field-owners.ts'
import type { ManifestSource } from '#lib/proposals/contract.ts'
import { readManifestSource } from '#lib/proposals/manifest-source.ts'
import { NoDocument } from '#lib/proposals/project-manifests.ts'
import { hidden, redactResource, secretPaths } from '#lib/redact/redact.ts'
import { databaseNow } from './change-life.ts'
import { refOfTarget } from './change-target.ts'
import { Residue } from './contract.ts'
import { editOf, type KindRules, kindRules } from './hand-back-changes.ts'
import { isThere, type LeftOver, leftOver, writtenPart } from './hand-back-merge.ts'
import { exactDocument, readMarked, unmarked } from './hand-back-values.ts'
import { activePauses } from './pause-row.ts'
import { countedChanges, toBeClosed } from './remaining-changes.ts'
import { backToHandingBack, toReview } from './session-life.ts'
import { sessionTarget, tellPages } from './session-row.ts'

export interface ResidueAsked {
  /** Username, or who looks by itself. */
  actor: string
  requestId: string
}

/**
 * Looks at what is left of a session's changes now, keeps it with each, and moves the session where that says. Gives whether nothing is left.
 * What cannot be told (Git or the cluster out of reach) stands at the change as its problem, and so does a pull request that would bring to Git
 * what was undone.
 */
export async function checkResidue(
  sessionId: string,
  asked: ResidueAsked = { actor: 'system:break-glass', requestId: '' },
): Promise<boolean> {
  const session = await database().breakGlassSession.findUnique({ where: { id: sessionId } })
  if (!session) return false
  // from before the look: what moves while it is under way is looked at again
  const began = await databaseNow(database())
  const [changes, closing] = await Promise.all([countedChanges(sessionId), toBeClosed(sessionId)])
  const looks = new Map<string, Promise<Looked>>()
  const found = await Promise.all(
    changes.map(async (change): Promise<Found & { change: BreakGlassChange }> => {
      const toClose = closing.get(change.id)
      if (toClose !== undefined) return { change, file: null, differences: [], problem: toClose, notCompared: null }
      const key = `${change.kind}/${change.name}`
      const look = looks.get(key) ?? lookAt(session, change)
      looks.set(key, look)
      return { change, ...residueOf(change, await look) }
    }),
  )
  return database().$transaction(async (transaction) => {
    const [row] = await transaction.$queryRaw<{ state: string }[]>`
      SELECT "state" FROM "break_glass_session" WHERE "id" = ${sessionId}::uuid FOR UPDATE`
    if (!row) return false
    let news = asked.requestId !== ''
    const kept = await transaction.breakGlassChange.findMany({
      where: { id: { in: changes.map(({ id }) => id) } },
      select: { id: true, residue: true },
    })
    for (const { change, ...told } of found) {
      const before = Residue.nullable().parse(kept.find(({ id }) => id === change.id)?.residue ?? null)
      // what somebody signed stays, also when this look began before they did
      const residue: JsonObject = { checkedAt: began.toISOString(), ...told, stated: before?.stated ?? null }
      news ||= !before || !sameJson({ ...residue, checkedAt: '' }, { ...jsonOf(before), checkedAt: '' })
      await transaction.breakGlassChange.update({ where: { id: change.id }, data: { residue, residueAt: began } })
    }
    const held = await transaction.breakGlassPause.count({ where: { sessionId, state: { in: activePauses } } })
    const clean = found.every(({ differences, problem }) => differences.length === 0 && problem === null)
    const moved = clean && held === 0 ? await toReview(transaction, sessionId) : !clean && (await backToHandingBack(transaction, sessionId))
    if (news || moved) {
      await tellPages(transaction, session)
      await appendAudit(transaction, {
        requestId: asked.requestId,
        actor: asked.actor,
        action: 'break-glass.residue-checked',
        outcome: 'succeeded',
        target: sessionTarget(session),
        details: {
          clean,
          pauses: held,
          changes: found.map(({ change, differences, problem, notCompared }) => ({
            change: change.id,
            fields: differences.map(({ path }) => path),
            problem,
            ...(notCompared === null ? {} : { notCompared }),
          })),
        },
      })
    }
    return clean
  })
}

/** As a column takes it. */
export const jsonOf = (residue: Residue): JsonObject => z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(residue)))

interface Looked {
  live: Json | undefined
  git: Json | undefined
  file: { repository: string; path: string; url: string } | null
  rules: KindRules
  problem: string | null
  notCompared: string | null
}

/** For people whose change is to go to a file that another tool renders. */
export const wayOfRendered =
  'Change it there first; then another person, who signs the review, says so in their own words. Or undo the emergency change.'

/** The resource as the cluster and Git have it. Never throws: what cannot be told is said. */
async function lookAt(session: BreakGlassSession, { kind, name }: BreakGlassChange): Promise<Looked> {
  const { cluster, namespace } = session
  const looked: Looked = {
    live: undefined,
    git: undefined,
    file: null,
    rules: { lists: () => undefined, defaultAt: () => undefined },
    problem: null,
    notCompared: null,
  }
  try {
    looked.rules = await kindRules(cluster, kind)
    const ref = await refOfTarget({ cluster, namespace, kind, name })
    const [live, source] = await Promise.all([
      orNothing(async () => readMarked((await clusterNamed(cluster).asPortal().getText(ref)).value)),
      orNothing<ManifestSource>(() => readManifestSource(cluster, { namespace, kind, name })),
    ])
    looked.live = live
    if (!source) return looked
    looked.file = { repository: source.repository, path: source.path, url: source.fileUrl }
    const refusal = source.notes.find(({ severity }) => severity === 'refused')
    if (refusal) return { ...looked, notCompared: cannotCompare(refusal.message) }
    looked.git = exactDocument(source.text, source.document)
    return looked
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    return error instanceof NoDocument ? { ...looked, notCompared: cannotCompare(error.message) } : { ...looked, problem: error.message }
  }
}

const cannotCompare = (why: string): string => `${why} So Corbel cannot compare Git with the cluster. ${wayOfRendered}`

async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof NotFound && !(error instanceof NoDocument)) return undefined
    throw error
  }
}

interface Found {
  file: Looked['file']
  differences: (JsonObject & { path: JsonPath })[]
  problem: string | null
  notCompared: string | null
}

function residueOf(change: BreakGlassChange, { live, git, file, rules, problem, notCompared }: Looked): Found {
  const found: Found = { file, differences: [], problem, notCompared }
  if (problem !== null || notCompared !== null) return found
  try {
    return { ...found, differences: differencesOf(change, live, git, rules).map((rest) => shown(rest, live, git)) }
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    return { ...found, problem: error.message }
  }
}

function differencesOf(change: BreakGlassChange, live: Json | undefined, git: Json | undefined, rules: KindRules): LeftOver[] {
  const [there, written] = [isThere(live), git !== undefined]
  // of what one side has not at all, every field would differ: that is said once
  if (change.action === 'delete' || !there || !written) {
    if (change.action === 'edit' && there) {
      const { before, after } = editOf(change)
      return leftOver({ before: writtenPart(before), after: writtenPart(after) }, writtenPart(live), undefined, rules.lists)
    }
    return there === written ? [] : [{ path: [], live: there ? 'exists' : undefined, git: written ? 'exists' : undefined }]
  }
  const { before, after } = editOf(change)
  const sides = { before: writtenPart(before), after: writtenPart(after) }
  return leftOver(sides, writtenPart(live), writtenPart(git), rules.lists, (path) => isFilledIn(live, path, rules))
}

/** Whether nobody wanted the live value: it is the API server's default, or the controller alone holds it. */
function isFilledIn(live: Json | undefined, path: JsonPath, { defaultAt }: KindRules): boolean {
  const value = valueAt(live, path)
  if (value !== undefined && sameJson(defaultAt(path), value)) return true
  const [owned] = isObject(live) ? fieldOwners(live, [path]) : []
  return !!owned && owned.owners.length > 0 && owned.owners.every(({ manager }) => manager === configConnectorManager)
}

/** A difference without secrets: whatever lies on the way to one, on either side, is hidden. */
function shown({ path, live, git }: LeftOver, ...sources: (Json | undefined)[]): JsonObject & { path: JsonPath } {
  const plain = (at: JsonPath): string[] => at.map((key) => (typeof key === 'number' ? '#' : `.${key}`))
  const leaf = plain(path)
  const secrets = sources.flatMap((source) => (source === undefined ? [] : secretPaths(source).map(plain)))
  const isSecret = secrets.some((secret) => leaf.slice(0, secret.length).every((key, index) => key === secret[index]) && path.length > 0)
  const told = (value: Json | undefined): Json | undefined => {
    if (value === undefined) return undefined
    if (isSecret) return hidden
    const name = String(path.findLast((key) => typeof key === 'string') ?? 'value')
    return redactResource({ [name]: unmarked(value) })[name] ?? null
  }
  const [liveTold, gitTold] = [told(live), told(git)]
  return { path, ...(liveTold === undefined ? {} : { live: liveTold }), ...(gitTold === undefined ? {} : { git: gitTold }) }
}
