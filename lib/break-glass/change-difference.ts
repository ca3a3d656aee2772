/** What a change does: its fields with who holds them, what undoes it, what one should know before sending it, and what is sent. */
import type { Actor } from '#lib/identity/actor.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import { immutableChanges, pinsOf } from '#lib/patch/consequences.ts'
import type { FieldChange } from '#lib/patch/exact-diff.ts'
import { type ExactJson, exactObject, roughJson } from '#lib/patch/exact-json.ts'
import { ownersOfChanges } from '#lib/patch/field-owners.ts'
import { pathText } from '#lib/patch/json-pointer.ts'
import { kubectlEquivalent } from '#lib/patch/kubectl-equivalent.ts'
import { undoersOf } from '#lib/patch/undoers.ts'
import { hidden } from '#lib/redact/redact.ts'
import { deletionWarnings, editWarnings } from './change-advice.ts'
import { ownSession } from './change-editor.ts'
import { changeOf, changeStateOf, editableStates } from './change-life.ts'
import { redactedPatch, type ShownField } from './change-patch.ts'
import { remake, sentChange } from './change-remake.ts'
import { readLive, refOfTarget, type TargetRef } from './change-target.ts'
import type { Difference } from './contract.ts'
import { bindingHash } from './stored-change.ts'
import { undoerFacts } from './undoer-facts.ts'

/**
 * The difference of what is typed from the object as it is now; of a change that was sent, as it was sent.
 * @throws Conflict (the object moved where it matters, or nothing changes), Invalid (what is typed), Forbidden, NotFound, Unavailable
 */
export async function changeDifference(sessionId: string, id: string, actor: Actor): Promise<Difference> {
  const session = await ownSession(sessionId, actor)
  const change = await changeOf(sessionId, id)
  const ref = await refOfTarget({ ...session, kind: change.kind, name: change.name })
  const made = editableStates.includes(changeStateOf(change))
    ? await remake(session, change, await readLive(session.cluster, ref, actor))
    : sentChange(change)
  const { content, fields, note } = made
  const live = exactObject(content.live)
  const changes = made.changes.length > 0 ? made.changes : fields.map(asChange)
  const owned = ownersOfChanges(live, changes)
  const fixed = immutableChanges(changes, await compiledKind(session.cluster, change.kind))
  const pinned = new Set(pinsOf(changes, owned).map(pathText))
  const patch = redactedPatch(content.bytes, content.live)
  const isDeletion = change.action === 'delete'
  const address = { cluster: session.cluster, namespace: session.namespace, kind: change.kind, name: change.name }
  return {
    fields: fields.map((field, index) => {
      const owner = owned[index]?.owners.find(({ subresource }) => subresource !== 'status')
      const path = pathText(field.path)
      return {
        ...field,
        owner: owner ? { manager: owner.manager, at: owner.time ?? null } : null,
        immutable: fixed.find((each) => pathText(each.path) === path)?.message ?? null,
        pins: pinned.has(path),
      }
    }),
    undoers: isDeletion
      ? []
      : undoersOf({ live, changes, owned, facts: await undoerFacts(live, session.cluster, actor) }).map(
          ({ controller, message, undoes, canPause, paused }) => ({
            controller,
            message,
            undoes,
            canPause,
            paused,
          }),
        ),
    warnings: isDeletion ? await deletionWarnings(roughJson(live), address, actor) : editWarnings(roughJson(live), changes, note),
    patch,
    hash: bindingHash(content.bytes),
    kubectl: commands(ref, content.bytes, JSON.stringify(patch), isDeletion),
  }
}

/** Of a change that is not made of text only what may be shown is known. */
const asChange = ({ path, kind, before, after }: ShownField): FieldChange => ({
  path,
  kind,
  livePath: kind === 'added' ? undefined : path,
  before: before as ExactJson | undefined, // every Json is an ExactJson
  after: after as ExactJson | undefined,
})

/** The same with kubectl. Where the patch holds secrets, whoever copies it fills them in. */
function commands(ref: TargetRef, bytes: string, shown: string, isDeletion: boolean): Difference['kubectl'] {
  const write = { ref, namespace: ref.namespace, bytes: shown.includes(hidden) ? shown : bytes }
  const apply = kubectlEquivalent({ ...write, dryRun: false })
  return {
    dryRun: kubectlEquivalent({ ...write, dryRun: true }),
    apply: isDeletion ? `${apply} && ${kubectlEquivalent({ ...write, bytes: null, dryRun: false })}` : apply,
  }
}
