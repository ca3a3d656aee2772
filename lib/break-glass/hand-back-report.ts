/** The pull request that brings an emergency change back: its title, commit message and body. Whatever a person typed is text there. Pure. */
import type { JsonPath } from '#lib/json.ts'
import { pathText } from '#lib/manifest/with-value.ts'
import { splitKindKey } from '#lib/proposals/change-identity.ts'
import { escapeMarkdown, oneLine } from '#lib/proposals/pull-request-text.ts'
import type { ChangedField } from './contract.ts'

export interface HandBackFacts {
  /** The session's page. */
  url: string
  session: string
  cluster: string
  namespace: string
  kind: string
  name: string
  action: 'edit' | 'delete'
  reason: string
  ticket: { text: string; url: string | null } | null
  requestedBy: { username: string; name: string }
  approvedBy: string | null
  openedAt: Date | null
  appliedAt: Date[]
  /** Redacted. */
  fields: Pick<ChangedField, 'path' | 'kind' | 'before' | 'after'>[]
  /** Fields at which Git said something else than the cluster before the change. */
  differed: JsonPath[]
  /** Sentences about the file. */
  notes: string[]
  /** Whether all of it only takes back what was merged before. */
  undoes: boolean
  /** The signed note (lib/audit-format/signed-note.ts), with its line feed. */
  checkpoint: string | null
}

const longestValue = 300
const mostFields = 50
const text = (typed: string): string => escapeMarkdown(oneLine(typed))

export function handBackTitle({
  kind,
  name,
  namespace,
  action,
  undoes,
}: Pick<HandBackFacts, 'kind' | 'name' | 'namespace' | 'action' | 'undoes'>): string {
  const of = `of ${splitKindKey(kind).kind} ${name} in ${namespace}`
  const title = undoes
    ? `Take the emergency change ${of} back in Git`
    : `Bring the emergency ${action === 'delete' ? 'deletion' : 'change'} ${of} back to Git`
  return title.slice(0, 200)
}

/** For the commit. */
export const handBackMessage = ({ reason, ticket, url }: Pick<HandBackFacts, 'reason' | 'ticket' | 'url'>): string =>
  [`${reason.trim()}`, ...(ticket ? [`Ticket: ${oneLine(ticket.text)}`] : []), `Break-glass session: ${url}`].join('\n\n')

/** For the pull request. */
export function handBackReport(facts: HandBackFacts): string {
  const { kind, name, namespace, cluster, action, undoes, requestedBy, approvedBy, openedAt, appliedAt, ticket, checkpoint } = facts
  const what = undoes ? 'was put back' : action === 'delete' ? 'was deleted' : 'was changed'
  const does = undoes ? 'takes the change, which Git has, back there too' : 'brings exactly that to Git'
  const rows = [
    ['Reason', text(facts.reason)],
    ...(ticket
      ? [
          [
            'Ticket',
            ticket.url ? `[${text(ticket.text)}](${encodeURI(ticket.url).replace(/[()|]/g, encodeURIComponent)})` : text(ticket.text),
          ],
        ]
      : []),
    ['Session', `[${facts.session}](${facts.url})`],
    ['Person', `${text(requestedBy.name)} (${text(requestedBy.username)})`],
    ...(approvedBy ? [['Approved by', text(approvedBy)]] : []),
    ...(openedAt ? [['Session opened', openedAt.toISOString()]] : []),
    ['Applied', appliedAt.map((at) => at.toISOString()).join(', ')],
  ]
  const parts = [
    `\`${splitKindKey(kind).kind}\` \`${name}\` in \`${namespace}\` on \`${cluster}\` ${what} in the cluster by break-glass. This pull request ${does}; merged and applied, nothing is left to hand back.`,
    ['| | |', '| --- | --- |', ...rows.map(([label, value]) => `| ${label} | ${value} |`)].join('\n'),
    ...(action === 'edit' && facts.fields.length > 0 ? [fieldTable(facts.fields)] : []),
    ...(facts.differed.length > 0
      ? [
          `**Git said something else here** than the cluster did before the change: ${facts.differed.map((path) => text(pathText(path))).join(', ')}. The value of the change stands.`,
        ]
      : []),
    ...facts.notes.map(text),
    ...(checkpoint
      ? [
          `The audit log up to the hand-back. Saved to a file, this text is what \`corbel audit verify --from-checkpoint\` takes:\n\n\`\`\`\n${checkpoint}\`\`\``,
        ]
      : []),
  ]
  return parts.join('\n\n')
}

function fieldTable(fields: HandBackFacts['fields']): string {
  const rows = fields
    .slice(0, mostFields)
    .map(({ path, before, after }) => `| ${text(pathText(path))} | ${shown(before)} | ${shown(after)} |`)
  const more = fields.length > mostFields ? [`| … ${fields.length - mostFields} more | | |`] : []
  return ['| Field | Before | After |', '| --- | --- | --- |', ...rows, ...more].join('\n')
}

function shown(value: unknown): string {
  if (value === undefined) return '—'
  const printed = typeof value === 'string' ? value : JSON.stringify(value)
  return text(printed.length > longestValue ? `${printed.slice(0, longestValue)}…` : printed) || '(empty)'
}
