/** What is wrong with manifest files, as a pull request comment and as text for a terminal. */
import { code, plain } from './markdown.ts'
import type { FileProblem } from './read-manifests.ts'

export interface ValidateReport {
  files: number
  resources: number
  problems: FileProblem[]
}

/** One line: how many files and resources were read, and what was found. */
function validateHeadline({ files, resources, problems }: ValidateReport): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return `${files} files, ${resources} resources, ${errors} errors, ${problems.length - errors} warnings`
}

export function renderValidateMarkdown(report: ValidateReport): string {
  const lines = report.problems.map(
    ({ severity, file, line, message }) => `- ${severity === 'error' ? '✗' : '!'} ${code(`${file}:${line}`)} ${plain(message)}`,
  )
  return `${[`### Validate: ${validateHeadline(report)}`, '', ...lines].join('\n').trimEnd()}\n`
}

export function renderValidateText(report: ValidateReport): string {
  const lines = report.problems.map(({ severity, file, line, message }) => `${file}:${line}: ${severity}: ${message}`)
  return `${[...lines, validateHeadline(report)].join('\n')}\n`
}
