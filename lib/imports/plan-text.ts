/**
 * What a pull request of an import says: the resources with their verdicts, the moment the inventory tells about, what changes in the cloud, and
 * what was left out and why. Markdown, in which every name and sentence that comes from the cloud is text: it makes no markup, no table cell
 * of its own, mentions nobody, turns no direction of writing, and holds no secret. Pure.
 */
import type { JsonPath } from '#lib/json.ts'
import { code, plain } from '#lib/plan/markdown.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import { oneLine } from '#lib/proposals/pull-request-text.ts'
import { redactText } from '#lib/redact/redact.ts'
import type { ImportVerdict } from './contract.ts'

/** GitHub takes 65,536 characters; trailers and links need room too. */
const longestReport = 20_000

/** A resource of the pull request. */
export interface ReportedResource {
  /** Kind.group of its manifests, the resource first, then its parts. */
  manifests: readonly { kind: string; name: string }[]
  namespace: string
  verdict: ImportVerdict | null
  reasons: readonly string[]
  fields: readonly JsonPath[]
  /** Leaves of the asset that nobody could place. */
  unmapped: number
  /** A person changed its manifests. */
  edited: boolean
}

/** Assets that are not in it, by reason. */
export interface LeftOut {
  /** A clause: what they have in common. */
  why: string
  count: number
  /** The first ones. */
  names: readonly string[]
}

export interface ReportFacts {
  resources: readonly ReportedResource[]
  /** `projects/ID`, `folders/N`, `organizations/N`. */
  scope: string
  snapshotAt: Date | null
  leftOut: readonly LeftOut[]
  /** The page of the import. */
  url: string
}

/** A text from outside on one line: without what hides, controls or turns, and without credentials. */
const told = (text: string): string => oneLine(redactText(text)).replace(/\p{Cf}/gu, '')

/** A title: "Adopt StorageBucket orders of search-prod", "Adopt 12 compute resources of search-prod (2 of 3)". */
export function reportTitle(
  resources: readonly ReportedResource[],
  { only, part, parts }: { only: string | undefined; part: number; parts: number },
): string {
  const projects = [...new Set(resources.map(({ namespace }) => namespace))]
  const where = projects.length > 2 ? `${projects.length} projects` : projects.join(' and ')
  const [first] = resources
  const [manifest] = first?.manifests ?? []
  const named = resources.length === 1 && manifest ? `${splitKindKey(manifest.kind).kind} ${manifest.name}` : undefined
  const what =
    named && named.length < 120
      ? named
      : `${resources.length}${only ? ` ${only}` : ''} ${resources.length === 1 ? 'resource' : 'resources'}`
  return told(`Adopt ${what} of ${where}${parts > 1 ? ` (${part} of ${parts})` : ''}`).slice(0, 200)
}

/** The whole report, within `longestReport` characters: what does not fit is counted, with the link to the import. */
export function importReport({ resources, scope, snapshotAt, leftOut, url }: ReportFacts): string {
  const when = snapshotAt ? ` on ${snapshotAt.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''
  const head = [
    `${resources.length === 1 ? 'This resource exists' : `These ${resources.length} resources exist`} in the cloud already. Merging hands ${resources.length === 1 ? 'it' : 'them'} over to the cluster: ${isQuiet(resources) ? 'nothing is created, and ' : ''}nothing is deleted when a manifest is removed later (deletion policy \`abandon\`). Fields and values are those that the inventory showed of ${code(told(scope))}${when}.`,
    changes(resources),
  ].join('\n\n')
  const foot = `[The import](${url}) shows each field and where it came from; after the merge, its page of adoption proves what changed.`
  const missing = leftOut.filter(({ count }) => count > 0)
  const rest = missing.length === 0 ? '' : leftOutTable(missing, longestReport / 4, url)
  const room = longestReport - head.length - foot.length - rest.length - 200
  const table = resourceTable(resources, room, url)
  return [head, table, ...(rest ? [rest] : []), foot].join('\n\n')
}

