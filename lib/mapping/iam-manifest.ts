/**
 * The access policy of an asset as an IAMPartialPolicy: it manages the bindings that stand in it and leaves all others alone. Never an
 * IAMPolicy, which would remove what it does not name. Pure.
 */
import { isObject, type Json, type JsonObject } from '#lib/json.ts'
import { type Account, noteLeaves } from './account.ts'
import { readAssetName } from './asset-name.ts'
import { manifestName } from './identity.ts'

/** The resource that the policy belongs to, as its manifest names it; or, without one, as the cloud does. */
export interface PolicyOwner {
  apiVersion: string
  kind: string
  /** The name of its manifest in the same import. */
  name?: string
}

/** Makes the manifest; undefined when the policy binds nobody. Members that no longer exist are left out. */
export function iamManifest(policy: JsonObject, assetName: string, owner: PolicyOwner, account: Account): JsonObject | undefined {
  const bindings: Json[] = []
  const { bindings: given, ...rest } = policy
  for (const [key, value] of Object.entries(rest))
    noteLeaves(
      account,
      value,
      ['iamPolicy', key],
      key === 'auditConfigs' ? { fate: 'unmapped', why: 'audit logging is a kind of its own' } : { fate: 'output-only' },
    )
  for (const [index, binding] of (Array.isArray(given) ? given : []).entries()) {
    const made = bindingOf(binding, ['iamPolicy', 'bindings', index], bindings.length, account)
    if (made) bindings.push(made)
  }
  if (bindings.length === 0) return undefined
  const { path, host, id } = readAssetName(assetName)
  const { apiVersion, kind, name } = owner
  return {
    apiVersion: 'iam.cnrm.cloud.google.com/v1beta1',
    kind: 'IAMPartialPolicy',
    metadata: { name: manifestName(`${id}-access`), annotations: { 'cnrm.cloud.google.com/deletion-policy': 'abandon' } },
    spec: {
      resourceRef: { apiVersion, kind, ...(name === undefined ? { external: host === 'storage.googleapis.com' ? id : path } : { name }) },
      bindings,
    },
  }
}

function bindingOf(binding: Json, from: (string | number)[], index: number, account: Account): JsonObject | undefined {
  const members = isObject(binding) && Array.isArray(binding.members) ? binding.members : []
  const living = members.filter((member) => typeof member === 'string' && !member.startsWith('deleted:'))
  if (!isObject(binding) || typeof binding.role !== 'string' || living.length === 0) {
    noteLeaves(account, binding, from, { fate: 'unmapped', why: 'a binding without a role or without living members' })
    return undefined
  }
  const to = ['spec', 'bindings', index]
  for (const [key, value] of Object.entries(binding)) {
    if (key === 'members') {
      for (const [at, member] of members.entries())
        account.entries.push(
          living.includes(member)
            ? { from: [...from, key, at], fate: 'written', to: [...to, key, living.indexOf(member), 'member'], by: 'sink' }
            : { from: [...from, key, at], fate: 'default', why: 'the member was deleted' },
        )
    } else
      noteLeaves(
        account,
        value,
        [...from, key],
        key === 'role' || key === 'condition' ? { fate: 'written', to: [...to, key], by: 'copy' } : { fate: 'output-only' },
      )
  }
  return {
    role: binding.role,
    members: living.map((member) => ({ member })),
    ...(isObject(binding.condition) ? { condition: binding.condition } : {}),
  }
}
