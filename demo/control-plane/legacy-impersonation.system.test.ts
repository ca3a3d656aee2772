/** Break-glass on a control plane that knows no constrained impersonation, as clusters older than Kubernetes 1.36. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { builds } from '#demo/state.ts'
import { freePort } from '#demo/supervisor/ports.ts'
import { createSupervisor, type Supervisor } from '#demo/supervisor/supervisor.ts'
import { type ThrowawayProject, throwawayProject } from '#demo/world/throwaway-project.ts'
import { gateValue, openGate } from '#lib/cluster/break-glass-gate.ts'
import { textAt } from '#lib/json.ts'
import { adminKubeconfig, auditLog, controlPlanePart } from './start.ts'

let directory: string
let supervisor: Supervisor
let project: ThrowawayProject

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'corbel-legacy-'))
  supervisor = createSupervisor({ logs: directory, tell: () => {} })
  const part = controlPlanePart({ program: { binary: join(builds, 'bin', 'control-plane') }, directory, port: await freePort() })
  await supervisor.start({ ...part, args: [...(part.args ?? []), '--feature-gates=ConstrainedImpersonation=false'] })
  project = await throwawayProject(adminKubeconfig(directory))
})
afterAll(async () => {
  await project.remove()
  await supervisor.stop()
  rmSync(directory, { recursive: true, force: true })
})

test('the role for older clusters lets the team act as the account, and the gate holds all the same', async () => {
  const { admin, portal, namespace } = project
  const bucket = { apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket' }
  const ref = { ...bucket, namespace, name: 'b' }
  await admin.asPortal().create({ ...bucket, metadata: { name: 'b', namespace, annotations: { a: 'b' } }, spec: { location: 'EU' } })
  const session = randomUUID()
  const calls = portal.asBreakGlass({ token: project.alice, namespace, session, requestId: 'test' })
  const bytes = JSON.stringify([{ op: 'add', path: '/metadata/annotations/corbel.dev~1session', value: session }])
  const attempt = (dryRun = true, auditId = randomUUID()) => calls.patch(ref, bytes, { dryRun, auditId })

  await expect(attempt()).rejects.toThrow(/may not act as the break-glass account/)
  const file = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes', 'before-1.36', 'break-glass-user.yaml')
  await admin.asPortal().applyServerSide(parse(readFileSync(file, 'utf8')), { fieldManager: 'test' })
  const outcome = () =>
    attempt().then(
      () => 'taken',
      (error: unknown) => String(error),
    )
  await expect.poll(outcome, { timeout: 10_000 }).toMatch(/is not open in namespace/)

  const value = gateValue({ tier: 'ordinary', person: 'alice', until: new Date('2030-01-01'), reason: 'The bucket is read-only' })
  await openGate({ cluster: portal, namespace, session, value })
  await expect.poll(outcome, { timeout: 5_000 }).toBe('taken')
  const auditId = randomUUID()
  await attempt(false, auditId)
  const line = () =>
    readFileSync(auditLog(directory), 'utf8')
      .split('\n')
      .find((one) => one.includes(auditId))
  await expect.poll(line, { timeout: 10_000 }).toBeDefined()
  const event = JSON.parse(line() ?? '{}')
  expect(event).toMatchObject({
    user: { username: `system:serviceaccount:${project.people}:alice` },
    impersonatedUser: { username: `system:serviceaccount:${namespace}:break-glass` },
    annotations: { 'corbel-break-glass-gate/gate': value },
  })
  expect(textAt(event, 'authenticationMetadata', 'impersonationConstraint')).toBeUndefined()
})
