/**
 * The one way to a Kubernetes API server. A cluster is opened once and called as somebody: `.as({ token })` carries a
 * person's own token and nothing else, `.asPortal()` is the identity of the kubeconfig (the portal's service account on a
 * server, whoever runs the `corbel` command in CI). Every failure is an error of lib/errors.ts; every answer carries the
 * API server's warnings and audit id.
 */
import { Conflict, Invalid, Unavailable } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { apiRoot, segment } from './api-path.ts'
import { type BreakGlassActor, type BreakGlassCalls, breakGlassCalls } from './break-glass-calls.ts'
import { type ClusterSettings, openConnection } from './connection.ts'
import { discovery, type ServedKind } from './discovery.ts'
import { type ImpersonationMode, impersonationModeOf } from './impersonation-mode.ts'
import { type Answer, itemsOf, type KindRef, type ListPage, type ObjectRef, refOf, type WatchEvent } from './kubernetes-object.ts'
import { asTooLarge, caller, type Identity } from './request.ts'
import { watchKind } from './watch.ts'

export interface ListOptions {
  /** All namespaces where left out. */
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  /** Objects per page; 500 where left out. */
  chunk?: number
  /** Only metadata (PartialObjectMetadata). */
  metadataOnly?: boolean
  signal?: AbortSignal
}

export interface WatchOptions {
  namespace?: string
  labelSelector?: string
  /** The revision to go on from: that of a list, a bookmark or an event. */
  resourceVersion: string
  signal: AbortSignal
}

export interface WriteOptions {
  /** The API server judges and answers as if it wrote, and writes nothing. */
  dryRun?: boolean
  fieldManager?: string
  subresource?: 'status'
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string
  /** Take over fields that other managers hold. */
  force?: boolean
}

export interface DeleteOptions {
  dryRun?: boolean
  preconditions?: { uid?: string; resourceVersion?: string }
}

/** What somebody wants to do, as RBAC asks it. `resource` is the plural. */
export interface AccessQuestion {
  verb: string
  group: string
  resource: string
  namespace?: string
  name?: string
  subresource?: string
}

/** One grant: any of the verbs on any of the resources of any of the groups; `*` stands for all of them. */
export interface ResourceRule {
  verbs: string[]
  groups: string[]
  resources: string[]
  /** Empty where the grant is not limited to names. */
  names: string[]
}

/** `incomplete` says that an authorizer could not list all of its rules: what is missing here may still be allowed. */
export interface RulesReview {
  rules: ResourceRule[]
  incomplete: boolean
}

export interface Self {
  username: string
  groups: string[]
}

export type JsonPatch = { op: 'add' | 'remove' | 'replace' | 'test'; path: string; value?: Json }[]

export interface ClusterCalls {
  get(ref: ObjectRef, options?: { signal?: AbortSignal }): Promise<Answer<JsonObject>>
  /** The object byte for byte as the API server sends it: JSON.parse would round integers beyond 2^53. */
  getText(ref: ObjectRef): Promise<Answer<string>>
  /** Page by page, 500 objects each, all of one revision. Throws Gone where that revision expired on the way. */
  pages(kind: KindRef, options?: ListOptions): AsyncGenerator<ListPage>
  /** All pages at once; for lists known to be short. */
  list(kind: KindRef, options?: ListOptions): Promise<{ items: JsonObject[]; resourceVersion: string }>
  /**
   * Changes since a revision, for as long as the caller likes: the API server's regular end of a watch is resumed from the
   * last revision. Throws Gone (list again), Unavailable (the cluster is out of reach) or what the API server refused with.
   */
  watch(kind: KindRef, options: WatchOptions): AsyncGenerator<WatchEvent>
  /** Unknown fields are errors, not warnings. Throws Conflict where the object exists. */
  create(object: JsonObject, options?: WriteOptions): Promise<Answer<JsonObject>>
  /** Server-side apply; unknown fields are errors. Throws Conflict with `details.managers` where others hold a field. */
  applyServerSide(object: JsonObject, options: ApplyOptions): Promise<Answer<JsonObject>>
  /** RFC 6902. Throws Conflict where a `test` fails. */
  patchJson(ref: ObjectRef, operations: JsonPatch, options?: WriteOptions): Promise<Answer<JsonObject>>
  /** RFC 7386. */
  patchMerge(ref: ObjectRef, patch: JsonObject, options?: WriteOptions): Promise<Answer<JsonObject>>
  /** Throws Conflict where a precondition does not hold. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<Answer<JsonObject>>
  accessReview(question: AccessQuestion): Promise<{ allowed: boolean; reason: string | undefined }>
  /** What somebody else may do (SubjectAccessReview); needs the right to ask that. */
  accessReviewOf(
    who: { user: string; groups: string[] },
    question: AccessQuestion,
  ): Promise<{ allowed: boolean; reason: string | undefined }>
  /** What the caller may do in a namespace, cluster-wide grants included (SelfSubjectRulesReview). */
  rulesReview(namespace: string): Promise<RulesReview>
  whoAmI(): Promise<Self>
  /** Every custom resource definition of the cluster, as it serves them. */
  definitions(): Promise<{ items: JsonObject[]; resourceVersion: string }>
  /** How a kind is served. Throws NotFound where the cluster does not know it. */
  served(kind: KindRef): Promise<ServedKind>
  /** The API server's version, e.g. v1.37.2. */
  version(): Promise<string>
}

