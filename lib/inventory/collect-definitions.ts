/** Follows the definitions of a cluster and runs one collection per offered kind; see collector.ts for the protocol. */
import { createHash } from 'node:crypto'
import { definitionKind } from '#lib/cluster/client.ts'
import { isOffered } from '#lib/cluster/kind-patterns.ts'
import { kindKey } from '#lib/cluster/kubernetes-object.ts'
import { notify } from '#lib/database/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { isObject, type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'
import { collectKind, type KindContext, type KindToCollect } from './collect-kind.ts'
import { type Following, followForever } from './follow-forever.ts'
import { withoutManagedFields } from './indexed-object.ts'
import { forgetKind } from './store-changes.ts'

interface Running {
  /** Version, plural and uid: a change of one of them starts the collection anew. */
  identity: string
  stop: () => Promise<void>
}

/** Keeps the kind rows in step and the collections running until the signal ends it. Resolves when all of them have ended. */
export async function collectDefinitions(following: Following, patterns: string[], context: Omit<KindContext, 'signal'>): Promise<void> {
  const { cluster, database, signal } = following
  const running = new Map<string, Running>()

  const start = (kind: KindToCollect, identity: string): void => {
    const own = new AbortController()
    const done = collectKind(kind, { ...context, signal: AbortSignal.any([signal, own.signal]) })
    const stop = async (): Promise<void> => {
      own.abort()
      await done
      running.delete(kind.key)
      context.onStep(kind.key, true)
    }
    running.set(kind.key, { identity, stop })
  }

  const offer = async (definition: JsonObject): Promise<void> => {
    const described = kindColumns(definition)
    const known = await database.kind.findUnique({
      where: { cluster_key: { cluster, key: described.key } },
      select: { hash: true, state: true, version: true, plural: true, definition: true },
    })
    const identity = `${described.version}/${described.plural}/${textAt(definition, 'metadata', 'uid')}`
    const knownUid = known && isObject(known.definition as Json) ? textAt(known.definition as Json, 'metadata', 'uid') : undefined // a JSON column
    const sameIdentity = known !== null && `${known.version}/${known.plural}/${knownUid}` === identity && known.state !== 'gone'
    if (!sameIdentity || known.hash !== described.hash) {
      await running.get(described.key)?.stop()
      const { problem, ...columns } = described
      const state = problem ? { state: 'failed', message: problem } : { state: 'pending', message: null }
      const anew = sameIdentity ? {} : { resourceVersion: null }
      await database.$transaction(async (transaction) => {
        await transaction.kind.upsert({
          where: { cluster_key: { cluster, key: columns.key } },
          create: { cluster, ...columns, ...state },
          update: { ...columns, ...state, ...anew },
        })
        // Prisma's JSON loses keys named __proto__, which a schema may have as any other.
        const text = JSON.stringify(columns.definition)
        if (text.includes('"__proto__"'))
          await transaction.$executeRaw`
            UPDATE "kind" SET "definition" = ${text}::jsonb WHERE "cluster" = ${cluster} AND "key" = ${columns.key}`
        await notify(transaction, { scope: 'kinds', cluster })
      })
    }
    if (described.problem || running.has(described.key)) return
    const { key, kind, group, version, plural, namespaced } = described
    start({ key, kind, plural, namespaced, apiVersion: `${group}/${version}` }, identity)
  }

  const forget = async (key: string): Promise<void> => {
    await running.get(key)?.stop()
    await context.writer.settled()
    await forgetKind(database, cluster, key)
  }

  await followForever(following, {
    what: 'definitions',
    kind: definitionKind,
    chunk: 50,
    onList: async (items, resourceVersion) => {
      // a cluster restored from a backup is behind what is stored, and a watch from the future would wait in silence
      if (/^\d+$/.test(resourceVersion))
        await database.$executeRaw`
          UPDATE "kind" SET "resourceVersion" = NULL
          WHERE "cluster" = ${cluster} AND "resourceVersion" ~ '^[0-9]+$' AND "resourceVersion"::numeric > ${resourceVersion}::numeric`
      const offered = items.filter((item) => isOffered(item, patterns))
      const keys = new Set(offered.map(keyOf))
      const known = await database.kind.findMany({ where: { cluster, NOT: { state: 'gone' } }, select: { key: true } })
      for (const { key } of known) if (!keys.has(key)) await forget(key)
      for (const item of offered) await offer(item)
    },
    onChange: async (type, item) => {
      if (type !== 'deleted' && isOffered(item, patterns)) await offer(item)
      else if ((await database.kind.count({ where: { cluster, key: keyOf(item), NOT: { state: 'gone' } } })) > 0) await forget(keyOf(item))
    },
  })
  await Promise.all([...running.values()].map(({ stop }) => stop()))
}

const keyOf = (definition: JsonObject): string =>
  kindKey(textAt(definition, 'spec', 'names', 'kind') ?? '', textAt(definition, 'spec', 'group') ?? '')

/** The columns of a kind's row; `problem` says why a definition cannot be used. */
function kindColumns(raw: JsonObject) {
  const definition = slim(raw)
  const columns = {
    key: keyOf(raw),
    group: textAt(raw, 'spec', 'group') ?? '',
    kind: textAt(raw, 'spec', 'names', 'kind') ?? '',
    plural: textAt(raw, 'spec', 'names', 'plural') ?? '',
    namespaced: textAt(raw, 'spec', 'scope') !== 'Cluster',
    definition,
    hash: createHash('sha256')
      .update(
        JSON.stringify([
          definition.spec,
          valueAt(definition, ['metadata', 'labels']) ?? null,
          valueAt(definition, ['metadata', 'annotations']) ?? null,
        ]),
      )
      .digest('hex'),
  }
  try {
    return { ...columns, version: compileKind(raw).version, problem: null }
  } catch (error) {
    const problem = error instanceof CorbelError ? error.message : `The definition of ${columns.kind} cannot be understood.`
    return { ...columns, version: '', problem }
  }
}

/** Without what changes by itself (status, revision) or is noise (managed fields). */
function slim(raw: JsonObject): JsonObject {
  const { status: _, ...definition } = withoutManagedFields(raw)
  const { metadata } = definition
  if (!isObject(metadata)) return definition
  const { resourceVersion: __, generation: ___, ...kept } = metadata
  return { ...definition, metadata: kept }
}
