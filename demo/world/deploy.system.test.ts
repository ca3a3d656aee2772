import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { isObject, type JsonObject, textAt } from '#lib/json.ts'

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'kubernetes')
let cluster: Cluster
beforeAll(() => {
  const kubeconfigFile = process.env.TEST_KUBECONFIG
  if (!kubeconfigFile) throw new Error('TEST_KUBECONFIG must name the admin kubeconfig of a running control plane.')
  cluster = openCluster({ name: 'test', kubeconfigFile })
})
afterAll(() => cluster.close())

const objects: [string, JsonObject][] = readdirSync(folder)
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
