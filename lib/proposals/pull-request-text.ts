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
  requestedBy: { username: string; name: string }
  /** Whether the pull request is the person's own or the App's. */
  openedAs: 'github-user' | 'github-app'
  resources: ProposedResource[]
  /** The proposal's page. */
  pageUrl: string
}

const verbs = { create: 'Add', update: 'Change', delete: 'Delete' } as const

/** A title for a change: "Add StorageBucket orders-archive to payments-prod". */
export function defaultTitle({ action, kind, name, namespace }: ProposedResource): string {
  const preposition = { create: 'to', update: 'in', delete: 'from' }[action]
  return `${verbs[action]} ${splitKindKey(kind).kind} ${name} ${preposition} ${namespace}`
}

/** `corbel/<namespace>/<kind>/<name>-<short id>`: a valid ref name whatever the parts are, and one per proposal. */
export function branchName({ namespace, kind, name }: Pick<ProposedResource, 'namespace' | 'kind' | 'name'>, id: string): string {
  const safe = (part: string): string =>
    part
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'x'
  // The end of a UUIDv7 is its random part; its start is only the time.
  return `corbel/${safe(namespace)}/${safe(splitKindKey(kind).kind)}/${safe(name)}-${id.replaceAll('-', '').slice(-8)}`
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

/** The trailers, one a line. */
export function trailers(proposal: Pick<ProposalTexts, 'id' | 'resources' | 'requestedBy'>): string {
  return [
    `Corbel-Proposal: ${proposal.id}`,
    ...proposal.resources.flatMap(({ cluster, namespace, kind, name, action }) => [
      `Corbel-Resource: ${cluster}/${namespace}/${kind}/${name}`,
      `Corbel-Action: ${action}`,
    ]),
    `Corbel-Requested-By: ${oneLine(proposal.requestedBy.username)}`,
  ].join('\n')
}

/** The commit message: title, reason and trailers. A line that looks like a trailer of ours is set off by a bar. */
export function commitMessage(proposal: ProposalTexts): string {
  const text = (written: string): string => inert(written.replace(/^(?=[^\S\n]*corbel-)/gim, '| ')).trim()
  const reason = text(proposal.message.replace(/\r\n?/g, '\n').replace(control, ''))
  return [text(oneLine(proposal.title)), ...(reason ? [reason] : []), trailers(proposal)].join('\n\n').concat('\n')
}

/** The proposal whose commit message or pull request this is, or undefined. */
export const proposalOf = (text: string): string | undefined => text.match(/^Corbel-Proposal: ([0-9a-f-]{36})$/m)?.[1]

/** The pull request's body. */
export function pullRequestBody(proposal: ProposalTexts): string {
  const who = `${escapeMarkdown(oneLine(proposal.requestedBy.name))} (${escapeMarkdown(oneLine(proposal.requestedBy.username))})`
  const by = proposal.openedAs === 'github-app' ? `${who} asked for this change in Corbel.` : `Proposed in Corbel by ${who}.`
  const rows = proposal.resources.map(
    ({ cluster, namespace, kind, name, action }) =>
      `| ${verbs[action]} | \`${splitKindKey(kind).kind}\` | \`${name}\` | \`${namespace}\` | \`${cluster}\` |`,
  )
  return [
    ...(proposal.message.trim() ? [escapeMarkdown(proposal.message.trim())] : []),
    ['| Action | Kind | Name | Project | Cluster |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'),
    `${by} Follow it on [its page](${proposal.pageUrl}). After merging, CI applies it and says here how it went.`,
    `<!--\n${trailers(proposal).replaceAll('--', '- -')}\n-->`,
  ].join('\n\n')
}
