/**
 * Brings an applied emergency change back to Git: a proposal with exactly what the session's changes of one resource did, folded, in the file
 * and document that Git has for it. It goes the way of every proposal (lib/proposals); what CI then applies makes Git the owner of the fields
 * again. What cannot be written there is refused with the reason; undoing the change is the other way.
 */
import type { z } from 'zod'
import type { BreakGlassChange } from '#db/client.ts'
import { canProposeIn, canReadProject } from '#lib/access/visible-projects.ts'
import { appendAudit } from '#lib/audit/append-audit.ts'
import { checkpointNow } from '#lib/audit/keep-checkpoints.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Forbidden, Invalid, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { isObject, type Json, type JsonPath, valueAt } from '#lib/json.ts'
import { parseManifestFile } from '#lib/manifest/parse-manifest.ts'
import { resourceTitle } from '#lib/proposals/change-identity.ts'
import type { ManifestSource, ResourceChange } from '#lib/proposals/contract.ts'
import { readManifestSource } from '#lib/proposals/manifest-source.ts'
import { prepareTogether } from '#lib/proposals/prepare-changes.ts'
import { NoDocument, projectInGit } from '#lib/proposals/project-manifests.ts'
import { pullRequestBody } from '#lib/proposals/pull-request-text.ts'
import { redactedDiff } from '#lib/proposals/redacted-diff.ts'
import { pageUrl } from '#lib/proposals/stored-proposal.ts'
import { submitProposal } from '#lib/proposals/submit-proposal.ts'
import { redactText, secretPaths } from '#lib/redact/redact.ts'
import { log } from '#lib/telemetry/log.ts'
import { changeOf } from './change-life.ts'
import { type HandBackPreview, type HandBackRequest, SessionChange } from './contract.ts'
import { editOf, kindRules } from './hand-back-changes.ts'
import { type HandBackFacts, handBackMessage, handBackReport, handBackTitle } from './hand-back-report.ts'
import { type AppliedEdit, bringBack } from './hand-back-text.ts'
import { remainingChanges } from './remaining-changes.ts'
import { wayOfRendered } from './residue.ts'
import { readableSession } from './session-access.ts'
import { type StoredSession, sessionPath, sessionTarget, tellPages } from './session-row.ts'
import { ticketLink } from './session-ticket.ts'

interface Plan {
  session: StoredSession
  /** All of the resource, in the order in which they were applied. */
  changes: BreakGlassChange[]
  facts: HandBackFacts
  repository: string
  path: string
  change: ResourceChange | undefined
  /** Why there is no change to propose. */
  refused: string | null
}

/** What handing back would propose. Throws NotFound, Forbidden, Conflict (nothing applied), Unavailable. */
export async function handBackPreview(sessionId: string, changeId: string, actor: Actor): Promise<z.infer<typeof HandBackPreview>> {
  const plan = await planOf(sessionId, changeId, actor)
  const { facts, repository, path } = plan
  const title = handBackTitle(facts)
  const empty = { repository, path, diff: '', title, body: '', refused: plan.refused }
  if (!plan.change) return empty
  try {
    const { files } = await prepareTogether([plan.change])
    const body = pullRequestBody({
      id: '00000000-0000-0000-0000-000000000000',
      title,
      message: '',
      report: handBackReport(facts),
      requestedBy: { username: actor.username, name: actor.name },
      openedAs: 'github-app',
      resources: [],
      pageUrl: pageUrl(''),
    })
    return {
      ...empty,
      diff: files.map(({ before, after }) => redactedDiff(before, after)).join(''),
      body: body.replace(/<!--[\s\S]*-->$/, '').trim(),
    }
  } catch (error) {
    if (!(error instanceof Invalid || error instanceof Conflict || error instanceof NotFound)) throw error
    return { ...empty, refused: error.message }
  }
}

/**
 * Opens the proposal. Asked again, also with another key, it gives the one that is there; after that was closed without merging, a new one.
 * @throws NotFound, Forbidden, Conflict, Invalid (cannot be written into Git; the reason)
 */
