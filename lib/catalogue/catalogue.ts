/**
 * The catalogue: blueprints and kind hints from every source, judged against the kinds of every cluster.
 *
 * It is read again when it is older than half a minute. Nobody waits for that, other than the first one after a start, and
 * for two seconds at most the first one after a quiet minute. A blueprint with a mistake is offered to nobody, and shown with its lines to the team it names and to the platform
 * team. Where two have the same name, the later source wins, on the clusters it is for. It wins broken too: the earlier one
 * may be for more people than the later one was meant for, so nobody is offered it instead.
 */
import type { Blueprint } from '#lib/blueprint/blueprint.ts'
import { checkBlueprint, checkHints } from '#lib/blueprint/check-blueprint.ts'
import { type KindHints, noHints } from '#lib/blueprint/kind-hints.ts'
import { type BlueprintFile, type BlueprintProblem, located, readBlueprints } from '#lib/blueprint/read-blueprints.ts'
import { config } from '#lib/config/config.ts'
import { database, isDatabaseUnreachable } from '#lib/database/client.ts'
import { CorbelError, NotFound } from '#lib/errors.ts'
import type { Actor } from '#lib/identity/actor.ts'
import { compiledKind } from '#lib/inventory/kinds.ts'
import type { CompiledKind } from '#lib/schema/field-tree.ts'
import { log } from '#lib/telemetry/log.ts'
import { readSources, type SourceFile, type SourceTrouble } from './blueprint-sources.ts'
import type { BlueprintDetail, BlueprintList, BlueprintSummary, BrokenBlueprint } from './contract.ts'

/** After this many milliseconds it is read again, while people still get what there is. */
const freshFor = 30_000
/** What is older than this is waited for, if it comes soon. */
const staleAfter = 60_000
const waitAtMost = 2_000

interface Offered {
  blueprint: Blueprint
  file: SourceFile
  /** Clusters that have all its kinds, with the API version of each. */
  clusters: Map<string, Record<string, string>>
}

interface Broken extends BrokenBlueprint {
  team: string | undefined
}

interface Catalogue {
  /** Several may have the same name, each for other clusters. */
  offered: Offered[]
  /** By cluster and kind. */
  hints: Map<string, Map<string, KindHints>>
  broken: Broken[]
  troubles: SourceTrouble[]
}

// Next gives each bundle its own module instances, so the one copy hangs on globalThis.
const held = globalThis as typeof globalThis & { corbelCatalogue?: { at: number; read: Catalogue }; corbelCatalogueReading?: Promise<void> }

async function catalogue(): Promise<Catalogue> {
  const known = held.corbelCatalogue
  const age = known ? Date.now() - known.at : Number.POSITIVE_INFINITY
  if (known && age <= freshFor) return known.read
  const reading = held.corbelCatalogueReading ?? readAgain()
  if (!known) {
    await reading
    return held.corbelCatalogue?.read ?? (await readCatalogue())
  }
  const settled = reading.catch((error: unknown) => log().warn({ err: error }, 'the catalogue could not be read again'))
  if (age > staleAfter) await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, waitAtMost))])
  return (held.corbelCatalogue ?? known).read
}

/** Begins to read everything, after what is being read now. */
function readAgain(): Promise<void> {
  const before = held.corbelCatalogueReading ?? Promise.resolve()
  const reading = before
    .catch(() => undefined) // whoever began it says why it failed
    .then(refreshCatalogue)
    .finally(() => {
      if (held.corbelCatalogueReading === reading) delete held.corbelCatalogueReading
    })
  held.corbelCatalogueReading = reading
  return reading
}

/** Reads everything now. */
export async function refreshCatalogue(): Promise<void> {
  const read = await readCatalogue()
  held.corbelCatalogue = { at: Date.now(), read }
}

async function readCatalogue(): Promise<Catalogue> {
  const [{ files, troubles }, rows] = await Promise.all([
    readSources(),
    database().kind.findMany({ where: { NOT: { state: 'gone' } }, select: { cluster: true, key: true } }),
  ])
  const offeredOn = new Map<string, Set<string>>()
  for (const { cluster, key } of rows) offeredOn.set(cluster, (offeredOn.get(cluster) ?? new Set()).add(key))
  const made: Catalogue = { offered: [], hints: new Map(), broken: [], troubles }
  for (const file of files) {
    try {
      await addFile(made, file, readBlueprints(file.text), offeredOn)
    } catch (error) {
      if (isDatabaseUnreachable(error)) throw error
      // one file must not take the others from everybody
      log().error({ err: error, source: file.source, path: file.path }, 'a file of blueprints could not be judged')
      const message = 'Corbel stumbled over this file. What went wrong stands in its log; ask the platform team.'
      const problem: BlueprintProblem = { severity: 'error', message, line: 1, document: 0 }
      made.broken.push(brokenEntry(file, '', undefined, [problem, ...closed(made, namesIn(file.text), file, problem)]))
    }
  }
  return made
}

