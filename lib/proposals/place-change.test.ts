import { describe, expect, test } from 'vitest'
import { pathInProject, pathOfNew, withNew, withoutResource, withReplaced } from './place-change.ts'

const kind = 'PubSubTopic.pubsub.cnrm.cloud.google.com'
const topic = (name: string, extra = ''): string =>
  `apiVersion: pubsub.cnrm.cloud.google.com/v1beta1\nkind: PubSubTopic\nmetadata:\n  name: ${name}\n  namespace: shop\n${extra}`
const resource = (name: string) => ({ namespace: 'shop', kind, name })

describe('a file somebody chose', () => {
  test.each([
    [{ path: 'infra/shop' }, 'infra/shop/topics.yaml', 'infra/shop/topics.yaml'],
    [{ path: '/infra/' }, './infra//deep/./topics.yml', 'infra/deep/topics.yml'],
    [{ path: null }, 'topics.yaml', 'topics.yaml'],
  ])('of %o: %s', (project, wanted, path) => expect(pathInProject(project, wanted)).toBe(path))

  test('in a project that has the whole repository, not the file that steers CI', () => {
    expect(() => pathInProject({ path: null }, 'corbel.yaml')).toThrow('how this repository is applied')
    expect(() => pathInProject({ path: '' }, './corbel.yaml')).toThrow('how this repository is applied')
    expect(pathInProject({ path: null }, 'topics/corbel.yaml')).toBe('topics/corbel.yaml')
  })

  test.each([
    'azure-pipelines.yml',
    'Azure-Pipelines.release.yaml',
    'cloudbuild.yaml',
    'docker-compose.yml',
    'CORBEL.yaml',
    'Taskfile.yml',
  ])('in such a project, not %s either, by choice or by layout', (name) => {
    expect(() => pathInProject({ path: null }, name)).toThrow('applied or built')
    expect(() => pathOfNew({ path: null, layout: name }, resource('orders'))).toThrow('applied or built')
    expect(pathInProject({ path: null }, `topics/${name}`)).toBe(`topics/${name}`)
  })
  test.each(['.github/workflows/a.yaml', '.gitlab-ci.yml', 'infra/.hidden/a.yaml'])('in such a project, not %s', (path) =>
    expect(() => pathInProject({ path: null }, path)).toThrow('no path'),
  )

  test('a resource whose name makes such a file is not put there', () => {
    expect(() => pathOfNew({ path: null, layout: '{name}.yaml' }, resource('corbel'))).toThrow('the file would be corbel.yaml')
    expect(() => pathOfNew({ path: 'infra', layout: '{name}.yaml' }, resource('kustomization'))).toThrow('infra/kustomization.yaml')
    expect(pathOfNew({ path: 'infra', layout: '{name}.yaml' }, resource('corbel'))).toBe('infra/corbel.yaml')
  })

  test.each([
    ['infra/other/topics.yaml', 'must stand in the folder infra/shop'],
    ['infra/shop-2/topics.yaml', 'must stand in the folder'],
    ['infra/shop/../other/topics.yaml', 'no path'],
    ['infra/shop/.github/topics.yaml', 'no path'],
    ['infra/shop/a\nb.yaml', 'no path'],
    ['infra/shop/topics.json', 'must end in .yaml'],
    ['infra/shop', 'must end in .yaml'],
    ['infra/shop/topics.yaml/a.yaml', 'cannot have the name of a file'],
    ['infra/shop/kustomization.yaml', 'how this repository is applied or built'],
  ])('%s is refused', (wanted, sentence) => expect(() => pathInProject({ path: 'infra/shop' }, wanted)).toThrow(sentence))
})

describe('the file of a new resource', () => {
  test.each([
    [{ path: 'infra/shop', layout: null }, 'infra/shop/pubsubtopic-orders.yaml'],
    [{ path: null, layout: null }, 'pubsubtopic-orders.yaml'],
    [{ path: '/infra/', layout: '{kind}/{name}.yaml' }, 'infra/pubsubtopic/orders.yaml'],
    [{ path: 'infra', layout: 'all.yaml' }, 'infra/all.yaml'],
  ])('%o gives %s', (project, path) => {
    expect(pathOfNew(project, resource('orders'))).toBe(path)
  })

  test('a name too long for a file is cut, and stays apart from others with the same beginning', () => {
    const paths = ['a', 'b'].map((end) => pathOfNew({ path: 'infra', layout: null }, resource('n'.repeat(252) + end)))
    expect(new Set(paths).size).toBe(2)
    for (const path of paths) {
      expect(path).toMatch(/^infra\/pubsubtopic-n+-[0-9a-f]{8}\.yaml$/)
      expect(path.length).toBeLessThan(220)
    }
  })

  test.each(['../{name}.yaml', '{nonsense}.yaml', '.git/config'])('layout %s is refused', (layout) => {
    expect(() => pathOfNew({ path: 'infra', layout }, resource('orders'))).toThrow(/corbel.dev\/layout/)
  })
})

describe('documents in files', () => {
  test('a new file is the manifest', () => {
    expect(withNew(null, topic('a').trimEnd(), resource('a'), 'a.yaml')).toBe(topic('a'))
  })
  test('a file that exists gets one more document, and keeps its bytes', () => {
    const before = `# ours\n${topic('a')}`
    const after = withNew(before, topic('b'), resource('b'), 'all.yaml')
    expect(after.startsWith(before)).toBe(true)
    expect(after).toBe(`${before}---\n${topic('b')}`)
  })
  test('a resource that stands there already is not added again', () => {
    expect(() => withNew(topic('a'), topic('a'), resource('a'), 'all.yaml')).toThrow(/exists already in all.yaml/)
  })
  test('replacing touches its own document only', () => {
    const before = `${topic('a')}---\n# about b\n${topic('b')}---\n${topic('c')}`
    const after = withReplaced(before, topic('b', 'spec: {}\n'), resource('b'))
    expect(after).toBe(`${topic('a')}---\n${topic('b', 'spec: {}\n')}---\n${topic('c')}`)
  })
  test('replacing by the same text gives the same file', () => {
    const before = `---\n${topic('a')}---\n${topic('b')}`
    expect(withReplaced(before, topic('a'), resource('a'))).toBe(before)
    expect(withReplaced(before, topic('b'), resource('b'))).toBe(before)
    expect(withReplaced(topic('a').trimEnd(), topic('a').trimEnd(), resource('a'))).toBe(topic('a').trimEnd())
  })
  test('the last document takes the file with it', () => {
    expect(withoutResource(topic('a'), resource('a'))).toBeNull()
    expect(withoutResource(`${topic('a')}---\n${topic('b')}`, resource('b'))).toBe(topic('a'))
  })
})