/** What merging changes in the cloud, in a paragraph. */
function changes(resources: readonly ReportedResource[]): string {
  const count = (test: (resource: ReportedResource) => boolean): number => resources.filter(test).length
  const parts: [number, string][] = [
    [count((resource) => fateOf(resource) === 'nothing-changes'), 'nothing changes'],
    [
      count((resource) => fateOf(resource) === 'adds-label'),
      'Config Connector adds the label `managed-by-cnrm: true`, and nothing else changes',
    ],
    [count((resource) => fateOf(resource) === 'would-change'), 'fields would change: see the table'],
    [count((resource) => fateOf(resource) === 'cannot-tell'), 'it cannot be told what changes: see the table'],
  ]
  const told = parts.filter(([number]) => number > 0)
  const [only] = told
  if (told.length === 1 && only) return `**What changes in the cloud:** for ${resources.length === 1 ? 'it' : 'all of them'}, ${only[1]}.`
  return ['**What changes in the cloud:**', '', ...told.map(([number, words]) => `- for ${number}, ${words}`)].join('\n')
}

/** Nothing is created only where that was judged: some controllers make another resource instead of taking the one that is there. */
export const isQuiet = (resources: readonly { verdict: ImportVerdict | null }[]): boolean =>
  resources.every(({ verdict }) => verdict === 'nothing-changes' || verdict === 'adds-label')

const fateOf = ({ verdict }: ReportedResource): ImportVerdict => verdict ?? 'cannot-tell'

function resourceTable(resources: readonly ReportedResource[], room: number, url: string): string {
  const head = '| Kind | Name | Project | What changes in the cloud |\n| --- | --- | --- | --- |'
  const lines = resources.flatMap((resource) =>
    resource.manifests.map(({ kind, name }, index) => {
      const words = index === 0 ? verdictWords(resource) : 'as the resource above'
      return `| ${cell(splitKindKey(kind).kind)} | ${cell(name)} | ${cell(resource.namespace)} | ${words} |`
    }),
  )
  return [
    head,
    fitting(lines, room - head.length, (more) => `\n${more} more are listed in [the import](${url}): they did not fit here.`),
  ].join('\n')
}

function leftOutTable(leftOut: readonly LeftOut[], room: number, url: string): string {
  const total = leftOut.reduce((sum, { count }) => sum + count, 0)
  const head = `**Left out of this pull request:** ${total} ${total === 1 ? 'asset' : 'assets'}.\n\n| Assets | Why | For example |\n| ---: | --- | --- |`
  const lines = leftOut.map(({ why, count, names }) => {
    const examples = names
      .slice(0, 3)
      .map((name) => cell(name))
      .join(', ')
    return `| ${count} | ${plain(told(why).slice(0, 300))} | ${examples}${count > Math.min(names.length, 3) ? ', …' : ''} |`
  })
  return [head, fitting(lines, room - head.length, (more) => `\n${more} more reasons are told in [the import](${url}).`)].join('\n')
}

/** As many lines as there is room for; `cut` says how many did not fit. */
function fitting(lines: readonly string[], room: number, cut: (more: number) => string): string {
  let used = 0
  const kept: string[] = []
  for (const line of lines) {
    used += line.length + 1
    if (used > room) break
    kept.push(line)
  }
  const more = lines.length - kept.length
  return kept.join('\n') + (more > 0 ? `\n${cut(more)}` : '')
}

/** A name in a cell. A backslash in front of a bar would take the bar's own away. */
const cell = (text: string): string =>
  code(
    told(text)
      .slice(0, 260)
      .replace(/\\+(?=\|)/g, ''),
  )

const verdictShort: Record<ImportVerdict, string> = {
  'nothing-changes': 'nothing',
  'adds-label': 'the label `managed-by-cnrm: true` is added',
  'would-change': '**would change**',
  'cannot-tell': '**cannot be told**',
}

/** The verdict in a table cell. */
function verdictWords(resource: ReportedResource): string {
  const { verdict, reasons, fields, unmapped, edited } = resource
  const fate = fateOf(resource)
  const shown = fields.slice(0, 5).map((path) => cell(path.join('.')))
  const where = shown.length > 0 ? ` (${shown.join(', ')}${fields.length > 5 ? ` and ${fields.length - 5} more` : ''})` : ''
  const why = fate === 'would-change' || fate === 'cannot-tell' ? (reasons[0] ?? (verdict === null ? 'It was not judged.' : '')) : ''
  return [
    `${verdictShort[fate]}${why ? `: ${plain(told(why).slice(0, 300))}` : ''}${where}`,
    ...(edited ? ['its manifest was changed by hand'] : []),
    ...(unmapped > 0 ? [`${unmapped} ${unmapped === 1 ? 'field has' : 'fields have'} no place in the manifest`] : []),
  ].join('; ')
}
