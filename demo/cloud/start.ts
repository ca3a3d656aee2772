/**
 * The simulated cloud: watches every offered kind and moves its objects through the conditions real operators set (README.md).
 * Everything is derived from what the cluster holds; nothing is kept but a copy of it and the clocks of pretended work.
 */
import { type ClusterCalls, definitionKind, openCluster } from '#lib/cluster/client.ts'
import { isOffered } from '#lib/cluster/kind-patterns.ts'
import type { KindRef, ObjectRef } from '#lib/cluster/kubernetes-object.ts'
import { Conflict, NotFound } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { cloudAssets } from './cloud-assets.ts'
import { type FailureRule, naturalFailure, readRules, ruleFailure } from './failures.ts'
import { follow } from './follow.ts'
import { type Circumstances, configConnector, type Dialect, isReady, nextStep, platform, type Step, statusAfter } from './next-step.ts'
import { keyOf, type Reference, referencesIn } from './references.ts'
import { reportedValues } from './reported-values.ts'
import { workQueue } from './work-queue.ts'

export interface CloudOptions {
  /** A kubeconfig that may read offered kinds and write their status and finalizers. */
  kubeconfig: string
  /** Milliseconds of pretended work by kind; `*` for all others. Those not given keep their defaults. */
  delays?: Record<string, number>
  /** Patterns of offered groups, as in CORBEL_KIND_PATTERNS. */
  kindPatterns?: string[]
  /** Address of the asset inventory stand-in, which says what exists in the cloud; nothing does without it. */
  inventoryUrl?: string
  log?: (text: string) => void
}

export interface Cloud {
  stop: () => Promise<void>
}

const defaultDelays: Record<string, number> = {
  SQLInstance: 8000,
  SpannerInstance: 6000,
  RunService: 6000,
  RedisInstance: 4000,
  BigtableInstance: 4000,
  Locus: 4000,
  DataEndpoint: 4000,
  FlyteProject: 4000,
  '*': 2000,
}

interface Followed {
  ref: KindRef
  dialect: Dialect
  schema: Json | undefined
  definition: JsonObject
  version: string
  stop: AbortController
}

const failuresNamespace = 'corbel-system'
const failuresName = 'cloud-failures'

