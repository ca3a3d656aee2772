/** Manifests that go to another file, and resources that get another name, in one proposal. */
import { describe, expect, test } from 'vitest'
import { alice, create, elsewhere, remove, requestFor, stored, topic, update, withProposalWorld } from '#demo/github/proposal-world.ts'
import type { ResourceChange } from './contract.ts'
import { openProposal } from './open-pull-request.ts'
import { prepareTogether } from './prepare-changes.ts'
import { previewChanges } from './preview-changes.ts'
import { readProposal } from './read-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

withProposalWorld()

const into = (name: string, path: string): ResourceChange => ({ ...update(name, ''), path })
const filesOf = async (changes: ResourceChange[]) =>
  (await prepareTogether(changes)).files.map(({ path, before, after, changes: touchedBy }) => ({ path, before, after, touchedBy }))

describe('another file', () => {
  test('takes the document as it is; one that stood alone leaves no file behind', async () => {
    expect(await filesOf([into('old', 'infra/payments-prod/topics/old.yaml')])).toEqual([
      { path: 'infra/payments-prod/pubsubtopic-old.yaml', before: topic('old'), after: null, touchedBy: [0] },
      { path: 'infra/payments-prod/topics/old.yaml', before: null, after: topic('old'), touchedBy: [0] },
    ])
  })
  test('that exists gets the document at its end, and the neighbours left behind stay', async () => {
    expect(await filesOf([into('second', 'infra/payments-prod/pubsubtopic-old.yaml')])).toEqual([
      { path: 'infra/payments-prod/several.yaml', before: expect.any(String), after: `# ours\n${topic('first')}`, touchedBy: [0] },
      {
        path: 'infra/payments-prod/pubsubtopic-old.yaml',
        before: topic('old'),
        after: `${topic('old')}---\n${topic('second')}`,
        touchedBy: [0],
      },
    ])
  })
  test('may be chosen for a new resource too', async () => {
    const [file] = await filesOf([{ ...create('fresh'), path: 'infra/payments-prod/all.yaml' }])
    expect(file).toMatchObject({ path: 'infra/payments-prod/all.yaml', before: null, after: topic('fresh') })
  })
  test('is the same one when its name says so: then nothing changes', async () => {
    await expect(filesOf([into('old', 'infra/payments-prod/pubsubtopic-old.yaml')])).rejects.toThrow(/Nothing changes/)
  })
  test.each(['infra/payments-dev/old.yaml', '.github/workflows/old.yaml', 'infra/payments-prod/old.sh'])('%s is refused', async (path) => {
    await expect(filesOf([into('old', path)])).rejects.toThrow(/must stand in the folder|must end in .yaml/)
    await expect(filesOf([{ ...create('fresh'), path }])).rejects.toThrow(/must stand in the folder|must end in .yaml/)
  })
})

test('another name is one proposal: the new manifest, and the old one gone', async () => {
  expect(await filesOf([create('renamed'), remove('old')])).toEqual([
    { path: 'infra/payments-prod/pubsubtopic-renamed.yaml', before: null, after: topic('renamed'), touchedBy: [0] },
    { path: 'infra/payments-prod/pubsubtopic-old.yaml', before: topic('old'), after: null, touchedBy: [1] },
  ])
})

test('another repository is two proposals: one that creates it there, one that deletes it here', async () => {
  const changes = [elsewhere('playlists-prod', 'old'), remove('old')]
  await expect(submitProposal(requestFor(...changes), alice, 'test')).rejects.toThrow(/one repository/)
  const preview = await previewChanges({ changes }, alice)
  expect(preview.changes.map(({ problem }) => problem)).toEqual([null, null])
  expect(preview.groups.map(({ repository, files }) => [repository, files.map(({ path, existsAfter }) => [path, existsAfter])])).toEqual([
    ['acme/playlists', [['infra/playlists-prod/pubsubtopic-old.yaml', true]]],
    ['acme/payments', [['infra/payments-prod/pubsubtopic-old.yaml', false]]],
  ])
  for (const [index, [repository, action]] of [
    ['acme/playlists', 'create'],
    ['acme/payments', 'delete'],
  ].entries()) {
    const { id } = await submitProposal(requestFor(...changes.slice(index, index + 1)), alice, 'test')
    await openProposal(id)
    expect(await stored(id)).toMatchObject({ repository, state: 'open', pullNumber: expect.any(Number) })
    expect((await readProposal(id, alice)).resources.map((resource) => resource.action)).toEqual([action])
  }
})
