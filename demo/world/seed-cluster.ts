/**
 * Makes a bare control plane into the demo's cluster: definitions, projects, roles, admission policies and service accounts.
 * Everything is applied, nothing is deleted, so it can run at every start; definitions whose content is there are skipped.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { openCluster } from '#lib/cluster/client.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { offeredGroupRoles, offeredGroups } from '../../deploy/kubernetes/offered-group-roles.ts'
import { cloudRole, clusterWideAccess, defaultPeople, type People, projectBindings, projectNamespace } from './cluster-documents.ts'
import { installDefinitions, readDefinitions } from './definitions.ts'
import { immutableFieldPolicy } from './immutable-fields.ts'
import { inParallel } from './in-parallel.ts'
import { projects } from './projects.ts'

export interface SeedOptions {
  /** File with an administrator's kubeconfig. */
  kubeconfig: string
  /** Folders of definitions besides the demo's own, as given with --crds. */
  crdFolders?: string[]
  /** Patterns of offered groups, as in CORBEL_KIND_PATTERNS. */
  kindPatterns?: string[]
  people?: People
}

export interface Seeded {
  /** Definitions applied in this run; the others were there. */
  applied: number
  /** All definitions of the cluster. */
  definitions: number
  /** API groups that are offered. */
  groups: string[]
}

const root = join(import.meta.dirname, '..', '..')
const manager = { fieldManager: 'corbel-demo', force: true }
const deployed = [
  'namespace.yaml',
  'roles.yaml',
  'portal-account.yaml',
  'people-dry-run-only.yaml',
  'break-glass.yaml',
  'portal-confined.yaml',
  'doctor.yaml',
]

/** Seeds the cluster. Throws the errors of lib/cluster. */
export async function seedCluster({ kubeconfig, crdFolders = [], kindPatterns, people = defaultPeople }: SeedOptions): Promise<Seeded> {
  const cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  try {
    const calls = cluster.asPortal()
    const apply = (objects: JsonObject[]) => inParallel(8, objects, (object) => calls.applyServerSide(object, manager))
    const own = readDefinitions([join(root, 'demo', 'crds')])
    const [{ applied, installed }] = await Promise.all([
      installDefinitions(calls, new Map([...own, ...readDefinitions(crdFolders)])),
      applyWithoutDefinitions(apply, people),
    ])
    const groups = offeredGroups(installed, kindPatterns ?? ['*.cnrm.cloud.google.com'])
    await apply([...offeredGroupRoles(groups), cloudRole(groups), ...[...own.values()].flatMap(immutableFieldPolicy)])
    return { applied, definitions: installed.length, groups: [...groups.keys()] }
  } finally {
    await cluster.close()
  }
}

async function applyWithoutDefinitions(apply: (objects: JsonObject[]) => Promise<void>, people: People): Promise<void> {
  const documents = deployed.flatMap(readDocuments)
  const isNamespace = (object: JsonObject) => object.kind === 'Namespace'
  await apply([...documents.filter(isNamespace), ...projects.map(projectNamespace)])
  await apply([
    ...documents.filter((object) => !isNamespace(object)),
    ...projects.flatMap((project) => projectBindings(project, people)),
    ...clusterWideAccess(people),
  ])
}

function readDocuments(file: string): JsonObject[] {
  const text = readFileSync(join(root, 'deploy', 'kubernetes', file), 'utf8')
  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isObject)
}