/** Starts the cloud and resolves when every kind has been read once. */
export async function startCloud({
  kubeconfig,
  delays,
  kindPatterns = ['*.cnrm.cloud.google.com'],
  inventoryUrl,
  log = () => {},
}: CloudOptions): Promise<Cloud> {
  const cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  const calls = cluster.asPortal()
  const world = createWorld(
    calls,
    { ...defaultDelays, ...(delays?.['*'] === undefined ? {} : allTo(delays['*'])), ...delays },
    inventoryUrl,
    log,
  )
  const stopping = new AbortController()
  const loops: Promise<void>[] = []
  const kinds = new Map<string, Followed>()
  const firstLists: Promise<void>[] = []

  const followKind = (definition: JsonObject): void => {
    const followed = readKind(definition, stopping.signal)
    const name = textAt(definition, 'metadata', 'name') ?? ''
    const before = kinds.get(name)
    if (!followed || !isOffered(definition, kindPatterns)) {
      forget(name)
      return
    }
    if (before?.version === followed.version) return
    forget(name)
    kinds.set(name, followed)
    world.kinds.set(followed.ref.kind, followed)
    const first = Promise.withResolvers<void>()
    firstLists.push(first.promise)
    loops.push(
      follow(calls, followed.ref, followed.stop.signal, {
        listed: (objects) => {
          world.replaceAll(followed.ref.kind, objects)
          first.resolve()
        },
        changed: world.put,
        deleted: world.remove,
        troubled: (error) => log(`${name}: ${error instanceof Error ? error.message : error}`),
      }).finally(first.resolve),
    )
  }
  const forget = (name: string): void => {
    const followed = kinds.get(name)
    if (!followed) return
    followed.stop.abort()
    kinds.delete(name)
    world.kinds.delete(followed.ref.kind)
    world.replaceAll(followed.ref.kind, [])
  }
  const nameOf = (object: JsonObject) => textAt(object, 'metadata', 'name') ?? ''
  const read = Promise.withResolvers<void>()
  const rulesOf = (objects: JsonObject[]) => objects.find((object) => nameOf(object) === failuresName)
  const namespaces = Promise.withResolvers<void>()

  loops.push(
    follow(calls, definitionKind, stopping.signal, {
      listed: (definitions) => {
        const names = new Set(definitions.map(nameOf))
        for (const name of kinds.keys()) if (!names.has(name)) forget(name)
        for (const definition of definitions) followKind(definition)
        read.resolve()
      },
      changed: followKind,
      deleted: (definition) => forget(nameOf(definition)),
      troubled: (error) => log(`definitions: ${error instanceof Error ? error.message : error}`),
    }),
    follow(
      calls,
      { apiVersion: 'v1', kind: 'ConfigMap' },
      stopping.signal,
      {
        listed: (objects) => world.setRules(readRules(rulesOf(objects)?.data)),
        changed: (object) => rulesOf([object]) && world.setRules(readRules(object.data)),
        deleted: (object) => rulesOf([object]) && world.setRules([]),
        troubled: (error) => log(`failure rules: ${error instanceof Error ? error.message : error}`),
      },
      failuresNamespace,
    ),
    follow(calls, { apiVersion: 'v1', kind: 'Namespace' }, stopping.signal, {
      listed: (objects) => {
        for (const object of objects) world.setProject(object)
        namespaces.resolve()
      },
      changed: world.setProject,
      deleted: () => {},
      troubled: (error) => log(`namespaces: ${error instanceof Error ? error.message : error}`),
    }),
  )
  await Promise.all([read.promise, namespaces.promise])
  await Promise.all(firstLists)
  world.begin()
  return {
    stop: async () => {
      stopping.abort()
      for (const { stop } of kinds.values()) stop.abort()
      await world.stop()
      await Promise.allSettled(loops)
      await cluster.close()
    },
  }
}

const allTo = (ms: number): Record<string, number> => Object.fromEntries(Object.keys(defaultDelays).map((kind) => [kind, ms]))

function readKind(definition: JsonObject, parent: AbortSignal): Followed | undefined {
  const group = textAt(definition, 'spec', 'group') ?? ''
  const kind = textAt(definition, 'spec', 'names', 'kind')
  const plural = textAt(definition, 'spec', 'names', 'plural')
  const versions = valueAt(definition, ['spec', 'versions'])
  const served = Array.isArray(versions) ? versions.filter(isObject).filter((version) => version.served === true) : []
  const version = served.find((one) => one.storage === true) ?? served[0]
  const name = textAt(version, 'name')
  if (kind === undefined || plural === undefined || name === undefined || version === undefined) return undefined
  const stop = new AbortController()
  parent.addEventListener('abort', () => stop.abort(), { once: true })
  return {
    ref: { apiVersion: `${group}/${name}`, kind, plural, namespaced: valueAt(definition, ['spec', 'scope']) === 'Namespaced' },
    dialect: group.endsWith('.cnrm.cloud.google.com') ? configConnector : platform,
    schema: valueAt(version, ['schema', 'openAPIV3Schema']),
    definition,
    version: `${textAt(definition, 'metadata', 'uid')}/${valueAt(definition, ['metadata', 'generation'])}`,
    stop,
  }
}

const referenceOf = (object: JsonObject): Reference => ({
  kind: textAt(object, 'kind') ?? '',
  namespace: textAt(object, 'metadata', 'namespace') ?? '',
  name: textAt(object, 'metadata', 'name') ?? '',
})

