/**
 * The link between the reconcilers and what exists in the simulated cloud: an object that names an existing asset acquires it, any other
 * makes one. Every call that changes the cloud is written into the inventory stand-in's record.
 */
import { projectNumber } from '#demo/asset-inventory/cloud-projects.ts'
import { isObject, type Json, type JsonObject, sameJson, textAt, valueAt } from '#lib/json.ts'
import { type Catalogue, catalogueOf } from '#lib/mapping/catalogue.ts'
import { joinedTo, withJoined } from '#lib/mapping/joined-assets.ts'
import { assetIdentity, type IdentityContext, linkIdentity, liveIdentity } from '#lib/mapping/live-identity.ts'
import { type AdoptionContext, managementConflict, takeover } from './adoption.ts'
import { madeAsset, place, type Target } from './made-asset.ts'
import { isAccessKind, policyChange } from './policy-changes.ts'

/** What is known of the cluster. */
export interface ClusterView {
  /** Definitions of the kinds that are followed. */
  definitions: () => JsonObject[]
  objects: () => Iterable<JsonObject>
  /** The cloud project of a namespace. */
  projectOf: (namespace: string) => string
}

export interface CloudAssets {
  /** Makes the cloud as the object says. Gives the conflict that keeps it from doing so. */
  settle: (object: JsonObject) => Promise<{ conflict: string | undefined }>
  /** The resource goes with its object. */
  remove: (object: JsonObject) => Promise<void>
  /** Lists what exists for objects that were ready before the stand-in knew of them; no call is recorded. */
  register: (objects: JsonObject[]) => Promise<void>
}

interface Item {
  asset: JsonObject
  /** Spec and labels it was made from; absent for what existed before. */
  made?: JsonObject
  policy?: JsonObject
  /** Assets of their own that its kind wants inside, such as the clusters of a Bigtable instance. */
  parts: JsonObject[]
}