async function addFile(made: Catalogue, file: SourceFile, read: BlueprintFile, offeredOn: Map<string, Set<string>>): Promise<void> {
  const problems = [...read.problems]
  const broken = new Set(read.problems.filter(({ severity }) => severity === 'error').map(({ document }) => document))
  const clusters = [...offeredOn].filter(([cluster]) => file.cluster === null || file.cluster === cluster)
  for (const { document, blueprint } of read.blueprints) {
    if (broken.has(document)) continue
    const found = await Promise.all(
      clusters.map(async ([cluster, keys]) => {
        const kinds = await compiledKinds(
          cluster,
          keys,
          blueprint.manifests.map(({ kind }) => kind),
        )
        return { cluster, kinds, problems: located(file.text, document, checkBlueprint(blueprint, kinds)) }
      }),
    )
    const good = found.filter((each) => each.problems.every(({ severity }) => severity === 'warning'))
    const [first] = found
    if (good.length > 0) {
      const versions = good.map(({ cluster, kinds }): [string, Record<string, string>] => [
        cluster,
        Object.fromEntries([...kinds].map(([key, { apiVersion }]) => [key, apiVersion])),
      ])
      withdraw(made, blueprint.name, file.cluster)
      made.offered.push({ blueprint, file, clusters: new Map(versions) })
      problems.push(...(good[0]?.problems ?? []))
    } else if (first) problems.push(...worthSaying(first.problems, file))
  }
  for (const { document, hints } of read.hints) {
    if (broken.has(document)) continue
    const found = await Promise.all(
      clusters.map(async ([cluster, keys]) => ({
        cluster,
        problems: located(file.text, document, checkHints(hints, await compiledKinds(cluster, keys, [hints.kind]))),
      })),
    )
    for (const { cluster } of found.filter((each) => each.problems.length === 0))
      made.hints.set(cluster, (made.hints.get(cluster) ?? new Map<string, KindHints>()).set(hints.kind, hints))
    if (found.every((each) => each.problems.length > 0)) problems.push(...worthSaying(found[0]?.problems ?? [], file))
  }
  for (const { document, kind, name, team } of read.documents) {
    const here = problems.filter((problem) => problem.document === document)
    const wrong = here.find(({ severity }) => severity === 'error')
    if (!wrong) continue
    const names = kind === 'KindHints' ? [] : name === '' ? namesIn(file.text) : [name]
    made.broken.push(brokenEntry(file, name, team, [...here, ...closed(made, names, file, wrong)]))
  }
  const elsewhere = problems.filter(({ document }) => !read.documents.some((each) => each.document === document))
  const wrong = elsewhere.find(({ severity }) => severity === 'error')
  if (wrong) made.broken.push(brokenEntry(file, '', undefined, [...elsewhere, ...closed(made, namesIn(file.text), file, wrong)]))
}

/** What a text that cannot be read may want to name. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/\bname["']?:\s*["']?([a-z0-9][a-z0-9-]*)/g)].flatMap(([, name]) => name ?? [])

/** Takes what has this name away from the clusters that a later one is for. Gives what was taken away. */
function withdraw(made: Catalogue, name: string, cluster: string | null): Offered[] {
  const taken = made.offered.filter(({ blueprint, clusters }) => blueprint.name === name && (cluster === null || clusters.has(cluster)))
  for (const { clusters } of taken)
    if (cluster === null) clusters.clear()
    else clusters.delete(cluster)
  made.offered = made.offered.filter(({ clusters }) => clusters.size > 0)
  return taken
}

/** What a broken one closes, said at its first mistake. */
const closed = (made: Catalogue, names: string[], file: SourceFile, { line, document }: BlueprintProblem): BlueprintProblem[] =>
  [...new Set(names)].flatMap((name) =>
    withdraw(made, name, file.cluster).map(({ file: { source } }) => ({
      severity: 'warning',
      message: `The blueprint "${name}" of the source "${source}" is not offered in its place: it may be for other people. Mend this one, or remove it.`,
      line,
      document,
    })),
  )

/** What we ship may speak of kinds that nobody installed: no mistake, it is only not offered. */
const worthSaying = (problems: BlueprintProblem[], file: SourceFile): BlueprintProblem[] =>
  file.shipped ? problems.filter(({ unknownKind }) => !unknownKind) : problems