export async function handBack(
  sessionId: string,
  changeId: string,
  request: z.infer<typeof HandBackRequest>,
  actor: Actor,
  requestId: string,
): Promise<{ proposal: string }> {
  const plan = await planOf(sessionId, changeId, actor)
  const { session, changes, change } = plan
  const there = await proposalOf(changes)
  if (there) return { proposal: there }
  if (!change) throw new Invalid(plan.refused ?? 'There is nothing to bring back.')
  const facts = { ...plan.facts, checkpoint: await checkpointOf() }
  const ids = changes.map(({ id }) => id)
  const beside = await otherProposals(session, changes[0])
  try {
    await submitProposal(
      { changes: [change], title: request.title, message: handBackMessage(facts), idempotencyKey: request.idempotencyKey, beside },
      actor,
      requestId,
      {
        report: handBackReport(facts),
        within: async (transaction) => {
          const { count } = await transaction.breakGlassChange.updateMany({
            where: {
              id: { in: ids },
              state: 'applied',
              OR: [{ proposalId: null }, { proposalId: { in: changes.flatMap(({ proposalId }) => proposalId ?? []) } }],
            },
            data: { proposalId: request.idempotencyKey },
          })
          if (count !== ids.length)
            throw new Conflict('Somebody handed this change back, or undid it, at the same moment. Load the page again.')
          await tellPages(transaction, session)
          await appendAudit(transaction, {
            requestId,
            actor: actor.username,
            action: 'break-glass.handed-back',
            outcome: 'succeeded',
            target: { ...sessionTarget(session), kind: facts.kind, name: facts.name },
            details: { changes: ids, proposal: request.idempotencyKey, repository: plan.repository, path: plan.path },
          })
        },
      },
    )
  } catch (error) {
    const other = error instanceof Conflict ? await proposalOf(await remainingOf(sessionId, facts)) : undefined
    if (other) return { proposal: other }
    throw error
  }
  const made = await proposalOf(await remainingOf(sessionId, facts))
  if (!made) throw new Conflict('This request was sent before for something else. Load the page again and hand back anew.')
  return { proposal: made }
}

const remainingOf = async (sessionId: string, { kind, name }: Pick<HandBackFacts, 'kind' | 'name'>): Promise<BreakGlassChange[]> =>
  (await remainingChanges(sessionId)).filter((change) => change.kind === kind && change.name === name)

/** The proposal that carries all of the changes and may still lead somewhere. */
async function proposalOf(changes: BreakGlassChange[]): Promise<string | undefined> {
  const [id, ...others] = [...new Set(changes.map(({ proposalId }) => proposalId))]
  if (!id || others.length > 0) return undefined
  const proposal = await database().proposal.findUnique({ where: { id }, select: { state: true } })
  return proposal && !['closed', 'failed'].includes(proposal.state) ? id : undefined
}

/** Whether each change only puts back one that was handed back before. */
async function allUndo(changes: BreakGlassChange[]): Promise<boolean> {
  const undone = [...new Set(changes.map(({ undoOf }) => undoOf))]
  const found = undone.flatMap((id) => id ?? [])
  if (found.length < undone.length) return false
  return (await database().breakGlassChange.count({ where: { id: { in: found }, state: 'undone', undoOf: null } })) === found.length
}

/** Open proposals of other people for the resource: an emergency change does not wait for them. */
async function otherProposals(session: StoredSession, change: BreakGlassChange | undefined): Promise<string[]> {
  if (!change) return []
  const { cluster, namespace } = session
  const where = { open: true, cluster, namespace, kind: change.kind, name: change.name }
  const rows = await database().proposalResource.findMany({ where, select: { proposalId: true }, take: 200 })
  return rows.map(({ proposalId }) => proposalId)
}

/** Where the audit chain stands now, signed and kept; null where it cannot be signed. That is no reason to keep a change out of Git. */
async function checkpointOf(): Promise<string | null> {
  try {
    return await checkpointNow()
  } catch (error) {
    log().error({ err: error }, 'a hand-back got no checkpoint of the audit log')
    return null
  }
}