/** Without an address nothing exists in the cloud, and every object is free to do as it says. */
export function cloudAssets(url: string | undefined, view: ClusterView): CloudAssets {
  if (url === undefined) return { settle: async () => ({ conflict: undefined }), remove: async () => {}, register: async () => {} }
  const catalogue = keptCatalogue(view.definitions)

  const find = (object: JsonObject): Promise<Item | undefined> => findBy(object, liveIdentity(withoutStatus(object), identityContext(view)))
  const findBy = async (object: JsonObject, wanted: string | undefined): Promise<Item | undefined> => {
    if (wanted === undefined) return undefined
    const context = identityContext(view)
    const found = await call(url, 'GET', `assets?scope=${encodeURIComponent(`projects/${projectIdOf(object, view)}`)}`)
    const items = isObject(found) && Array.isArray(found.assets) ? found.assets.filter(isObject) : []
    const assets = items.map(({ asset }) => asset).filter(isObject)
    for (const { asset, made, policy } of items) {
      if (!isObject(asset) || assetIdentity(asset, catalogue(), context) !== wanted) continue
      const parts = assets.filter((part) => joinedTo(part, catalogue()) === asset.name)
      return { asset, parts, ...(isObject(made) ? { made } : {}), ...(isObject(policy) ? { policy } : {}) }
    }
    return undefined
  }
  const record = (object: JsonObject, method: string, asset: JsonObject, fields: string[]): Promise<Json> =>
    call(url, 'POST', 'calls', { method, resource: asset.name ?? '', project: projectIdOf(object, view), fields, by: nameOf(object) })
  const make = (object: JsonObject): JsonObject | undefined =>
    madeAsset(object, projectIdOf(object, view), (reference) => targetOf(view, object, reference), new Date())
  const put = (object: JsonObject, asset: JsonObject): Promise<Json> =>
    call(url, 'PUT', 'assets', { project: projectIdOf(object, view), asset, made: said(object) })

  /** Access to a resource: what its policy does not bind yet is a call. */
  const settleAccess = async (object: JsonObject): Promise<void> => {
    const found = await findBy(object, resourceOf(view, object))
    if (!found) return
    const { fields, policy } = policyChange(object, found.policy, (reference) => accountOf(view, object, reference))
    if (fields.length === 0) return
    await record(object, 'PATCH', found.asset, fields)
    await call(url, 'PUT', 'policies', { name: found.asset.name ?? '', policy })
  }

  return {
    settle: async (object) => {
      if (isAccessKind(String(object.kind))) {
        await settleAccess(object)
        return { conflict: undefined }
      }
      const found = await find(object)
      if (!found) {
        const asset = make(object)
        if (asset) {
          await record(object, 'POST', asset, Object.keys(isObject(object.spec) ? object.spec : {}))
          await put(object, asset)
        }
        return { conflict: undefined }
      }
      const { asset, made, parts } = found
      if (made) {
        const now = make(object)
        const fields = differences(made, said(object))
        if (!now || fields.length === 0) return { conflict: undefined }
        await record(object, 'PATCH', asset, fields)
        await put(object, { ...now, name: asset.name ?? '' })
        return { conflict: undefined }
      }
      const conflict = managementConflict(object, asset, Date.now())
      if (conflict !== undefined) return { conflict }
      const whole = withJoined(asset, parts, catalogue())
      const { fields, data } = takeover(object, isObject(whole) ? whole : asset, adoptionContext(view, catalogue()))
      if (fields.length > 0) {
        await record(object, 'PATCH', asset, fields)
        await call(url, 'PATCH', 'assets', { name: asset.name ?? '', data })
      }
      return { conflict: undefined }
    },
    remove: async (object) => {
      const found = await find(object)
      if (!found) return
      await record(object, 'DELETE', found.asset, [])
      await call(url, 'DELETE', `assets?name=${encodeURIComponent(String(found.asset.name))}`)
    },
    register: async (objects) => {
      for (const object of objects) {
        const asset = make(object)
        if (asset && !(await find(object))) await put(object, asset)
      }
    },
  }
}

/** The kinds that are followed now; made anew when others are. */
function keptCatalogue(definitions: () => JsonObject[]): () => Catalogue {
  let known: JsonObject[] = []
  let catalogue = catalogueOf([], () => ({}))
  return () => {
    const now = definitions()
    if (now.length === known.length && now.every((one, index) => one === known[index])) return catalogue
    known = now
    const byKind = new Map(now.map((definition) => [textAt(definition, 'spec', 'names', 'kind') ?? '', definition]))
    const heads = [...byKind].map(([kind, definition]) => ({ kind, group: textAt(definition, 'spec', 'group') ?? '' }))
    catalogue = catalogueOf(heads, ({ kind }) => byKind.get(kind) ?? {})
    return catalogue
  }
}

const named = (view: ClusterView, kind: string | undefined, namespace: string | undefined, name: string): JsonObject[] =>
  [...view.objects()].filter(
    (object) =>
      textAt(object, 'metadata', 'name') === name &&
      textAt(object, 'metadata', 'namespace') === namespace &&
      (kind === undefined || object.kind === kind),
  )

const identityContext = (view: ClusterView): IdentityContext => ({
  projectIds: projectIds(view),
  projectOfNamespace: view.projectOf,
  manifestNamed: (kind, namespace, name) => named(view, kind, namespace, name)[0],
})

const adoptionContext = (view: ClusterView, catalogue: Catalogue): AdoptionContext => ({
  catalogue,
  projectIds: projectIds(view),
  idsNamed: (namespace, name, kind) => named(view, kind, namespace, name).map(idOf),
})

/** Numbers of all projects that the cluster's namespaces stand for. */
function projectIds(view: ClusterView): Map<string, string> {
  const namespaces = new Set([...view.objects()].map((object) => textAt(object, 'metadata', 'namespace') ?? ''))
  return new Map([...namespaces].map((namespace) => [projectNumber(view.projectOf(namespace)), view.projectOf(namespace)]))
}

