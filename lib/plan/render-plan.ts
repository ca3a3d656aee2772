/** A plan as a pull request comment and as text for a terminal. */
import { code, fenced, html, plain } from './markdown.ts'
import { countActions, type Plan, type PlannedResource, planResult, type Verdict } from './plan.ts'

/** The first line of the comment: by it the comment is found again and updated. */
export const planMarker = '<!-- corbel:plan -->'
/** GitHub takes comments and check outputs up to 65,535 characters. */
export const longestComment = 60_000

const signs = { added: '+ add', changed: '~ change', removed: '− remove', unchanged: 'unchanged' } as const

/** One line: what the plan does and whether the server takes it. */
export function planHeadline(plan: Plan): string {
  const counts = countActions(plan.resources)
  const what = `${counts.added} to add, ${counts.changed} to change, ${counts.removed} to remove, ${counts.unchanged} unchanged`
  const errors = plan.problems.filter((problem) => problem.severity === 'error').length
  const refused = plan.resources.filter((resource) => resource.verdict.state === 'refused').length
  const unasked = plan.resources.filter((resource) => resource.verdict.state === 'unavailable').length
  const trouble = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'file has an error' : 'errors in files'}`] : []),
    ...(refused > 0 ? [`${refused} refused by the API server`] : []),
    ...(unasked > 0 ? [`${unasked} could not be checked`] : []),
  ]
  return trouble.length > 0 ? `${what}; ${trouble.join(', ')}` : what
}

/** The comment. Diffs are left out, largest first, when they would exceed what GitHub takes. */
export function renderPlanMarkdown(plan: Plan): string {
  const shown = plan.resources.filter((resource) => resource.action !== 'unchanged' || resource.movedFrom)
  const head = [planMarker, `### Plan: ${planHeadline(plan)}`, '']
  if (planResult(plan) === 'refused') head.push('**This cannot be applied as it is.** See below what to correct.', '')
  if (plan.problems.length > 0) {
    head.push(
      ...plan.problems.map(
        ({ severity, file, line, message }) => `- ${severity === 'error' ? '✗' : '!'} ${code(`${file}:${line}`)} ${plain(message)}`,
      ),
      '',
    )
  }
  if (shown.length === 0) head.push('No resource changes.', '')
  else head.push(...table(shown), '')
  const foot = [
    `<sub>Dry run on the cluster as the repository's own service account. Commit ${code(plan.head.slice(0, 12))}; secrets are hidden.</sub>`,
    '',
  ]
  const sections = shown.map((resource) => ({ key: resource.key, long: section(resource, true), short: section(resource, false) }))
  let length = [...head, ...foot].join('\n').length + sections.reduce((sum, { long }) => sum + long.length + 1, 0)
  const shortened = new Set<string>()
  for (const { key, long, short } of [...sections].sort((a, b) => b.long.length - a.long.length)) {
    if (length <= longestComment) break
    shortened.add(key)
    length -= long.length - short.length
  }
  const body = [...head, ...sections.map(({ key, long, short }) => (shortened.has(key) ? short : long)), ...foot].join('\n')
  return body.length <= longestComment
    ? body
    : `${body.slice(0, longestComment - 200)}\n\n… The rest is left out: it exceeds what a comment may hold.\n`
}

function table(resources: PlannedResource[]): string[] {
  return [
    '| | Kind | Name | Namespace | Server |',
    '|---|---|---|---|---|',
    ...resources.map(
      ({ action, kind, name, namespace, verdict, movedFrom }) =>
        `| ${action === 'unchanged' && movedFrom ? 'moved' : signs[action]} | ${code(kind)} | ${code(name)} | ${code(namespace ?? '')} | ${verdictCell(verdict, action)} |`,
    ),
  ]
}

function verdictCell(verdict: Verdict, action: PlannedResource['action']): string {
  switch (verdict.state) {
    case 'accepted':
      return verdict.warnings.length > 0 ? '! accepted with warnings' : '✓ accepted'
    case 'refused':
      return '✗ refused'
    case 'unavailable':
      return '! could not be asked'
    case 'not asked':
      return action === 'removed' || action === 'unchanged' ? '' : 'not asked'
    default:
      return verdict.state satisfies never
  }
}

function section(resource: PlannedResource, withDiff: boolean): string {
  const { verdict } = resource
  const title = `${html(resource.kind)} <b>${html(resource.name)}</b> · ${html(resource.file)}`
  const lines = [`<details${verdict.state === 'refused' ? ' open' : ''}><summary>${title}</summary>`, '']
  if (verdict.message) lines.push(plain(verdict.message), '')
  if (verdict.fields.length > 0) {
    lines.push(...verdict.fields.map(({ path, message }) => `- ${path.length > 0 ? `${code(path.join('.'))}: ` : ''}${plain(message)}`), '')
  }
  const notes = [...verdict.warnings.map((warning) => `- ! ${plain(warning)}`), ...resource.notes.map((note) => `- ${plain(note)}`)]
  if (notes.length > 0) lines.push(...notes, '')
  if (resource.diff) lines.push(withDiff ? fenced(resource.diff, 'diff') : 'The diff is too long for a comment: see the changed files.', '')
  lines.push('</details>')
  return lines.join('\n')
}

/** The plan for a terminal. */
export function renderPlanText(plan: Plan): string {
  const lines = [`Plan: ${planHeadline(plan)}`, '']
  for (const { severity, file, line, message } of plan.problems) lines.push(`${severity}: ${file}:${line}: ${message}`)
  for (const resource of plan.resources) {
    if (resource.action === 'unchanged' && !resource.movedFrom) continue
    const where = `${resource.kind} ${resource.namespace ? `${resource.namespace}/` : ''}${resource.name}`
    lines.push(`${resource.action.padEnd(9)} ${where}  (${resource.file})`)
    if (resource.verdict.state !== 'not asked')
      lines.push(`          server: ${resource.verdict.state}${resource.verdict.message ? `: ${resource.verdict.message}` : ''}`)
    for (const { path, message } of resource.verdict.fields) lines.push(`          ${path.join('.')}: ${message}`)
    for (const note of [...resource.verdict.warnings, ...resource.notes]) lines.push(`          ${note}`)
    if (resource.diff)
      lines.push(
        ...resource.diff
          .trimEnd()
          .split('\n')
          .map((line) => `    ${line}`),
      )
  }
  return `${lines.join('\n')}\n`
}