const brokenEntry = (file: SourceFile, name: string, team: string | undefined, problems: BlueprintProblem[]): Broken => ({
  name: name || file.path,
  source: file.source,
  path: file.path,
  url: file.url,
  team,
  problems: problems.map(({ line, severity, message }) => ({ line, severity, message })).sort((a, b) => a.line - b.line),
})

/** The definitions a blueprint needs, of those its cluster offers; names of the others stay known, for "did you mean". */
async function compiledKinds(cluster: string, offered: Set<string>, wanted: string[]): Promise<Map<string, CompiledKind>> {
  const kinds = new Map<string, CompiledKind>()
  for (const key of new Set(wanted)) {
    if (!offered.has(key)) continue
    try {
      kinds.set(key, await compiledKind(cluster, key))
    } catch (error) {
      if (!(error instanceof CorbelError)) throw error // gone since, or a definition that cannot be read: not offered
    }
  }
  return kinds
}

const isAuthor = (actor: Actor, team: string | undefined): boolean => actor.admin || (team !== undefined && actor.groups.includes(team))

const mayUse = (actor: Actor, { allowedGroups, team }: Blueprint): boolean =>
  allowedGroups.length === 0 || allowedGroups.some((group) => actor.groups.includes(group)) || isAuthor(actor, team)

const summaryOf = ({ blueprint, file, clusters }: Offered): BlueprintSummary => ({
  name: blueprint.name,
  title: blueprint.title,
  description: blueprint.description,
  category: blueprint.category,
  icon: blueprint.icon,
  keywords: blueprint.keywords,
  team: blueprint.team ?? null,
  kinds: [...new Set(blueprint.manifests.map(({ kind }) => kind))],
  clusters: [...clusters.keys()],
  source: file.source,
  url: file.url,
  restricted: blueprint.allowedGroups.length > 0,
})

/** What the person may use, and the broken ones they write. */
export async function listBlueprints(actor: Actor): Promise<BlueprintList> {
  const { offered, hints, broken, troubles } = await catalogue()
  return {
    items: offered
      .filter(({ blueprint }) => mayUse(actor, blueprint))
      .map(summaryOf)
      .sort((a, b) => a.category.localeCompare(b.category) || a.title.localeCompare(b.title)),
    broken: broken.filter(({ team }) => isAuthor(actor, team)),
    troubles: actor.admin ? troubles : [],
    kinds: [...hints].flatMap(([cluster, ofCluster]) =>
      [...ofCluster.values()]
        .filter(({ curated, hidden }) => curated || hidden)
        .map(({ kind, curated, hidden }) => ({ cluster, kind, curated, hidden: hidden ?? null })),
    ),
  }
}

/** Kinds the search must not offer this person: those hidden on every cluster that has hints of them. */
export async function hiddenKinds(actor: Actor): Promise<{ cluster: string; kind: string }[]> {
  if (actor.admin) return []
  return [...(await catalogue()).hints].flatMap(([cluster, ofCluster]) =>
    [...ofCluster.values()].filter(({ hidden }) => hidden).map(({ kind }) => ({ cluster, kind })),
  )
}

/** Something was pushed: when blueprints are read from that repository, they are read again at once, in the background. */
export function blueprintsPushed(repository: string): void {
  if (!config().blueprintSources.some((source) => source !== 'shipped' && source.repository.toLowerCase() === repository.toLowerCase()))
    return
  // what is being read now may have passed the repository before the push
  readAgain().catch((error: unknown) => log().warn({ err: error }, 'the catalogue could not be read after a push'))
}

/** One blueprint for a cluster. Throws NotFound for one that is not there, not for this person, or not for this cluster. */
export async function readBlueprint(cluster: string, name: string, actor: Actor): Promise<BlueprintDetail> {
  const named = (await catalogue()).offered.filter(({ blueprint }) => blueprint.name === name && mayUse(actor, blueprint))
  const found = named.find(({ clusters }) => clusters.has(cluster)) ?? named[0]
  if (!found) throw new NotFound(`There is no blueprint "${name}" for you. Choose another one in the catalogue, or ask the platform team.`)
  const apiVersions = found.clusters.get(cluster)
  if (!apiVersions)
    throw new NotFound(
      `The blueprint "${found.blueprint.title}" needs kinds that ${cluster} does not offer. Choose a project on another cluster.`,
    )
  return { summary: summaryOf(found), blueprint: found.blueprint, apiVersions }
}

/** What the company says about a kind on a cluster; no hints where nobody wrote any. */
export async function readKindHints(cluster: string, kind: string): Promise<KindHints> {
  return (await catalogue()).hints.get(cluster)?.get(kind) ?? noHints(kind)
}
