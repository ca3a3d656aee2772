/** Follows the namespaces that are projects; see collector.ts for the protocol. */
import type { KindRef } from '#lib/cluster/kubernetes-object.ts'
import { type Database, notify } from '#lib/database/client.ts'
import { type JsonObject, textAt } from '#lib/json.ts'
import { type Following, followForever } from './follow-forever.ts'

const namespaceKind: KindRef = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }
const labelSelector = 'corbel.dev/project=true'

/** What a namespace's annotations say of the project. */
export function projectOf(namespace: JsonObject) {
  const annotation = (key: string): string | null => textAt(namespace, 'metadata', 'annotations', key)?.trim() || null
  return {
    team: annotation('corbel.dev/team'),
    repository: annotation('corbel.dev/repository'),
    path: annotation('corbel.dev/path')?.replace(/^\/+|\/+$/g, '') ?? null,
    layout: annotation('corbel.dev/layout'),
    gcpProject: annotation('cnrm.cloud.google.com/project-id'),
  }
}

/** Keeps the project rows, and the team of every resource, in step until the signal ends it. `teams` is filled on the way. */
export async function collectProjects(following: Following, teams: Map<string, string | null>): Promise<void> {
  const { cluster, database } = following
  await followForever(following, {
    what: 'namespaces',
    kind: namespaceKind,
    labelSelector,
    onList: async (items) => {
      const names = items.map((item) => textAt(item, 'metadata', 'name') ?? '')
      const gone = await database.project.findMany({ where: { cluster, namespace: { notIn: names } }, select: { namespace: true } })
      for (const item of items) await storeProject(database, cluster, item, teams)
      for (const { namespace } of gone) await removeProject(database, cluster, namespace, teams)
    },
    onChange: async (type, item) => {
      if (type === 'deleted') await removeProject(database, cluster, textAt(item, 'metadata', 'name') ?? '', teams)
      else await storeProject(database, cluster, item, teams)
    },
  })
}

async function storeProject(database: Database, cluster: string, item: JsonObject, teams: Map<string, string | null>): Promise<void> {
  const namespace = textAt(item, 'metadata', 'name') ?? ''
  const project = projectOf(item)
  const known = await database.project.findUnique({ where: { cluster_namespace: { cluster, namespace } } })
  teams.set(namespace, project.team)
  const same = known && (Object.keys(project) as (keyof typeof project)[]).every((key) => known[key] === project[key]) // keys of its own literal
  if (same) return
  await database.$transaction(async (transaction) => {
    await transaction.project.upsert({
      where: { cluster_namespace: { cluster, namespace } },
      create: { cluster, namespace, ...project },
      update: project,
    })
    await transaction.$executeRaw`
      UPDATE "resource" SET "team" = ${project.team}
      WHERE "cluster" = ${cluster} AND "namespace" = ${namespace} AND "team" IS DISTINCT FROM ${project.team}`
    await notify(transaction, { scope: 'resources', cluster, namespaces: [namespace] })
  })
}

async function removeProject(database: Database, cluster: string, namespace: string, teams: Map<string, string | null>): Promise<void> {
  teams.delete(namespace)
  await database.$transaction(async (transaction) => {
    await transaction.project.deleteMany({ where: { cluster, namespace } })
    await transaction.resource.updateMany({ where: { cluster, namespace }, data: { team: null } })
    await notify(transaction, { scope: 'resources', cluster, namespaces: [namespace] })
  })
}
