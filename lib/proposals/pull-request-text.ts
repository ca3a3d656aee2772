/**
 * What Corbel writes into Git and GitHub for a proposal. Whatever a person typed is text there: it makes no markup, mentions nobody and
 * cannot pass for a trailer, because machines read the trailers (corbel plan, corbel apply).
 */
import { splitKindKey } from './change-identity.ts'

export interface ProposedResource {
  cluster: string
  namespace: string
  /** Kind.group */
  kind: string
  name: string
  action: 'create' | 'update' | 'delete'
}

export interface ProposalTexts {
  id: string
  title: string
  message: string
  /** Markdown of Corbel's own making, everything foreign in it escaped; in the pull request it takes the place of message and list of resources. */
  report?: string | null
  requestedBy: { username: string; name: string }
  /** Whether the pull request is the person's own or the App's. */
  openedAs: 'github-user' | 'github-app'
  resources: ProposedResource[]
  /** The break-glass session whose change it brings to Git: corbel apply then applies what that session has paused. */
  session?: string | undefined
  /** The proposal's page. */
  pageUrl: string
}

const verbs = { create: 'Add', update: 'Change', delete: 'Delete' } as const

/**
 * A title for changes: "Add StorageBucket orders-archive to payments-prod", "Add PubSubTopic orders and PubSubSubscription orders-pull to
 * payments-prod", "Change 5 resources in payments-prod".
 */
export function defaultTitle(resources: readonly ProposedResource[]): string {
  const actions = new Set(resources.map(({ action }) => action))
  const action = resources[0] && actions.size === 1 ? resources[0].action : 'update'
  const preposition = { create: 'to', update: 'in', delete: 'from' }[action]
  const projects = [...new Set(resources.map(({ namespace }) => namespace))]
  const where = projects.length > 2 ? `${projects.length} projects` : projects.join(' and ')
  const named = resources.length <= 2 && actions.size === 1
  const what = named
    ? resources.map(({ kind, name }) => `${splitKindKey(kind).kind} ${name}`).join(' and ')
    : `${resources.length} resources`
  const title = `${verbs[action]} ${what} ${preposition} ${where}`
  return title.length <= longestTitle
    ? title
    : `${verbs[action]} ${resources.length === 1 ? 'a resource' : `${resources.length} resources`} ${preposition} ${where}`.slice(
        0,
        longestTitle,
      )
}

const longestTitle = 200

/**
 * `corbel/<namespace>/<kind>/<name>-<short id>`, of several resources `corbel/<namespace>/<number>-resources-<short id>`: a valid ref name
 * whatever the parts are, and one per proposal.
 */
export function branchName(resources: readonly Pick<ProposedResource, 'namespace' | 'kind' | 'name'>[], id: string): string {
  const safe = (part: string): string =>
    part
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'x'
  // The end of a UUIDv7 is its random part; its start is only the time.
  const short = id.replaceAll('-', '').slice(-8)
  const projects = [...new Set(resources.map(({ namespace }) => namespace))]
  const project = projects.length === 1 ? safe(projects[0] ?? '') : 'several-projects'
  const [first] = resources
  return first && resources.length === 1
    ? `corbel/${project}/${safe(splitKindKey(first.kind).kind)}/${safe(first.name)}-${short}`
    : `corbel/${project}/${resources.length}-resources-${short}`
}

// Zero-width space: GitHub sees no mention, issue number or closing keyword any more, people see no difference.
const gap = '\u200b'
const control = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu

/** A person's text as Markdown that shows exactly that text. */
export function escapeMarkdown(text: string): string {
  const escaped = text
    .replace(/\r\n?/g, '\n')
    .replace(control, '')
    .replace(/[\\`*_[\]<>|~&!$]/g, '\\$&')
    .replace(/^([ \t]*)([-+=#>])/gm, '$1\\$2')
    .replace(/^([ \t]*\d+)([.)])/gm, '$1\\$2')
    .replace(/^(?: {4,}|\t)/gm, '')
  return inert(escaped)
}

/**
 * A person's text for a commit message or title, where GitHub also finds mentions, issues and closing keywords ("fixes #1", "closes
 * https://…"): it reads the same and does nothing.
 */
export function inert(text: string): string {
  return text
    .replace(/([@#])(?=[A-Za-z0-9])/g, `$1${gap}`)
    .replace(/\b(GH)-(?=\d)/gi, `$1-${gap}`)
    .replace(/\b((?:close|fix|resolve)[sd]?|fixes|fixed)(:?\s+)(?=https?:)/gi, `$1$2${gap}`)
}

/** One line without control characters: titles, names. */
export const oneLine = (text: string): string => text.replace(control, '').replace(/\s+/g, ' ').trim()

/** The trailers, one a line. `change` is the id of a commit that was added to the pull request later. */
export function trailers(proposal: Pick<ProposalTexts, 'id' | 'resources' | 'requestedBy' | 'session'>, change?: string): string {
  return [
    `Corbel-Proposal: ${proposal.id}`,
    ...(change === undefined ? [] : [`Corbel-Change: ${change}`]),
    ...proposal.resources.flatMap(({ cluster, namespace, kind, name, action }) => [
      `Corbel-Resource: ${cluster}/${namespace}/${kind}/${name}`,
      `Corbel-Action: ${action}`,
    ]),
    ...(proposal.session === undefined ? [] : [`Corbel-Session: ${proposal.session}`]),
    `Corbel-Requested-By: ${oneLine(proposal.requestedBy.username)}`,
  ].join('\n')
}

/** The commit message: title, reason and trailers. A line that looks like a trailer of ours is set off by a bar. */
export function commitMessage(proposal: Omit<ProposalTexts, 'openedAs' | 'pageUrl'>, change?: string): string {
  const text = (written: string): string => inert(written.replace(/^(?=[^\S\n]*corbel-)/gim, '| ')).trim()
  const reason = text(proposal.message.replace(/\r\n?/g, '\n').replace(control, ''))
  return [text(oneLine(proposal.title)), ...(reason ? [reason] : []), trailers(proposal, change)].join('\n\n').concat('\n')
}

/** The proposal whose commit message or pull request this is, or undefined. */
export const proposalOf = (text: string): string | undefined => text.match(/^Corbel-Proposal: ([0-9a-f-]{36})$/m)?.[1]

/** Which added commit a commit message is of, or undefined. */
export const changeOf = (text: string): string | undefined => text.match(/^Corbel-Change: ([0-9a-f-]{36})$/m)?.[1]

/** The pull request's body. */
export function pullRequestBody(proposal: ProposalTexts): string {
  const who = `${escapeMarkdown(oneLine(proposal.requestedBy.name))} (${escapeMarkdown(oneLine(proposal.requestedBy.username))})`
  const by = proposal.openedAs === 'github-app' ? `${who} asked for this change in Corbel.` : `Proposed in Corbel by ${who}.`
  const rows = proposal.resources.map(
    ({ cluster, namespace, kind, name, action }) =>
      `| ${verbs[action]} | \`${splitKindKey(kind).kind}\` | \`${name}\` | \`${namespace}\` | \`${cluster}\` |`,
  )
  const table = ['| Action | Kind | Name | Project | Cluster |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
  const message = proposal.message.trim()
  return [
    ...(proposal.report ? [proposal.report] : [...(message ? [escapeMarkdown(message)] : []), table]),
    `${by} Follow it on [its page](${proposal.pageUrl}). After merging, CI applies it and says here how it went.`,
    `<!--\n${trailers(proposal).replaceAll('--', '- -')}\n-->`,
  ].join('\n\n')
}