async function planOf(sessionId: string, changeId: string, actor: Actor): Promise<Plan> {
  const session = await readableSession(sessionId, actor)
  const asked = await changeOf(sessionId, changeId)
  const { cluster, namespace } = session
  if (!(await canReadProject(actor, cluster, namespace))) throw new NotFound('There is no such session.')
  if (!(await canProposeIn(actor, cluster, namespace, asked.kind)))
    throw new Forbidden(`You may not propose changes in ${namespace}. A member of its team hands this change back.`)
  const changes = await remainingOf(sessionId, asked)
  const last = changes.at(-1)
  if (!last) throw new Conflict('Nothing of this change is in the cluster that Git would need: it was not applied, or was undone.')
  const action = changes.some((change) => change.action === 'delete') ? 'delete' : 'edit'
  const facts: HandBackFacts = {
    url: `${config().url}${sessionPath(session.id)}`,
    session: session.id,
    cluster,
    namespace,
    kind: last.kind,
    name: last.name,
    action,
    reason: session.reason,
    ticket: ticketLink(session.ticket),
    requestedBy: session.requestedBy,
    approvedBy: session.decidedBy,
    openedAt: session.openedAt,
    appliedAt: changes.flatMap(({ appliedAt }) => appliedAt ?? []),
    fields: changes.flatMap((change) => SessionChange.shape.fields.parse(change.changes)),
    differed: [],
    notes: [],
    undoes: await allUndo(changes),
    checkpoint: null,
  }
  const project = await projectInGit(cluster, namespace)
  const nowhere = { session, changes, facts, repository: project.repository, path: '', change: undefined }
  let source: ManifestSource
  try {
    source = await readManifestSource(cluster, { namespace, kind: last.kind, name: last.name })
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
    if (error instanceof NoDocument) return { ...nowhere, refused: `${error.message} ${wayOfRendered}` }
    const next = action === 'delete' ? 'There is nothing to bring back.' : 'Undo the change, or write a manifest for the resource first.'
    return { ...nowhere, refused: `${error.message} ${next}` }
  }
  const there = { ...nowhere, path: source.path }
  const refusal = source.notes.find(({ severity }) => severity === 'refused')
  if (refusal)
    return {
      ...there,
      refused: `${refusal.message}${refusal.url ? ` See ${refusal.url}` : ''} ${wayOfRendered}`,
    }
  const notes = source.notes.map(({ message }) => message)
  const base = { cluster, namespace, kind: last.kind, name: last.name, baseBlob: source.blob }
  if (action === 'delete') return { ...there, facts: { ...facts, notes }, change: { ...base, action: 'delete', text: null }, refused: null }
  try {
    const edits = changes.map(editOf)
    const secret = edits.map(touchedSecret).find((path) => path !== undefined)
    if (secret)
      return {
        ...there,
        refused: `${secret} is a secret, and secrets do not belong into a pull request. Change it by hand where it is kept, or undo the change.`,
      }
    const { text, differed } = bringBack(source.text, source.document, edits, (await kindRules(cluster, last.kind)).lists)
    if (text === source.text)
      return { ...there, refused: `Git says this about ${resourceTitle(last.kind, last.name)} already. Look for what is left over.` }
    return {
      ...there,
      facts: { ...facts, differed, notes },
      change: { ...base, action: 'update', text: documentIn(text, source.document) },
      refused: null,
    }
  } catch (error) {
    if (!(error instanceof CorbelError)) throw error
    return { ...there, refused: error.message }
  }
}

function documentIn(text: string, index: number): string {
  const document = parseManifestFile(text).documents[index]
  if (!document) throw new Invalid('The file has fewer documents than before. Load the page again.')
  return text.slice(document.start, document.end)
}

/** A secret that the change sets, by its path: what a key calls one, or a text that holds a credential. */
function touchedSecret({ before, after }: AppliedEdit): string | undefined {
  const path = [...secretPaths(after), ...credentialPaths(after)].find(
    (at) => at[0] !== 'status' && valueAt(before, at) !== valueAt(after, at),
  )
  return path?.filter((key) => typeof key === 'string').join('.')
}

function credentialPaths(value: Json, path: JsonPath = []): JsonPath[] {
  if (typeof value === 'string') return redactText(value) === value ? [] : [path]
  if (Array.isArray(value)) return value.flatMap((item, index) => credentialPaths(item, [...path, index]))
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => credentialPaths(item, [...path, key])) : []
}