export interface Cluster {
  name: string
  as(person: { token: string }): ClusterCalls
  asPortal(): ClusterCalls
  /** The person as the break-glass account of a namespace. Throws Invalid or Unauthenticated where the actor is not well formed. */
  asBreakGlass(actor: BreakGlassActor): BreakGlassCalls
  /** How the cluster lets a person act as the break-glass account of a namespace. */
  impersonationMode(who: { token: string; namespace: string }): Promise<ImpersonationMode>
  /** Ends every connection; calls under way fail. */
  close(): Promise<void>
}

export const definitionKind: KindRef = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}

const chunkSize = 500

/** Opens a cluster; nothing is called yet. Throws Invalid where the kubeconfig cannot be used. */
export function openCluster(settings: ClusterSettings): Cluster {
  const connection = openConnection(settings)
  const kinds = discovery()
  const callsOf = (identity: Identity): ClusterCalls => callsAs(caller(settings.name, connection.server, identity), kinds)
  const portal = callsOf({ by: 'portal', approach: connection.asPortal })
  const as = ({ token }: { token: string }) => callsOf({ by: 'person', approach: async () => connection.asPerson(token) })
  const breakGlass = {
    cluster: settings.name,
    server: connection.server,
    approach: connection.asPerson,
    // under the person's own name: an account that may be acted as for three verbs may not ask
    served: (kind: KindRef, token: string) => as({ token }).served(kind),
  }
  return {
    name: settings.name,
    as,
    asPortal: () => portal,
    asBreakGlass: (actor) => breakGlassCalls(breakGlass, actor),
    impersonationMode: ({ token, namespace }) => impersonationModeOf(as({ token }), namespace),
    close: connection.close,
  }
}