const projectIdOf = (object: JsonObject, view: ClusterView): string =>
  textAt(object, 'spec', 'projectRef', 'external')?.split('/').at(-1) ??
  textAt(object, 'metadata', 'annotations', 'cnrm.cloud.google.com/project-id') ??
  view.projectOf(textAt(object, 'metadata', 'namespace') ?? '')

const idOf = (object: JsonObject): string => {
  const id = valueAt(object, ['spec', 'resourceID'])
  return typeof id === 'string' || typeof id === 'number' ? String(id) : (textAt(object, 'metadata', 'name') ?? '')
}

function targetOf(view: ClusterView, object: JsonObject, reference: Json | undefined): Target {
  const external = textAt(reference, 'external')
  if (external !== undefined)
    return { id: external.split('/').at(-1) ?? external, place: /\/(?:locations|regions|zones)\/([^/]+)\//.exec(external)?.[1] ?? 'global' }
  const name = textAt(reference, 'name') ?? ''
  const namespace = textAt(reference, 'namespace') ?? textAt(object, 'metadata', 'namespace')
  const found = named(view, textAt(reference, 'kind'), namespace, name).find(({ kind }) => kind !== object.kind)
  return found ? { id: idOf(found), place: place(found.spec ?? {}) } : { id: name, place: 'global' }
}

/** The resource that an object about access names. */
function resourceOf(view: ClusterView, object: JsonObject): string | undefined {
  const reference = valueAt(object, ['spec', 'resourceRef'])
  const kind = textAt(reference, 'kind')
  if (kind === undefined) return undefined
  const external = textAt(reference, 'external')
  if (external !== undefined) return linkIdentity(kind, external, projectIdOf(object, view), identityContext(view))
  const namespace = textAt(reference, 'namespace') ?? textAt(object, 'metadata', 'namespace')
  const target = named(view, kind, namespace, textAt(reference, 'name') ?? '')[0]
  return target && liveIdentity(withoutStatus(target), identityContext(view))
}

/** The member that a reference to a service account means. */
function accountOf(view: ClusterView, object: JsonObject, reference: Json): string | undefined {
  const namespace = textAt(reference, 'namespace') ?? textAt(object, 'metadata', 'namespace')
  const target = named(view, 'IAMServiceAccount', namespace, textAt(reference, 'name') ?? '')[0]
  return target && `serviceAccount:${idOf(target)}@${projectIdOf(target, view)}.iam.gserviceaccount.com`
}

const nameOf = (object: JsonObject): string =>
  `${textAt(object, 'kind')} ${textAt(object, 'metadata', 'namespace')}/${textAt(object, 'metadata', 'name')}`

/** Links in the status were made up by this cloud: only what the manifest says counts. */
const withoutStatus = ({ status: _, ...object }: JsonObject): JsonObject => object

const said = (object: JsonObject): JsonObject => ({ spec: object.spec ?? {}, labels: valueAt(object, ['metadata', 'labels']) ?? {} })

/** Fields of the spec and labels that differ, one level deep. */
function differences(before: JsonObject, after: JsonObject): string[] {
  return ['spec', 'labels'].flatMap((part) => {
    const [old, fresh] = [before[part], after[part]].map((value) => (isObject(value) ? value : {}))
    const keys = Object.keys({ ...old, ...fresh }).filter((key) => !sameJson(old?.[key], fresh?.[key]))
    return part === 'spec' ? keys : keys.map((key) => `labels.${key}`)
  })
}

async function call(url: string, method: string, path: string, body?: JsonObject): Promise<Json> {
  const answer = await fetch(`${url}/simulated/${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    signal: AbortSignal.timeout(10_000),
  })
  if (!answer.ok) throw new Error(`The asset inventory stand-in refused ${method} ${path.split('?')[0]} (${answer.status}).`)
  return await answer.json()
}
