/** Manifests that go to another file, and resources that get another name, in one proposal. */
import { describe, expect, test } from 'vitest'
import { create, topic, withProposalWorld } from '#demo/github/proposal-world.ts'
import type { ResourceChange } from './contract.ts'
import { prepareTogether } from './prepare-changes.ts'

withProposalWorld()

const update = (name: string, more: Partial<ResourceChange>): ResourceChange => ({
  ...create(name),
  action: 'update',
  name,
  text: topic(name),
  ...more,
})
const filesOf = async (changes: ResourceChange[]) =>
  (await prepareTogether(changes)).files.map(({ path, before, after, changes: touchedBy }) => ({ path, before, after, touchedBy }))

describe('another file', () => {
  test('takes the document as it is; one that stood alone leaves no file behind', async () => {
    expect(await filesOf([update('old', { path: 'infra/payments-prod/topics/old.yaml' })])).toEqual([
      { path: 'infra/payments-prod/pubsubtopic-old.yaml', before: topic('old'), after: null, touchedBy: [0] },
      { path: 'infra/payments-prod/topics/old.yaml', before: null, after: topic('old'), touchedBy: [0] },
    ])
  })
  test('that exists gets the document at its end, and the neighbours left behind stay', async () => {
    expect(await filesOf([update('second', { path: 'infra/payments-prod/pubsubtopic-old.yaml' })])).toEqual([
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
    await expect(filesOf([update('old', { path: 'infra/payments-prod/pubsubtopic-old.yaml' })])).rejects.toThrow(/Nothing changes/)
  })
  test.each(['infra/payments-dev/old.yaml', '.github/workflows/old.yaml', 'infra/payments-prod/old.sh'])('%s is refused', async (path) => {
    await expect(filesOf([update('old', { path })])).rejects.toThrow(/must stand in the folder|must end in .yaml/)
    await expect(filesOf([{ ...create('fresh'), path }])).rejects.toThrow(/must stand in the folder|must end in .yaml/)
  })
})

test('another name is one proposal: the new manifest, and the old one gone', async () => {
  expect(await filesOf([create('renamed'), { ...create('old'), action: 'delete', name: 'old', text: null }])).toEqual([
    { path: 'infra/payments-prod/pubsubtopic-renamed.yaml', before: null, after: topic('renamed'), touchedBy: [0] },
    { path: 'infra/payments-prod/pubsubtopic-old.yaml', before: topic('old'), after: null, touchedBy: [1] },
  ])
})
