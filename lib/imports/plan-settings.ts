/** How the manifests of a run are laid out. */
import { database } from '#lib/database/client.ts'
import type { Actor } from '#lib/identity/actor.ts'
import type { ImportLayout, ImportRun } from './contract.ts'
import { describeRunById } from './read-imports.ts'
import { changeableRun } from './run-access.ts'

/** Changes them. What is in a pull request already stays where it is. Throws NotFound, Forbidden. */
export async function changeSettings(runId: string, { layout }: { layout: ImportLayout }, actor: Actor): Promise<ImportRun> {
  await changeableRun(runId, actor)
  await database().importRun.update({ where: { id: runId }, data: { layout } })
  return describeRunById(runId)
}
