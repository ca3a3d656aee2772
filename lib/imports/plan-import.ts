/**
 * The pull requests that the chosen rows of an import make: one per repository, or more where they are split. A plan is made anew from what is
 * stored and from Git each time it is asked for; groups have the same key as long as they hold the same rows, with the same changes of people, so
 * that one which was looked at can be named when it is proposed.
 */
import { createHash } from 'node:crypto'
import { canProposeIn } from '#lib/access/visible-projects.ts'
import { config } from '#lib/config/config.ts'
import { database } from '#lib/database/client.ts'
import { Conflict, CorbelError, Unauthenticated } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import { checkName, readManifest, resourceTitle, splitKindKey } from '#lib/proposals/change-identity.ts'
import { maxChanges } from '#lib/proposals/contract.ts'
import type { Base } from '#lib/proposals/project-manifests.ts'
import { referencesIn, referenceTree } from '#lib/schema/reference-tree.ts'
import { type ImportGroup, ImportLayout, type ImportPlan, type ImportPlanRequest } from './contract.ts'
import { inOrder, pathsOf, split } from './lay-out-manifests.ts'
import { leftOutOf } from './plan-left-out.ts'
import { type StandingProject, standingProject } from './plan-repository.ts'
import { type PlanRow, proposedByOthers, type ReferredRow, referredRows, rowsToPlan } from './plan-rows.ts'
import { importReport, type ReportedResource, reportTitle } from './plan-text.ts'
import { changeableRun, type RunRow } from './run-access.ts'

export interface PlannedRow extends PlanRow {
  namespace: string
  repository: string
  /** The file of each manifest, and whether the repository has it already. */
  places: { path: string; exists: boolean }[]
}

export interface PlannedGroup {
  key: string
  repository: string
  title: string
  /** Markdown for the pull request. */
  report: string
  rows: PlannedRow[]
  files: ImportGroup['files']
}

export interface PlannedImport {
  groups: PlannedGroup[]
  problems: ImportPlan['problems']
}

/** What the chosen rows would become. Throws NotFound, Forbidden, and Conflict while the run is not read to its end. */
export async function planImport(runId: string, request: ImportPlanRequest, actor: Actor): Promise<ImportPlan> {
  const run = await planableRun(runId, actor)
  const { groups, problems } = await planRun(run, request, actor)
  return {
    groups: groups.map(({ key, repository, title, report, rows, files }) => ({
      key,
      repository,
      title,
      message: report,
      rows: rows.map(({ id }) => id),
      resources: rows.reduce((sum, { manifests }) => sum + manifests.length, 0),
      files,
    })),
    problems,
    freshness: null,
  }
}

/** A run whose rows may be proposed. */
export async function planableRun(runId: string, actor: Actor): Promise<RunRow> {
  const run = await changeableRun(runId, actor)
  if (run.state !== 'ready')
    throw new Conflict('The inventory was not read to the end, so nothing can be proposed. Wait for it, or resume the import.')
  return run
}

/** The plan with everything that proposing needs; the caller has checked who asks. */
export async function planRun(run: RunRow, { by, atMost }: ImportPlanRequest, actor: Actor): Promise<PlannedImport> {
  const rows = inOrder(await rowsToPlan(run.id))
  const problems: PlannedImport['problems'] = []
  const placed: PlannedRow[] = []
  const judge = await judgeOf(run, rows, actor)
  for (const row of rows) {
    const found = await judge(row)
    if (typeof found === 'string') problems.push({ row: row.id, name: row.name, message: found, needs: [] })
    else placed.push(found)
  }
  const whole = await withoutDangling(run.cluster, placed, problems)
  const groups: PlannedGroup[] = []
  for (const part of partsOf(whole, by)) {
    const pieces = split(part.rows, atMost)
    for (const [index, piece] of pieces.entries())
      groups.push(await groupOf(run, piece, { only: part.only, part: index + 1, parts: pieces.length }))
  }
  return { groups, problems }
}