/** The copy of the cluster and the work on it. */
function createWorld(calls: ClusterCalls, delays: Record<string, number>, inventoryUrl: string | undefined, log: (text: string) => void) {
  const kinds = new Map<string, Followed>()
  const objects = new Map<string, JsonObject>()
  /** Objects that wait, by the key of what they wait for. */
  const waiting = new Map<string, Set<string>>()
  const refused = new Set<string>()
  /** When the pretended work on a key is over; `about` says which work that is. */
  const clocks = new Map<string, { about: string; due: number }>()
  const projects = new Map<string, string>()
  const attempts = new Map<string, number>()
  /** Conflicts by the work that met them. */
  const conflicts = new Map<string, { about: string; message: string }>()
  let rules: FailureRule[] = []
  let begun = false
  const assets = cloudAssets(inventoryUrl, {
    definitions: () => [...kinds.values()].filter(({ dialect }) => dialect === configConnector).map(({ definition }) => definition),
    objects: () => objects.values(),
    projectOf: (namespace) => projectOf(namespace),
  })

  const queue = workQueue(16, async (key) => {
    const object = objects.get(key)
    if (!object) return
    try {
      await advance(key, object)
      attempts.delete(key)
    } catch (error) {
      // Conflict: our copy is behind, the event is on its way. NotFound: it is gone, likewise.
      if (error instanceof NotFound) return
      const attempt = (attempts.get(key) ?? 0) + 1
      attempts.set(key, attempt)
      if (!(error instanceof Conflict)) log(`${key}: ${error instanceof Error ? error.message : error}`)
      queue.addAfter(key, Math.min(100 * 2 ** attempt, 30_000))
    }
  })

  const enqueue = (key: string): void => {
    if (begun) queue.add(key)
  }
  const wake = (key: string): void => {
    enqueue(key)
    for (const dependent of waiting.get(key) ?? []) enqueue(dependent)
  }

  const advance = async (key: string, object: JsonObject): Promise<void> => {
    const followed = kinds.get(textAt(object, 'kind') ?? '')
    if (!followed) return
    const about = workOf(object)
    const circumstances = circumstancesOf(key, object, followed, about)
    const step = nextStep(object, followed.dialect, circumstances)
    if (circumstances.failure === undefined && circumstances.deleteFailure === undefined) refused.delete(key)
    else refused.add(key)
    await take(key, object, followed, step, about)
  }

  const take = async (key: string, object: JsonObject, followed: Followed, step: Step, about: string): Promise<void> => {
    const { namespace, name } = referenceOf(object)
    const ref: ObjectRef = { ...followed.ref, ...(namespace ? { namespace } : {}), name }
    const resourceVersion = textAt(object, 'metadata', 'resourceVersion') ?? ''
    const isCloudKind = followed.dialect === configConnector
    if (isCloudKind && step.do === 'report' && step.done) {
      const { conflict } = await assets.settle(object)
      if (conflict !== undefined) {
        conflicts.set(key, { about, message: conflict })
        return advance(key, object)
      }
    }
    if (isCloudKind && step.do === 'set-finalizers' && step.deleted) await assets.remove(object)
    if (step.do === 'set-finalizers') {
      await calls.patchMerge(
        ref,
        { metadata: { resourceVersion, finalizers: step.finalizers } },
        { fieldManager: 'cnrm-controller-manager' },
      )
    } else if (step.do === 'report') {
      const reported = reportedValues(object, projectOf(namespace), valueAt(followed.schema, ['properties', 'status']))
      const status = statusAfter(object, step, followed.dialect, new Date().toISOString().replace(/\.\d+Z$/, 'Z'), reported)
      await calls.patchMerge(
        ref,
        { metadata: { resourceVersion }, status },
        { fieldManager: 'cnrm-controller-manager', subresource: 'status' },
      )
      if (step.work) startClock(key, about, followed.ref.kind)
      else clocks.delete(key)
    } else if (step.do === 'work' && clocks.get(key)?.about !== about) {
      startClock(key, about, followed.ref.kind)
    }
  }

  const startClock = (key: string, about: string, kind: string): void => {
    const ms = delays[kind] ?? delays['*'] ?? 0
    clocks.set(key, { about, due: performance.now() + ms })
    queue.addAfter(key, ms + 5)
  }

  /** Work is on one generation of one object, or on its deletion. */
  const workOf = (object: JsonObject): string =>
    `${textAt(object, 'metadata', 'uid')}/${valueAt(object, ['metadata', 'generation'])}/${textAt(object, 'metadata', 'deletionTimestamp') ?? ''}`

  const circumstancesOf = (key: string, object: JsonObject, followed: Followed, about: string): Circumstances => {
    const clock = clocks.get(key)
    const { namespace } = referenceOf(object)
    const surroundings = { googleProject: projectOf(namespace), earlierNetworks: earlierNetworks(object) }
    return {
      blockedBy: blockedBy(key, object, followed),
      conflict: conflicts.get(key)?.about === about ? conflicts.get(key)?.message : undefined,
      failure: ruleFailure(rules, object, 'reconcile') ?? naturalFailure(object, surroundings),
      deleteFailure: ruleFailure(rules, object, 'delete'),
      workIsOver: clock?.about === about && clock.due <= performance.now(),
    }
  }

  const blockedBy = (key: string, object: JsonObject, followed: Followed): Circumstances['blockedBy'] => {
    const specSchema = valueAt(followed.schema, ['properties', 'spec'])
    for (const reference of referencesIn(specSchema, object.spec, referenceOf(object).namespace)) {
      const target = keyOf(reference)
      // a kind that nobody offers here (a Project, say) cannot be judged
      if (!kinds.has(reference.kind)) continue
      const found = objects.get(target)
      if (found && isReady(found)) {
        waiting.get(target)?.delete(key)
        continue
      }
      waiting.set(target, (waiting.get(target) ?? new Set()).add(key))
      return { target: `${reference.kind} ${reference.namespace}/${reference.name}`, because: found ? 'not-ready' : 'not-found' }
    }
    return undefined
  }

  const earlierNetworks = (object: JsonObject): number => {
    if (object.kind !== 'ComputeNetwork') return 0
    const own = referenceOf(object)
    const order = (one: JsonObject) => `${textAt(one, 'metadata', 'creationTimestamp')} ${textAt(one, 'metadata', 'name')}`
    let count = 0
    for (const other of objects.values()) {
      if (
        other.kind === 'ComputeNetwork' &&
        projectOf(referenceOf(other).namespace) === projectOf(own.namespace) &&
        order(other) < order(object)
      )
        count++
    }
    return count
  }

  const projectOf = (namespace: string): string => projects.get(namespace) ?? namespace

  const put = (object: JsonObject): void => {
    const key = keyOf(referenceOf(object))
    objects.set(key, object)
    wake(key)
  }
  const remove = (object: JsonObject): void => {
    const key = keyOf(referenceOf(object))
    objects.delete(key)
    clocks.delete(key)
    refused.delete(key)
    conflicts.delete(key)
    wake(key)
    // room in a quota, perhaps
    for (const other of refused) enqueue(other)
  }

  return {
    kinds,
    put,
    remove,
    replaceAll: (kind: string, list: JsonObject[]): void => {
      const present = new Set(list.map((object) => keyOf(referenceOf(object))))
      for (const [key, object] of objects) if (object.kind === kind && !present.has(key)) remove(object)
      for (const object of list) put(object)
    },
    setRules: (next: FailureRule[]): void => {
      rules = next
      for (const key of objects.keys()) enqueue(key)
    },
    setProject: (namespace: JsonObject): void => {
      const project = textAt(namespace, 'metadata', 'annotations', 'cnrm.cloud.google.com/project-id')
      if (project !== undefined) projects.set(textAt(namespace, 'metadata', 'name') ?? '', project)
    },
    /** Starts the work; before, references would seem to lead nowhere. */
    begin: (): void => {
      begun = true
      const ready = [...objects.values()].filter(
        (object) => kinds.get(textAt(object, 'kind') ?? '')?.dialect === configConnector && isReady(object),
      )
      assets.register(ready).catch((error: unknown) => log(`assets: ${error instanceof Error ? error.message : error}`))
      for (const key of objects.keys()) queue.add(key)
    },
    stop: queue.stop,
  }
}
