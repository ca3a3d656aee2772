/**
 * A project of its own for a system test, with the roles every project of the demo has. The people of its team are service accounts, because a
 * test has no identity provider: their tokens are real, so they can act as the project's break-glass account as people do.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import type { JsonObject } from '#lib/json.ts'
import { projectBindings, projectNamespace } from './cluster-documents.ts'
import type { Project } from './projects.ts'
import { seedCluster } from './seed-cluster.ts'
import { serviceAccountKubeconfig, serviceAccountToken } from './service-account-kubeconfig.ts'

export interface ThrowawayProject {
  namespace: string
  /** Tokens of two members of its team. */
  alice: string
  bob: string
  /** Opened with the administrator's kubeconfig. */
  admin: Cluster
  /** Opened as the portal's own account, with its rights and no others. */
  portal: Cluster
  /** Namespace of the team's accounts; `system:serviceaccounts:<it>` is the team's group. */
  people: string
  remove: () => Promise<void>
}

const manager = { fieldManager: 'test', force: true }

/** Seeds the cluster with the demo's world and makes the project. `remove` it at the end. */
export async function throwawayProject(kubeconfig: string): Promise<ThrowawayProject> {
  await seedCluster({ kubeconfig })
  const admin = openCluster({ name: 'test', kubeconfigFile: kubeconfig })
  const calls = admin.asPortal()
  const namespace = `break-glass-${randomBytes(3).toString('hex')}`
  const people = `${namespace}-team`
  const project: Project = { namespace, team: people, googleProject: namespace, repository: undefined, path: undefined }
  const account = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: people } })
  const prefixed = { prefix: 'system:serviceaccounts:', readEverywhere: [], proposeEverywhere: [] }
  await calls.applyServerSide(projectNamespace(project), manager)
  await calls.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: people } })
  for (const object of [account('alice'), account('bob'), ...projectBindings(project, prefixed)])
    await calls.applyServerSide(object, manager)
  const tokenOf = (name: string) => serviceAccountToken({ kubeconfig, namespace: people, name, expirationSeconds: 3600 })
  const [alice, bob] = await Promise.all([tokenOf('alice'), tokenOf('bob')])
  const folder = mkdtempSync(join(tmpdir(), 'corbel-project-'))
  const file = join(folder, 'portal.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-system', name: 'corbel', file, expirationSeconds: 3600 })
  const portal = openCluster({ name: 'test', kubeconfigFile: file })
  // rights and policies take a moment to be known everywhere
  for (let tries = 0; tries < 100 && (await admin.impersonationMode({ token: alice, namespace })) === 'none'; tries++) await sleep(50)
  const remove = async (): Promise<void> => {
    rmSync(folder, { recursive: true })
    for (const name of [namespace, people])
      await calls.delete({ apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, name })
    await Promise.all([admin.close(), portal.close()])
  }
  return { namespace, alice, bob, admin, portal, people, remove }
}
