/** Dry runs against the real API server, with a token of less than all rights. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { clusters } from '#lib/cluster/clusters.ts'
import { settingsForTests } from '#lib/config/settings-for-tests.ts'
import { database } from '#lib/database/client.ts'
import { type FreshDatabase, freshDatabase } from '#lib/database/fresh-database.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { seal } from '#lib/identity/seal.ts'
import { newId } from '#lib/ids.ts'
import { type DryRun, dryRun } from './dry-run.ts'

const kind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
const secret = 'a secret of more than thirty-two letters'
const folder = mkdtempSync(join(tmpdir(), 'corbel-dry-run-'))
let fresh: FreshDatabase
let actor: Actor

beforeAll(async () => {
  const kubeconfig = testKubeconfig()
  await seedCluster({ kubeconfig })
  const file = join(folder, 'account.kubeconfig')
  await serviceAccountKubeconfig({ kubeconfig, namespace: 'corbel-ci', name: 'repo-acme-payments', file, expirationSeconds: 3600 })
  const account = new KubeConfig()
  account.loadFromString(readFileSync(file, 'utf8'))
  fresh = await freshDatabase(process.env.TEST_DATABASE_URL)
  const own = { CORBEL_SECRET: secret, DATABASE_URL: fresh.url, CORBEL_CLUSTERS: JSON.stringify([{ name: 'demo', kubeconfig }]) }
  Object.assign(process.env, settingsForTests(own))
  actor = await signedIn(account.getCurrentUser()?.token ?? '')
}, 120_000)

afterAll(async () => {
  await Promise.all(clusters().map((cluster) => cluster.close()))
  await database().$disconnect()
  await fresh.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Somebody whose login holds this token. */
async function signedIn(token: string): Promise<Actor> {
  const [userId, loginId] = [newId(), newId()]
  const later = new Date(Date.now() + 3_600_000)
  await database().user.create({ data: { id: userId, username: userId, name: 'Test', groups: [] } })
  const idToken = seal(secret, `login ${loginId}`, token)
  await database().login.create({ data: { id: loginId, tokenHash: loginId, userId, idToken, idTokenExpiresAt: later, expiresAt: later } })
  return { userId, loginId, username: userId, name: 'Test', email: null, groups: [], admin: false, auditor: false }
}

const topic = (name: string, spec = '', namespace = 'payments-prod'): string =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${spec}`
const ask = (change: Partial<DryRun>) =>
  dryRun({ cluster: 'demo', namespace: 'payments-prod', kind, action: 'create', text: topic('judged'), ...change }, actor)

describe('the API server judges', () => {
  test('a good manifest is accepted, and nothing is written', async () => {
    expect(await ask({})).toMatchObject({ accepted: true, unavailable: null, message: null, fields: [] })
    expect(await ask({ action: 'delete', name: 'judged' })).toMatchObject({ accepted: false, message: expect.stringContaining('judged') })
  })

  test('an unknown field is named', async () => {
    const verdict = await ask({ text: topic('judged', 'spec:\n  nonsense: 1\n') })
    expect(verdict.accepted).toBe(false)
    expect(verdict.fields.map(({ path }) => path)).toContainEqual(['spec', 'nonsense'])
  })

  test('a value of the wrong type is named', async () => {
    const verdict = await ask({ text: topic('judged', 'spec:\n  messageRetentionDuration: [1]\n') })
    expect(verdict.accepted).toBe(false)
    expect(verdict.fields.map(({ path }) => path)).toContainEqual(['spec', 'messageRetentionDuration'])
  })

  test('a namespace without rights is refused with a sentence', async () => {
    const verdict = await ask({ namespace: 'playlists-prod', text: topic('judged', '', 'playlists-prod') })
    expect(verdict).toMatchObject({ accepted: false, unavailable: null, message: expect.stringContaining('playlists-prod') })
  })

  test('a manifest of another project never reaches it', async () => {
    const verdict = await ask({ text: topic('judged', '', 'kube-system') })
    expect(verdict.fields.map(({ path }) => path)).toEqual([['metadata', 'namespace']])
  })

  test('broken YAML is an answer with its line', async () => {
    const verdict = await ask({ text: 'kind: [\n' })
    expect(verdict.accepted).toBe(false)
    expect(verdict.message).toMatch(/line \d/)
  })
})
