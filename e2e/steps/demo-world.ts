/** The running demo from behind: its parts, its database and its cluster, as an operator reaches them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node'
import pg from 'pg'
import { readyCondition } from '#demo/cloud/next-step.ts'
import type { DemoRecord } from '#demo/state.ts'
import { isObject, type Json, textAt } from '#lib/json.ts'

/** What demo.json says; read anew, since a part that was started again has another process. */
export function demoRecord(): DemoRecord {
  const directory = process.env.E2E_STATE
  if (!directory) throw new Error('E2E_STATE names no state directory. Run the journeys with npm test, or start a demo and name its own.')
  return JSON.parse(readFileSync(join(directory, 'demo.json'), 'utf8'))
}

const needed = <Value>(value: Value | undefined, name: string): Value => {
  if (value === undefined) throw new Error(`The demo's record has no ${name}: is it still starting?`)
  return value
}

/** Stops a part without ending it, as a machine that hangs would; gives what lets it go on. */
export function freeze(part: 'ci' | 'cloud' | 'control-plane' | 'identity' | 'worker'): () => void {
  const pid = needed(demoRecord().pids?.[part], `process of ${part}`)
  process.kill(pid, 'SIGSTOP')
  return () => void process.kill(pid, 'SIGCONT')
}

/** Makes the GitHub stand-in's API fail, or with 'none' work again. Its pages go on. */
export async function simulateGithub(mode: 'down' | 'rate-limited' | 'forbidden' | 'none', seconds = 60): Promise<void> {
  const reply = await fetch(`${needed(demoRecord().github, 'GitHub')}/_simulate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode, seconds }),
  })
  if (!reply.ok) throw new Error(`The GitHub stand-in refused: ${await reply.text()}`)
}

/** Ends every login of a person in the database, as an administrator or the passing of time would. */
export async function endLogins(email: string): Promise<number> {
  const client = new pg.Client({ connectionString: needed(demoRecord().databaseUrl, 'database') })
  await client.connect()
  try {
    const { rowCount } = await client.query('DELETE FROM login WHERE "userId" IN (SELECT id FROM "user" WHERE email = $1)', [email])
    return rowCount ?? 0
  } finally {
    await client.end()
  }
}

/** The cluster with an administrator's rights, as kubectl has them. */
export function cluster() {
  const config = new KubeConfig()
  config.loadFromFile(needed(demoRecord().kubeconfig, 'kubeconfig'))
  const objects = KubernetesObjectApi.makeApiClient(config)
  return {
    /** Changes an object by merge patch. */
    patch: (object: ObjectPatch) =>
      objects.patch(object, undefined, undefined, 'journeys', undefined, PatchStrategy.MergePatch).then(() => undefined),
    create: (object: ObjectPatch) => objects.create(object).then(() => undefined),
    /** The reason of an object's Ready condition; undefined before there is one. */
    readyReason: async (object: ObjectPatch): Promise<string | undefined> => {
      const found: Json = await objects.read(object).then(
        (read) => JSON.parse(JSON.stringify(read)),
        () => null, // not there yet
      )
      return isObject(found) ? textAt(readyCondition(found), 'reason') : undefined
    },
    delete: (object: ObjectPatch) => objects.delete(object).then(() => undefined),
  }
}

interface ObjectPatch {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace: string; [key: string]: unknown }
  [key: string]: unknown
}
