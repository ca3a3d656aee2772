/** The corbel command on a real control plane and real git. Operators are played by the tests, which write status as they would. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { NotFound } from '#lib/errors.ts'
import { type JsonObject, textAt, valueAt } from '#lib/json.ts'
import { pausedAnnotation, pauseValue } from '#lib/plan/paused-apply.ts'
import type { Plan } from '#lib/plan/plan.ts'
import type { ApplyReport } from '#lib/plan/render-apply.ts'
import { run } from './main.ts'

const kubeconfig = process.env.TEST_KUBECONFIG ?? ''
const namespace = `cli-${Math.random().toString(36).slice(2, 8)}`
const proposal = '0192f0c1-2345-7890-abcd-ef0123456789'
let cluster: Cluster
let directory: string

beforeAll(async () => {
  if (!kubeconfig) throw new Error('TEST_KUBECONFIG names no control plane. Run these tests with npm test.')
  cluster = openCluster({ name: 'test', kubeconfigFile: kubeconfig })
  await cluster.asPortal().create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})
afterAll(async () => {
  await cluster?.asPortal().delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await cluster?.close()
})
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'corbel-cli-'))
  git('init', '--quiet', '--initial-branch=main')
  commit({ 'corbel.yaml': 'cluster: test\nmanifests: [infra]\n' }, 'Start')
  return () => rmSync(directory, { recursive: true, force: true })
})

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@acme.test', ...args], { cwd: directory, encoding: 'utf8' }).trim()

/** Writes files (null deletes), commits, and gives the commit's id. */
function commit(files: Record<string, string | null>, message: string): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    if (text === null) rmSync(file)
    else writeFileSync(file, text)
  }
  git('add', '--all')
  git('commit', '--quiet', '--message', message)
  return git('rev-parse', 'HEAD')
}

const bucket = (name: string, spec: string): string =>
  `apiVersion: storage.cnrm.cloud.google.com/v1beta1\nkind: StorageBucket\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  ${spec}\n`

const ref = (name: string) => ({ apiVersion: 'storage.cnrm.cloud.google.com/v1beta1', kind: 'StorageBucket', namespace, name })

const corbel = (...args: string[]) => corbelOn(kubeconfig, ...args)

