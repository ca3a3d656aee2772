import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#lib/json.ts'
import { type AppliedResource, applyResult, failDependents, giveUp, observe } from './apply-progress.ts'
import { compareManifests } from './compare-manifests.ts'
import { code, fenced, plain } from './markdown.ts'
import { deletionConsequence, driftedFields, notesOnLive, type Plan, plannedResource } from './plan.ts'
import { readManifests } from './read-manifests.ts'
import { renderApplyMarkdown } from './render-apply.ts'
import { longestComment, renderPlanMarkdown } from './render-plan.ts'

const manifest = (name: string, spec = 'a: 1') =>
  `apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata: {name: ${name}, namespace: p}\nspec: {${spec}}\n`
const read = (files: Record<string, string>) => readManifests(Object.entries(files).map(([path, text]) => ({ path, text })))

describe('reading manifests', () => {
  test.each([
    ['a list', 'kind: List\napiVersion: v1\nitems: []\n', 'error', /document of its own/],
    ['no name', 'kind: X\napiVersion: v1\n', 'error', /lacks metadata.name/],
    ['no resource', 'just: data\n', 'warning', /left out/],
    ['Kustomize', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n', 'warning', /other tools/],
    ['broken YAML', 'a: [\n', 'error', /./],
  ])('%s', (_, text, severity, sentence) => {
    const { resources, problems } = read({ 'x.yaml': text })
    expect(resources).toEqual([])
    expect(problems[0]).toMatchObject({ severity, file: 'x.yaml', message: expect.stringMatching(sentence) })
  })
  test('a resource that stands twice is an error naming the other file', () => {
    const { resources, problems } = read({ 'a.yaml': manifest('x'), 'b.yaml': manifest('x') })
    expect(resources).toHaveLength(1)
    expect(problems[0]).toMatchObject({ file: 'b.yaml', message: expect.stringContaining('a.yaml') })
  })
})

test('comparing goes by resource: order, comments and moves are no change', () => {
  const before = read({ 'a.yaml': `${manifest('same')}---\n${manifest('changed')}`, 'b.yaml': manifest('gone') }).resources
  const after = read({
    'c.yaml': `# moved\n${manifest('same')}`,
    'a.yaml': manifest('changed', 'a: 2'),
    'd.yaml': manifest('new'),
  }).resources
  const found = compareManifests(before, after).map(({ action, after: now, before: was, movedFrom }) => [
    (now ?? was)?.identity.name,
    action,
    movedFrom,
  ])
  expect(found).toEqual([
    ['same', 'unchanged', 'a.yaml'],
    ['changed', 'changed', undefined],
    ['new', 'added', undefined],
    ['gone', 'removed', undefined],
  ])
})

const live = (more: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'storage.cnrm.cloud.google.com/v1beta1',
  kind: 'StorageBucket',
  metadata: { name: 'x', namespace: 'p', generation: 1, annotations: { 'corbel.dev/repository': 'acme/p' }, ...metadata },
  ...more,
})

describe('what a deletion does', () => {
  const annotated = (annotations: JsonObject) => live({}, { annotations: { 'corbel.dev/repository': 'acme/p', ...annotations } })
  test.each([
    ['nothing there', undefined, /gone from the cluster already/],
    ['nobody’s', live({}, { annotations: {} }), /stays in the cluster/],
    ['another repository’s', annotated({ 'corbel.dev/repository': 'acme/q' }), /managed from acme\/q/],
    ['abandoned', annotated({ 'cnrm.cloud.google.com/deletion-policy': 'abandon' }), /stays in the cloud/],
    ['deleted', annotated({}), /deleted in the cloud too, data included/],
    ['protected', live({ spec: { settings: { deletionProtectionEnabled: true } } }), /refuse while deletionProtectionEnabled/],
    ['another operator', { ...annotated({}), apiVersion: 'caching.corbel.dev/v1' }, /the operator of caching/],
  ])('%s', (_, object, sentence) => {
    expect(deletionConsequence(object, 'acme/p')).toMatch(sentence)
  })
})

test('drift names fields of the manifest that the cluster holds otherwise, and no defaults', () => {
  expect(driftedFields({ spec: { a: 1, b: { c: [1, 2] } } }, { spec: { a: 2, b: { c: [1, 3] }, defaulted: true } })).toEqual([
    ['spec', 'a'],
    ['spec', 'b', 'c', 1],
  ])
  const change = compareManifests(read({ 'a.yaml': manifest('x') }).resources, read({ 'a.yaml': manifest('x', 'a: 3') }).resources)[0]
  if (!change) throw new Error('no change')
  expect(notesOnLive(change, live({ spec: { a: 2 } }), 'acme/p')).toEqual([expect.stringContaining('differs from Git in spec.a')])
})

const waiting: AppliedResource = {
  key: 'p/StorageBucket.storage.cnrm.cloud.google.com/x',
  kind: 'StorageBucket',
  group: 'storage.cnrm.cloud.google.com',
  namespace: 'p',
  name: 'x',
  action: 'added',
  outcome: 'waiting',
  headline: '',
  reason: null,
  message: null,
  since: null,
  advice: [],
  seconds: null,
  generation: 1,
  failingSince: null,
}
const condition = (status: string, reason: string, message = ''): JsonObject => ({
  status: { observedGeneration: 1, conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }] },
})
const patience = { settleMs: 5000, startedMs: 1000 }

