/** What an object about access would change in the policy of the resource it names. Pure. */
import { isObject, type Json, type JsonObject, sameJson, textAt, valueAt } from '#lib/json.ts'

interface Grant {
  role: string
  member: string
  condition: Json
}

export interface PolicyChange {
  /** `policy.ROLE.MEMBER` for each member that is not bound yet. */
  fields: string[]
  /** The policy as it becomes. */
  policy: JsonObject
}

/** Kinds whose objects add to a policy. */
export const isAccessKind = (kind: string): boolean => kind === 'IAMPartialPolicy' || kind === 'IAMPolicyMember'

/** The change that an object means for a policy. `memberOf` gives the member that a reference means. */
export function policyChange(
  object: JsonObject,
  policy: JsonObject | undefined,
  memberOf: (reference: Json) => string | undefined,
): PolicyChange {
  const bindings = listAt(policy, 'bindings')
  const missing = wantedBy(object, memberOf).filter(
    ({ role, member, condition }) =>
      !bindings.some((binding) => binds(binding, role, condition) && textsAt(binding, 'members').includes(member)),
  )
  const after = [...bindings]
  for (const { role, member, condition } of missing) {
    const at = after.findIndex((binding) => binds(binding, role, condition))
    const fresh: JsonObject = { role, members: [...textsAt(after[at], 'members'), member], ...(condition === null ? {} : { condition }) }
    after.splice(at < 0 ? after.length : at, at < 0 ? 0 : 1, fresh)
  }
  return { fields: missing.map(({ role, member }) => `policy.${role}.${member}`), policy: { ...policy, bindings: after } }
}

function wantedBy(object: JsonObject, memberOf: (reference: Json) => string | undefined): Grant[] {
  const spec = object.spec ?? {}
  const memberIn = (value: Json): string | undefined =>
    textAt(value, 'member') ?? memberOf(valueAt(value, ['memberFrom', 'serviceAccountRef']) ?? null)
  const grant = (binding: Json, member: string | undefined): Grant[] => {
    const role = textAt(binding, 'role')
    return role === undefined || member === undefined ? [] : [{ role, member, condition: valueAt(binding, ['condition']) ?? null }]
  }
  if (object.kind === 'IAMPolicyMember') return grant(spec, memberIn(spec))
  return listAt(spec, 'bindings').flatMap((binding) => listAt(binding, 'members').flatMap((member) => grant(binding, memberIn(member))))
}

const binds = (binding: JsonObject, role: string, condition: Json): boolean =>
  binding.role === role && sameJson(binding.condition ?? null, condition)

function listAt(value: Json | undefined, key: string): JsonObject[] {
  const list = valueAt(value, [key])
  return Array.isArray(list) ? list.filter(isObject) : []
}

function textsAt(value: Json | undefined, key: string): string[] {
  const list = valueAt(value, [key])
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : []
}
