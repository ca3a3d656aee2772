import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { textAt } from '#lib/json.ts'
import { offeredGroupRoles, offeredGroups } from '../../deploy/kubernetes/offered-group-roles.ts'
import { readDefinitions } from './definitions.ts'
import { immutableFields } from './immutable-fields.ts'
import { projects } from './projects.ts'
import { repositoryFiles } from './seed-repositories.ts'
import { projectManifests } from './seed-resources.ts'

const definitions = readDefinitions([join(import.meta.dirname, '..', 'crds')])

describe('the manifests of the repositories', () => {
  const onboarded = projects.filter((project) => project.repository !== 'acme/search')
  test.each(onboarded)('$namespace: each file has the name its layout asks for, and one resource of that project', (project) => {
    const manifests = projectManifests(project)
    expect(manifests.length).toBeGreaterThan(5)
    for (const { path, manifest } of manifests) {
      const kind = textAt(manifest, 'kind') ?? ''
      expect(path).toBe(`${project.path}/${kind.toLowerCase()}-${textAt(manifest, 'metadata', 'name')}.yaml`)
      expect(textAt(manifest, 'metadata', 'namespace')).toBe(project.namespace)
      expect([...definitions.values()].some((definition) => textAt(definition, 'spec', 'names', 'kind') === kind)).toBe(true)
    }
  })

  test('acme/search has no manifests yet', () => {
    expect(Object.keys(repositoryFiles('acme/search')).sort()).toEqual(['README.md', 'corbel.yaml'])
  })
})

test('roles are made for offered groups only, with the plurals that are there', () => {
  const groups = offeredGroups([...definitions.values()], ['storage.cnrm.cloud.google.com'])
  expect([...groups.keys()]).toEqual(['caching.corbel.dev', 'data.corbel.dev', 'flyte.corbel.dev', 'storage.cnrm.cloud.google.com'])
  const roles = offeredGroupRoles(groups)
  expect(roles.map((role) => textAt(role, 'metadata', 'name'))).toEqual(
    ['portal', 'read', 'propose', 'apply', 'break-glass', 'break-glass-user'].map((role) => `corbel:${role}:offered`),
  )
  expect(roles[1]).toMatchObject({
    metadata: { labels: { 'corbel.dev/aggregate-to-read': 'true' } },
    rules: expect.arrayContaining([
      { apiGroups: ['storage.cnrm.cloud.google.com'], resources: ['storagebuckets'], verbs: ['get', 'list', 'watch'] },
    ]),
  })
})

test.each([
  ['kmskeyrings.kms.cnrm.cloud.google.com', [['location'], ['resourceID']]],
  // its one other immutable field has a rule of its own
  ['spannerinstances.spanner.cnrm.cloud.google.com', []],
  ['loci.caching.corbel.dev', []],
])('immutable fields of %s', (name, expected) => {
  expect(immutableFields(definitions.get(name) ?? {})).toEqual(expected)
})
