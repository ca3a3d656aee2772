/** What a change does: its fields with who holds them, what undoes it, what one should know before sending it, and what is sent. */
import { breakGlassManager, breakGlassUser } from '#lib/cluster/break-glass-calls.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { exactObject, roughJson } from '#lib/patch/exact-json.ts'
import { deletionWarnings, editWarnings } from './change-advice.ts'
import { ownSession } from './change-editor.ts'
import { kubectlCommands } from './change-kubectl.ts'
import { changeOf, changeStateOf, editableStates } from './change-life.ts'
import { redactedPatch } from './change-patch.ts'
import { remake, sentChange } from './change-remake.ts'
import { readLive, refOfTarget } from './change-target.ts'
import type { Difference } from './contract.ts'
import { bindingHash } from './stored-change.ts'

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
  const { content, fields, changes, note } = made
  const live = roughJson(exactObject(content.live))
  const patch = redactedPatch(content.bytes, content.live)
  const address = { cluster: session.cluster, namespace: session.namespace, kind: change.kind, name: change.name }
  const action = change.action === 'delete' ? 'delete' : 'edit'
  return {
    fields: fields.map((field) => ({ ...field, owner: null, immutable: null, pins: false })),
    undoers: [],
    warnings: action === 'delete' ? await deletionWarnings(live, address, actor) : editWarnings(live, changes, note),
    patch,
    hash: bindingHash(content.bytes),
    kubectl: kubectlCommands({
      plural: ref.plural,
      group: ref.apiVersion.split('/')[0] ?? '',
      namespace: session.namespace,
      name: change.name,
      action,
      account: breakGlassUser(session.namespace),
      manager: breakGlassManager,
      patch: JSON.stringify(patch),
    }),
  }
}
