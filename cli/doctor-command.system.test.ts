import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serviceAccountKubeconfig } from '#demo/world/service-account-kubeconfig.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { DoctorReport, verdictOf } from '#lib/doctor/contract.ts'
import { run } from './main.ts'

const namespace = `doctor-command-${randomBytes(3).toString('hex')}`
const directory = mkdtempSync(join(tmpdir(), 'corbel-doctor-command-'))
const nobody = join(directory, 'nobody.kubeconfig')
let cluster: Cluster

const doctor = async (kubeconfig: string | undefined, ...more: string[]): Promise<{ code: number; out: string; err: string }> => {
  let out = ''
  let err = ''
  const code = await run(['doctor', ...(kubeconfig ? ['--kubeconfig', kubeconfig] : []), ...more], {
    environment: {},
    directory,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
  })
  return { code, out, err }
}

beforeAll(async () => {
  cluster = openCluster({ name: 'test', kubeconfigFile: testKubeconfig() })
  await cluster.asPortal().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await cluster.asPortal().create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody', namespace } })
  await serviceAccountKubeconfig({ kubeconfig: testKubeconfig(), namespace, name: 'nobody', file: nobody })
})

afterAll(async () => {
  await cluster.asPortal().delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await cluster.close()
  rmSync(directory, { recursive: true })
})

test('an administrator gets a whole report, whose verdict is the exit code', async () => {
  const { code, out } = await doctor(testKubeconfig(), '--json')
  const report = DoctorReport.parse(JSON.parse(out))
  expect(report.gaps).toEqual([])
  expect(report.looked.bindings).toBeGreaterThan(10)
  expect(code).toBe(verdictOf(report, true) === 'clean' ? 0 : 1)
  const told = await doctor(testKubeconfig())
  expect(told.out).toMatch(/^(Nobody else can do break-glass|No finding that must be mended|Others could do break-glass)/)
  expect(told.out).toContain('What no API tells')
})

test('whoever may not look gets "could not tell", and every list that is missing by name', async () => {
  const { code, out } = await doctor(nobody)
  expect(code).toBe(2)
  expect(out).toMatch(/^Found nothing, but could not look at everything/)
  for (const missing of [
    'rolebindings.rbac.authorization.k8s.io',
    'secrets',
    'validatingadmissionpolicies.admissionregistration.k8s.io',
    'subjectaccessreviews',
  ])
    expect(out).toContain(missing)
  expect(out).not.toContain('Nobody else')
})

test('a cluster that is away, a token that is not known and a command line that is wrong are "could not tell"', async () => {
  const away = join(directory, 'away.kubeconfig')
  writeFileSync(away, readFileSync(nobody, 'utf8').replace(/"server":"[^"]*"/, '"server":"https://127.0.0.1:1"'))
  const stranger = join(directory, 'stranger.kubeconfig')
  writeFileSync(stranger, readFileSync(nobody, 'utf8').replace(/"token":"[^"]*"/, '"token":"nobody-knows-it"'))
  for (const [file, ...more] of [[away], [stranger], [join(directory, 'none')], [undefined], [testKubeconfig(), 'patient']]) {
    const { code, out, err } = await doctor(file, ...more.filter((word) => word !== undefined))
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(/^corbel: could not tell: /)
  }
})
