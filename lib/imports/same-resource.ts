/**
 * What nobody may change in a manifest of an import: which resource of the cloud it stands for, and that nothing is deleted there when the
 * manifest is removed. Everything else is a wish, and the verdict tells what comes of it. Pure.
 */
import { Invalid } from '#lib/errors.ts'
import { type Json, type JsonObject, type JsonPath, sameJson, valueAt } from '#lib/json.ts'
import { liveIdentity } from '#lib/mapping/live-identity.ts'

const annotation = (key: string): JsonPath => ['metadata', 'annotations', `cnrm.cloud.google.com/${key}`]
const deletionPolicy = annotation('deletion-policy')

/** What names the resource beside its identity: access policies have none of their own, and of some kinds the project is no part of it. */
const naming: readonly JsonPath[] = [
  ['spec', 'resourceID'],
  ['spec', 'projectRef'],
  annotation('project-id'),
  annotation('folder-id'),
  annotation('organization-id'),
]
const policyKinds = /^IAM(?:Partial)?Policy|^IAMAuditConfig$/

/** Throws Invalid at the field where `after` stands for another resource of the cloud than `before`, or would let it be deleted. */
export function checkSameResource(before: JsonObject, after: JsonObject): void {
  const at = (value: JsonObject, path: JsonPath): Json => valueAt(value, path) ?? null
  const fixed = policyKinds.test(String(before.kind)) ? [...naming, ['spec', 'resourceRef']] : naming
  const other =
    fixed.find((path) => !sameJson(at(before, path), at(after, path))) ??
    (liveIdentity(before) === liveIdentity(after) ? undefined : ['spec', 'resourceID'])
  if (other) {
    const message =
      'The manifest would stand for another resource in the cloud. What names it there (spec.resourceID, its project, location and parent) must stay as it was imported.'
    throw new Invalid(message, [{ path: other, message }])
  }
  if (at(before, deletionPolicy) === 'abandon' && at(after, deletionPolicy) !== 'abandon') {
    const message =
      'An imported resource keeps the deletion policy "abandon", so that nothing is deleted in the cloud when its manifest is removed. Change it after the merge, in a proposal of its own.'
    throw new Invalid(message, [{ path: deletionPolicy, message }])
  }
}