describe('waiting', () => {
  test('ends when the resource is ready', () => {
    expect(observe(waiting, live(condition('True', 'UpToDate')), 2500, patience)).toMatchObject({ outcome: 'ready', seconds: 1.5 })
  })
  test('a failure counts once it has stayed for the settling time', () => {
    const failing = live(condition('False', 'UpdateFailed', 'Quota exceeded'))
    const first = observe(waiting, failing, 2000, patience)
    expect(first.outcome).toBe('waiting')
    expect(observe(first, failing, 6900, patience).outcome).toBe('waiting')
    expect(observe(first, failing, 7000, patience)).toMatchObject({
      outcome: 'failed',
      reason: 'UpdateFailed',
      advice: [expect.stringMatching(/quota/), expect.any(String)],
    })
    const better = observe(first, live(condition('False', 'Updating')), 4000, patience)
    expect(better.failingSince).toBeNull()
  })
  test('the status of an older generation says nothing', () => {
    const stale = live(condition('True', 'UpToDate'), { generation: 2 })
    expect(observe({ ...waiting, generation: 2 }, stale, 2000, patience).outcome).toBe('waiting')
  })
  test('a kind that reports nothing is applied after the settling time; Config Connector kinds always report', () => {
    const other = { ...live(), apiVersion: 'x.dev/v1' }
    expect(observe(waiting, other, 3000, patience).outcome).toBe('waiting')
    expect(observe(waiting, other, 6000, patience).outcome).toBe('applied')
    expect(observe(waiting, live(), 60_000, patience).outcome).toBe('waiting')
  })
  test('a removed resource is waited for until it is gone', () => {
    const removed = { ...waiting, action: 'removed' as const }
    expect(
      observe(removed, live(condition('True', 'UpToDate'), { deletionTimestamp: '2026-01-01T00:00:00Z' }), 2000, patience).outcome,
    ).toBe('waiting')
    expect(observe(removed, undefined, 2000, patience).outcome).toBe('deleted')
    expect(observe(waiting, undefined, 2000, patience).outcome).toBe('failed')
  })
  test('what depends on a failed resource fails with it', () => {
    const failed = { ...waiting, key: 'topic', kind: 'PubSubTopic', name: 't', outcome: 'failed' as const }
    const lives = new Map([[waiting.key, live(condition('False', 'DependencyNotReady', 'reference PubSubTopic p/t is not ready'))]])
    expect(failDependents([failed, waiting], lives)[1]).toMatchObject({
      outcome: 'failed',
      advice: ['Mend PubSubTopic t first; this one follows by itself.'],
    })
    expect(failDependents([{ ...failed, name: 'other' }, waiting], lives)[1]?.outcome).toBe('waiting')
  })
  test('giving up is no success', () => {
    expect(applyResult(giveUp([waiting], 1000), true)).toBe('failed')
    expect(applyResult([{ ...waiting, outcome: 'kept' }], true)).toBe('ok')
  })
  test('waiting is all right where nobody was to wait', () => {
    expect(applyResult([waiting], false)).toBe('ok')
    expect(applyResult([waiting], true)).toBe('failed')
    expect(applyResult([waiting, { ...waiting, outcome: 'refused' }], false)).toBe('failed')
  })
  test('what could not be looked at the last time is unreachable, not late; a failure counts for more', () => {
    const [gone] = giveUp([waiting], 1000, new Set([waiting.key]))
    expect(gone).toMatchObject({ outcome: 'unreachable', advice: [expect.stringContaining('Run the command again')] })
    expect(applyResult([{ ...waiting, outcome: 'unreachable' }], true)).toBe('unreachable')
    expect(
      applyResult(
        [
          { ...waiting, outcome: 'unreachable' },
          { ...waiting, outcome: 'failed' },
        ],
        true,
      ),
    ).toBe('failed')
  })
})

describe('comments', () => {
  test('names and messages stay text', () => {
    expect(plain('<img src=x> @alice [a](b) `c` *d* | e\n# f')).toBe(
      '&lt;img src=x&gt; @\u200balice \\[a\\]\\(b\\) \\`c\\` \\*d\\* \\| e \\# f',
    )
    expect(code('a`b|c')).toBe('``a`b\\|c``')
    expect(fenced('```\nx', 'diff')).toBe('````diff\n```\nx\n````')
    const evil = renderApplyMarkdown({
      base: null,
      head: 'abc',
      repository: null,
      problems: [],
      seconds: 1,
      resources: [{ ...waiting, outcome: 'failed', headline: '</details><script>', message: '``` @everyone', reason: 'X`' }],
    })
    expect(evil).not.toContain('<script>')
    expect(evil).toContain('`` X` ``')
  })
  test('stay within what GitHub takes, whatever the plan', () => {
    const text = (index: number) => manifest(`r${index}`, Array.from({ length: 400 }, (_, field) => `field${field}: "value"`).join(', '))
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${index}.yaml`, text(index)]))
    const resources = compareManifests([], read(files).resources).map(plannedResource)
    const plan: Plan = { base: '', head: 'abc', repository: null, resources, problems: [] }
    const body = renderPlanMarkdown(plan)
    expect(body.length).toBeLessThanOrEqual(longestComment)
    expect(body).toContain('too long for a comment')
    expect(body.match(/<details/g)).toHaveLength(40)
  })
})