async function corbelOn(file: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await run([...args, '--repo', directory, '--repository', 'acme/test', '--kubeconfig', file], {
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

async function planJson(base: string, head: string): Promise<{ code: number; plan: Plan }> {
  const { code, out } = await corbel('plan', '--base', base, '--head', head, '--format', 'json')
  return { code, plan: JSON.parse(out) }
}

/** Plays the operator: looks until the object is there, then says what became of it. */
async function operate(name: string, condition: JsonObject): Promise<void> {
  for (;;) {
    const live = await read(name)
    if (live) {
      const generation = valueAt(live, ['metadata', 'generation']) ?? null
      await cluster.asPortal().patchMerge(
        ref(name),
        {
          status: {
            observedGeneration: generation,
            conditions: [{ type: 'Ready', lastTransitionTime: '2026-11-20T10:00:00Z', ...condition }],
          },
        },
        { subresource: 'status' },
      )
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function read(name: string): Promise<JsonObject | undefined> {
  try {
    return (await cluster.asPortal().get(ref(name))).value
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

describe('plan', () => {
  test('tells what is added, changed, removed and moved, and what the API server says', async () => {
    const base = commit(
      {
        'infra/a.yaml': bucket('plan-same', 'location: EU'),
        'infra/b.yaml': bucket('plan-change', 'location: EU'),
        'infra/c.yaml': bucket('plan-gone', 'location: EU'),
        'README.yaml': 'not: read\n',
      },
      'Base',
    )
    const head = commit(
      {
        'infra/a.yaml': null,
        'infra/moved/a.yaml': `# a comment\n${bucket('plan-same', 'location: EU')}`,
        'infra/b.yaml': bucket('plan-change', 'location: EU\n  storageClass: NEARLINE'),
        'infra/c.yaml': null,
        'infra/d.yaml': bucket('plan-new', 'location: EU\n  lifecycleRules: []'),
      },
      'Head',
    )
    const { code, plan } = await planJson(base, head)
    const byName = Object.fromEntries(plan.resources.map((resource) => [resource.name, resource]))
    expect(code).toBe(1)
    expect(byName['plan-same']).toMatchObject({ action: 'unchanged', movedFrom: 'infra/a.yaml' })
    expect(byName['plan-change']).toMatchObject({ action: 'changed', verdict: { state: 'accepted' } })
    expect(byName['plan-change']?.diff).toContain('+  storageClass: NEARLINE')
    expect(byName['plan-gone']).toMatchObject({ action: 'removed', notes: [expect.stringContaining('gone from the cluster already')] })
    expect(byName['plan-new']).toMatchObject({
      action: 'added',
      verdict: { state: 'refused', fields: [{ path: ['spec', 'lifecycleRules'] }] },
    })
    expect(await read('plan-new')).toBeUndefined()
    expect(await read('plan-change')).toBeUndefined()
  })

  test('writes a comment that names each resource and hides secrets', async () => {
    const base = git('rev-parse', 'HEAD')
    const secret = `apiVersion: sql.cnrm.cloud.google.com/v1beta1\nkind: SQLUser\nmetadata: {name: app, namespace: ${namespace}}\nspec:\n  instanceRef: {name: db}\n  password: {value: hunter2}\n`
    const head = commit({ 'infra/user.yaml': secret }, 'Add a user')
    const { code, out } = await corbel('plan', '--base', base, '--head', head, '--format', 'markdown')
    expect(code).toBe(0)
    expect(out).toMatch(/^<!-- corbel:plan -->\n### Plan: 1 to add, 0 to change, 0 to remove, 0 unchanged\n/)
    expect(out).toContain('✓ accepted')
    expect(out).not.toContain('hunter2')
  })

  test('names file and line of what cannot be read', async () => {
    const base = git('rev-parse', 'HEAD')
    const head = commit({ 'infra/broken.yaml': 'kind: X\n\tname: y\n' }, 'Break')
    const { code, plan } = await planJson(base, head)
    expect(code).toBe(1)
    expect(plan.problems[0]).toMatchObject({ file: 'infra/broken.yaml', line: 2, message: expect.stringContaining('tab') })
  })

  test('a namespace that does not exist is a refusal with its name', async () => {
    const base = git('rev-parse', 'HEAD')
    const head = commit({ 'infra/x.yaml': bucket('x', 'location: EU').replace(namespace, 'no-such-project') }, 'Add')
    const { code, plan } = await planJson(base, head)
    expect(code).toBe(1)
    expect(plan.resources[0]?.verdict).toMatchObject({ state: 'refused', message: expect.stringContaining('no-such-project') })
  })
})

describe('apply', () => {
  test('applies with provenance, waits until ready, and deletes only what is its own', async () => {
    const first = commit({ 'infra/a.yaml': bucket('own', 'location: EU'), 'infra/b.yaml': bucket('foreign', 'location: EU') }, 'Add two')
    const trailers = `Add\n\nCorbel-Proposal: ${proposal}\nCorbel-Resource: test/${namespace}/StorageBucket.storage.cnrm.cloud.google.com/late`
    const operating = Promise.all(['own', 'foreign'].map((name) => operate(name, { status: 'True', reason: 'UpToDate' })))
    const { code, out, err } = await corbel('apply', '--head', first, '--poll', '200ms', '--format', 'markdown')
    await operating
    expect(out).toMatch(/^<!-- corbel:apply -->\n### Apply: 2 ready\n/)
    expect(err).toMatch(new RegExp(`StorageBucket ${namespace}/own {2}ready: UpToDate`))
    expect(code).toBe(0)
    const live = await read('own')
    expect(valueAt(live, ['metadata', 'annotations'])).toMatchObject({
      'corbel.dev/repository': 'acme/test',
      'corbel.dev/path': 'infra/a.yaml',
      'corbel.dev/commit': first,
    })
    expect(textAt(live, 'metadata', 'managedFields', 0, 'manager')).toBe('corbel')

    await cluster.asPortal().patchMerge(ref('foreign'), { metadata: { annotations: { 'corbel.dev/repository': 'acme/other' } } })
    const second = commit({ 'infra/a.yaml': null, 'infra/b.yaml': null, 'infra/c.yaml': bucket('late', 'location: EU') }, trailers)
    const again = operate('late', { status: 'True', reason: 'UpToDate' })
    const removal = await corbel('apply', '--base', first, '--head', second, '--poll', '200ms', '--format', 'json')
    await again
    const report: ApplyReport = JSON.parse(removal.out)
    expect(Object.fromEntries(report.resources.map(({ name, outcome }) => [name, outcome]))).toEqual({
      late: 'ready',
      own: 'deleted',
      foreign: 'kept',
    })
    expect(await read('own')).toBeUndefined()
    expect(await read('foreign')).toBeDefined()
    expect(textAt(await read('late'), 'metadata', 'annotations', 'corbel.dev/proposal')).toBe(proposal)
  })

  test('fails early when a failure stays, and says what to do', async () => {
    const head = commit({ 'infra/f.yaml': bucket('fails', 'location: EU') }, 'Add')
    const operating = operate('fails', {
      status: 'False',
      reason: 'UpdateFailed',
      message: 'googleapi: Error 403: Quota exceeded for buckets',
    })
    const { code, out } = await corbel(
      'apply',
      '--head',
      head,
      '--wait',
      '60s',
      '--settle',
      '400ms',
      '--poll',
      '200ms',
      '--format',
      'markdown',
    )
    await operating
    expect(code).toBe(1)
    expect(out).toContain('### Apply: 1 failed')
    expect(out).toContain('quota of the project is used up')
    expect(out).toContain('`UpdateFailed` since `2026-11-20T10:00:00Z`')
    expect(out).toContain('**What to do:** Ask for more')
  })

  test('gives up when the time is over', async () => {
    const head = commit({ 'infra/l.yaml': bucket('lost', 'location: EU') }, 'Add')
    const { code, out } = await corbel('apply', '--head', head, '--wait', '500ms', '--poll', '200ms', '--format', 'json')
    const report: ApplyReport = JSON.parse(out)
    expect(code).toBe(1)
    expect(report.resources[0]).toMatchObject({ outcome: 'late', advice: [expect.stringContaining('operator')] })
  })

  test('applies nothing while a file cannot be read', async () => {
    const head = commit({ 'infra/good.yaml': bucket('half', 'location: EU'), 'infra/bad.yaml': 'a: [\n' }, 'Add')
    const { code } = await corbel('apply', '--head', head, '--wait', '0s')
    expect(code).toBe(1)
    expect(await read('half')).toBeUndefined()
  })

  test('applying the same commit twice changes nothing', async () => {
    const head = commit({ 'infra/t.yaml': bucket('twice', 'location: EU') }, 'Add')
    const { code, out } = await corbel('apply', '--head', head, '--wait', '0s')
    expect(code).toBe(0)
    expect(out).toContain('Apply: 1 accepted, not waited for')
    const before = textAt(await read('twice'), 'metadata', 'resourceVersion')
    await corbel('apply', '--head', head, '--wait', '0s')
    expect(textAt(await read('twice'), 'metadata', 'resourceVersion')).toBe(before)
  })
})

describe('an object that a break-glass session has paused', () => {
  const session = '0192f0c1-aaaa-7890-abcd-ef0123456789'
  const inOneHour = () => new Date(Date.now() + 3_600_000).toISOString()
  const storageClass = async (name: string) => textAt(await read(name), 'spec', 'storageClass')
  const note = async (name: string) => textAt(await read(name), 'metadata', 'annotations', pausedAnnotation)

  /** A bucket applied from Git, then changed by hand and paused. */
  async function paused(name: string, until: string): Promise<string> {
    const base = commit({ 'infra/p.yaml': bucket(name, 'storageClass: STANDARD') }, 'Add')
    await corbel('apply', '--head', base, '--wait', '0s')
    const value = pauseValue({ until, session, owner: 'oidc:alice@acme.test', reason: 'The bucket is full.' })
    await cluster
      .asPortal()
      .patchMerge(
        ref(name),
        { metadata: { annotations: { [pausedAnnotation]: value } }, spec: { storageClass: 'NEARLINE' } },
        { fieldManager: 'corbel-break-glass' },
      )
    return base
  }

  const change = (name: string, message: string) =>
    commit({ 'infra/p.yaml': bucket(name, 'storageClass: STANDARD\n  location: EU') }, message)

  test('is left alone, with a sentence that names owner, session, reason and end, and that is no failure', async () => {
    const until = inOneHour()
    const base = await paused('paused', until)
    const head = change('paused', 'Change')
    const { code, out } = await corbel('apply', '--base', base, '--head', head, '--wait', '5s', '--poll', '100ms')
    expect(code).toBe(0)
    expect(out).toContain('Apply: 1 paused')
    expect(out).toContain(
      `oidc:alice@acme.test has paused it until ${until} for break-glass session ${session} (The bucket is full.): it was left as it is.`,
    )
    const markdown = await corbel('apply', '--base', base, '--head', head, '--wait', '0s', '--format', 'markdown')
    expect(markdown.out).toContain('| paused | `StorageBucket` | `paused` |')
    expect(await storageClass('paused')).toBe('NEARLINE')
    expect(await note('paused')).toBeDefined()
  })

  test('is not deleted either', async () => {
    const base = await paused('paused-gone', inOneHour())
    const head = commit({ 'infra/p.yaml': null }, 'Remove')
    const { code, out } = await corbel('apply', '--base', base, '--head', head, '--wait', '5s', '--poll', '100ms')
    expect({ code, paused: out.includes('Apply: 1 paused') }).toEqual({ code: 0, paused: true })
    expect(textAt(await read('paused-gone'), 'metadata', 'deletionTimestamp')).toBeUndefined()
  })

  test('is applied again when the time is over, and the annotation goes', async () => {
    const base = await paused('elapsed', new Date(Date.now() - 1000).toISOString())
    const { code, out } = await corbel('apply', '--base', base, '--head', change('elapsed', 'Change'), '--wait', '0s')
    expect({ code, applied: out.includes('1 accepted') }).toEqual({ code: 0, applied: true })
    expect(await storageClass('elapsed')).toBe('STANDARD')
    expect(await note('elapsed')).toBeUndefined()
  })

  test("is applied by the merge that brings the session's change of it to Git, and by no other session's", async () => {
    const base = await paused('handed-back', inOneHour())
    const trailers = (of: string) =>
      `Bring it back\n\nCorbel-Proposal: ${proposal}\nCorbel-Resource: test/${namespace}/StorageBucket.storage.cnrm.cloud.google.com/handed-back\nCorbel-Action: update\nCorbel-Session: ${of}`
    const other = change('handed-back', trailers('0192f0c1-bbbb-7890-abcd-ef0123456789'))
    const held = await corbel('apply', '--base', base, '--head', other, '--wait', '0s')
    expect(held.out).toContain('Apply: 1 paused')
    const merge = commit({ 'infra/p.yaml': bucket('handed-back', 'storageClass: NEARLINE\n  location: EU') }, trailers(session))
    const { code, out } = await corbel('apply', '--base', base, '--head', merge, '--wait', '0s')
    expect({ code, applied: out.includes('1 accepted') }).toEqual({ code: 0, applied: true })
    expect(valueAt(await read('handed-back'), ['spec'])).toMatchObject({ storageClass: 'NEARLINE', location: 'EU' })
    expect(await note('handed-back')).toBeUndefined()
    const managers = valueAt(await read('handed-back'), ['metadata', 'managedFields'])
    expect(JSON.stringify(managers)).not.toContain(pausedAnnotation)
  })
})

describe('what is wrong with the call itself', () => {
  test.each([
    [['nonsense'], 2, /no command "nonsense"/],
    [['plan', '--format', 'xml'], 2, /--format takes/],
    [['plan', '--base', 'no-such-commit'], 2, /no commit "no-such-commit"/],
    [['plan', '--base', '--upload-pack=x'], 2, /./],
    [['apply', '--wait', 'soon'], 2, /--wait takes a time/],
  ])('%j', async (args, code, sentence) => {
    const result = await corbel(...args)
    expect(result.code).toBe(code)
    expect(result.err).toMatch(sentence)
  })
})

describe('validate', () => {
  test('names the fields the API server refuses, as Markdown too', async () => {
    commit({ 'infra/a.yaml': `---\n${bucket('a', 'location: EU')}---\n${bucket('b', 'lifecycleRules: []')}` }, 'Add')
    const text = await corbel('validate', '--server')
    expect(text.code).toBe(1)
    expect(text.out).toMatch(/^infra\/a\.yaml:\d+: error: spec\.lifecycleRules: /m)
    expect(text.out).toContain('1 files, 2 resources, ')
    const markdown = await corbel('validate', '--server', '--format', 'markdown')
    expect(markdown.out).toMatch(/^### Validate: 1 files, 2 resources, /)
    expect(markdown.out).toMatch(/^- ✗ `infra\/a\.yaml:\d+` spec\.lifecycleRules: /m)
  })
})

describe('a cluster that is away', () => {
  test.each([
    ['plan', [], 'Plan: 1 to add, 0 to change, 0 to remove, 0 unchanged; 1 could not be checked'],
    ['apply', [], 'Apply: 1 could not be asked'],
    ['apply', ['--wait', '0s'], 'Run the command again when the cluster can be reached'],
    ['validate', ['--server'], 'is out of reach'],
  ])('is exit code 3 for %s %j', { timeout: 30_000 }, async (command, more, sentence) => {
    const away = join(directory, 'away.yaml')
    writeFileSync(
      away,
      'apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:9", insecure-skip-tls-verify: true}}]\nusers: [{name: u, user: {token: x}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n',
    )
    commit({ 'infra/a.yaml': bucket('a', 'location: EU') }, 'Add')
    const { code, out, err } = await corbelOn(away, command, ...more)
    expect(code).toBe(3)
    expect(out).toContain(sentence)
    expect(out + err).not.toContain('keeps trying')
  })
})
