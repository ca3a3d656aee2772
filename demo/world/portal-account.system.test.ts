import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Json, type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { callAs, type Reply, type Somebody } from './as-person.ts'
import { testKubeconfig } from './test-cluster.ts'
import { type ThrowawayProject, throwawayProject } from './throwaway-project.ts'

const kubeconfig = testKubeconfig()
let project: ThrowawayProject
let core: string

beforeAll(async () => {
  project = await throwawayProject(kubeconfig)
  core = `/api/v1/namespaces/${project.namespace}`
})
afterAll(() => project.remove())

const portal: Somebody = {
  user: 'system:serviceaccount:corbel-system:corbel',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:corbel-system'],
}
const asAdministrator = callAs(kubeconfig, { user: 'administrator', groups: ['system:masters'] })
const asPortal = callAs(kubeconfig, portal)
const merge = 'application/merge-patch+json'
const said = ({ body }: Reply): string => textAt(body, 'message') ?? ''

describe('the portal’s own account', () => {
  const key = `session.corbel.dev/${randomUUID()}`
  const annotate = (annotations: JsonObject) => ({ metadata: { annotations } })
  const space = () => `${core}?dryRun=All`
  const good = 'ordinary alice 2030 because'
  test('opens and ends sessions of projects', async () => {
    expect((await asPortal('PATCH', space(), annotate({ [key]: good }), merge)).status).toBe(200)
    expect((await asPortal('PATCH', space(), annotate({ [key]: null }), merge)).status).toBe(200)
  })

  const attempts: [string, JsonObject, RegExp][] = [
    ['another annotation', annotate({ 'corbel.dev/team': 'mine' }), /only changes annotations of session.corbel.dev/],
    ['another annotation beside', annotate({ [key]: good, 'cnrm.cloud.google.com/project-id': 'x' }), /annotations of session/],
    ['the removal of another annotation', annotate({ 'corbel.dev/team': null }), /annotations of session/],
    ['a name that only begins like it', annotate({ 'session.corbel.dev.evil.test/x': good }), /annotations of session/],
    ['a session without an id', annotate({ 'session.corbel.dev/x': good }), /under its id/],
    ['a session of no tier', annotate({ [key]: 'root alice 2030 because' }), /tier, person, end and reason/],
    ['a label', { metadata: { labels: { 'corbel.dev/project': 'false' } } }, /nothing but annotations/],
    ['a pod security label', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }, /nothing but annotations/],
    ['a finalizer', { metadata: { finalizers: ['acme.test/x'] } }, /nothing but annotations/],
    ['a finalizer of the namespace', { spec: { finalizers: [] } }, /nothing but annotations|annotations of session|cannot be/],
    ['an owner', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: 'x' }] } }, /nothing but annotations/],
  ]
  test.each(attempts)('does not write %s', async (_, patch, sentence) => {
    const refused = await asPortal('PATCH', core, patch, merge)
    // the finalizers of a namespace are none of this endpoint's business: the API server passes them over
    if (patch.spec) expect(valueAt((await asAdministrator('GET', core)).body, ['spec', 'finalizers'])).toEqual(['kubernetes'])
    else expect([refused.status, said(refused)]).toEqual([403, expect.stringMatching(sentence)])
  })

  test.each(['corbel-system', 'kube-system', 'default'])('does not write the namespace %s, which is no project', async (name) => {
    const refused = await asPortal('PATCH', `/api/v1/namespaces/${name}`, annotate({ [key]: good }), merge)
    expect([refused.status, said(refused)]).toEqual([403, expect.stringContaining('only changes namespaces that are projects')])
  })

  test('writes nothing else, even with every right there is', async () => {
    const mighty = callAs(kubeconfig, { ...portal, groups: ['system:masters'] })
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
    const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: [] } }
    const writes: [string, string, Json | undefined][] = [
      ['POST', `${core}/configmaps`, map],
      ['POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${project.namespace}-x` } }],
      ['DELETE', core, undefined],
      ['POST', `${core}/serviceaccounts/default/token`, token],
      ['PUT', `${core}/finalize`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: project.namespace }, spec: {} }],
      ['DELETE', `${core}/serviceaccounts/break-glass`, undefined],
    ]
    for (const [method, path, body] of writes) {
      const refused = await mighty(method, path, body)
      expect([path, refused.status, said(refused)]).toEqual([path, 403, expect.stringContaining('only changes annotations of namespaces')])
    }
  })

  test('impersonates nobody and binds nothing', async () => {
    const review = async (attributes: JsonObject) => {
      const spec = {
        ...portal,
        resourceAttributes: attributes,
      }
      const asked = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
      const { body } = await asAdministrator('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', asked)
      return valueAt(body, ['status', 'allowed'])
    }
    const { namespace } = project
    const wanted: JsonObject[] = [
      { verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace, name: 'break-glass' },
      { verb: 'impersonate', group: '', resource: 'users', name: 'x' },
      { verb: 'impersonate:serviceaccount', group: 'authentication.k8s.io', resource: 'serviceaccounts', namespace, name: 'break-glass' },
      { verb: 'impersonate:user-info', group: 'authentication.k8s.io', resource: 'users', name: 'x' },
      { verb: 'impersonate-on:serviceaccount:patch', group: 'storage.cnrm.cloud.google.com', resource: 'storagebuckets', namespace },
      { verb: 'bind', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'admin' },
      { verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'admin' },
      { verb: 'bypass', group: 'break-glass.corbel.dev', resource: 'guards' },
    ]
    for (const attributes of wanted) expect([attributes.verb, await review(attributes)]).toEqual([attributes.verb, false])
  })
})

test('the rights of the portal’s account are these, and a change of them shows here', async () => {
  const rulesIn = async (namespace: string): Promise<string[]> => {
    const { rules, incomplete } = await project.portal.asPortal().rulesReview(namespace)
    expect(incomplete).toBe(false)
    // which kinds are offered is up to the cluster; what may be done to them is not
    const offered = /\.cnrm\.cloud\.google\.com$|\.corbel\.dev$/
    const line = ({ verbs, groups, resources, names }: (typeof rules)[number]) => {
      const of = groups.every((group) => offered.test(group))
        ? 'offered kinds'
        : `${resources.join(',')} of ${groups.map((group) => group || 'core').join(',')}`
      return `${verbs.join(',')} ${of}${names.length > 0 ? ` named ${names.join(',')}` : ''}`
    }
    return [...new Set(rules.map(line))].sort()
  }
  const found = Object.fromEntries(
    await Promise.all(
      Object.entries({ 'a project': project.namespace, 'corbel-system': 'corbel-system', 'another namespace': 'kube-system' }).map(
        async ([what, namespace]) => [what, await rulesIn(namespace)] as const,
      ),
    ),
  )
  const golden: Json = JSON.parse(readFileSync(join(import.meta.dirname, 'portal-rights.json'), 'utf8'))
  expect(found).toEqual(golden)
})
