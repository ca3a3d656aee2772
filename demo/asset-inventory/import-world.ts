/** For tests of imports: an inventory stand-in, the world of proposals, a project between them, and the steps of an import. */
import { afterAll, beforeAll, expect } from 'vitest'
import { type AssetInventory, startAssetInventory } from '#demo/asset-inventory/start.ts'
import { indexDemoKinds } from '#demo/crds/index-demo-kinds.ts'
import { alice, merge, merger, stored, withProposalWorld } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { newId } from '#lib/ids.ts'
import { readAdoption } from '#lib/imports/adoption-report.ts'
import { chooseRows } from '#lib/imports/choose-rows.ts'
import type { AdoptionRow, ImportPlan, ImportPlanRequest } from '#lib/imports/contract.ts'
import { planImport } from '#lib/imports/plan-import.ts'
import { proposeImport } from '#lib/imports/propose-import.ts'
import { scanInventory } from '#lib/imports/scan-inventory.ts'
import type { Json } from '#lib/json.ts'
import { observeProposal } from '#lib/proposals/observe-proposal.ts'
import { openProposal } from '#lib/proposals/open-pull-request.ts'

export const search = 'search-prod-8812'
export const namespace = 'search-prod'
export const topicKind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
let inventory: AssetInventory

/** Starts it before all tests of a file, and ends it after them. */
export function withImportWorld(): void {
  // before the world reads the configuration
  beforeAll(async () => {
    inventory = await startAssetInventory({ port: 0, projects: [search] })
    Object.assign(process.env, {
      CORBEL_ASSET_INVENTORY: 'google',
      CORBEL_ASSET_INVENTORY_URL: inventory.url,
      CORBEL_ASSET_LISTS_PER_MINUTE: '1000',
      CORBEL_ASSET_HISTORIES_PER_MINUTE: '1000',
    })
  }, 30_000)
  withProposalWorld()
  beforeAll(async () => {
    await database().kind.deleteMany({})
    await indexDemoKinds(database(), 'demo')
    await database().project.create({
      data: { cluster: 'demo', namespace, team: 'payments', repository: 'acme/payments', path: `infra/${namespace}`, gcpProject: search },
    })
  }, 30_000)
  afterAll(() => inventory.close())
}

export async function simulate(path: string, body?: Json, method = 'POST'): Promise<void> {
  const answer = await fetch(`${inventory.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  expect(answer.status, await answer.text()).toBe(200)
}
export const patch = (name: string, data: Json): Promise<void> => simulate('/simulated/assets', { name, data }, 'PATCH')
export const topicName = (name: string): string => `//pubsub.googleapis.com/projects/${search}/topics/${name}`
/** A topic of its own, so that tests do not meet. */
export async function addTopic(name: string, data: { [key: string]: Json } = {}): Promise<string> {
  const full = topicName(name)
  const resource = { version: 'v1', data: { name: `projects/${search}/topics/${name}`, labels: { tier: 'gold' }, ...data } }
  const asset = {
    name: full,
    assetType: 'pubsub.googleapis.com/Topic',
    updateTime: '2024-01-02T03:04:05Z',
    ancestors: ['projects/488120000004'],
    resource,
  }
  await simulate('/simulated/assets', { project: search, asset }, 'PUT')
  return full
}
export async function addSubscription(name: string, topic: string): Promise<string> {
  const full = `//pubsub.googleapis.com/projects/${search}/subscriptions/${name}`
  const data = { name: `projects/${search}/subscriptions/${name}`, topic: `projects/${search}/topics/${topic}`, ackDeadlineSeconds: 20 }
  const asset = {
    name: full,
    assetType: 'pubsub.googleapis.com/Subscription',
    updateTime: '2024-01-02T03:04:05Z',
    ancestors: ['projects/488120000004'],
    resource: { version: 'v1', data },
  }
  await simulate('/simulated/assets', { project: search, asset }, 'PUT')
  return full
}

export async function scanned(): Promise<string> {
  const id = newId()
  await database().importRun.create({
    data: { id, cluster: 'demo', scope: `projects/${search}`, namespace, state: 'waiting', requestedById: alice.userId },
  })
  for (let turn = 0; turn < 20; turn++) {
    await scanInventory(id, { signal: new AbortController().signal, last: true })
    const { state, problem } = await database().importRun.findUniqueOrThrow({ where: { id } })
    if (state === 'ready') return id
    expect([state, problem]).toEqual(['scanning', null])
  }
  throw new Error('The scan did not end.')
}
export const rowOf = (runId: string, name: string) => database().importAsset.findUniqueOrThrow({ where: { runId_name: { runId, name } } })
/** A run in which just these assets are chosen. */
export async function runWith(...names: string[]): Promise<{ run: string; rows: string[] }> {
  const run = await scanned()
  const rows = await Promise.all(names.map(async (name) => (await rowOf(run, name)).id))
  await chooseRows(run, { chosen: true, rows }, alice)
  return { run, rows }
}
export const whole: ImportPlanRequest = { by: 'repository', atMost: 50 }
export const propose = (run: string, plan: ImportPlan, idempotencyKey = newId(), request = whole, actor = alice) =>
  proposeImport(run, { ...request, groups: plan.groups.map(({ key }) => key), idempotencyKey }, actor, 'test')
/** Opens the pull request of a proposal, and closes it without merging it. */
export async function openAndClose(id: string): Promise<void> {
  await openProposal(id)
  await merger.rest.pulls.update({ owner: 'acme', repo: 'payments', pull_number: (await stored(id)).pullNumber ?? 0, state: 'closed' })
  await observeProposal(id)
}
/** Proposes what is chosen, opens it and merges it. */
export async function merged(run: string): Promise<{ id: string; mergeSha: string }> {
  const { proposals, problems } = await propose(run, await planImport(run, whole, alice))
  expect(problems).toEqual([])
  const id = proposals[0]?.id ?? ''
  await openProposal(id)
  const mergeSha = await merge((await stored(id)).pullNumber)
  await observeProposal(id)
  return { id, mergeSha }
}
export async function indexed(
  name: string,
  state: string,
  more: { reason?: string; message?: string; resourceID?: string; namespace?: string; project?: string } = {},
): Promise<void> {
  const id = newId()
  const where = { cluster: 'demo', kind: topicKind, namespace: more.namespace ?? namespace, name }
  await database().resource.deleteMany({ where })
  const now = new Date()
  const row = {
    id,
    ...where,
    kindName: 'PubSubTopic',
    uid: id,
    resourceVersion: '1',
    state,
    headline: `${name} is ${state}.`,
    reason: more.reason ?? null,
  }
  await database().resource.create({ data: { ...row, generation: 1, observedGeneration: 1, createdAt: now, updatedAt: now } })
  const conditions = [{ type: 'Ready', status: 'False', message: more.message ?? '' }]
  const spec = { resourceID: more.resourceID ?? name }
  await database().resourceObject.create({
    data: {
      resourceId: id,
      object: {
        kind: 'PubSubTopic',
        apiVersion: 'pubsub.cnrm.cloud.google.com/v1beta1',
        metadata: { annotations: { 'cnrm.cloud.google.com/project-id': more.project ?? search } },
        spec,
        status: { conditions },
      },
    },
  })
}
export const adoptionOf = async (run: string, name: string): Promise<AdoptionRow | undefined> =>
  (await readAdoption(run, undefined, alice)).items.find((item) => item.name === name)
