import { describe, expect, test } from 'vitest'
import { documentText } from '#components/create/document-text.ts'
import { byService, matchingKinds, offeredKinds } from '#components/create/matching-kinds.ts'
import { chooseProject, withProject } from '#components/create/project-choice.ts'
import type { KindSummary, Project } from '#lib/inventory/contract.ts'
import { kindForTests } from '#lib/inventory/kind-for-tests.ts'

const kind = (name: string, service: string, more: Partial<KindSummary> = {}) => kindForTests(name, 'x', { service, ...more })
const kinds = [
  kind('SQLInstance', 'Cloud SQL', { summary: 'A managed database.' }),
  kind('StorageBucketAccessControl', 'Storage'),
  kind('StorageBucket', 'Storage'),
  kind('PubSubTopic', 'Pub/Sub'),
  kind('Gone', 'Storage', { state: 'gone' }),
]

describe('the catalogue', () => {
  test.each([
    ['bucket', ['StorageBucket', 'StorageBucketAccessControl']],
    ['storagebucket', ['StorageBucket', 'StorageBucketAccessControl']],
    ['buck', ['StorageBucket', 'StorageBucketAccessControl']],
    ['database', ['SQLInstance']],
    ['sql', ['SQLInstance']],
    ['pub/sub', ['PubSubTopic']],
    ['bucket control', ['StorageBucketAccessControl']],
    ['nothing like it', []],
    ['', ['PubSubTopic', 'SQLInstance', 'StorageBucket', 'StorageBucketAccessControl']],
  ])('"%s" finds %j', (query, expected) => {
    expect(matchingKinds(kinds, query).map((found) => found.kind)).toEqual(expected)
  })

  test('offers a hidden kind to admins alone', () => {
    const hidden = { cluster: 'demo', kind: 'SQLInstance.x', curated: false, hidden: { reason: null } }
    const notes = new Map([[hidden.kind, hidden]])
    const names = (admin: boolean) => Object.values(offeredKinds(kinds, notes, admin)).map((some) => some.map(({ kind }) => kind).join())
    expect(names(false)).toEqual(['StorageBucketAccessControl,StorageBucket,PubSubTopic,Gone', 'SQLInstance'])
    expect(names(true)).toEqual(['SQLInstance,StorageBucketAccessControl,StorageBucket,PubSubTopic,Gone', ''])
  })

  test('groups by service: by name, and while searching by the best kind', () => {
    expect(byService(matchingKinds(kinds, ''), false).map((group) => group.service)).toEqual(['Cloud SQL', 'Pub/Sub', 'Storage'])
    expect(byService(matchingKinds(kinds, 'storage'), true)[0]?.service).toBe('Storage')
  })
})

const project = (namespace: string, more: Partial<Project> = {}): Project => ({
  cluster: 'demo',
  namespace,
  team: null,
  repository: 'acme/x',
  path: 'infra',
  layout: null,
  gcpProject: null,
  mine: false,
  canPropose: true,
  counts: { ready: 0, progressing: 0, failed: 0, unknown: 0, paused: 0, deleting: 0 },
  ...more,
})

describe('the project to create in', () => {
  const projects = [project('locked', { canPropose: false, mine: true }), project('other'), project('own', { mine: true })]
  const name = (namespace: string) => ({ cluster: 'demo', namespace })
  test.each([
    ['the one asked for', name('other'), name('own'), 'other'],
    ['never another than asked for', name('locked'), name('own'), undefined],
    ['the one remembered', null, name('other'), 'other'],
    ['a remembered one that closed is passed over', null, name('locked'), 'own'],
    ["else the person's first", null, null, 'own'],
  ])('%s', (_, asked, remembered, expected) => {
    expect(chooseProject(projects, asked, remembered)?.namespace).toBe(expected)
  })

  test('may be one of which the list did not know that it is open', () => {
    const known = withProject(projects, project('locked', { mine: true }))
    expect(chooseProject(known, name('locked'), null)?.namespace).toBe('locked')
    expect(known).toHaveLength(projects.length)
    expect(withProject(projects, undefined)).toEqual(projects)
  })
})

test('one document of a file is cut out with its comments', () => {
  const file = '# one\na: 1\n---\n# two\nb: 2\n'
  expect(documentText(file, 0)).toBe('# one\na: 1\n')
  expect(documentText(file, 1)).toBe('---\n# two\nb: 2\n')
  expect(documentText('a: 1\n', 0)).toBe('a: 1\n')
  expect(documentText('a: [', 0)).toBe('a: [')
})
