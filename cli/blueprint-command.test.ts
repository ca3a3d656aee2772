import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './main.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'corbel-blueprints-'))
const crds = join(root, 'demo', 'crds')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blueprint = (path: string, name = 'thing') => `apiVersion: corbel.dev/v1
kind: Blueprint
metadata: { name: ${name} }
spec:
  title: Thing
  description: A thing.
  questions:
    - { name: location, title: Location, schema: { type: string } }
  manifests:
    - kind: StorageBucket.storage.cnrm.cloud.google.com
      name: { value: fixed }
      values:
        - { path: ${path}, from: location }
  tests:
    - { name: one, answers: { location: EU } }
`

async function corbel(args: string[], environment: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await run(['blueprint', ...args], {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    environment,
    directory: folder,
  })
  return { code, out, err }
}

describe('corbel blueprint test', () => {
  test('finds nothing wrong with what comes with Corbel', async () => {
    const { code, out } = await corbel(['test', join(root, 'blueprints'), '--crds', crds])
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^Files: 13, blueprints: 8, tests: \d+, kinds with hints: \d+, against \d+ kinds .* Errors: 0, warnings: 0\.\n$/,
      ),
    ])
  })

  test('names file and line of each mistake, and ends with 1', async () => {
    writeFileSync(join(folder, 'good.yaml'), blueprint('[spec, location]'))
    writeFileSync(join(folder, 'wrong.yaml'), blueprint('[spec, locaton]'))
    const { code, out } = await corbel(['test', '.', '--crds', crds])
    expect(code).toBe(1)
    expect(out.split('\n')).toEqual(
      expect.arrayContaining([
        'wrong.yaml:3: error: Another blueprint is named "thing": good.yaml.',
        'wrong.yaml:13: error: StorageBucket has no field spec.locaton. Did you mean "location"?',
      ]),
    )
  })

  test('says that it checked no paths where it has no definitions', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), blueprint('[spec, locaton]', 'other'))
    const { code, out } = await corbel(['test', '.'])
    expect([code, out]).toEqual([0, expect.stringContaining('without definitions: paths and kinds were not checked')])
  })

  test('gives the same as JSON for programs', async () => {
    writeFileSync(join(folder, 'wrong.yaml'), 'kind: Blueprint\n')
    const { code, out } = await corbel(['test', 'wrong.yaml', '--format', 'json'])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      files: 1,
      definitions: null,
      problems: expect.arrayContaining([{ file: 'wrong.yaml', line: 1, severity: 'error', message: 'metadata is missing.' }]),
    })
  })

  test.each([
    ['no verb', []],
    ['no folder', ['test']],
    ['another verb', ['tset', '.']],
    ['a folder that is not there', ['test', 'nowhere']],
    ['a folder without definitions', ['test', '.', '--crds', '.']],
  ])('ends with 2 for %s', async (_, args) => {
    expect((await corbel(args)).code).toBe(2)
  })

  test('ends with 3 when the cluster does not answer', async () => {
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { token: 'none' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'c',
      }),
    )
    writeFileSync(join(folder, 'wrong.yaml'), blueprint('[spec, location]', 'other'))
    const { code, err } = await corbel(['test', 'wrong.yaml'], { KUBECONFIG: kubeconfig })
    expect([code, err]).toEqual([3, expect.stringContaining('corbel: ')])
  }, 60_000)
})