/**
 * The rows that refer by name to nothing but rows of the plan and rows that are proposed already. The others are told: merged alone they would
 * wait for a resource that never comes.
 */
async function withoutDangling(cluster: string, rows: PlannedRow[], problems: PlannedImport['problems']): Promise<PlannedRow[]> {
  const targets = await referredRows([...new Set(rows.flatMap(({ refers }) => refers))])
  const refers = new Map<string, string[]>()
  for (const row of rows) {
    const meant = row.refers.filter((id) => targets.get(id)?.proposed === false)
    refers.set(row.id, row.edited ? await stillMeant(cluster, row, meant, targets) : meant)
  }
  for (let kept = rows; ; ) {
    const there = new Set(kept.map(({ id }) => id))
    const next = kept.filter((row) => {
      const needs = refers.get(row.id)?.filter((id) => !there.has(id)) ?? []
      const [missing] = needs
      if (missing === undefined) return true
      const name = targets.get(missing)?.displayName ?? 'another resource'
      const message = `It refers to ${name} by name, and that is not among what is proposed. Choose it too, or write the reference as “external” in the manifest.`
      problems.push({ row: row.id, name: row.name, message, needs })
      return false
    })
    if (next.length === kept.length) return kept
    kept = next
  }
}

/** Of the rows that a row's manifests referred to as converted, those that its texts refer to after somebody changed them. */
async function stillMeant(cluster: string, row: PlannedRow, ids: string[], targets: ReadonlyMap<string, ReferredRow>): Promise<string[]> {
  const named = new Set<string>()
  for (const { kind, text } of row.manifests) {
    const { root } = await compiledKind(cluster, kind)
    for (const { name, namespace } of referencesIn(referenceTree(root), readManifest(text).value))
      if (name !== undefined) named.add(JSON.stringify([namespace ?? row.namespace, name]))
  }
  return ids.filter((id) => named.has(JSON.stringify([targets.get(id)?.namespace, targets.get(id)?.name])))
}

/** Rows that go together: of one repository, and where it is wished of one service or kind. */
function partsOf(rows: PlannedRow[], by: ImportPlanRequest['by']): { only: string | undefined; rows: PlannedRow[] }[] {
  const parts = new Map<string, { only: string | undefined; rows: PlannedRow[] }>()
  for (const row of rows) {
    const only = by === 'repository' ? undefined : by === 'service' ? row.service : splitKindKey(row.manifests[0]?.kind ?? '').kind
    const key = JSON.stringify([row.repository, only ?? ''])
    const part = parts.get(key) ?? { only, rows: [] }
    part.rows.push(row)
    parts.set(key, part)
  }
  return [...parts.values()]
}

