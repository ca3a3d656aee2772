/** Folders that Kustomize builds: the list of their files changes in the pull request that changes the files. */
import { describe, expect, test } from 'vitest'
import {
  alice,
  create,
  elsewhere,
  labelled,
  person,
  putFile,
  remove,
  repository,
  requestFor,
  stored,
  submit,
  topic,
  update,
  withProposalWorld,
} from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { asApp } from '#lib/forge/forge.ts'
import { readFile } from '#lib/forge/repository-content.ts'
import type { ResourceChange } from './contract.ts'
import { openProposal } from './open-pull-request.ts'
import { prepareTogether } from './prepare-changes.ts'
import { previewChanges } from './preview-changes.ts'
import { readProposal } from './read-proposals.ts'
import { submitProposal } from './submit-proposal.ts'

withProposalWorld()

const folder = 'infra/payments-prod'
const list = `${folder}/kustomization.yaml`
const filesOf = async (...changes: ResourceChange[]) =>
  (await prepareTogether(changes)).files.map(({ path, after, changes: touchedBy }) => [path.replace(`${folder}/`, ''), after, touchedBy])
const inList = (text: string) => putFile(list, text)

describe('where Kustomize builds the folder', () => {
  test('a new file is listed, one for all changes of a pull request', async () => {
    await inList('resources:\n- pubsubtopic-old.yaml # the first\n- several.yaml\n')
    expect(await filesOf(create('one'), create('two'))).toEqual([
      ['pubsubtopic-one.yaml', topic('one'), [0]],
      ['pubsubtopic-two.yaml', topic('two'), [1]],
      [
        'kustomization.yaml',
        'resources:\n- pubsubtopic-old.yaml # the first\n- several.yaml\n- pubsubtopic-one.yaml\n- pubsubtopic-two.yaml\n',
        [0, 1],
      ],
    ])
  })

  test('a document added to a file that is listed changes that file alone; to one that is not is refused', async () => {
    const added = { ...create('third'), path: `${folder}/several.yaml` }
    expect((await filesOf(added)).map(([path]) => path)).toEqual(['several.yaml'])
    await inList('resources: [pubsubtopic-old.yaml]\n')
    await expect(filesOf(added)).rejects.toThrow(/several\.yaml is not among the resources of .*kustomization\.yaml/)
  })

  test('the last document of a file takes it from the list; one of several does not', async () => {
    await inList('resources:\n- pubsubtopic-old.yaml # the first\n- several.yaml\n')
    expect(await filesOf(remove('old'))).toEqual([
      ['pubsubtopic-old.yaml', null, [0]],
      ['kustomization.yaml', 'resources:\n- several.yaml\n', [0]],
    ])
    expect((await filesOf(remove('first'))).map(([path]) => path)).toEqual(['several.yaml'])
    expect(await filesOf(remove('first'), remove('second'))).toEqual([
      ['several.yaml', null, [0, 1]],
      ['kustomization.yaml', 'resources:\n- pubsubtopic-old.yaml # the first\n', [1]],
    ])
  })

  test('another file takes the place of the old one in the list, also of a list that had no other', async () => {
    await inList('resources: [pubsubtopic-old.yaml]\n')
    const moved = { ...update('old', ''), path: `${folder}/topics/old.yaml` }
    expect(await filesOf(moved)).toEqual([
      ['pubsubtopic-old.yaml', null, [0]],
      ['topics/old.yaml', topic('old'), [0]],
      ['kustomization.yaml', 'resources: [topics/old.yaml]\n', [0]],
    ])
    expect(await filesOf(create('renamed'), remove('old'))).toEqual([
      ['pubsubtopic-renamed.yaml', topic('renamed'), [0]],
      ['pubsubtopic-old.yaml', null, [1]],
      ['kustomization.yaml', 'resources: [pubsubtopic-renamed.yaml]\n', [0, 1]],
    ])
  })

  test('a change of a manifest leaves the list alone', async () => {
    expect((await filesOf(update('old', labelled))).map(([path]) => path)).toEqual(['pubsubtopic-old.yaml'])
  })

  test.each<[string, string, RegExp]>([
    ['one that would be empty', 'kind: Kustomization\nresources: [pubsubtopic-old.yaml]\n', /builds no empty folder/],
    ['one that cannot be edited', 'x: &all [pubsubtopic-old.yaml, a.yaml]\nresources: *all\n', /alias/],
  ])('what cannot be listed is refused with the reason and the address: %s', async (_, text, why) => {
    await inList(text)
    const { changes, groups } = await previewChanges({ changes: [remove('old')] }, alice)
    expect(changes[0]?.problem).toMatchObject({ code: 'invalid', message: expect.stringMatching(why) })
    expect(changes[0]?.problem?.message).toMatch(/by hand: https?:.*\/blob\/main\/infra\/payments-prod\/kustomization\.yaml$/)
    expect(groups.flatMap(({ files }) => files)).toEqual([])
  })

  test('a list outside of the folder of the project is not edited', async () => {
    await inList('resources: [pubsubtopic-old.yaml, several.yaml]\n')
    await putFile('infra/kustomization.yaml', 'resources: [payments-prod/pubsubtopic-old.yaml, payments-prod]\n')
    await expect(filesOf(remove('old'))).rejects.toThrow(/outside of the folder of this project/)
    expect((await filesOf(create('inside'))).map(([path]) => path)).toEqual(['pubsubtopic-inside.yaml', 'kustomization.yaml'])
    await putFile('infra/kustomization.yaml', 'resources: [payments-prod]\n')
  })

  test('the pull request has the list beside the file, and so has the review', async () => {
    await inList('resources:\n- pubsubtopic-old.yaml\n- several.yaml\n')
    const { groups } = await previewChanges({ changes: [remove('old')] }, alice)
    expect(groups[0]?.files).toMatchObject([
      { path: `${folder}/pubsubtopic-old.yaml`, existsAfter: false },
      { path: list, existsAfter: true },
    ])
    expect(groups[0]?.files[1]?.diff).toContain('-- pubsubtopic-old.yaml')
    const { id } = await submit(remove('old'))
    await openProposal(id)
    const { branch } = await stored(id)
    expect((await readFile(asApp(repository), list, branch))?.text).toBe('resources:\n- several.yaml\n')
    expect(await readFile(asApp(repository), `${folder}/pubsubtopic-old.yaml`, branch)).toBeUndefined()
  })
})

test('who may not see a project is not shown the list of its files', async () => {
  await inList('resources: [pubsubtopic-old.yaml, several.yaml]\n')
  await putFile('infra/payments-dev/kustomization.yaml', 'resources: [pubsubtopic-private.yaml]\n')
  const where = { cluster_namespace: { cluster: 'demo', namespace: 'payments-dev' } }
  const { id } = await submitProposal(requestFor(create('shown'), elsewhere('payments-dev', 'behind')), alice, 'test')
  await database().project.update({ where, data: { team: 'others' } })
  try {
    const { files } = await readProposal(id, await person('frank'))
    expect(files.map(({ path }) => path)).toContain('infra/payments-dev/kustomization.yaml')
    expect(JSON.stringify(files.map(({ diff }) => diff))).not.toContain('private')
    expect((await readProposal(id, alice)).files.find(({ path }) => path === list)?.diff).toContain('pubsubtopic-shown.yaml')
  } finally {
    await database().project.update({ where, data: { team: 'payments' } })
  }
})
