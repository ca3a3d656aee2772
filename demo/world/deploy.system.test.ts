import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { isObject, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { offeredGroupRoles } from '../../deploy/kubernetes/offered-group-roles.ts'

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes')
let cluster: Cluster
beforeAll(() => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  cluster = openCluster({ name: 'test', kubeconfigFile })
})
afterAll(() => cluster.close())

const objects: [string, JsonObject][] = [...readdirSync(folder), join('before-1.36', 'break-glass-user.yaml')]
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).flatMap((document): [string, JsonObject][] => {
      const object: unknown = document.toJS()
      return isObject(object) ? [[`${file}: ${textAt(object, 'kind')} ${textAt(object, 'metadata', 'name')}`, object]] : []
    }),
  )

test.each(objects)('the API server accepts %s, field for field', async (_, object) => {
  await cluster.asPortal().applyServerSide(object, { fieldManager: 'test', force: true, dryRun: true })
})

test('every manifest is part of the kustomization', () => {
  const listed = readFileSync(join(folder, 'kustomization.yaml'), 'utf8')
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml'))
    expect(listed).toContain(file)
})

test('break-glass is no way to Config Connector’s own settings', () => {
  const roles = offeredGroupRoles(
    new Map([
      ['core.cnrm.cloud.google.com', ['configconnectorcontexts']],
      ['storage.cnrm.cloud.google.com', ['storagebuckets']],
    ]),
  )
  const groupsOf = (name: string) => {
    const rules = valueAt(
      roles.find((role) => textAt(role, 'metadata', 'name') === name),
      ['rules'],
    )
    return Array.isArray(rules) ? rules.flatMap((rule) => valueAt(rule, ['apiGroups']) ?? []) : []
  }
  for (const role of ['break-glass', 'break-glass-user'])
    expect(groupsOf(`corbel:${role}:offered`)).toEqual(['storage.cnrm.cloud.google.com'])
  expect(groupsOf('corbel:read:offered')).toContain('core.cnrm.cloud.google.com')
})