/** Says of each row, in their order, where it goes, or in a sentence why it cannot go anywhere. */
async function judgeOf(run: RunRow, rows: PlanRow[], actor: Actor): Promise<(row: PlanRow) => Promise<PlannedRow | string>> {
  const layout = ImportLayout.parse(run.layout)
  const bases = new Map<string, Promise<Base>>()
  const projects = new Map<string, Promise<StandingProject>>()
  const projectOf = (namespace: string): Promise<StandingProject> => {
    const project = projects.get(namespace) ?? standingProject(run.cluster, namespace, bases)
    projects.set(namespace, project)
    return project
  }
  const open = await openProposals(run.cluster, [...new Set(rows.flatMap(({ namespace }) => namespace ?? []))])
  const rivals = await proposedByOthers(rows.map(({ id }) => id))
  const names = new Map<string, string>()

  const place = async (row: PlanRow): Promise<PlannedRow | string> => {
    const { namespace } = row
    if (namespace === null) return 'No project of the cluster stands for its cloud project. Ask the platform team to make one.'
    if (row.manifests.length === 0) return 'It has no manifest.'
    const rival = rivals.get(row.id)
    if (rival !== undefined) return `The proposal “${rival}” of another import brings it in already. Wait for it, or close it.`
    if (row.manifests.length > maxChanges)
      return `It has ${row.manifests.length} manifests with its parts, and a pull request holds ${maxChanges}. Import its parts by hand.`
    for (const { kind, name } of row.manifests) {
      checkName(name)
      if (!(await canProposeIn(actor, run.cluster, namespace, kind)))
        return `You may not propose ${splitKindKey(kind).kind} in ${namespace}. The team that owns the project, or the platform team, can let you.`
      const title = resourceTitle(kind, name)
      const taken = names.get(addressOf(namespace, kind, name))
      if (taken !== undefined)
        return `Another resource of this import is called ${title} too (${taken}). Give one of them another name in its manifest.`
      const other = open.get(addressOf(namespace, kind, name))
      if (other !== undefined) return `There is an open proposal for ${title} already: “${other}”. Wait for it, or close it.`
    }
    const project = await projectOf(namespace)
    for (const manifest of row.manifests) {
      const file = project.fileOf(manifest)
      if (file !== undefined)
        return `${resourceTitle(manifest.kind, manifest.name)} exists already in ${file} of ${project.repository}. Give it another name, or edit it there.`
    }
    const paths = pathsOf(row, layout, project, project.files)
    const broken = paths.find((path) => project.broken.has(path))
    if (broken !== undefined)
      return `${broken} cannot be added to: ${project.broken.get(broken)} Correct it in Git, or choose another layout.`
    for (const { kind, name } of row.manifests) names.set(addressOf(namespace, kind, name), row.name)
    const places = paths.map((path) => ({ path, exists: project.files.file(path) !== undefined }))
    return { ...row, namespace, repository: project.repository, places }
  }
  return async (row) => {
    try {
      return await place(row)
    } catch (error) {
      if (!(error instanceof CorbelError) || error instanceof Unauthenticated) throw error
      return error.message
    }
  }
}

const addressOf = (namespace: string, kind: string, name: string): string => JSON.stringify([namespace, kind, name])

/** Titles of open proposals by the resources they change. */
async function openProposals(cluster: string, namespaces: string[]): Promise<Map<string, string>> {
  const rows = await database().proposalResource.findMany({
    where: { cluster, namespace: { in: namespaces }, open: true },
    select: { namespace: true, kind: true, name: true, proposal: { select: { title: true } } },
  })
  return new Map(rows.map(({ namespace, kind, name, proposal }) => [addressOf(namespace, kind, name), proposal.title]))
}

async function groupOf(run: RunRow, rows: PlannedRow[], title: Parameters<typeof reportTitle>[1]): Promise<PlannedGroup> {
  const repository = rows[0]?.repository ?? ''
  const resources = rows.map(reported)
  const report = importReport({
    resources,
    scope: run.scope,
    snapshotAt: run.snapshotAt,
    leftOut: await leftOutOf(run, rows),
    url: importUrl(run.id),
  })
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        repository,
        run.layout,
        rows.map(({ id, edited, manifests }) => [id, ...(edited ? manifests.map(({ text }) => text) : [])]),
      ]),
    )
    .digest('hex')
    .slice(0, 32)
  return { key, repository, title: reportTitle(resources, title), report, rows, files: filesOf(rows) }
}

const importUrl = (runId: string): string => `${config().url}/import/${runId}`

const reported = ({ manifests, namespace, verdict, unmapped, edited }: PlannedRow): ReportedResource => ({
  manifests,
  namespace,
  verdict: verdict?.verdict ?? null,
  reasons: verdict?.reasons ?? [],
  fields: verdict?.fields ?? [],
  unmapped,
  edited,
})

/** The files of a group in the order in which they are written. */
function filesOf(rows: PlannedRow[]): ImportGroup['files'] {
  const files = new Map<string, ImportGroup['files'][number]>()
  for (const { path, exists } of rows.flatMap(({ places }) => places)) {
    const file = files.get(path) ?? { path, exists, resources: 0 }
    file.resources += 1
    files.set(path, file)
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
