/** Whether a resource survives in the cloud when its Kubernetes object gets another name or project, and under which name. Pure. */
import { type Json, textAt } from '#lib/json.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { fieldAt } from '#lib/schema/field-tree.ts'
import { isConfigConnector } from './relocate-manifest.ts'

export type TakeOver =
  /** A new object can take it over. `cloudName` is what its `spec.resourceID` must be; undefined for kinds without a name in the cloud. */
  | { possible: true; cloudName: string | undefined; why: string }
  /** It is deleted and made anew. */
  | { possible: false; why: string }

/** What these say is a set of rights: there is nothing in the cloud that has a name. */
const namelessKinds = new Set(['IAMPolicy', 'IAMPolicyMember', 'IAMPartialPolicy', 'IAMAuditConfig'])

/** `live` is the object in the cluster: Config Connector notes there how the cloud knows it. */
export function takeOverOf(kind: CompiledKind, live: Json): TakeOver {
  if (!isConfigConnector(kind))
    return {
      possible: false,
      why: `${kind.kind} is reconciled by the operator of ${kind.group}, which knows no way to hand over what it made: the old one is deleted, with its data, and a new one is created.`,
    }
  if (namelessKinds.has(kind.kind))
    return { possible: true, cloudName: undefined, why: 'The new object says the same as the old one, so the rights stay as they are.' }
  const field = fieldAt(kind.root, ['spec', 'resourceID'])
  if (!field)
    return {
      possible: false,
      why: `${kind.kind} has no field spec.resourceID, so a new object cannot take over the old one's cloud resource: it is deleted and created anew.`,
    }
  const noted = textAt(live, 'spec', 'resourceID')
  const generated = /service-generated|used for acquisition only/i.test(field.description ?? '')
  if (generated && !noted)
    return {
      possible: false,
      why: `The cloud gives a ${kind.kind} its name, and the object in the cluster does not say which (spec.resourceID): a new object would make another one.`,
    }
  const cloudName = noted ?? textAt(live, 'metadata', 'name')
  return { possible: true, cloudName, why: `In the cloud it stays ${cloudName}: the new object takes it over by spec.resourceID.` }
}

/** Whether deleting the object in the cluster leaves the cloud resource alone. */
export const isAbandoned = (live: Json): boolean =>
  textAt(live, 'metadata', 'annotations', 'cnrm.cloud.google.com/deletion-policy') === 'abandon' ||
  textAt(live, 'spec', 'deletionPolicy') === 'ABANDON'