function callsAs(call: ReturnType<typeof caller>, kinds: ReturnType<typeof discovery>): ClusterCalls {
  const served = (kind: KindRef): Promise<ServedKind> => kinds.find(kind, call)

  const pathOf = async (ref: ObjectRef | (KindRef & { namespace?: string }), subresource?: string): Promise<string> => {
    const { plural, namespaced } = await served(ref)
    const space = namespaced && ref.namespace ? `/namespaces/${segment(ref.namespace)}` : ''
    const name = 'name' in ref ? `/${segment(ref.name)}` : ''
    return `${apiRoot(ref.apiVersion)}${space}/${plural}${name}${subresource ? `/${subresource}` : ''}`
  }
  const named = (verb: string, { kind, namespace, name }: KindRef & { namespace?: string; name?: string }) => ({
    verb,
    kind,
    namespace,
    name,
  })
  const objectOf = (answer: Answer<Json>, what: string): Answer<JsonObject> => {
    if (!isObject(answer.value)) throw new Unavailable('cluster', `The cluster answered ${what} with something that is no object.`)
    return { ...answer, value: answer.value }
  }
  const needRef = (object: JsonObject): ObjectRef => {
    const ref = refOf(object)
    if (!ref) throw new Invalid('The manifest lacks apiVersion, kind or metadata.name. Add them.')
    return ref
  }
  const writeQuery = ({ dryRun, fieldManager }: WriteOptions) => ({
    ...(dryRun ? { dryRun: 'All' } : {}),
    ...(fieldManager ? { fieldManager } : {}),
    fieldValidation: 'Strict',
  })

  async function* pages(kind: KindRef, options: ListOptions = {}): AsyncGenerator<ListPage> {
    const path = await pathOf({ ...kind, ...(options.namespace ? { namespace: options.namespace } : {}) })
    let next: string | undefined
    do {
      const query = {
        limit: String(options.chunk ?? chunkSize),
        ...(options.labelSelector ? { labelSelector: options.labelSelector } : {}),
        ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
        ...(next ? { continue: next } : {}),
      }
      const accept = options.metadataOnly ? 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' : 'application/json'
      const attempted = named('list', { ...kind, ...(options.namespace ? { namespace: options.namespace } : {}) })
      const { value } = await call({ method: 'GET', path, query, accept, attempted, signal: options.signal })
      const remaining = valueAt(value, ['metadata', 'remainingItemCount'])
      yield {
        // items of built-in kinds come without their kind
        items: itemsOf(valueAt(value, ['items']))
          .filter(isObject)
          .map((item) => (options.metadataOnly || item.kind ? item : { apiVersion: kind.apiVersion, kind: kind.kind, ...item })),
        resourceVersion: textAt(value, 'metadata', 'resourceVersion') ?? '',
        remaining: typeof remaining === 'number' ? remaining : undefined,
      }
      next = textAt(value, 'metadata', 'continue')
    } while (next)
  }

  const list = async (kind: KindRef, options: ListOptions = {}) => {
    const items: JsonObject[] = []
    let resourceVersion = ''
    for await (const page of pages(kind, options)) {
      items.push(...page.items)
      resourceVersion = page.resourceVersion
    }
    return { items, resourceVersion }
  }

  const patch = async (ref: ObjectRef, body: Json, contentType: string, query: Record<string, string>, subresource?: string) => {
    const path = await pathOf(ref, subresource)
    return objectOf(await call({ method: 'PATCH', path, query, body, contentType, attempted: named('patch', ref) }), 'a patch')
  }

  const review = async (kind: 'SelfSubjectAccessReview' | 'SubjectAccessReview', spec: JsonObject) => {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec }
    const path = `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`
    const { value } = await call({ method: 'POST', path, body, attempted: named('create', { apiVersion: '', kind }) })
    return { allowed: valueAt(value, ['status', 'allowed']) === true, reason: textAt(value, 'status', 'reason') }
  }

  return {
    served,
    pages,
    list,
    get: async (ref, options = {}) =>
      objectOf(await call({ method: 'GET', path: await pathOf(ref), attempted: named('get', ref), signal: options.signal }), 'a read'),
    getText: async (ref) => {
      const { text, ...answer } = await call.exact({ method: 'GET', path: await pathOf(ref), attempted: named('get', ref) })
      return { ...answer, value: text }
    },
    async *watch(kind, { namespace, labelSelector, resourceVersion, signal }) {
      const where = { ...kind, ...(namespace ? { namespace } : {}) }
      yield* watchKind(call, { path: await pathOf(where), attempted: named('watch', where), labelSelector, resourceVersion, signal })
    },
    create: async (object, options = {}) => {
      const ref = needRef(object)
      const { name, ...collection } = ref
      const path = await pathOf(collection)
      const attempted = named('create', { ...collection, name })
      return objectOf(
        await call({ method: 'POST', path, query: writeQuery(options), body: asTooLarge(object, ref), attempted }),
        'a create',
      )
    },
    applyServerSide: async (object, options) => {
      const ref = needRef(object)
      const query = { ...writeQuery(options), ...(options.force ? { force: 'true' } : {}) }
      return patch(ref, asTooLarge(object, ref), 'application/apply-patch+yaml', query, options.subresource)
    },
    patchJson: async (ref, operations, options = {}) => {
      const body = operations.map((operation) => ({ ...operation }))
      try {
        return await patch(ref, body, 'application/json-patch+json', writeQuery(options), options.subresource)
      } catch (error) {
        // the API server answers a failed `test` with 422 and no reason
        if (error instanceof Invalid && error.fields.length === 0 && operations.some(({ op }) => op === 'test'))
          throw new Conflict(`${ref.kind} "${ref.name}" is no longer as it was when you saw it. Review the difference and try again.`)
        throw error
      }
    },
    patchMerge: async (ref, merge, options = {}) =>
      patch(ref, asTooLarge(merge, ref), 'application/merge-patch+json', writeQuery(options), options.subresource),
    delete: async (ref, { dryRun, preconditions } = {}) => {
      const path = await pathOf(ref)
      // The options of a DELETE stand in its body alone: beside a body the API server ignores them in the query, so a dry
      // run asked for there would really delete.
      const body: JsonObject = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(dryRun ? { dryRun: ['All'] } : {}),
        ...(preconditions ? { preconditions: { ...preconditions } } : {}),
      }
      return objectOf(await call({ method: 'DELETE', path, body, attempted: named('delete', ref) }), 'a delete')
    },
    accessReview: (question) => review('SelfSubjectAccessReview', { resourceAttributes: { ...question } }),
    accessReviewOf: (who, question) => review('SubjectAccessReview', { ...who, resourceAttributes: { ...question } }),
    rulesReview: async (namespace) => {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'
      const { value } = await call({
        method: 'POST',
        path,
        body,
        attempted: named('create', { apiVersion: '', kind: 'SelfSubjectRulesReview' }),
      })
      const texts = (rule: JsonObject, key: string): string[] => itemsOf(rule[key]).filter((item) => typeof item === 'string')
      return {
        rules: itemsOf(valueAt(value, ['status', 'resourceRules']))
          .filter(isObject)
          .map((rule) => ({
            verbs: texts(rule, 'verbs'),
            groups: texts(rule, 'apiGroups'),
            resources: texts(rule, 'resources'),
            names: texts(rule, 'resourceNames'),
          })),
        incomplete: valueAt(value, ['status', 'incomplete']) === true,
      }
    },
    whoAmI: async () => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
      const { value } = await call({
        method: 'POST',
        path,
        body,
        attempted: named('create', { apiVersion: '', kind: 'SelfSubjectReview' }),
      })
      const groups = itemsOf(valueAt(value, ['status', 'userInfo', 'groups']))
      return {
        username: textAt(value, 'status', 'userInfo', 'username') ?? '',
        groups: groups.filter((group) => typeof group === 'string'),
      }
    },
    definitions: () => list(definitionKind, { chunk: 50 }),
    version: async () => {
      const { value } = await call({
        method: 'GET',
        path: '/version',
        attempted: { verb: 'get', kind: 'version', namespace: undefined, name: undefined },
      })
      return textAt(value, 'gitVersion') ?? 'unknown'
    },
  }
}
