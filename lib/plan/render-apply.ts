/** The report of an apply, as a pull request comment and as text for a terminal. */
import type { AppliedResource, ApplyOutcome } from './apply-progress.ts'
import { code, html, plain } from './markdown.ts'
import type { FileProblem } from './read-manifests.ts'
import { longestComment } from './render-plan.ts'

export const applyMarker = '<!-- corbel:apply -->'

export interface ApplyReport {
  base: string | null
  head: string
  repository: string | null
  resources: AppliedResource[]
  problems: FileProblem[]
  seconds: number
}

const words: Record<ApplyOutcome, string> = {
  waiting: '✓ accepted, not waited for',
  ready: '✓ ready',
  applied: '✓ applied',
  deleted: '− deleted',
  kept: 'kept',
  failed: '✗ failed',
  late: '✗ not ready in time',
  refused: '✗ refused',
  paused: 'paused',
  unreachable: '! could not be asked',
}

const needsTelling: ReadonlySet<ApplyOutcome> = new Set(['failed', 'refused', 'late', 'kept', 'paused', 'unreachable'])

/** One line: how many resources ended how. */
export function applyHeadline(report: ApplyReport): string {
  const count = (outcome: ApplyOutcome) => report.resources.filter((resource) => resource.outcome === outcome).length
  const parts = [
    [count('ready') + count('applied'), 'ready'],
    [count('deleted'), 'deleted'],
    [count('kept'), 'kept'],
    [count('paused'), 'paused'],
    [count('waiting'), 'accepted, not waited for'],
    [count('failed') + count('refused'), 'failed'],
    [count('late'), 'not ready in time'],
    [count('unreachable'), 'could not be asked'],
  ] as const
  const told = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`)
  const errors = report.problems.filter((problem) => problem.severity === 'error').length
  if (errors > 0) told.push(`nothing applied: ${errors} ${errors === 1 ? 'error' : 'errors'} in files`)
  return told.length > 0 ? told.join(', ') : 'no resource changes'
}

/** The comment, which is also the summary of the check. */
export function renderApplyMarkdown(report: ApplyReport): string {
  const lines = [applyMarker, `### Apply: ${applyHeadline(report)}`, '']
  for (const { severity, file, line, message } of report.problems) {
    if (severity === 'error') lines.push(`- ✗ ${code(`${file}:${line}`)} ${plain(message)}`)
  }
  if (report.resources.length > 0) {
    lines.push('| | Kind | Name | Namespace | After |', '|---|---|---|---|---|')
    for (const { outcome, kind, name, namespace, seconds } of report.resources) {
      lines.push(
        `| ${words[outcome]} | ${code(kind)} | ${code(name)} | ${code(namespace ?? '')} | ${seconds === null ? '' : `${seconds} s`} |`,
      )
    }
    lines.push('')
  }
  for (const resource of report.resources.filter(({ outcome }) => needsTelling.has(outcome))) {
    lines.push(`#### ${plain(resource.kind)} ${plain(resource.name)}`, '', plain(resource.headline), '')
    if (resource.reason) lines.push(`- Condition: ${code(resource.reason)}${resource.since ? ` since ${code(resource.since)}` : ''}`)
    if (resource.message)
      lines.push(
        `- The operator says: ${html(resource.message).includes('\n') ? plain(resource.message) : code(resource.message.slice(0, 2000))}`,
      )
    lines.push(...resource.advice.map((sentence) => `- **What to do:** ${plain(sentence)}`), '')
  }
  lines.push(`<sub>Commit ${code(report.head.slice(0, 12))}, ${report.seconds} s.</sub>`, '')
  const body = lines.join('\n')
  return body.length <= longestComment
    ? body
    : `${body.slice(0, longestComment - 100)}\n\n… The rest is left out: it exceeds what a comment may hold.\n`
}

/** The report for a terminal. */
export function renderApplyText(report: ApplyReport): string {
  const lines = [`Apply: ${applyHeadline(report)} (${report.seconds} s)`]
  for (const { severity, file, line, message } of report.problems) lines.push(`${severity}: ${file}:${line}: ${message}`)
  for (const resource of report.resources) {
    lines.push(
      `${words[resource.outcome].replace(/^[✓✗−!] /, '').padEnd(9)} ${resource.kind} ${resource.namespace ? `${resource.namespace}/` : ''}${resource.name}`,
    )
    if (resource.outcome === 'ready' || resource.outcome === 'deleted' || resource.outcome === 'applied') continue
    lines.push(`          ${resource.headline}`)
    if (resource.reason)
      lines.push(
        `          ${resource.reason}${resource.since ? ` since ${resource.since}` : ''}${resource.message ? `: ${resource.message}` : ''}`,
      )
    lines.push(...resource.advice.map((sentence) => `          → ${sentence}`))
  }
  return `${lines.join('\n')}\n`
}
