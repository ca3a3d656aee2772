/** What the shipped blueprints make, judged by the API server with the demo's definitions: by dry run, nothing is written. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCluster } from '#demo/world/seed-cluster.ts'
import { testKubeconfig } from '#demo/world/test-cluster.ts'
import { arbitraryAnswers } from '#lib/blueprint/arbitrary-answers.ts'
import { compileQuestions } from '#lib/blueprint/compile-questions.ts'
import { effectiveAnswers, fillBlueprint } from '#lib/blueprint/fill-blueprint.ts'
import { readBlueprints } from '#lib/blueprint/read-blueprints.ts'
import { type Cluster, openCluster } from '#lib/cluster/client.ts'
import { CorbelError } from '#lib/errors.ts'
import { compileKind } from '#lib/schema/compile-kind.ts'

const folder = join(import.meta.dirname, '..', '..', 'blueprints')
const blueprints = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => readBlueprints(readFileSync(join(folder, name), 'utf8')).blueprints.map(({ blueprint }) => blueprint))
const project = { namespace: 'payments-prod', cluster: 'demo', team: 'payments', gcpProject: 'payments-prod-4711' }
const generated = 8
let cluster: Cluster
let versions: Map<string, string>

beforeAll(async () => {
  const kubeconfig = testKubeconfig()
  await seedCluster({ kubeconfig })
  cluster = openCluster({ name: 'demo', kubeconfigFile: kubeconfig })
  const { items } = await cluster.asPortal().definitions()
  versions = new Map(items.map((definition) => compileKind(definition)).map(({ key, apiVersion }) => [key, apiVersion]))
}, 120_000)

afterAll(() => cluster.close())

describe.each(blueprints)('$name', (blueprint) => {
  const root = compileQuestions(blueprint.questions)
  const answers = [
    ...blueprint.tests.map((each) => ({ what: each.name, given: each.answers })),
    ...fc
      .sample(arbitraryAnswers(blueprint), { numRuns: generated, seed: 20261123 })
      .map((given, index) => ({ what: `answers ${index + 1}`, given })),
  ]
  test.each(answers)('the API server accepts what comes of $what', async ({ given }) => {
    const made = fillBlueprint(blueprint, effectiveAnswers(blueprint.questions, root, given), {
      project,
      apiVersionOf: (kind) => versions.get(kind),
    })
    expect(made.length).toBeGreaterThan(0)
    const refused: string[] = []
    for (const { id, value, problems } of made) {
      expect(problems).toEqual([])
      try {
        await cluster.asPortal().applyServerSide(value, { dryRun: true, fieldManager: 'corbel', force: true })
      } catch (error) {
        if (!(error instanceof CorbelError)) throw error
        refused.push(`${id}: ${error.message}`)
      }
    }
    expect(refused).toEqual([])
  })
})
