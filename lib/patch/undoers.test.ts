import { describe, expect, test } from 'vitest'
import { pinsOf } from './consequences.ts'
import { exactDiff, rootPlace } from './exact-diff.ts'
import { type ExactJson, type ExactObject, isExactObject } from './exact-json.ts'
import { breakGlassManager, fieldOwners, ownersOfChanges } from './field-owners.ts'
import { undoersOf } from './undoers.ts'

const entry = (manager: string, fields: ExactJson, more: ExactObject = {}): ExactObject => ({
  manager,
  operation: 'Apply',
  time: '2026-11-23T10:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': fields },
  ...more,
})
const spec: ExactObject = {
  location: 'EU',
  cors: [{ origin: ['*'] }],
  disks: [
    { name: 'a', size: 1 },
    { name: 'b/c', size: 2 },
  ],
  tags: ['x', 'y'],
  filled: 'by the cloud',
}
const gitFields: ExactObject = {
  'f:location': {},
  'f:cors': {},
  'f:disks': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:size': {} } },
  'f:tags': { 'v:"x"': {} },
}
const live = (
  metadata: ExactObject,
  managedFields: ExactJson[] = [],
  apiVersion = 'storage.cnrm.cloud.google.com/v1beta1',
): ExactObject => ({
  apiVersion,
  kind: 'StorageBucket',
  metadata: { name: 'logs', ...metadata, managedFields },
  spec,
})
const changesTo = (edited: ExactObject) => exactDiff(() => ['name']).children(spec, edited, rootPlace(['spec'])).changes
const told = (object: ExactObject, edited: ExactObject, facts = {}) => {
  const changes = changesTo(edited)
  return undoersOf({ live: object, changes, owned: ownersOfChanges(object, changes), facts })
}
const edit: ExactObject = { ...spec, location: 'US', added: true }

describe('who holds a field', () => {
  const object = live({}, [
    entry('kustomize-controller', gitFields),
    entry('cnrm-controller-manager', { 'f:filled': {}, '.': {} }, { operation: 'Update', time: '2026-11-23T11:00:00Z' }),
    entry('cnrm-controller-manager', {}, { subresource: 'status', fieldsV1: { 'f:status': {} } }),
    { manager: 'broken', fieldsV1: 'nothing' },
    'nothing',
  ])
  test.each<[string, (string | number)[], string[]]>([
    ['a field', ['spec', 'location'], ['kustomize-controller']],
    ['a field of a list that is one whole', ['spec', 'cors', 0, 'origin'], ['kustomize-controller']],
    ['a field of an item, by its key', ['spec', 'disks', 0, 'size'], ['kustomize-controller']],
    ['an item nobody recorded', ['spec', 'disks', 1, 'size'], []],
    ['an item of a set, by its value', ['spec', 'tags', 0], ['kustomize-controller']],
    ['another item of the set', ['spec', 'tags', 1], []],
    ['what the controller filled in', ['spec', 'filled'], ['cnrm-controller-manager']],
    ['a whole with parts of two, the newest first', ['spec'], ['cnrm-controller-manager', 'kustomize-controller']],
    ['nothing', ['spec', 'absent'], []],
    ['the status', ['status', 'conditions'], ['cnrm-controller-manager']],
  ])('%s', (_, path, managers) => {
    expect(fieldOwners(object, [path])[0]?.owners.map(({ manager }) => manager)).toEqual(managers)
  })
  test('with operation, time and subresource', () => {
    expect(fieldOwners(object, [['status']])[0]?.owners).toEqual([
      { manager: 'cnrm-controller-manager', operation: 'Apply', time: '2026-11-23T10:00:00Z', subresource: 'status' },
    ])
  })
  test('an item that joins a list held as a whole is its holder’s', () => {
    const changes = changesTo({
      ...spec,
      cors: [...(spec.cors as ExactJson[]), { origin: ['b'] }],
      disks: [...(spec.disks as ExactJson[]), { name: 'd' }],
    })
    expect(ownersOfChanges(object, changes).map(({ path, owners }) => [path[1], owners.length])).toEqual([
      ['cors', 1],
      ['disks', 0],
    ])
  })
  test('changing what only the controller has set pins it', () => {
    const changes = changesTo({ ...spec, filled: 'by hand', location: 'US' })
    expect(pinsOf(changes, ownersOfChanges(object, changes))).toEqual([['spec', 'filled']])
  })
})

