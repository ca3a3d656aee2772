/** The API server judges: what we work out from roles and bindings is what it answers. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { refOf } from '#lib/cluster/kubernetes-object.ts'
import type { JsonObject } from '#lib/json.ts'
import { arbitraryIdentity, arbitraryObjects, arbitraryQuestion } from './arbitrary-policy.ts'
import { isAllowed } from './evaluate.ts'
import { readPolicy } from './policy.ts'

const worlds = 8
const questionsEach = 150
const suffix = randomBytes(3).toString('hex')
const namespaces: [string, string] = [`rbac-a-${suffix}`, `rbac-b-${suffix}`]
let cluster: Cluster
const made: JsonObject[] = []

beforeAll(async () => {
  cluster = openCluster({ name: 'test', kubeconfigFile: testKubeconfig() })
  for (const name of namespaces) await cluster.asPortal().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
})

afterAll(async () => {
  const remove = (object: JsonObject) => {
    const ref = refOf(object)
    return ref
      ? cluster
          .asPortal()
          .delete(ref)
          .catch(() => {})
      : undefined
  }
  await Promise.all(made.filter((object) => object.kind !== 'RoleBinding' && object.kind !== 'Role').map(remove))
  for (const name of namespaces) await remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await cluster.close()
})

/** The authorizer learns of new objects by watching: it is asked until a role made last is known. */
async function untilKnown(prefix: string, namespace: string): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const marker: JsonObject[] = [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: `${prefix}-last` },
      rules: [{ verbs: ['get'], apiGroups: [prefix], resources: ['markers'] }],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: `${prefix}-last` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${prefix}-last` },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: `${prefix}-marker` }],
    },
  ]
  made.push(...marker)
  for (const object of marker) await cluster.asPortal().create(object)
  const asked = { verb: 'get', group: prefix, resource: 'markers', namespace }
  while (!(await cluster.asPortal().accessReviewOf({ user: `${prefix}-marker`, groups: [] }, asked)).allowed);
}

test('the API server answers what we work out, for generated policies', async () => {
  let allowed = 0
  const wrong: unknown[] = []
  for (let world = 0; world < worlds; world++) {
    const words = { prefix: `t${world}-${suffix}`, namespaces }
    const [objects = []] = fc.sample(arbitraryObjects(words), 1)
    made.push(...objects)
    await Promise.all(objects.map((object) => cluster.asPortal().create(object)))
    await untilKnown(words.prefix, namespaces[0])
    // of earlier worlds too: service accounts are in all of them
    const policy = readPolicy(made)
    const questions = fc.sample(fc.tuple(arbitraryIdentity(words), arbitraryQuestion(words)), questionsEach)
    for (let start = 0; start < questions.length; start += 25)
      await Promise.all(
        questions.slice(start, start + 25).map(async ([identity, question]) => {
          const theirs = await cluster.asPortal().accessReviewOf({ user: identity.username, groups: identity.groups }, question)
          if (theirs.allowed) allowed++
          if (theirs.allowed !== isAllowed(policy, identity, question)) wrong.push({ identity, question, theirs })
        }),
      )
  }
  expect(wrong).toEqual([])
  // a test in which nobody may do anything would prove nothing
  expect(allowed).toBeGreaterThan((worlds * questionsEach) / 20)
  console.info(`${worlds * questionsEach} questions, ${allowed} allowed, all answered alike`)
})