describe('who undoes a change', () => {
  const cases: [
    string,
    ExactObject,
    object,
    RegExp,
    Partial<{ undoes: boolean; paused: boolean; canPause: boolean; withinSeconds: number }>,
  ][] = [
    [
      'Argo CD by its annotation',
      live({ annotations: { 'argocd.argoproj.io/tracking-id': 'pay:storage.cnrm.cloud.google.com/StorageBucket:ns/logs' } }),
      {},
      /^Argo CD \(Application pay\) puts 1 field back within seconds if self-heal is on, else at the next commit or sync\. 1 field/,
      { undoes: true, canPause: true, paused: false },
    ],
    [
      'Argo CD by its label, in a namespace of its own',
      live({ labels: { 'argocd.argoproj.io/instance': 'team_pay' } }),
      {},
      /^Argo CD \(Application team\/pay\) puts 1 field back/,
      { undoes: true, canPause: true },
    ],
    [
      'Argo CD with self-heal, its Application unknown',
      live({}, [entry('argocd-controller', gitFields)]),
      { argocdSync: 'self-heal' },
      /within seconds \(self-heal is on\)/,
      { undoes: true, canPause: false, withinSeconds: 5 },
    ],
    [
      'Argo CD without',
      live({}, [entry('argocd-controller', gitFields)]),
      { argocdSync: 'commits' },
      /at the next commit or sync \(self-heal is off\)/,
      { undoes: true },
    ],
    [
      'Argo CD that waits for somebody: there is nothing to pause',
      live({ annotations: { 'argocd.argoproj.io/tracking-id': 'pay:x' } }),
      { argocdSync: 'by hand' },
      /when somebody syncs it \(it does not sync by itself\)/,
      { undoes: true, canPause: false },
    ],
    [
      'Argo CD, paused through Corbel',
      live({ annotations: { 'argocd.argoproj.io/tracking-id': 'pay:x' } }),
      { argocdSync: 'by hand', argocdPaused: 'by alice until tomorrow' },
      /^Argo CD \(Application pay\) is held back by alice until tomorrow and syncs nothing by itself/,
      { undoes: false, paused: true },
    ],
    [
      'Argo CD, perhaps',
      live({ labels: { 'app.kubernetes.io/instance': 'pay' } }),
      {},
      /^Argo CD, if it is what the label/,
      { undoes: true, canPause: true },
    ],
    [
      'Argo CD, whose Application was read',
      live({ labels: { 'app.kubernetes.io/instance': 'pay' } }),
      { argocdSync: 'self-heal' },
      /^Argo CD \(Application pay\) puts 1 field back within seconds/,
      { undoes: true, canPause: true },
    ],
    [
      'Flux, suspended',
      live({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'pay' } }),
      { fluxSuspended: true, fluxIntervalSeconds: 600 },
      /^Flux \(Kustomization pay\) is held back for this resource \(the Kustomization is suspended\)/,
      { undoes: false, paused: true },
    ],
    [
      'Flux by its labels',
      live({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'pay', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }, [
        entry('kustomize-controller', gitFields),
      ]),
      { fluxIntervalSeconds: 600 },
      /^Flux \(Kustomization flux-system\/pay\) puts 1 field back within 10 min \(its interval\)\. 1 field/,
      { undoes: true, canPause: true, withinSeconds: 600 },
    ],
    [
      'Flux, held back',
      live({ annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } }, [entry('kustomize-controller', gitFields)]),
      {},
      /held back for this resource/,
      { undoes: false, paused: true },
    ],
    [
      'Flux that holds nothing of it',
      live({}, [entry('kustomize-controller', { 'f:tags': {} })]),
      {},
      /holds none of these fields and leaves them/,
      { undoes: false },
    ],
    [
      'Helm through Flux',
      live({ labels: { 'helm.toolkit.fluxcd.io/name': 'pay' } }),
      {},
      /^Flux \(HelmRelease pay\) .* at its next upgrade/,
      { undoes: true, canPause: false },
    ],
    [
      'Config Sync',
      live({ annotations: { 'configsync.gke.io/resource-id': 'x' } }),
      {},
      /^Config Sync puts 1 field back at once/,
      { undoes: true, withinSeconds: 0 },
    ],
    [
      'Config Sync, disabled',
      live({ annotations: { 'configmanagement.gke.io/managed': 'disabled' } }),
      {},
      /^Config Sync is held back/,
      { undoes: false, paused: true },
    ],
    [
      'our CI',
      live({ annotations: { 'corbel.dev/repository': 'acme/payments' } }, [entry('corbel', gitFields)]),
      {},
      /^CI of acme\/payments puts 1 field back when a merge changes this resource's manifest, or when it applies everything/,
      { undoes: true, canPause: true },
    ],
    [
      'our CI, held back',
      live({ annotations: { 'corbel.dev/repository': 'acme/payments', 'corbel.dev/paused': 'x' } }, [entry('corbel', gitFields)]),
      {},
      /^CI of acme\/payments is held back/,
      { undoes: false, paused: true },
    ],
  ]
  test.each(cases)('%s', (_, object, facts, message, expected) => {
    const [first] = told(object, edit, facts)
    expect(first?.message).toMatch(message)
    expect(first).toMatchObject(expected)
  })
  test('what is changed and held goes back, what is added stays', () => {
    const [flux] = told(live({}, [entry('kustomize-controller', gitFields)]), edit)
    expect(flux).toMatchObject({ reverts: [['spec', 'location']], keeps: [['spec', 'added']] })
  })
  test('what an earlier emergency took from them goes back too', () => {
    const taken = live({}, [
      entry('corbel', { 'f:cors': {} }),
      entry(breakGlassManager, { 'f:location': {} }, { operation: 'Update', time: '2026-11-23T11:00:00Z' }),
    ])
    const [ci] = told(taken, edit)
    expect(ci).toMatchObject({ controller: 'corbel', undoes: true, reverts: [['spec', 'location']], keeps: [['spec', 'added']] })
  })
  test.each([
    [{}, /at once\. It compares with the cloud again about every 10 min\./],
    [{ 'cnrm.cloud.google.com/reconcile-interval-in-seconds': '0' }, /only when the resource changes/],
    [{ 'cnrm.cloud.google.com/reconcile-interval-in-seconds': '30' }, /every 30 s/],
  ])('Config Connector carries it out (%j)', (annotations, message) => {
    const all = told(live({ annotations }), edit)
    expect(all.map(({ controller, undoes }) => [controller, undoes])).toEqual([['config-connector', false]])
    expect(all[0]?.message).toMatch(message)
  })
  test('a manager nobody knows is named; people at a terminal are not', () => {
    const object = live({}, [entry('my-operator', gitFields), entry('kubectl-edit', gitFields)], 'example.com/v1')
    expect(told(object, edit).map(({ controller, name }) => [controller, name])).toEqual([['unknown', 'my-operator']])
  })
  test('a resource that nobody applies is undone by nobody', () => {
    const object = live({ labels: { 'app.kubernetes.io/instance': 'x', 'app.kubernetes.io/managed-by': 'Helm' } }, [], 'example.com/v1')
    expect(told(object, edit)).toEqual([])
    expect(isExactObject(object)).toBe(true)
  })
})
